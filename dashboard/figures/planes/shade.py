"""Shading of planes: aggregation by datashader, colours mixed here.

Datashader's own ``shade`` for categories takes most of a re-shade; the mixing here is one pass
over the pixels that hold points.
"""

from __future__ import annotations

from dataclasses import dataclass

import datashader
import numba
import numpy as np
import pandas as pd

__all__ = ["Window", "as_category", "shade_categories", "shade_shadow", "shade_values"]

# Datashader compiles anew, for a second, for each set of categories; so they come in eights.
_CATEGORIES_AT_ONCE = 8

# A lone point is a disc of about 2.6 px radius; where points crowd, a pixel is a pixel.
_MAX_RADIUS_PX = 2.6
_MIN_RADIUS_PX = 0.5
_LONE_DENSITY = 1e-3  # points per pixel below which a point is as large as it gets
_FAINTEST = 0.72  # opacity of one point
# The few that are to be seen among thousands: never smaller or fainter than this.
_LOUD_RADIUS_PX = 2.0
_LOUD_FAINTEST = 0.95
_SHADOW = 0.22  # opacity of hidden points beside that of shown ones
_QUIET_WEIGHT = 0.35  # points of the quiet category give way to the others


@dataclass(frozen=True, slots=True)
class Window:
    """Visible part of a plane, and its size in pixels.

    ``x`` and ``y`` are (low, high) in plane units, ``width`` and ``height`` in device pixels.
    """

    x: tuple[float, float]
    y: tuple[float, float]
    width: int
    height: int

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1:
            raise ValueError(f"a window needs pixels, got {self.width} × {self.height}")
        if not (self.x[0] < self.x[1] and self.y[0] < self.y[1]):
            raise ValueError(f"a window needs an extent, got x {self.x} and y {self.y}")

    def canvas(self) -> datashader.Canvas:
        """The datashader canvas of this window."""
        return datashader.Canvas(self.width, self.height, x_range=self.x, y_range=self.y)


