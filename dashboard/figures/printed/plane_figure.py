"""Figure of a plane with the key to its colours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colorbar import Colorbar
from matplotlib.colors import ListedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ..theme import THEMES, ring_opacity
from .panels import NORMAL, SMALL, blank_figure

__all__ = ["plane_figure"]

_WIDTH_IN = 7.0
_KEY_IN, _EDGE_IN, _NOTE_IN = 1.35, 0.12, 0.14


def plane_figure(
    picture: np.ndarray,
    *,
    title: str,
    note: str = "",
    key: Sequence[tuple[str, str]] = (),
    bar: Sequence[str] = (),
    ends: Sequence[str] = (),
    named: str = "",
    ring: np.ndarray | None = None,
    ringed: np.ndarray | None = None,
    cell: np.ndarray | None = None,
    numbered: Sequence[tuple[np.ndarray, np.ndarray, str, str]] = (),
    placed: np.ndarray | None = None,
) -> Figure:
    """Draw it: points as an image, all words as text.

    Parameters
    ----------
    picture : (height, width) uint32
        RGBA, row 0 at the bottom, transparent where there is no point.
    title
        What the plane is.
    note
        Stands below it; empty for none.
    key
        Name and colour of each category; empty for a colour bar.
    bar, ends
        Its colours, and the texts at its two ends (with one between them).
    named
        What the colours are.
    ring : (2,)
        Where the open spectrum is, as shares of width and height.
    ringed : (n, 2)
        Where those are that are selected, likewise.
    cell : (n, 2)
        Where those of the chosen cell of the confusion matrix are.
    numbered
        Place (2,), place of the number (2,), the number and its colour, of each that has one.
    placed : (n, 2)
        Where spectra are that are not of the plane.

    Raises
    ------
    ValueError
        The picture has no two sides.
    """
    if picture.ndim != 2 or not picture.size:
        raise ValueError(f"a picture has a height and a width, got {picture.shape}")
    colours, width_in = THEMES["light"], _WIDTH_IN
    height, width = picture.shape
    room = width_in - _KEY_IN - 2 * _EDGE_IN
    tall = room * height / width
    below = _EDGE_IN + (_NOTE_IN if note else 0.0)
    height_in = tall + below + _EDGE_IN + 0.25
    fig = blank_figure((width_in, height_in), colours.surface)
    axes = fig.add_axes((_EDGE_IN / width_in, below / height_in, room / width_in, tall / height_in))
    rgba = np.ascontiguousarray(picture[::-1]).view(np.uint8).reshape(height, width, 4)
    axes.imshow(rgba, extent=(0, 1, 0, 1), aspect="auto", interpolation="none")
    axes.set(xlim=(0, 1), ylim=(0, 1), xticks=[], yticks=[], facecolor=colours.surface)
    for spine in axes.spines.values():
        spine.set(linewidth=0.5, edgecolor=colours.edge)
    for places, kind, size, width, order in (
        (ringed, "o", 4.5, 0.5, -1), (cell, "o", 4.5, 0.7, 2), (ring, "o", 8, 1.2, 2),
        (placed, "d", 9, 1.2, 4),
    ):  # fmt: skip
        if places is not None:  # those beyond the frame are clipped
            fill, edge = ("none", colours.text) if kind == "o" else (colours.text, colours.surface)
            drawn = {"ms": size, "mfc": fill, "mec": edge, "mew": width, "zorder": order}
            axes.plot(*places.T, kind, alpha=ring_opacity(len(places)), **drawn)
    _number(axes, numbered)
    at = 1 - 0.2 / height_in
    words: dict[str, Any] = {"color": colours.text, "parse_math": False}
    fig.text(_EDGE_IN / width_in, at, title, fontsize=NORMAL, **words)
    fig.text(_EDGE_IN / width_in, 0.6 * _EDGE_IN / height_in, note, fontsize=SMALL, **words)
    _explain_colours(fig, at, key=key, bar=bar, ends=ends, named=named)
    return fig


def _explain_colours(
    fig: Figure,
    top: float,
    *,
    key: Sequence[tuple[str, str]],
    bar: Sequence[str],
    ends: Sequence[str],
    named: str,
) -> None:
    """A legend of categories, or a colour bar, on the right."""
    colours, width_in = THEMES["light"], _WIDTH_IN
    left = 1 - (_KEY_IN - 0.05) / width_in
    if key:
        handles = [Line2D([], [], marker="o", ls="", ms=4, color=colour) for _, colour in key]
        legend = fig.legend(
            handles, [name for name, _ in key], loc="upper left", bbox_to_anchor=(left, top),
            fontsize=SMALL + 0.5, frameon=False, title=named, title_fontsize=NORMAL,
            labelcolor=colours.text, alignment="left",
        )  # fmt: skip
        legend.get_title().set_color(colours.muted)
    elif bar:
        beside = fig.add_axes((left + 0.02, 0.25, 0.1 / width_in, 0.5))
        shown = ScalarMappable(Normalize(0, 1), ListedColormap([*bar]))
        drawn = Colorbar(beside, shown)
        places = np.linspace(0, 1, max(len(ends), 2)).tolist()
        drawn.set_ticks(places, labels=[*ends, *[""] * (len(places) - len(ends))])
        beside.tick_params(labelsize=SMALL + 0.5, colors=colours.text, length=0)
        drawn.set_label(named, fontsize=NORMAL, color=colours.muted)


def _number(axes: Axes, numbered: Sequence[tuple[np.ndarray, np.ndarray, str, str]]) -> None:
    """A ring round each point, and its number beside it."""
    colours = THEMES["light"]
    for point, label, number, colour in numbered:
        (x, y), (label_x, label_y) = point, label
        axes.plot([label_x, x], [label_y, y], color=colour, lw=0.8)
        axes.plot(x, y, "o", ms=6, mfc="none", mec=colour, mew=1.4)
        boxed = {"boxstyle": "round,pad=0.25", "fc": colours.surface, "ec": colour, "lw": 1.1}
        axes.text(
            label_x, label_y, number, ha="center", va="center", fontsize=NORMAL,
            color=colours.text, bbox=boxed, clip_on=True, zorder=3,
        )  # fmt: skip
