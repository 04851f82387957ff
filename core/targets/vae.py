"""The eight anomaly scores of O25 (section 3) as targets."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from ..vae import Vae

__all__ = ["Score", "VaeScore"]

Score = Literal[
    "mse",
    "chi2",
    "trimmed-mse",
    "trimmed-chi2",
    "filtered-mse",
    "filtered-chi2",
    "filtered-trimmed-mse",
    "filtered-trimmed-chi2",
]

CHI2_OFFSET = 1e-3
TRIMMED_FRACTION = 0.03
_BLOCK_ROWS = 250


class VaeScore:
    """How badly an autoencoder reconstructs a spectrum.

    With x the spectrum, x′ its reconstruction and r = x′ − x: ``mse`` is mean r², ``chi2`` is
    mean r²/(max(x, 0) + 1e-3) (the paper's r²/(x + δ), guarded where x ≤ −δ would give NaN or a
    negative sum). ``filtered`` leaves out the pixels near emission lines, ``trimmed`` the 3 % of
    the remaining pixels with the largest |r|. Order: filter, residual, trim, mean.

    Parameters
    ----------
    vae
        The trained network.
    score
        One of the eight.
    kept : (D,) bool, needed by and only by the filtered scores
        True where a pixel counts.

    Raises
    ------
    ValueError
        If the score is unknown, or ``kept`` is missing, superfluous or of the wrong shape.
    """

    def __init__(
        self, vae: Vae, score: Score = "mse", *, kept: NDArray[np.bool_] | None = None
    ) -> None:
        if score not in get_args(Score):
            raise ValueError(f"score must be one of {get_args(Score)}, got {score!r}")
        if ("filtered" in score) != (kept is not None):
            raise ValueError(f"score {score!r} and kept={kept!r}: filtered scores alone take kept")
        if kept is not None and (kept.shape != (vae.n_pixels,) or not kept.any()):
            raise ValueError(
                f"kept must be ({vae.n_pixels},) bool with some True, got {kept.shape} "
                f"with {np.count_nonzero(kept)}"
            )
        self.name: str = score
        self.vae = vae
        self._kept = slice(None) if kept is None else np.flatnonzero(kept)

    def __call__(self, spectra: NDArray[np.floating]) -> NDArray[np.float64]:
        """Scores (n,) of spectra (n, D)."""
        blocks = range(0, len(spectra), _BLOCK_ROWS)
        return np.concatenate([self._block(spectra[at : at + _BLOCK_ROWS]) for at in blocks])

    def _block(self, x: NDArray[np.floating]) -> NDArray[np.float64]:
        reconstruction = self.vae.reconstruct(x)[:, self._kept]
        x = x[:, self._kept]
        residual = reconstruction - x
        terms = residual**2
        if "chi2" in self.name:
            terms /= np.maximum(x, 0) + x.dtype.type(CHI2_OFFSET)
        if "trimmed" in self.name:
            n_kept = x.shape[1] - int(TRIMMED_FRACTION * x.shape[1])
            smallest = np.argpartition(np.abs(residual), n_kept - 1, axis=1)[:, :n_kept]
            terms = np.take_along_axis(terms, smallest, axis=1)
        return terms.mean(axis=1, dtype=np.float64)
