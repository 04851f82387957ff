"""Lines by kind, as the page marks them: gas, stars, sky, active nuclei."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal, get_args

import numpy as np

from .line_list import PAGE_LINES, Line

__all__ = ["LINES_BY_KIND", "LineKind", "lines_of"]

LineKind = Literal["emission", "absorption", "agn", "sky"]

_STELLAR = ("cak", "cah", "gband", "mgb", "nad")
# Seen where a hard continuum ionises: of AGN rather than of young stars.
_HARD = ("mgii", "nev3426", "heii4686")

# Vacuum wavelengths of the SDSS line list and of Vanden Berk et al. (2001, AJ 122, 549, table 2).
_MORE_EMISSION = (
    Line.from_vacuum("hei3188", "He I 3188", 3188.67),
    Line.from_vacuum("hepsilon", "Hε", 3971.20),
    Line.from_vacuum("hei7065", "He I 7065", 7067.20),
    Line.from_vacuum("oii7320", "[O II] 7325", 7327.32),
    Line.from_vacuum("ariii7751", "[Ar III] 7751", 7753.24),
    Line.from_vacuum("siii9069", "[S III] 9069", 9071.10),
    Line.from_vacuum("siii9531", "[S III] 9531", 9533.20),
)
_MORE_STELLAR = (
    Line.from_air("fe5270", "Fe 5270", 5269.54),
    Line.from_air("fe5335", "Fe 5335", 5335.20),
    Line.from_air("caii8498", "Ca II 8498", 8498.02),
    Line.from_air("caii8542", "Ca II 8542", 8542.09),
    Line.from_air("caii8662", "Ca II 8662", 8662.14),
)
_MORE_AGN = (
    Line.from_vacuum("lya", "Lyα", 1215.67),
    Line.from_vacuum("nv", "N V 1240", 1240.14),
    Line.from_vacuum("siiv", "Si IV 1397", 1396.76),
    Line.from_vacuum("civ", "C IV 1549", 1549.06),
    Line.from_vacuum("heii1640", "He II 1640", 1640.42),
    Line.from_vacuum("ciii", "C III] 1909", 1908.73),
    Line.from_vacuum("cii2326", "C II] 2326", 2326.44),
    Line.from_vacuum("nev3346", "[Ne V] 3346", 3346.82),
    Line.from_air("fevii6087", "[Fe VII] 6087", 6086.97),
    Line.from_air("fex6374", "[Fe X] 6374", 6374.51),
)
# Where the observatory's own sky shines or absorbs, whatever the redshift: air wavelengths of
# Osterbrock & Martel (1992, PASP 104, 76), and the heads of the telluric bands of O2 and H2O.
_SKY = (
    Line.from_air("hgi4358", "Hg 4358", 4358.34),
    Line.from_air("hgi5461", "Hg 5461", 5460.74),
    Line.from_air("oi5577", "[O I] 5577", 5577.34),
    Line.from_air("nai5893", "Na 5893", 5892.94),
    Line.from_air("skyoi6300", "[O I] 6300", 6300.30),
    Line.from_air("skyoi6364", "[O I] 6364", 6363.78),
    Line.from_air("telluric6867", "B band", 6867.19),
    Line.from_air("telluric7186", "H2O", 7186.0),
    Line.from_air("oh7276", "OH 7276", 7276.40),
    Line.from_air("telluric7594", "A band", 7593.70),
    Line.from_air("oh7914", "OH 7914", 7913.72),
    Line.from_air("oh8344", "OH 8344", 8344.61),
    Line.from_air("oh8827", "OH 8827", 8827.10),
)


def _sorted(lines: Iterable[Line]) -> tuple[Line, ...]:
    return tuple(sorted(lines, key=lambda line: line.wave_vac_aa))


LINES_BY_KIND: dict[LineKind, tuple[Line, ...]] = {
    "emission": _sorted(
        [one for one in PAGE_LINES if one.name not in (*_STELLAR, *_HARD)] + [*_MORE_EMISSION]
    ),
    "absorption": _sorted([one for one in PAGE_LINES if one.name in _STELLAR] + [*_MORE_STELLAR]),
    "agn": _sorted([one for one in PAGE_LINES if one.name in _HARD] + [*_MORE_AGN]),
    "sky": _sorted(_SKY),
}
"""Kind → its lines, ascending. Those of the sky are at their observed wavelengths."""


def lines_of(kinds: Iterable[LineKind], z: float) -> tuple[Line, ...]:
    """The lines of some kinds where they fall in the rest frame of a source, ascending.

    Parameters
    ----------
    kinds
        Which.
    z
        Redshift of the source, above −1: lines of the sky fall at their wavelengths over 1 + z.
        Where it is NaN there are none of the sky.

    Raises
    ------
    ValueError
        There is no such kind, or z is −1 or less.
    """
    if z <= -1:
        raise ValueError(f"z must be above -1, got {z:g}")
    lines: list[Line] = []
    for kind in kinds:
        if kind not in LINES_BY_KIND:
            raise ValueError(f"there are lines of {', '.join(get_args(LineKind))}, not of {kind!r}")
        if kind != "sky":
            lines += LINES_BY_KIND[kind]
        elif not np.isnan(z):
            lines += [
                replace(
                    one,
                    wave_vac_aa=one.wave_vac_aa / (1 + z),
                    wave_air_aa=one.wave_air_aa / (1 + z),
                )
                for one in LINES_BY_KIND["sky"]
            ]
    return _sorted(lines)