def as_category(codes: np.ndarray, n_categories: int) -> pd.Categorical:
    """Category numbers (n,), -1 for none, as :func:`shade_categories` takes them."""
    padded = -(-max(n_categories, 1) // _CATEGORIES_AT_ONCE) * _CATEGORIES_AT_ONCE
    return pd.Categorical.from_codes(codes, [str(number) for number in range(padded)])


def shade_categories(
    points: pd.DataFrame,
    window: Window,
    colours: list[str],
    *,
    shown: np.ndarray | None = None,
    shadow: str = "#888888",
    quiet: int | None = None,
    loud: int | None = None,
    pixel_ratio: float = 1.0,
) -> np.ndarray:
    """Mix the categories of the points in each pixel by their counts.

    Parameters
    ----------
    points
        Columns ``x``, ``y`` (float) and ``category`` (of :func:`as_category`).
    window
        What to draw.
    colours
        ``#rrggbb`` for each of the C categories.
    shown
        (C,) bool, categories to draw in colour; all by default. The others remain as a
        faint shadow, so that one sees where among all the points the shown ones lie.
    shadow
        Colour of that shadow.
    quiet
        Index of the category that stands back behind the others, if any.
    loud
        Index of the category of few that is drawn above the others, each point no smaller than
        can be seen, if any.
    pixel_ratio
        Device pixels per CSS pixel; points grow with it.

    Returns
    -------
    (height, width) uint32 RGBA, row 0 at the bottom, as Bokeh's ``image_rgba`` takes it.
    """
    table = datashader.by("category", datashader.count())
    counts = window.canvas().points(points, "x", "y", table).to_numpy()
    if not 0 <= counts.shape[-1] - len(colours) < _CATEGORIES_AT_ONCE:
        raise ValueError(f"{counts.shape[-1]} categories but {len(colours)} colours")
    counts = counts[..., : len(colours)].astype(np.float32)
    weights = np.ones(len(colours), np.float32)
    if quiet is not None:
        weights[quiet] = _QUIET_WEIGHT
    rgb = np.array([_rgb(colour) for colour in colours], np.float32) * weights[:, None]
    radius = _radius(float(counts.sum()), window, pixel_ratio)
    if shown is None or shown.all():
        picture = _paint(*_mix(counts, rgb, weights, radius))
    else:
        kept = counts * shown.astype(np.float32)
        alone = _radius(float(kept.sum()), window, pixel_ratio)
        seen = _paint(*_mix(kept, rgb, weights, alone))
        rest = np.ascontiguousarray((counts * ~shown).sum(axis=-1, keepdims=True))
        grey, one = np.array([_rgb(shadow)], np.float32), np.ones(1, np.float32)
        picture = np.where(seen, seen, _paint(*_mix(rest, grey, one, radius), strength=_SHADOW))
    if loud is None or not (shown is None or shown[loud]):
        return picture
    above = _few(counts[..., [loud]], colours[loud], window, pixel_ratio)
    return np.where(above, above, picture)


def _few(counts: np.ndarray, colour: str, window: Window, pixel_ratio: float) -> np.ndarray:
    """The points of one category alone, as discs that are seen however many others there are."""
    radius = _radius(float(counts.sum()), window, pixel_ratio)
    radius = max(radius, _LOUD_RADIUS_PX * pixel_ratio)
    rgb, one = np.array([_rgb(colour)], np.float32), np.ones(1, np.float32)
    return _paint(*_mix(np.ascontiguousarray(counts), rgb, one, radius), faintest=_LOUD_FAINTEST)


def shade_values(
    points: pd.DataFrame,
    window: Window,
    palette: list[str],
    *,
    low: float,
    high: float,
    largest: bool = True,
    pixel_ratio: float = 1.0,
) -> np.ndarray:
    """Colour each pixel by the largest (or mean) value of the points in it.

    Parameters
    ----------
    points
        Columns ``x``, ``y`` and ``value`` (float; NaN is not drawn).
    window
        What to draw.
    palette
        Colours from ``low`` to ``high``, ``#rrggbb``.
    low, high
        Values at the two ends of the palette.
    largest
        The largest value, so that a lone anomaly is not averaged away; else the mean.
    pixel_ratio
        Device pixels per CSS pixel.

    Returns
    -------
    (height, width) uint32 RGBA, row 0 at the bottom.
    """
    reduction = datashader.max("value") if largest else datashader.mean("value")
    value = window.canvas().points(points, "x", "y", reduction).to_numpy()
    seen = np.isfinite(value)
    span = high - low if high > low else 1.0
    step = np.clip((np.where(seen, value, low) - low) / span, 0.0, 1.0) * (len(palette) - 1)
    rgb = np.array([_rgb(colour) for colour in palette], np.float32)[np.rint(step).astype(np.intp)]
    radius = _radius(float(np.count_nonzero(seen)), window, pixel_ratio)
    return _paint(*_spread(seen, rgb, radius))


def shade_shadow(
    points: pd.DataFrame, window: Window, colour: str, *, pixel_ratio: float = 1.0
) -> np.ndarray:
    """Points that stand back: where they lie among the others, in one faint colour.

    Parameters
    ----------
    points
        Columns ``x`` and ``y``.
    window
        What to draw.
    colour
        ``#rrggbb``.
    pixel_ratio
        Device pixels per CSS pixel.

    Returns
    -------
    (height, width) uint32 RGBA, row 0 at the bottom.
    """
    width, height = window.width, window.height
    places = []
    for name, (low, high), pixels in (("x", window.x, width), ("y", window.y, height)):
        at = (points[name].to_numpy(np.float64) - low) * (pixels / (high - low))
        # A point on the far border belongs to the last pixel.
        places.append(np.where(at == pixels, pixels - 1, np.floor(at)))
    col, row = places
    inside = (col >= 0) & (col < width) & (row >= 0) & (row < height)
    pixel = (row[inside] * width + col[inside]).astype(np.intp)
    counts = np.bincount(pixel, minlength=width * height).astype(np.float32)
    rgb, one = np.array([_rgb(colour)], np.float32), np.ones(1, np.float32)
    radius = _radius(float(counts.sum()), window, pixel_ratio)
    return _paint(*_mix(counts.reshape(height, width, 1), rgb, one, radius), strength=_SHADOW)


def _radius(n_points: float, window: Window, pixel_ratio: float) -> float:
    density = max(n_points, 1.0) / (window.width * window.height) * pixel_ratio**2
    shrink = 0.7 * np.log10(max(density / _LONE_DENSITY, 1.0))
    return float(max(_MAX_RADIUS_PX - shrink, _MIN_RADIUS_PX) * pixel_ratio)


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _paint(
    rgb: np.ndarray,
    total: np.ndarray,
    cover: np.ndarray,
    *,
    strength: float = 1.0,
    faintest: float = _FAINTEST,
) -> np.ndarray:
    """Opacity from how many points there are (logarithmic), colour as mixed."""
    most = max(float(total.max(initial=0.0)), 1.0)
    depth = np.log1p(total) / np.log1p(most)
    alpha = strength * cover * (faintest + (1.0 - faintest) * depth)
    out = np.empty((*total.shape, 4), np.uint8)
    out[..., :3] = rgb
    out[..., 3] = 255.0 * alpha
    return out.view(np.uint32)[..., 0]


@numba.njit(nogil=True, cache=True)
def _coverage(radius: float, reach: int) -> np.ndarray:
    """Share of each pixel covered by a disc, edges softened over one pixel."""
    out = np.empty((2 * reach + 1, 2 * reach + 1), np.float32)
    for dy in range(-reach, reach + 1):
        for dx in range(-reach, reach + 1):
            out[dy + reach, dx + reach] = min(
                max(radius + 0.5 - np.sqrt(float(dx * dx + dy * dy)), 0.0), 1.0
            )
    return out


@numba.njit(nogil=True, cache=True)
def _mix(
    counts: np.ndarray, rgb: np.ndarray, weights: np.ndarray, radius: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    height, width, n_categories = counts.shape
    reach = int(np.ceil(radius - 0.5))
    disc = _coverage(radius, reach)
    mixed = np.zeros((height, width, 3), np.float32)
    weight = np.zeros((height, width), np.float32)
    total = np.zeros((height, width), np.float32)
    cover = np.zeros((height, width), np.float32)
    for row in range(height):
        for col in range(width):
            n = np.float32(0.0)
            w = np.float32(0.0)
            red = green = blue = np.float32(0.0)
            for k in range(n_categories):
                count = counts[row, col, k]
                if count > 0.0:
                    n += count
                    w += count * weights[k]
                    red += count * rgb[k, 0]
                    green += count * rgb[k, 1]
                    blue += count * rgb[k, 2]
            if n == 0.0:
                continue
            for dy in range(max(-reach, -row), min(reach, height - 1 - row) + 1):
                for dx in range(max(-reach, -col), min(reach, width - 1 - col) + 1):
                    share = disc[dy + reach, dx + reach]
                    y, x = row + dy, col + dx
                    mixed[y, x, 0] += share * red
                    mixed[y, x, 1] += share * green
                    mixed[y, x, 2] += share * blue
                    weight[y, x] += share * w
                    total[y, x] += share * n
                    cover[y, x] = max(cover[y, x], share)
    _divide(mixed, weight)
    return mixed, total, cover


@numba.njit(nogil=True, cache=True)
def _spread(
    seen: np.ndarray, rgb: np.ndarray, radius: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    height, width = seen.shape
    reach = int(np.ceil(radius - 0.5))
    disc = _coverage(radius, reach)
    mixed = np.zeros((height, width, 3), np.float32)
    total = np.zeros((height, width), np.float32)
    cover = np.zeros((height, width), np.float32)
    for row in range(height):
        for col in range(width):
            if not seen[row, col]:
                continue
            for dy in range(max(-reach, -row), min(reach, height - 1 - row) + 1):
                for dx in range(max(-reach, -col), min(reach, width - 1 - col) + 1):
                    share = disc[dy + reach, dx + reach]
                    y, x = row + dy, col + dx
                    for channel in range(3):
                        mixed[y, x, channel] += share * rgb[row, col, channel]
                    total[y, x] += share
                    cover[y, x] = max(cover[y, x], share)
    _divide(mixed, total)
    return mixed, total, cover


@numba.njit(nogil=True, cache=True)
def _divide(mixed: np.ndarray, total: np.ndarray) -> None:
    for row in range(total.shape[0]):
        for col in range(total.shape[1]):
            if total[row, col] > 0.0:
                mixed[row, col] /= total[row, col]
