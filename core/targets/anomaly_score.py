"""Targets for the eight anomaly scores of O25 (section 3)."""

from __future__ import annotations

from copy import copy
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from ..models.anomaly import TRIMMED_FRACTION, Score, mean_square, residual_score
from ..models.autoencoder import Vae
from ..neighbourhood import DENSE_ROWS, Neighbourhood
from ..surrogate import Quadratic
from .base import RowEvaluator
from .network import MeanSquare, Network
from .network.decoded_score import Decoded
from .network.linearised_autoencoder import linearised_mse

__all__ = ["Score", "VaeScore"]


class VaeScore:
    """How badly an autoencoder reconstructs a spectrum.

    With x the spectrum, x′ its reconstruction and r = x′ − x: ``mse`` is mean r², ``chi2`` is
    mean r²/(max(x, 0) + 1e-3) (the paper's r²/(x + δ), guarded where x ≤ −δ would give NaN or a
    negative sum). ``filtered`` leaves out the pixels near emission lines, ``trimmed`` the share
    of the remaining pixels with the largest |r|, 3 % in the paper. Order: filter, residual, trim,
    mean.

    Parameters
    ----------
    vae
        The trained network; its weights are read at first use and must not change after.
    score
        One of the eight.
    kept : (D,) bool, needed by and only by the filtered scores
        True where a pixel counts.
    trimmed
        Share of the pixels that trimmed scores leave out, 0 up to 1; no other score uses it.

    Raises
    ------
    ValueError
        If the score is unknown, trimmed is not in [0, 1), or ``kept`` is missing, superfluous or
        of the wrong shape.
    """

    def __init__(
        self,
        vae: Vae,
        score: Score = "mse",
        *,
        kept: NDArray[np.bool_] | None = None,
        trimmed: float = TRIMMED_FRACTION,
    ) -> None:
        if score not in get_args(Score):
            raise ValueError(f"score must be one of {get_args(Score)}, got {score!r}")
        if score.startswith("filtered") != (kept is not None):
            raise ValueError(f"filtered scores alone take kept: got {score!r} with kept={kept!r}")
        if not 0 <= trimmed < 1:
            raise ValueError(f"trimmed must be in [0, 1), got {trimmed}")
        if kept is not None and (kept.shape != (vae.n_pixels,) or not kept.any()):
            raise ValueError(
                f"kept must be ({vae.n_pixels},) bool with some True, got {kept.shape} "
                f"with {np.count_nonzero(kept)}"
            )
        self.name: str = score
        self._vae = vae
        self._kept = kept
        self._pixels = slice(None) if kept is None else np.flatnonzero(kept)
        self._of_rows = residual_score(score, trimmed=trimmed)
        self._networks: dict[np.dtype, Network] = {}
        self._structures: dict[np.dtype, MeanSquare | Decoded] = {}

    @property
    def vae(self) -> Vae:
        """The network."""
        return self._vae

    def expected(self, x: NDArray[np.floating]) -> NDArray[np.floating]:
        """Reconstruction of a spectrum (D,) by the network."""
        return self._vae.reconstruct(x[None])[0]

    def on(self, vae: Vae) -> VaeScore:
        """The same score of another network, of as many pixels."""
        other = copy(self)
        other._vae, other._networks, other._structures = vae, {}, {}
        return other

    def __call__(self, spectra: NDArray[np.floating]) -> NDArray[np.float64]:
        """Scores (n,) of spectra (n, D), in their own precision."""
        network = self._network(spectra.dtype)
        scores = np.empty(len(spectra))
        for start in range(0, len(spectra), DENSE_ROWS):
            rows = slice(start, start + DENSE_ROWS)
            x = spectra[rows]
            reconstruction = network.leave(network.hidden(network.enter(x)))
            scores[rows] = self._of_rows(x[:, self._pixels], reconstruction)
        return scores

    def on_neighbourhood(self, neighbourhood: Neighbourhood) -> RowEvaluator:
        """Scores of any rows of a neighbourhood, from its pieces and in its own precision."""
        dtype = neighbourhood.base.dtype
        if dtype not in self._structures:
            network, of_rows = self._network(dtype), self._of_rows
            is_form = of_rows is mean_square  # a quadratic form in the network's variables
            structure = MeanSquare(network) if is_form else Decoded(network, score=of_rows)
            self._structures[dtype] = structure
        return self._structures[dtype].evaluator(neighbourhood)

    def stand_in(self, neighbourhood: Neighbourhood, centre: NDArray[np.float64]) -> Quadratic:
        """The score with its ReLUs held where they are at one mask: quadratic, so known in full.

        Parameters
        ----------
        neighbourhood
            Of LIME, in single precision.
        centre : (S,)
            The mask, each entry 0 to 1.

        Raises
        ------
        ValueError
            If the score is not ``mse`` or ``filtered-mse``.
        """
        if self.name not in ("mse", "filtered-mse"):
            raise ValueError(
                f"control 'linearised' is for scores mse and filtered-mse, got {self.name!r}"
            )
        return linearised_mse(self._vae, neighbourhood, centre, kept=self._kept)

    def _network(self, dtype: np.dtype) -> Network:
        # Explanations ask for single precision, saliency maps for double; few need both.
        if dtype not in self._networks:
            self._networks[dtype] = Network.of(self._vae, dtype, self._pixels)
        return self._networks[dtype]
