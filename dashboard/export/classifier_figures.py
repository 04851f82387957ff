"""Figures of the AGN paper on its classifiers: confusion matrix, reliability, noise test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ...core.models import FEW
from ...core.models.svm import KERNELS
from ...data.study import published_p21 as paper
from ...data.study import share_interval
from ..figures import THEMES, category_colours
from ..figures.printed.panels import blank_figure
from ..workspace import ordered_types

__all__ = ["confusion_figure", "noise_figure", "reliability_figure"]

_THEME = THEMES["light"]
_THEIRS = ", paper"


def confusion_figure(classes: Sequence[str], counts: np.ndarray) -> Figure:
    """Raw and normalised, rows the true type, in the paper's order.

    Under the shares of a type with few spectra stand their 95 % intervals.
    """
    fig = blank_figure((7.0, 3.0))
    order = [list(classes).index(kind) for kind in ordered_types(classes)]
    classes, counts = ordered_types(classes), counts[np.ix_(order, order)]
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    texts = [[f"{n:,}" for n in row] for row in counts.tolist()]
    cells = [
        ["\n".join([f"{n / max(sum(row), 1):.2f}", *_ends_text(n, sum(row))]) for n in row]
        for row in counts.tolist()
    ]
    for at, (values, title) in enumerate(((texts, "spectra"), (cells, "share of the true type"))):
        axes = fig.add_subplot(1, 2, at + 1)
        axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
        for (i, j), share in np.ndenumerate(shares):
            tone = "white" if share > 0.5 else _THEME.text
            axes.text(j, i, values[i][j], ha="center", va="center", color=tone, fontsize=8)
        axes.set_xticks(range(len(classes)), classes, fontsize=7)
        axes.set_yticks(range(len(classes)), classes, fontsize=7)
        axes.set_xlabel("called", fontsize=8)
        axes.set_ylabel("true type", fontsize=8)
        axes.set_title(title, fontsize=8)
    fig.tight_layout()
    return fig


def _ends_text(k: int, n: int) -> list[str]:
    return [ends] if (ends := share_interval(k, n)) else []


def reliability_figure(bins: Mapping[str, Sequence[float]]) -> Figure:
    """Share of spectra whose likeliest class is right, against its probability.

    Parameters
    ----------
    bins
        Of a ``Reliability``: mean largest probability, share right
        and the ends of its 95 % interval, a bin an entry.
    """
    fig = blank_figure((3.4, 3.2))
    axes = fig.add_subplot()
    p, right, low, high = (np.array(bins[name]) for name in ("confidence", "right", "low", "high"))
    least = max(min(*p, *low) - 0.03, 0)
    axes.plot([least, 1], [least, 1], color=_THEME.quiet, linestyle="--", linewidth=0.8)
    # A bin in which all are right ends at 1, whatever rounding makes of it.
    reach = np.maximum([right - low, high - right], 0)
    axes.errorbar(p, right, reach, color=_THEME.accent, marker="o", markersize=3.5, linestyle="",
                  elinewidth=1, capsize=2)  # fmt: skip
    axes.set(xlim=(least, 1.01), ylim=(least, 1.01), aspect="equal")
    axes.set_xlabel("probability of the likeliest type", fontsize=8)
    axes.set_ylabel("share of them right", fontsize=8)
    axes.grid(color=_THEME.edge, linewidth=0.5)
    axes.tick_params(labelsize=7)
    fig.tight_layout()
    return fig


def noise_figure(noise: dict[str, Any]) -> Figure:
    """F against added noise, a panel for each kernel, with its spread.

    In the shade of a curve lies its 95 % interval, where few test spectra stand behind it.
    The paper's values, which are of its linear kernel, are in that kernel's panel alone.
    """
    curves = noise["kernels"]
    kernels = sorted(curves, key=lambda kernel: (not curves[kernel]["best"], KERNELS.index(kernel)))
    rows = -(-len(kernels) // 2)
    fig = blank_figure((7.0, 0.5 + 2.2 * rows))
    grid: Any = fig.subplots(rows, min(len(kernels), 2), sharex=True, sharey=True, squeeze=False)
    panels = list(grid.flat)
    for axes in panels[len(kernels) :]:
        axes.set_axis_off()
    for axes, kernel in zip(panels, kernels, strict=False):
        curve = curves[kernel]
        _noise_panel(axes, np.array(noise["sigmas"]), curve, with_paper=kernel == "linear")
        gamma = "" if curve["gamma"] is None else f", gamma {curve['gamma']:g}"
        best = " (the best)" if curve["best"] else ""
        axes.set_title(f"{kernel} kernel, C {curve['c']:g}{gamma}{best}", fontsize=7.5, loc="left")
    for axes in panels[max(len(kernels) - 2, 0) : len(kernels)]:
        axes.tick_params(labelbottom=True)  # also where no panel is below
    fig.supylabel("F on the test set", fontsize=8, x=0.012)
    fig.supxlabel("standard deviation of the noise (flux at 5100 Å = 1)", fontsize=8, y=0.012)
    inch = 1 / fig.get_figheight()
    fig.tight_layout(rect=(0.02, 0.2 * inch, 1, 1 - 0.42 * inch))
    _noise_legend(fig, panels, [*ordered_types(curves[kernels[0]]["by_class"]), "mean"])
    return fig


def _noise_legend(fig: Figure, panels: Sequence[Axes], order: Sequence[str]) -> None:
    """Legend above the panels: in each column our result, and below it the paper's."""
    entries = {text: drawn for axes in panels for drawn, text in
               zip(*axes.get_legend_handles_labels(), strict=True)}  # fmt: skip
    names = sorted(entries, key=lambda text: (order.index(text.removesuffix(_THEIRS)), text))
    drawn = [entries[name] for name in names]
    fig.legend(drawn, names, fontsize=6.5, ncols=len(order), loc="upper center")


def _noise_panel(
    axes: Axes, sigmas: np.ndarray, metrics: dict[str, Any], *, with_paper: bool
) -> None:
    # A mean is as sure as the type with the fewest spectra lets it be.
    n = min(of["n"] for of in metrics["by_class"].values())
    mean = {"f": metrics["macro_f"], "spread": metrics["spread"], "n": n, "ends": metrics["ends"]}
    curves = {"mean": mean, **metrics["by_class"]}
    for name in ("mean", *ordered_types(metrics["by_class"])):
        curve = curves[name]
        colour = _THEME.text if name == "mean" else category_colours((name,), "light")[0]
        axes.errorbar(sigmas, curve["f"], curve["spread"], color=colour, marker="o", markersize=3,
                      linewidth=1, capsize=2, label=name)  # fmt: skip
        if curve["n"] < FEW and None not in curve["ends"]:
            axes.fill_between(sigmas, *np.transpose(curve["ends"]), color=colour, alpha=0.13,
                              linewidth=0)  # fmt: skip
        published = paper.NOISE_F.get(name)
        if published and with_paper:
            axes.plot([*published], [*published.values()], color=colour, linestyle=":", marker="x",
                      markersize=4, linewidth=0.8, label=f"{name}{_THEIRS}")  # fmt: skip
    axes.set(xscale="log", ylim=(-0.03, 1.05))
    seen = sigmas[sigmas > 0]
    axes.set_xticks(seen, [f"{sigma:g}" for sigma in seen], minor=False)
    axes.set_xticks([], minor=True)
    axes.grid(color=_THEME.edge, linewidth=0.5)
    axes.tick_params(labelsize=7)
