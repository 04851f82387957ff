"""Sorting of pixels by wavelength, and detection of several spectra in one table."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from ......core.spectra.coaddition import coadd_arms
from ...errors import ReadError

__all__ = ["in_order", "shared_part"]

_SAME_AA = 1e-6  # nearer wavelengths are one pixel written twice
_FEWEST = 10  # pixels of a run of wavelengths that may be a spectrum
_NEARLY_ALL = 0.8  # overlap relative to the longer: orders less, exposures and objects more


def in_order(
    wave_aa: np.ndarray, flux: np.ndarray, ivar: np.ndarray, *, numbered: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sort pixels by wavelength, and combine equal ones by inverse variance.

    Parameters
    ----------
    wave_aa, flux, ivar : (D,)
        As in the file. Pixels with NaN as wavelength are dropped.
    numbered
        Whether a column numbers orders or arms of the spectrum.

    Raises
    ------
    ReadError
        All wavelengths are equal, or cover the same range repeatedly, as several spectra do.
    """
    if wave_aa.size > 1 and np.diff(wave_aa).min() > 0:  # false if there is a NaN
        return wave_aa, flux, ivar
    there = np.isfinite(wave_aa)
    wave_aa, flux, ivar = wave_aa[there], flux[there], ivar[there]
    if wave_aa.size > 1 and len(np.unique(wave_aa)) == 1:
        raise ReadError("unreadable", f"all {there.size:,} wavelengths are {wave_aa[0]:g} Å")
    if not numbered and (_run_again(wave_aa) or _stand_again(wave_aa, flux)):
        raise ReadError(
            "several spectra",
            f"its wavelengths run more than once over {wave_aa.min():.0f}–{wave_aa.max():.0f} Å, "
            "which is more than one spectrum: name whose pixel each is in a column id, the orders "
            "of one in a column order, or write a file each",
        )
    return coadd_arms([(wave_aa, flux, ivar)], tolerance_aa=_SAME_AA)


def shared_part(first: tuple[float, float], second: tuple[float, float]) -> float:
    """Overlap of two ranges, as a fraction of the shorter."""
    shorter = min(_length(first), _length(second))
    return _shared(first, second) / shorter if shorter > 0 else 1.0


def _length(stretch: tuple[float, float]) -> float:
    return stretch[1] - stretch[0]


def _shared(first: tuple[float, float], second: tuple[float, float]) -> float:
    return min(first[1], second[1]) - max(first[0], second[0])


def _run_again(wave_aa: np.ndarray) -> bool:
    """Whether two monotonic runs cover nearly the same range."""
    steps = np.diff(wave_aa)
    if not len(steps):
        return False
    forward = 1.0 if np.median(steps) >= 0 else -1.0
    runs = np.split(wave_aa, np.flatnonzero(steps * forward < 0) + 1)
    ranges = sorted((run.min(), run.max()) for run in runs if len(run) >= _FEWEST)
    return any(
        _shared(a, b) > _NEARLY_ALL * max(_length(a), _length(b)) for a, b in pairwise(ranges)
    )


def _stand_again(wave_aa: np.ndarray, flux: np.ndarray) -> bool:
    """Whether nearly every wavelength occurs several times with different flux, in any order.

    Pixels that are merely written twice have equal flux.
    """
    _, which, n_times = np.unique(wave_aa, return_inverse=True, return_counts=True)
    if len(n_times) < _FEWEST or np.mean(n_times > 1) <= _NEARLY_ALL:
        return False
    known = np.nan_to_num(flux, nan=0.0)
    largest, least = np.full(len(n_times), -np.inf), np.full(len(n_times), np.inf)
    np.maximum.at(largest, which, known)
    np.minimum.at(least, which, known)
    return bool(np.mean(largest > least) > _NEARLY_ALL)
