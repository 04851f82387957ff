"""Figures of the AGN paper for a collection: spectra, saliency maps and a numbered plane."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from scipy.ndimage import median_filter

from ...core.explain import ExplainSettings, explain
from ...core.spectra.lines import P21_MARKERS
from ...core.targets import Classifier
from ...core.words import probability_text
from ...data.collection import probability_column
from ...data.lenses import Plane
from ..figures import THEMES, category_colours, label_places
from ..figures.colour_limit import colour_limit
from ..figures.printed.panels import blank_figure
from ..workspace import ordered_types

__all__ = [
    "example_spectra_figure",
    "example_titles",
    "mean_spectra_figure",
    "numbered_plane_figure",
    "saliency_figure",
]

_THEME = THEMES["light"]
_WRONG, _RIGHT = "#d62728", "#2ca02c"
_BOX_POINTS = (14.0, 12.0)  # of a number with its frame


def example_spectra_figure(wave: np.ndarray, flux: np.ndarray, kinds: Sequence[str]) -> Figure:
    """One prepared spectrum (n, D) of each type (n,)."""
    fig, panels = _panels(len(kinds), height=1.5)
    for axes, values, kind in zip(panels, flux, kinds, strict=True):
        colour = category_colours((kind,), "light")[0]
        axes.plot(wave, values, color=colour, linewidth=0.7)
        _finish(axes, wave, values, kind)
    _label(panels, "flux / flux at 5100 Å")
    return fig


def mean_spectra_figure(wave: np.ndarray, spectra: np.ndarray, labels: np.ndarray) -> Figure:
    """Median spectrum of each type, and the range of 68 % of the fluxes."""
    kinds = ordered_types(set(labels.tolist()))
    fig, panels = _panels(len(kinds), height=1.5)
    for axes, kind in zip(panels, kinds, strict=True):
        colour = category_colours((kind,), "light")[0]
        low, middle, high = np.percentile(spectra[labels == kind], [16, 50, 84], axis=0)
        axes.fill_between(wave, low, high, color=colour, alpha=0.3, linewidth=0)
        axes.plot(wave, middle, color=colour, linewidth=0.8)
        _finish(axes, wave, high, f"{kind}, {np.sum(labels == kind):,} spectra")
    _label(panels, "flux / flux at 5100 Å")
    return fig


def saliency_figure(
    wave: np.ndarray,
    flux: np.ndarray,
    machine: Classifier,
    titles: Sequence[str],
    frames: Sequence[str | None] | None = None,
) -> Figure:
    """Spectra (n, D) in the colours of the saliency map of their predicted class.

    Blue strengthens the predicted class as the flux rises, orange weakens it, as in the paper's
    saliency maps (figures 5 to 9); each map has colours of its own scale.
    """
    fig, panels = _panels(len(flux), height=1.25)
    palette = LinearSegmentedColormap.from_list(
        "spexplain", [_THEME.lower, _THEME.quiet, _THEME.raise_]
    )
    for at, (axes, values) in enumerate(zip(panels, flux, strict=True)):
        predicted = int(machine.log_odds(values[None])[0].argmax())
        explanation = explain(values, machine.target(predicted), ExplainSettings(method="saliency"))
        most = colour_limit(explanation.weights, by_pixel=True)
        points = np.column_stack([wave, values]).reshape(-1, 1, 2)
        pieces = np.concatenate([points[:-1], points[1:]], axis=1)
        lines = LineCollection(list(pieces), cmap=palette, norm=Normalize(-most, most))
        lines.set_array(0.5 * (explanation.weights[1:] + explanation.weights[:-1]))
        lines.set_linewidth(1.1)
        axes.add_collection(lines)
        _finish(axes, wave, values, titles[at])
        axes.set_title(
            f"colours to ±{most:.2g}", fontsize=6.5, loc="right", pad=4, color=_THEME.muted
        )
        if frames is not None and frames[at] is not None:
            for spine in axes.spines.values():
                spine.set(edgecolor=frames[at], linewidth=1.6)
    _label(panels, "flux / flux at 5100 Å")
    return fig


def numbered_plane_figure(plane: Plane, labels: np.ndarray, chosen: pd.DataFrame) -> Figure:
    """A plane by type with numbered spectra: a red frame if misclassified, green if not.

    Parameters
    ----------
    plane
        Of the labelled spectra.
    labels : (n,)
        Type of each of its points.
    chosen
        Columns ``row``, ``number`` and ``correct``.
    """
    fig = blank_figure((7.0, 5.6))
    axes = fig.add_subplot()
    for kind in ordered_types(set(labels.tolist())):
        x, y = plane.xy[labels == kind].T
        axes.scatter(x, y, s=3, color=category_colours((kind,), "light")[0], label=kind)
    axes.set_aspect("equal")
    axes.set_axis_off()
    axes.legend(fontsize=7, markerscale=3, loc="best")
    fig.tight_layout()
    _number(axes, plane, chosen)
    return fig


def _number(axes: Axes, plane: Plane, chosen: pd.DataFrame) -> None:
    """Number spectra beside their points; the axes have found their place by now."""
    on_plane: Any = chosen[np.isin(chosen["row"].to_numpy(np.int64), plane.rows)]
    places = plane.xy[np.searchsorted(plane.rows, on_plane["row"].to_numpy(np.int64))]
    axes.apply_aspect()
    frame = axes.get_window_extent()
    on_paper = axes.transData.transform(places.reshape(-1, 2)) - frame.p0
    points_of_px = 72 / float(axes.figure.dpi)
    sides = (frame.width * points_of_px, frame.height * points_of_px)
    anchors = on_paper * points_of_px
    shifts = label_places(anchors, box_px=_BOX_POINTS, frame_px=sides) - anchors
    legend = axes.get_legend()
    if legend is not None:  # numbers stand on top of it if they must
        legend.set_zorder(2)
    for (x, y), shift, one in zip(
        places, shifts, on_plane[["number", "correct"]].to_numpy().tolist(), strict=True
    ):
        number, correct = one
        colour = _RIGHT if correct else _WRONG
        axes.plot(x, y, "o", markersize=6, markerfacecolor="none", color=colour)
        axes.annotate(
            str(number), (x, y), xytext=shift.tolist(), textcoords="offset points",
            fontsize=8, ha="center", va="center",
            bbox={"boxstyle": "square,pad=0.25", "facecolor": "white", "edgecolor": colour},
            arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.8},
        )  # fmt: skip


def example_titles(chosen: pd.DataFrame, classes: Sequence[str]) -> list[str]:
    """The title of each numbered spectrum, above its map."""
    titles = []
    for position in range(len(chosen)):
        example = chosen.iloc[position]
        shares = ", ".join(
            f"p({kind}) {probability_text(example[probability_column(kind)])}" for kind in classes
        )
        titles.append(
            f"{example['number']}: {example['true']}, called {example['predicted']} ({shares})"
        )
    return titles


def _panels(n: int, *, height: float) -> tuple[Figure, list[Axes]]:
    fig = blank_figure((7.0, height * n + 0.5))
    first = fig.add_subplot(n, 1, 1)
    panels = [first, *(fig.add_subplot(n, 1, at + 1, sharex=first) for at in range(1, n))]
    whole = height * n + 0.5
    fig.subplots_adjust(left=0.09, right=0.99, bottom=0.45 / whole, top=1 - 0.3 / whole,
                        hspace=0.28)  # fmt: skip
    return fig, panels


def _finish(axes: Axes, wave: np.ndarray, values: np.ndarray, title: str) -> None:
    # The tops of lines belong to the figure; a single wild pixel does not.
    low, high = float(np.percentile(values, 0.2)), float(median_filter(values, 3).max())
    air = 0.12 * (high - low) or 0.1
    axes.set(xlim=(wave[0], wave[-1]), ylim=(low - air, high + air))
    for line in P21_MARKERS:
        axes.axvline(line.wave_vac_aa, color=_THEME.marker, linewidth=0.5, dashes=(4, 3), zorder=0)
    axes.set_title(title, fontsize=7.5, loc="left", pad=4)
    axes.tick_params(labelsize=6.5, length=2)


def _label(panels: Sequence[Axes], y: str) -> None:
    low, high = panels[0].get_xlim()
    # Of a doublet the name stands once, at the last.
    last = {line.label.rstrip(" 0123456789"): line.wave_vac_aa for line in P21_MARKERS}
    for name, wave in last.items():
        if low < wave < high:
            panels[0].annotate(
                name, (wave, 1), xytext=(2, -7), xycoords=panels[0].get_xaxis_transform(),
                textcoords="offset points", fontsize=5.5, color=_THEME.muted,
            )  # fmt: skip
    for axes in panels[:-1]:
        axes.tick_params(labelbottom=False)
    panels[-1].set_xlabel("rest wavelength in vacuum (Å)", fontsize=8)
    figure: Any = panels[0].figure
    middle = 0.5 * (panels[0].get_position().y1 + panels[-1].get_position().y0)
    figure.supylabel(y, fontsize=8, x=0.012, y=middle)
