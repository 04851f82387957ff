"""Panels of a printed explanation: spectrum, weights, colour bar, line names."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.colorbar import Colorbar
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ....core.explain import Explanation
from ..theme import Theme
from .pieces import WeightRuns, WeightScale, spread, weight_label

__all__ = [
    "blank_figure",
    "draw_band",
    "draw_colour_bar",
    "draw_painted_line",
    "draw_weights",
    "dress",
    "make_panels",
    "mark_lines",
]

# Room round the panels, inches.
LEFT, RIGHT, TOP, BOTTOM, _BETWEEN = 0.58, 0.98, 0.95, 0.58, 0.07
BAR_GAP, _BAR_WIDTH = 0.14, 0.10
_LOWER_SHARE = 0.32
_LEADER = 0.13
_LABEL_X = -0.32
SMALL, NORMAL, LARGE = 6.0, 7.5, 9.5  # points
_POINTS_PER_INCH = 72
_MOST_OUTLINED = 400  # runs


def blank_figure(size_in: tuple[float, float], colour: str = "white") -> Figure:
    """An empty figure of a size in inches, drawn without a display."""
    fig = Figure(figsize=size_in, facecolor=colour)
    FigureCanvasAgg(fig)
    return fig


def make_panels(fig: Figure, colours: Theme, *, lowered: float = 0.0) -> tuple[Axes, Axes, Axes]:
    """Upper and lower panel, which share their wavelengths, and the colour bar beside the upper.

    Their top is ``lowered`` by so many inches for what else is to stand above.
    """
    width, height = fig.get_size_inches()
    room = height - TOP - lowered - BOTTOM - _BETWEEN
    below = _LOWER_SHARE * room
    across = (width - LEFT - RIGHT) / width
    base = (BOTTOM + below + _BETWEEN) / height
    above = (room - below) / height
    lower = fig.add_axes((LEFT / width, BOTTOM / height, across, below / height))
    upper = fig.add_axes((LEFT / width, base, across, above), sharex=lower)
    beside = (width - RIGHT + BAR_GAP) / width
    bar = fig.add_axes((beside, base, _BAR_WIDTH / width, above))
    for axes in (upper, lower, bar):
        dress(axes, colours)
    for axes in (upper, lower):
        axes.yaxis.set_label_coords(_LABEL_X / (across * width), 0.5)
    upper.tick_params(labelbottom=False)
    return upper, lower, bar


def dress(axes: Axes, colours: Theme) -> None:
    """Give a panel the look of them all: ticks inside, thin frame, the theme's colours."""
    axes.set_facecolor(colours.surface)
    axes.tick_params(labelsize=NORMAL - 0.5, colors=colours.muted, width=0.5, length=2.5)
    axes.tick_params(labelcolor=colours.text, direction="in", top=True, right=True)
    for spine in axes.spines.values():
        spine.set(linewidth=0.5, edgecolor=colours.muted)
    for label in (axes.xaxis.label, axes.yaxis.label):
        label.set(fontsize=NORMAL, color=colours.text)


def draw_painted_line(
    axes: Axes, runs: WeightRuns, run_colours: NDArray, wave: NDArray, flux: NDArray
) -> None:
    """The spectrum in the colours of its runs (P21)."""
    _draw_runs(axes, runs, run_colours, 0.9, wave, flux)
    _frame(axes, wave, flux)


def draw_band(
    axes: Axes,
    runs: WeightRuns,
    run_colours: NDArray,
    colour: tuple[float, ...],
    wave: NDArray,
    flux: NDArray,
) -> None:
    """The spectrum in one colour over bands in the colours of its runs."""
    _draw_runs(axes, runs, colour, 0.6, wave, flux)
    _frame(axes, wave, flux)
    # As an image: most readers of PDF and SVG show a hairline between shapes that touch.
    axes.pcolormesh(
        runs.edges_aa, [0, 1], run_colours[None], transform=axes.get_xaxis_transform(),
        rasterized=True, zorder=0,
    )  # fmt: skip


def _draw_runs(
    axes: Axes,
    runs: WeightRuns,
    colours: tuple[float, ...] | NDArray,
    width: float,
    wave: NDArray,
    flux: NDArray,
) -> None:
    axes.add_collection(
        LineCollection(
            runs.polylines(wave, flux), colors=colours, linewidths=width, capstyle="butt",
            joinstyle="round", zorder=3,
        )
    )  # fmt: skip


