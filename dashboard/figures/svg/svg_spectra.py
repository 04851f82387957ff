"""Small SVG pictures of spectra coloured by their weights."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from ..pixel_runs import runs

__all__ = [
    "Frame",
    "band",
    "ends",
    "painted_mean",
    "painted_pieces",
    "picture",
    "polyline",
    "strips",
]

_WIDTH, _HEIGHT = 100.0, 40.0
_POINTS = 360  # a picture is a few hundred pixels wide: more points would not be seen
_PIECE_POINTS = 12
_FAINT = 0.02  # of the largest weight: as good as unpainted


class Frame:
    """Where wavelengths and values fall in a picture 100 wide and 40 high.

    Parameters
    ----------
    wave_aa : (D,)
        Spans the width.
    values : (D,)
        Their bulk spans the height: strong lines may run off the top.
    clip
        Percentiles that span the height.
    """

    def __init__(
        self,
        wave_aa: NDArray[np.floating],
        values: NDArray[np.floating],
        *,
        clip: tuple[float, float] = (0.5, 99.5),
    ) -> None:
        self._start, self._span = float(wave_aa[0]), float(wave_aa[-1] - wave_aa[0])
        low, high = np.percentile(values, clip)
        # A spectrum without features has a height too, one that its numbers can tell.
        least = 1e-6 * max(abs(low), abs(high), 1e-3)
        self._low, self._range = float(low), float(max(high - low, least))

    @property
    def low(self) -> float:
        """The value at the lower edge."""
        return self._low

    @property
    def top(self) -> float:
        """The value at the upper edge."""
        return self._low + self._range

    def x(self, wave_aa: NDArray[np.floating]) -> NDArray[np.float64]:
        """Across, 0 to 100."""
        return _WIDTH * (np.asarray(wave_aa, np.float64) - self._start) / self._span

    def y(self, values: NDArray[np.floating]) -> NDArray[np.float64]:
        """Down, 0 to 40, held just outside."""
        up = (np.asarray(values, np.float64) - self._low) / self._range
        return _HEIGHT * (1 - np.clip(up, -0.05, 1.05))


def picture(content: Iterable[str], *, label: str = "") -> str:
    """An SVG that takes the size of its place."""
    return (
        f'<svg class="picture" viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" preserveAspectRatio="none" '
        f'role="img" aria-label="{label}">{"".join(content)}</svg>'
    )


def ends(wave_rest_aa: NDArray[np.floating]) -> str:
    """The line beneath a picture: from where to where it goes, (D,) Å at rest in vacuum."""
    first, last = wave_rest_aa[0], wave_rest_aa[-1]
    return (
        f'<div class="caption ends"><span>{first:.0f} Å</span>'
        f"<span>rest, vacuum</span><span>{last:.0f} Å</span></div>"
    )


def polyline(
    frame: Frame, wave_aa: NDArray[np.floating], values: NDArray[np.floating], css: str = "thin"
) -> str:
    """The whole of a spectrum as one line; of many pixels, the extremes of each stretch stay."""
    kept = _extremes(values)
    return f'<polyline class="{css}" points="{_points(frame, wave_aa[kept], values[kept])}"/>'


def band(
    frame: Frame,
    wave_aa: NDArray[np.floating],
    low: NDArray[np.floating],
    high: NDArray[np.floating],
) -> str:
    """The area between two lines, (D,) each, in stretches: the lowest low to the highest high."""
    stretches = np.array_split(np.arange(len(wave_aa)), min(_POINTS, len(wave_aa)))
    wave = np.array([wave_aa[at].mean() for at in stretches])
    upper = _points(frame, wave, np.array([high[at].max() for at in stretches]))
    lower = _points(frame, wave[::-1], np.array([low[at].min() for at in stretches])[::-1])
    return f'<polygon class="shade" points="{upper} {lower}"/>'


def painted_pieces(
    frame: Frame,
    wave_aa: NDArray[np.floating],
    values: NDArray[np.floating],
    labels: NDArray[np.integer],
    shares: NDArray[np.floating],
    *,
    either: NDArray[np.bool_] | None = None,
) -> str:
    """A ribbon under the line, blue where a segment's share is above 0, orange below.

    Parameters
    ----------
    frame, wave_aa, values
        The line, (D,).
    labels : (D,)
        Segment of each pixel, never decreasing.
    shares : (S,)
        Weight of each segment over the largest, −1 to 1.
    either : (S,) bool
        Where any change does the same: violet.
    """
    edges = np.searchsorted(labels, np.arange(len(shares) + 1))
    out = []
    for number in np.flatnonzero(np.abs(shares) > _FAINT):
        inside = np.arange(edges[number], min(edges[number + 1] + 1, len(labels)))
        if len(inside) > _PIECE_POINTS:
            inside = inside[np.linspace(0, len(inside) - 1, _PIECE_POINTS).astype(int)]
        side = "glow" if shares[number] > 0 else "glow lower"
        if either is not None and either[number]:
            side = "glow either"
        points = _points(frame, wave_aa[inside], values[inside])
        opacity = f'style="stroke-opacity:{abs(shares[number]):.2f}"'
        out.append(f'<polyline class="{side}" {opacity} points="{points}"/>')
    return "".join(out)


def painted_mean(
    wave_rest_aa: NDArray[np.floating],
    mean: NDArray[np.floating],
    labels: NDArray[np.integer],
    weights: NDArray[np.floating],
    *,
    label: str,
    spread: NDArray[np.floating] | None = None,
) -> str:
    """A mean spectrum (D,) coloured by its segments' weights (S,), over its spread (2, D)."""
    frame = Frame(wave_rest_aa, mean)
    shares = weights / max(float(np.abs(weights).max()), 1e-9)
    beneath = [] if spread is None else [band(frame, wave_rest_aa, *spread)]
    painted = painted_pieces(frame, wave_rest_aa, mean, labels, shares)
    return picture([*beneath, painted, polyline(frame, wave_rest_aa, mean)], label=label)


def strips(frame: Frame, wave_aa: NDArray[np.floating], marked: NDArray[np.bool_]) -> str:
    """Bands of full height where marked, (D,) bool."""
    first, last = runs(marked)
    left, right = frame.x(wave_aa[first]), frame.x(wave_aa[last])
    return "".join(
        f'<rect class="shade" x="{a:.2f}" y="0" width="{max(b - a, 0.1):.2f}" '
        f'height="{_HEIGHT:g}"/>'
        for a, b in zip(left, right, strict=True)
    )


def _points(frame: Frame, wave_aa: NDArray[np.floating], values: NDArray[np.floating]) -> str:
    pairs = zip(frame.x(wave_aa), frame.y(values), strict=True)
    return " ".join(f"{x:.2f},{y:.1f}" for x, y in pairs)


def _extremes(values: NDArray[np.floating]) -> NDArray[np.intp]:
    """Which pixels to draw: lowest and highest of each of a few hundred stretches, in order."""
    if len(values) <= 2 * _POINTS:
        return np.arange(len(values))
    stretches = np.array_split(np.arange(len(values)), _POINTS)
    kept = [at[pick(values[at])] for at in stretches for pick in (np.argmin, np.argmax)]
    return np.unique(kept)
