"""Wavelength windows of the line fits, and which lines are tied together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .line_list import O25_FILTER_LINES, PAGE_LINES, Line

__all__ = ["LINE_WINDOWS", "LineFamily", "LineProfile", "LineWindow"]

LineFamily = Literal["balmer", "forbidden"]


@dataclass(frozen=True, slots=True)
class LineProfile:
    """One free flux: a line, or a doublet whose ratio atomic physics fixes.

    Attributes
    ----------
    name
        Of the line whose flux is reported.
    family
        Lines of one family share velocity and width (as Tremonti et al. 2004, ApJ 613,
        898, section 3, and the MPA-JHU catalogue).
    parts
        (vacuum Å, flux relative to the reported line) of each Gaussian.
    """

    name: str
    family: LineFamily
    parts: tuple[tuple[float, float], ...]

    @property
    def wave_vac_aa(self) -> float:
        """Rest wavelength of the reported line, vacuum Å."""
        return self.parts[0][0]


@dataclass(frozen=True, slots=True)
class LineWindow:
    """Lines fitted together over one straight piece of continuum.

    Attributes
    ----------
    start_aa, stop_aa
        Vacuum Å, rest frame; chosen to leave at least 20 Å of continuum on both
        sides and to stay clear of the next strong feature.
    profiles
        Free fluxes.
    absorption
        Vacuum Å of the stellar Balmer line beneath, and its equivalent width relative
        to that of Hβ; None if there is none.
    """

    start_aa: float
    stop_aa: float
    profiles: tuple[LineProfile, ...]
    absorption: tuple[float, float] | None = None


def _profile(name: str, *, mate: tuple[str, float] | None = None) -> LineProfile:
    lines = {line.name: line for line in (*_DOUBLET, *O25_FILTER_LINES, *PAGE_LINES)}
    family: LineFamily = "balmer" if name in _BALMER else "forbidden"
    parts = [(lines[name].wave_vac_aa, 1.0)]
    if mate is not None:
        parts.append((lines[mate[0]].wave_vac_aa, mate[1]))
    return LineProfile(name, family, tuple(parts))


_BALMER = ("hdelta", "hgamma", "hbeta", "halpha")
_DOUBLET = (Line.from_vacuum("oii3729", "[O II] 3729", 3729.875),)
# [N II] 6583 / 6548 = 3.05 (Storey & Zeippen 2000, MNRAS 312, 813).
_NII_MATE = ("nii6548", 1 / 3.05)

# Relative absorption: typical of simple stellar populations of 0.1–10 Gyr, whose Hβ is 1.5–7 Å.
# [O II] 3726 and 3729 trade flux freely (their ratio tells the density); only their sum is well
# measured at survey resolution. [O III] 4959 and 5007 are left free too, although 1 : 2.98: where
# a masked sky line clips one of them, the other must not hide it.
LINE_WINDOWS: tuple[LineWindow, ...] = (
    LineWindow(3690.0, 3765.0, (_profile("oii3726"), _profile("oii3729"))),
    LineWindow(4055.0, 4150.0, (_profile("hdelta"),), absorption=(4102.89, 1.1)),
    LineWindow(
        4315.0, 4400.0, (_profile("hgamma"), _profile("oiii4363")), absorption=(4341.68, 1.0)
    ),
    LineWindow(4810.0, 4915.0, (_profile("hbeta"),), absorption=(4862.68, 1.0)),
    LineWindow(4930.0, 5040.0, (_profile("oiii5007"), _profile("oiii4959"))),
    LineWindow(6270.0, 6340.0, (_profile("oi6300"),)),
    LineWindow(
        6495.0,
        6640.0,
        (_profile("halpha"), _profile("nii6583", mate=_NII_MATE)),
        absorption=(6564.61, 0.55),
    ),
    LineWindow(6690.0, 6765.0, (_profile("sii6716"), _profile("sii6731"))),
)
