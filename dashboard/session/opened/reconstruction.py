"""The autoencoder's reconstruction of the open spectrum, and its score."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from ....core.models.anomaly import kept_pixels
from ....data.lenses import AnomalyLens
from ..session import Session

__all__ = ["Rebuilt", "rebuild", "rebuilding"]


@dataclass(frozen=True, slots=True, eq=False)
class Rebuilt:
    """A spectrum beside its reconstruction.

    Attributes
    ----------
    row
        Of the collection.
    reconstruction, residual : (D,)
        Decoded from the latent mean, and that minus the spectrum.
    kept, trimmed : (D,) bool
        Pixels the filter keeps; pixels that the trimming leaves out of what counts.
    value
        The score with the width and the trimming asked for.
    usual
        With the paper's.
    rank, n_ranked
        By the usual score; 1 is the most anomalous.
    """

    row: int
    reconstruction: np.ndarray
    residual: np.ndarray
    kept: np.ndarray
    trimmed: np.ndarray
    value: float
    usual: float
    rank: int
    n_ranked: int


def rebuild(
    lens: AnomalyLens,
    row: int,
    score: str,
    width_kms: float,
    trimmed: float,
    _cancelled: Callable[[], bool],
) -> Iterator[Rebuilt]:
    """Reconstruct a spectrum and score it; a few milliseconds, once the network is loaded.

    Parameters
    ----------
    lens, row
        Whose network, and which spectrum.
    score
        One of the lens's targets.
    width_kms, trimmed
        Filter and trimming of one's choice; scores that are not filtered or trimmed use neither.

    Raises
    ------
    LensError
        If the lens cannot take the row or has no such score.
    ValueError
        If width or share are out of range.
    """
    flux = lens.prepared(row)
    again = lens.reconstruction(row)
    values = lens.scores(score)
    target = lens.target(score, row, width_kms=width_kms, trimmed=trimmed)
    filtered = score.startswith("filtered")
    kept = kept_pixels(lens.wave_rest_aa, width_kms=width_kms)
    counts = kept if filtered else np.ones(len(flux), bool)
    usual = float(values.at[row])
    yield Rebuilt(
        row=row,
        reconstruction=again,
        residual=again - flux,
        kept=counts,
        trimmed=_largest(again - flux, counts, trimmed if "trimmed" in score else 0.0),
        value=float(target(flux[None])[0]),
        usual=usual,
        rank=1 + int((values.to_numpy() > usual).sum()),
        n_ranked=len(values),
    )


def rebuilding(
    session: Session, lens: AnomalyLens, row: int
) -> Callable[[Callable[[], bool]], Iterator[Rebuilt]]:
    """The work of :func:`rebuild` as the choices of a session are now."""
    view = session.view
    return partial(rebuild, lens, row, session.score, view.width_kms, view.trimmed)


def _largest(residual: np.ndarray, counts: np.ndarray, share: float) -> np.ndarray:
    """Pixels of the largest |residual| among those that count, so many as the share says."""
    out = np.zeros(len(residual), bool)
    n = int(share * counts.sum())
    if n:
        inside = np.flatnonzero(counts)
        out[inside[np.argsort(-np.abs(residual[inside]), kind="stable")[:n]]] = True
    return out
