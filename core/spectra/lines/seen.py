"""Detected strong lines of a spectrum, compared with those common in a sample."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .flux import SDSS_LOG10_STEP, measure_lines
from .ratios import DETECTION_SN

__all__ = ["EXPECTED_SHARE", "STRONG_LINES", "expected_lines", "strong_lines_sn"]

# Names of the lines asked for, with how they are written.
STRONG_LINES = {"oii": "[O II] 3727", "hbeta": "Hβ", "oiii5007": "[O III] 5007"}
EXPECTED_SHARE = 0.95
_FEWEST = 50
# What holds their windows, rest Å.
_START_AA, _STOP_AA = 3690.0, 5040.0


def strong_lines_sn(
    wave_rest_aa: NDArray[np.floating], flux: NDArray[np.floating], ivar: NDArray[np.floating]
) -> dict[str, NDArray[np.float64]]:
    """Signal to noise of the strong lines by Gaussian fits (:func:`.flux.measure_lines`).

    Parameters
    ----------
    wave_rest_aa : (D,)
        Vacuum Å.
    flux, ivar : (n, D)
        NaN and 0 where there is no data.

    Returns
    -------
    Name of :data:`STRONG_LINES` → (n,) flux over its error; NaN where it was not measured.
    """
    unknown = np.full(len(flux), np.nan)
    near = (wave_rest_aa >= _START_AA) & (wave_rest_aa <= _STOP_AA)
    if not near.any() or not len(flux):
        return dict.fromkeys(STRONG_LINES, unknown)
    ivar = np.where(np.isfinite(flux), ivar, 0)[:, near]
    wave = wave_rest_aa[near]
    try:
        lines = measure_lines(wave, flux[:, near], ivar, native_log10_step=SDSS_LOG10_STEP)
    except ValueError:  # its few pixels hold no window
        return dict.fromkeys(STRONG_LINES, unknown)
    sn_of_line = {}
    for name in STRONG_LINES:
        value, error = lines.of(name) if name in lines.names else (unknown, unknown)
        sn_of_line[name] = np.divide(value, error, out=unknown.copy(), where=error > 0)
    return sn_of_line


def expected_lines(sn: dict[str, NDArray[np.float64]]) -> dict[str, tuple[int, int]]:
    """Lines that at least 95 % of a sample show at S/N 3.

    Parameters
    ----------
    sn
        From :func:`strong_lines_sn`.

    Returns
    -------
    Name → of how many it is seen, and in how many it could be; none where fewer than 50 could.
    """
    expected = {}
    for name, values in sn.items():
        measured = values[np.isfinite(values)]
        seen = int((measured >= DETECTION_SN).sum())
        if len(measured) >= _FEWEST and seen >= EXPECTED_SHARE * len(measured):
            expected[name] = (seen, len(measured))
    return expected
