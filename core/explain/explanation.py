"""The result of a method, with every setting that led to it."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..settings import ExplainSettings

__all__ = ["Explanation", "below_zero", "flux_digest"]


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """Why a target has its value at one spectrum.

    Attributes
    ----------
    method, target
        Names of the method and of the target.
    settings
        All knobs, the seed among them.
    labels : (D,) int32
        Segment of each pixel, 0 to S − 1; for a saliency map every pixel is its own.
    weights : (S,)
        lime: change of the target when the segment is present rather than perturbed. saliency:
        ∂target/∂flux. occlusion: target minus target with the segment perturbed. Raw: which way
        more flux moves the target, and comparable between factors, is what ``effects`` says.
        shapley: each segment's share in value − intercept.
    intercept, r2, local_prediction
        The surrogate's; the target's value, NaN and the value again for methods that fit none. Of
        shapley the intercept is the target with every segment perturbed: the weights sum to value
        − intercept (efficiency).
    value
        Target at the spectrum.
    n_samples
        Spectra used so far; 0 for an exact answer.
    complete
        False for an early answer that a later one will replace.
    stopped
        Why fewer samples than the settings allow were enough; empty where all were used.
    sample_values : (n_samples,), or None for methods that do not sample
        Target on each sample of ``lime_neighbourhood``, or ``shapley_neighbourhood``, in order:
        what its error is judged by.
    nothing
        Why there is nothing to explain, so that weights and R² tell nothing; empty where there is.
    sampled
        Why samples were drawn where there might have been an exact answer; empty elsewhere.
    flux_digest
        Tells the flux that was explained from any other; empty where not known.
    below : (S,) bool, or None where not known
        Whether a segment's flux is negative on the whole: scaled up, it is less.
    """

    method: str
    target: str
    settings: ExplainSettings
    labels: NDArray[np.int32]
    weights: NDArray[np.float64]
    intercept: float
    r2: float
    value: float
    local_prediction: float
    n_samples: int
    complete: bool
    sample_values: NDArray[np.float64] | None = None
    stopped: str = ""
    nothing: str = ""
    sampled: str = ""
    flux_digest: str = ""
    below: NDArray[np.bool_] | None = None

    @classmethod
    def unfitted(
        cls,
        target: str,
        settings: ExplainSettings,
        labels: NDArray[np.int32],
        weights: NDArray[np.float64],
        value: float,
        n_samples: int,
        nothing: str,
    ) -> Explanation:
        """Of a method that changes each piece alone, and fits no surrogate."""
        return cls(
            settings.method, target, settings, labels, weights, value, float("nan"), value, value,
            n_samples, True, nothing=nothing,
        )  # fmt: skip

    @property
    def exact(self) -> bool:
        """Whether it is in closed form, of LIME or Shapley values: no samples were drawn."""
        return self.n_samples == 0

    @property
    def weight_of_pixel(self) -> NDArray[np.float64]:
        """Weight of each pixel's segment, (D,)."""
        return self.weights[self.labels]

    def top(self, k: int) -> NDArray[np.intp]:
        """The k segments that weigh most, either way, in that order; ties by wavelength."""
        return np.argsort(-np.abs(self.weights), kind="stable")[:k]

    def edges(self, wave_rest_aa: NDArray[np.floating]) -> NDArray[np.float64]:
        """First and last edge of each segment, (S, 2), in Å.

        Parameters
        ----------
        wave_rest_aa : (D,)
            Rest wavelengths of the pixels, Å, increasing.

        Raises
        ------
        ValueError
            If the wavelengths do not match the pixels.
        """
        if wave_rest_aa.shape != self.labels.shape:
            raise ValueError(f"need {self.labels.shape} wavelengths, got {wave_rest_aa.shape}")
        borders = _pixel_borders(np.asarray(wave_rest_aa, dtype=np.float64))
        edges = np.empty((len(self.weights), 2))
        edges[:, 0], edges[:, 1] = np.inf, -np.inf
        np.minimum.at(edges[:, 0], self.labels, borders[:-1])
        np.maximum.at(edges[:, 1], self.labels, borders[1:])
        return edges

    def to_dict(self, wave_rest_aa: NDArray[np.floating]) -> dict[str, Any]:
        """Plain values for JSON; segments are pairs of edges in Å."""
        return {
            "method": self.method,
            "target": self.target,
            "settings": self.settings.asdict(),
            "segments": self.edges(wave_rest_aa).tolist(),
            "weights": self.weights.tolist(),
            "intercept": self.intercept,
            "r2": None if np.isnan(self.r2) else self.r2,
            "value": self.value,
            "local_prediction": self.local_prediction,
            "n_samples": self.n_samples,
            "complete": self.complete,
            "stopped": self.stopped,
            "sampled": self.sampled,
            "nothing": self.nothing,
        }


def flux_digest(flux: NDArray[np.floating]) -> str:
    """Digest of a flux (D,), independent of its precision."""
    return blake2b(np.ascontiguousarray(flux, np.float64).tobytes(), digest_size=16).hexdigest()


def below_zero(flux: NDArray[np.floating], labels: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Whether the flux (D,) is negative on the whole in each segment (S,)."""
    return np.bincount(labels, np.asarray(flux, np.float64)) < 0


def _pixel_borders(wave_aa: NDArray[np.float64]) -> NDArray[np.float64]:
    """Midpoints between pixels (D + 1,), the outer two mirrored; one pixel gets 1 Å."""
    if len(wave_aa) == 1:
        return wave_aa[0] + np.array([-0.5, 0.5])
    middles = 0.5 * (wave_aa[:-1] + wave_aa[1:])
    return np.concatenate([[2 * wave_aa[0] - middles[0]], middles, [2 * wave_aa[-1] - middles[-1]]])
