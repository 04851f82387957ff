"""Small picture of an observed spectrum that no model is given."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ....data.collection import ObservedSpectrum

from ....core.words import number_text
from ..pixel_runs import runs

__all__ = ["raw_picture"]

_WIDTH, _HEIGHT, _FOOT = 800, 260, 22
_COLUMNS = _WIDTH  # finer than a column nothing can be seen
_WAVES = {"air": "vacuum Å, taken from air", "not said": "Å, vacuum assumed"}
_TICKS = 5
_HALF_WORD, _SIDE = 18, 48  # room for the numbers


def raw_picture(observed: ObservedSpectrum, medium: str = "") -> str:
    """Flux over observed wavelength as an SVG: with ±1 σ, the pipeline's model, and no data grey.

    Of the pixels that fall in one column the smallest and largest are drawn. What its file says of
    air or vacuum (``medium``) is told below.
    """
    wave, good = observed.wave_obs_aa, ~observed.mask
    if not good.any():
        return ""
    flux = np.where(good, observed.flux, np.nan).astype(np.float64)
    sigma = np.where(good, observed.ivar, np.nan).astype(np.float64) ** -0.5
    low, high = np.nanpercentile(flux, [0.5, 99.5])
    room = 0.1 * (high - low) or 1.0
    x = (wave - wave[0]) / (wave[-1] - wave[0]) * _WIDTH

    def y(values: np.ndarray) -> np.ndarray:
        share = (values - (low - room)) / (high - low + 2 * room)
        return _HEIGHT * (1 - np.clip(share, 0, 1))

    edges = np.linspace(0, _WIDTH, _COLUMNS + 1)
    parts = [_gaps(x, good)]
    parts += [_band(x, y(flux - sigma), y(flux + sigma), edges)]
    if observed.model is not None:
        parts.append(_line(x, y(np.asarray(observed.model, float)), edges, "#d9822b", 1.5))
    parts.append(_line(x, y(flux), edges, "currentColor", 1.0))
    for tick in _round_ticks(float(wave[0]), float(wave[-1])):
        at = (tick - wave[0]) / (wave[-1] - wave[0]) * _WIDTH
        held = min(max(at, _HALF_WORD), _WIDTH - _HALF_WORD)
        parts.append(
            f'<text x="{held:.0f}" y="{_HEIGHT + _FOOT - 6}" font-size="13" fill="currentColor" '
            f'text-anchor="middle">{tick:.0f}</text>'
            f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{_HEIGHT}" y2="{_HEIGHT + 4}" '
            'stroke="currentColor"/>'
        )
    for tick in _round_ticks(float(low - room), float(high + room)):
        parts.append(
            f'<text x="-6" y="{y(np.array(tick)) + 4:.0f}" font-size="13" fill="currentColor" '
            f'text-anchor="end">{number_text(tick, ".6g")}</text>'
        )
    return (
        f'<svg viewBox="{-_SIDE} 0 {_WIDTH + _SIDE} {_HEIGHT + _FOOT}" width="{_WIDTH}" role="img" '
        f'aria-label="The spectrum as observed">{"".join(parts)}</svg><p class="small">'
        f"{escape(_words(observed, medium))}</p>"
    )


def _round_ticks(first: float, last: float) -> np.ndarray:
    """Round numbers between two, about four to ten of them."""
    step = 10.0 ** np.floor(np.log10((last - first) / _TICKS))
    step *= next(times for times in (1, 2, 5, 10) if (last - first) / (times * step) <= 2 * _TICKS)
    return np.arange(np.ceil(first / step), np.floor(last / step) + 1) * step + 0.0  # no −0


def _words(observed: ObservedSpectrum, medium: str) -> str:
    unit = observed.flux_unit or "a unit not known"
    flux = "relative flux" if unit == "relative" else f"flux in {unit.replace('cm2', 'cm²')}"
    model = "; orange: the pipeline’s model" if observed.model is not None else ""
    wave = _WAVES.get(medium, "vacuum Å")
    return f"As observed: {wave}, {flux}, ±1 σ light, no data grey{model}."


def _gaps(x: np.ndarray, good: np.ndarray) -> str:
    """Stretches without data."""
    return "".join(
        f'<rect x="{x[first]:.1f}" width="{max(x[last] - x[first], 1):.1f}" y="0" '
        f'height="{_HEIGHT}" fill="#888" opacity="0.2"/>'
        for first, last in zip(*runs(~good), strict=True)
    )


def _columns(x: np.ndarray, values: np.ndarray, edges: np.ndarray) -> tuple[np.ndarray, ...]:
    """Middle, smallest and largest of each column that has data."""
    known = np.isfinite(values)
    column = np.clip(np.searchsorted(edges, x[known], side="right") - 1, 0, len(edges) - 2)
    least, most = np.full(len(edges) - 1, np.inf), np.full(len(edges) - 1, -np.inf)
    np.minimum.at(least, column, values[known])
    np.maximum.at(most, column, values[known])
    has_data = np.isfinite(least)
    return (edges[:-1] + 0.5)[has_data], least[has_data], most[has_data]


def _line(x: np.ndarray, y: np.ndarray, edges: np.ndarray, colour: str, width: float) -> str:
    middle, least, most = _columns(x, y, edges)
    path = " ".join(
        f"M{at:.1f},{a:.1f}V{max(b, a + 1):.1f}"
        for at, a, b in zip(middle.tolist(), least.tolist(), most.tolist(), strict=True)
    )
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}"/>'


def _band(x: np.ndarray, low: np.ndarray, high: np.ndarray, edges: np.ndarray) -> str:
    """From the lowest to the highest of each column."""
    middle, top, _ = _columns(x, high, edges)
    _, _, bottom = _columns(x, low, edges)
    path = " ".join(
        f"M{at:.1f},{a:.1f}V{b:.1f}"
        for at, a, b in zip(middle.tolist(), top.tolist(), bottom.tolist(), strict=True)
    )
    return f'<path d="{path}" stroke="currentColor" stroke-width="1.2" opacity="0.2"/>'
