"""Selection of line names that fit on an axis without overlap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...core.spectra.lines import Line

__all__ = ["Label", "fit_labels", "width_of"]

_CHAR_PX = 6.6
_GAP_PX = 7.0

# The lines a spectroscopist looks for first; all others follow in order of wavelength.
_FIRST = (
    "oiii5007", "halpha", "hbeta", "oii", "hgamma", "hdelta", "mgii", "nii6583", "sii6716",
    "nad", "mgb", "cak", "neiii3869", "oi6300",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Label:
    """A line's name on the axis: where it stands (as the lines' wavelengths), and in which row.

    At an end of the axis it stands shift_px beside its line, to the right if above 0.
    """

    text: str
    wave_aa: float
    row: int
    shift_px: float = 0.0


def fit_labels(
    lines: Sequence[Line], span_aa: tuple[float, float], width_px: float, *, rows: int = 2
) -> list[Label]:
    """Choose and place the names of lines over a stretch of spectrum.

    A name is short ("[O III]") and stands once for lines too close to be named apart.

    Parameters
    ----------
    lines
        Candidates.
    span_aa
        (low, high) wavelength seen, Å, in the lines' frame.
    width_px
        Of the axis.
    rows
        How many rows of names there is room for.

    Returns
    -------
    Labels in order of wavelength; names in one row are at least 7 px apart.
    """
    low, high = span_aa
    if not high > low or width_px <= 0:
        return []
    scale = width_px / (high - low)
    inside = [line for line in lines if low <= line.wave_vac_aa <= high]
    taken: list[list[tuple[float, float]]] = [[] for _ in range(rows)]
    placed: list[Label] = []
    for line in sorted(inside, key=_importance):
        text = line.label.rstrip("0123456789").strip() or line.label
        at = (line.wave_vac_aa - low) * scale
        half = 0.5 * (width_of(text) + _GAP_PX)
        if any(p.text == text and abs(p.wave_aa - line.wave_vac_aa) * scale < 3 * half
               for p in placed):  # fmt: skip
            continue
        if 2 * half > width_px:
            continue
        middle = min(max(at, half), width_px - half)
        for row, spans in enumerate(taken):
            if all(middle + half <= start or middle - half >= stop for start, stop in spans):
                spans.append((middle - half, middle + half))
                placed.append(Label(text, line.wave_vac_aa, row, middle - at))
                break
    return sorted(placed, key=lambda label: label.wave_aa)


def width_of(text: str) -> float:
    """How wide a name is, px."""
    return _CHAR_PX * len(text)


def _importance(line: Line) -> tuple[float, float]:
    rank = _FIRST.index(line.name) if line.name in _FIRST else np.inf
    return rank, line.wave_vac_aa