def _frame(axes: Axes, wave: NDArray, flux: NDArray) -> None:
    low, high = float(np.nanmin(flux)), float(np.nanmax(flux))
    margin = 0.06 * ((high - low) or abs(high) or 1.0)
    axes.set_ylim(low - margin, high + margin)
    axes.set_xlim(wave[0], wave[-1])


def draw_weights(
    axes: Axes,
    runs: WeightRuns,
    weights: NDArray[np.float64],
    ends: NDArray[np.float64] | None,
    colours: Theme,
    *,
    either: NDArray[np.bool_],
) -> None:
    """The weight of each run as a step, with its interval (R, 2) shaded behind.

    Where ``either``, (R,), any change does the same: in a colour of its own.
    """
    # An outline round every pixel of a saliency map would be all one sees.
    outlined = len(weights) <= _MOST_OUTLINED
    up, down = np.maximum(weights, 0), np.minimum(weights, 0)
    for heights, colour in (
        (np.where(either, 0, up), colours.raise_),
        (np.where(either, 0, down), colours.lower),
        (np.where(either, weights, 0), colours.either),
    ):
        axes.stairs(
            heights, runs.edges_aa, fill=True, color=colour,
            alpha=0.3 if outlined else 1, linewidth=0, zorder=2,
        )  # fmt: skip
    low, high = np.nanmin(weights), np.nanmax(weights)
    if ends is not None:
        low, high = min(low, np.nanmin(ends)), max(high, np.nanmax(ends))
        axes.stairs(
            ends[:, 1], runs.edges_aa, baseline=ends[:, 0], fill=True, color=colours.muted,
            alpha=0.4, linewidth=0, zorder=2,
        )  # fmt: skip
    if outlined:
        axes.stairs(
            weights, runs.edges_aa, baseline=None, color=colours.line, linewidth=0.6, zorder=3
        )
    axes.axhline(0, color=colours.muted, linewidth=0.5, zorder=2)
    low, high = min(low, 0.0), max(high, 0.0)
    margin = 0.1 * ((high - low) or 1.0)
    axes.set_ylim(low - margin, high + margin)


def draw_colour_bar(
    axes: Axes,
    palette: ScalarMappable,
    scale: WeightScale,
    explanation: Explanation,
    colours: Theme,
) -> None:
    """Meaning of the colours, with the unit of the weights."""
    bar = Colorbar(axes, palette, extend="both" if scale.clipped else "neither")
    bar.outline.set(linewidth=0.5, edgecolor=colours.muted)  # pyright: ignore[reportCallIssue]
    bar.set_label(weight_label(explanation) + scale.unit, fontsize=NORMAL, color=colours.text)
    axes.tick_params(labelsize=NORMAL - 0.5, colors=colours.muted, labelcolor=colours.text)
    ends = ((1.0, "bottom", "raises", colours.raise_), (0.0, "top", "lowers", colours.lower))
    for y, side, word, colour in ends:
        axes.annotate(
            word, (0, y), xycoords="axes fraction", xytext=(0, 5 if y else -5),
            textcoords="offset points", va=side, ha="left", fontsize=NORMAL - 0.5, color=colour,
            fontweight="bold",
        )  # fmt: skip


def mark_lines(
    upper: Axes, lower: Axes, lines: Sequence[tuple[float, str]], colours: Theme
) -> None:
    """A dashed line at each place on the axis; names above, moved apart, with a leader."""
    fig = upper.get_figure(root=True)
    assert fig is not None
    box = upper.get_position()
    width_in, height_in = fig.get_size_inches()
    left, right = upper.get_xlim()
    points = box.width * width_in * _POINTS_PER_INCH
    wanted = np.array([(x - left) / (right - left) * points for x, _ in lines])
    placed = spread(wanted, 1.12 * SMALL, 0.5 * SMALL, points - 0.5 * SMALL)
    lift = _LEADER / (box.height * height_in)
    for (x, name), at, name_at in zip(lines, wanted / points, placed / points, strict=True):
        for axes in (upper, lower):
            axes.axvline(x, color=colours.marker, linewidth=0.5, dashes=(4, 3), zorder=1)
        upper.plot(
            [at, at, name_at, name_at], [1, 1 + 0.2 * lift, 1 + 0.8 * lift, 1 + lift],
            transform=upper.transAxes, color=colours.marker, linewidth=0.5, clip_on=False,
            solid_joinstyle="round",
        )  # fmt: skip
        upper.text(
            name_at, 1 + 1.15 * lift, name, transform=upper.transAxes, rotation=90,
            rotation_mode="anchor", ha="left", va="center", fontsize=SMALL, color=colours.muted,
        )  # fmt: skip
