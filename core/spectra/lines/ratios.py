"""Emission-line ratios with propagated errors, and limits for undetected lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from .flux import LineFluxes

__all__ = [
    "ACROSS_THE_SPECTRUM",
    "DETECTION_SN",
    "LineRatio",
    "RatioName",
    "line_ratio",
    "line_ratios",
]

_F64 = NDArray[np.float64]

RatioName = Literal["balmer_decrement", "nii_ha", "oiii_hb", "oiii_oii", "o3n2"]

DETECTION_SN = 3.0

# Numerators over denominators. O3N2 is the logarithm of its own (Pettini & Pagel 2004, MNRAS 348,
# L59, equation 1), the others are plain ratios.
_LINES: Mapping[RatioName, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "balmer_decrement": (("halpha",), ("hbeta",)),
    "nii_ha": (("nii6583",), ("halpha",)),
    "oiii_hb": (("oiii5007",), ("hbeta",)),
    "oiii_oii": (("oiii5007",), ("oii",)),
    "o3n2": (("oiii5007", "halpha"), ("hbeta", "nii6583")),
}
# Lines so far apart that the ratio is that of a flux calibration too; the other ratios are of
# neighbours (O3N2 of two pairs), over which an instrument's response hardly changes.
ACROSS_THE_SPECTRUM: tuple[RatioName, ...] = ("balmer_decrement", "oiii_oii")

_LOGARITHMIC: tuple[RatioName, ...] = ("o3n2",)


@dataclass(frozen=True, slots=True, eq=False)
class LineRatio:
    """One ratio for n spectra.

    Attributes
    ----------
    name
        Which.
    value
        (n,) the ratio, or its limit; NaN where a line was not observed or lines above and
        below the bar are both undetected.
    error
        (n,) 1σ; NaN for limits.
    limit
        (n,) int8: 0 measured, +1 value is an upper limit, -1 a lower limit. Meaningless
        where value is NaN.
    logarithmic
        Whether value and error are log10 (dex), as O3N2 is.
    """

    name: RatioName
    value: _F64
    error: _F64
    limit: NDArray[np.int8]
    logarithmic: bool

    def log10(self) -> tuple[_F64, _F64]:
        """Value and error in dex, (n,) each."""
        if self.logarithmic:
            return self.value, self.error
        return np.log10(self.value), self.error / (np.log(10.0) * self.value)


def line_ratio(lines: LineFluxes, name: RatioName) -> LineRatio:
    """One ratio of measured lines.

    A line counts as detected from S/N = 3. Below, three times its error stands in for its flux:
    above the bar that gives an upper limit of the ratio, below it a lower limit. Errors add in
    quadrature, relative errors as small (first order); the correlation between lines of one window
    is neglected.

    ``balmer_decrement`` Hα/Hβ; ``nii_ha`` [N II] 6583/Hα; ``oiii_hb`` [O III] 5007/Hβ;
    ``oiii_oii`` [O III] 5007/[O II] 3726+3729; ``o3n2`` log10(([O III]/Hβ)/([N II]/Hα)).

    Raises
    ------
    ValueError
        Unknown ratio.
    KeyError
        A line it needs was outside the wavelengths.
    """
    if name not in get_args(RatioName):
        raise ValueError(f"ratio must be one of {get_args(RatioName)}, got {name!r}")
    above, below = _LINES[name]
    n = len(lines.flux)
    log_value, relative_variance = np.zeros(n), np.zeros(n)
    faint = {1: np.zeros(n, dtype=bool), -1: np.zeros(n, dtype=bool)}
    for members, sign in ((above, 1), (below, -1)):
        for line in members:
            flux, error = lines.of(line)
            detected = flux >= DETECTION_SN * error
            strength = np.where(detected | np.isnan(flux), flux, DETECTION_SN * error)
            log_value += sign * np.log10(strength)
            relative_variance += (error / strength) ** 2
            faint[sign] |= ~detected
    log_value[faint[1] & faint[-1]] = np.nan
    limit = faint[1].astype(np.int8) - faint[-1].astype(np.int8)
    return _assemble(name, log_value, np.sqrt(relative_variance), limit)


def line_ratios(lines: LineFluxes) -> dict[RatioName, LineRatio]:
    """All ratios whose lines lie within the wavelengths measured."""
    return {
        name: line_ratio(lines, name)
        for name, members in _LINES.items()
        if {line for side in members for line in side} <= set(lines.names)
    }


def _assemble(
    name: RatioName, log_value: _F64, relative: _F64, limit: NDArray[np.int8]
) -> LineRatio:
    logarithmic = name in _LOGARITHMIC
    value = log_value if logarithmic else 10.0**log_value
    error = relative / np.log(10.0) if logarithmic else value * relative
    return LineRatio(name, value, np.where(limit == 0, error, np.nan), limit, logarithmic)
