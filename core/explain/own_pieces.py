"""User-defined segments and baselines: the same methods in coordinates of the segments.

With z (S,) the shares of the pieces that are present, x'(z) = b + (x − b)·z[labels] is a spectrum
between a baseline b and x. A method that perturbs z, one number a piece, explains x by pieces of
any shape; without a baseline b = 0 and a factor scales the flux of a piece, as ever.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..settings import ExplainSettings
from ..targets import Target

__all__ = ["PiecesTarget", "pieces_settings"]


@dataclass(frozen=True, slots=True, eq=False)
class PiecesTarget:
    """A target as a function of how much of each piece is there.

    Attributes
    ----------
    target
        Of spectra.
    x, baseline : (D,)
        The spectrum, and what takes the place of a piece that is not there.
    labels : (D,) int32
        Piece of each pixel, 0 to S − 1.
    """

    target: Target
    x: NDArray[np.floating]
    baseline: NDArray[np.floating]
    labels: NDArray[np.int32]

    @property
    def name(self) -> str:
        """The target's own."""
        return self.target.name

    def __call__(self, shares: NDArray[np.floating]) -> NDArray[np.float64]:
        """Values (n,) of shares (n, S)."""
        spectra = self.baseline + (self.x - self.baseline) * shares[:, self.labels]
        return self.target(spectra.astype(self.x.dtype, copy=False))


def pieces_settings(settings: ExplainSettings, n_pieces: int, *, baseline: bool) -> ExplainSettings:
    """The settings on pieces: each its own segment; with a baseline a piece goes whole.

    Raises
    ------
    ValueError
        If the method has no segments, or the perturbation needs the pixels.
    """
    if settings.method == "saliency":
        raise ValueError("a saliency map has no segments and no baseline; use lime or occlusion")
    if not baseline and settings.perturbation != "scale":
        raise ValueError(
            "segments of your own are scaled or replaced by a baseline, not "
            f"{settings.perturbation!r}"
        )
    chosen = replace(settings, segmentation="uniform", n_segments=n_pieces)
    return replace(chosen, perturbation="flat", factor=0.0) if baseline else chosen
