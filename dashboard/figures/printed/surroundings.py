"""Context of a printed spectrum: errors, gaps, flux beyond the model's window."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from ..pixel_runs import stretches
from ..sight import Sight
from ..theme import Theme, ThemeName, over_colours

__all__ = ["draw_surroundings"]


def draw_surroundings(
    axes: Axes,
    sight: Sight,
    prepared: tuple[np.ndarray, np.ndarray],
    colours: Theme,
    theme: ThemeName,
) -> list[str]:
    """Draw them on the panel of the spectrum.

    Parameters
    ----------
    axes
        The panel.
    sight
        What is seen.
    prepared
        What the model saw: vacuum Å at rest (D,), and flux (D,).
    colours, theme
        Of the figure.

    Returns
    -------
    What each of them is, in words.
    """
    words = []
    seen = sight.axis.of_rest(prepared[0])
    if sight.whole is not None:
        whole = sight.whole
        x = sight.axis.of_rest(whole.wave_rest_aa)
        beyond = (x < seen[0]) | (x > seen[-1])
        if sight.errors:
            low, high = whole.flux - whole.sigma, whole.flux + whole.sigma
            axes.fill_between(x, low, high, color=colours.muted, alpha=0.3, lw=0, zorder=1)
            words.append("shaded round the line: 1 σ")
        if beyond.any():
            flux = np.where(beyond, whole.flux, np.nan)
            axes.plot(x, flux, color=colours.muted, lw=0.6, zorder=2)
            axes.axvspan(seen[0], seen[-1], color=colours.accent, alpha=0.05, lw=0, zorder=0)
            left, right = axes.get_xlim() if sight.x is None else sight.x
            if left < seen[0] or right > seen[-1]:
                words.append("pale blue: what the model saw")
        if _hatch(axes, x, np.isnan(whole.flux), colours):
            words.append("hatched: no data")
    filled = sight.unmeasured
    if filled is not None and _hatch(axes, seen, filled, colours):
        dashes = np.where(filled, prepared[1], np.nan)
        axes.plot(seen, dashes, color=colours.warn, lw=0.7, ls=(0, (2, 2)), zorder=3)
        words.append("hatched: no data, or filled in" if "hatched: no data" in words else
                     "hatched: filled in, not measured")  # fmt: skip
    inks = over_colours(theme)
    for line in sight.over:
        x = sight.axis.of_rest(line.wave_rest_aa)
        axes.plot(x, line.flux, color=inks[line.kind], lw=0.8, zorder=4)
        if line.band is not None:
            axes.fill_between(x, *line.band, color=inks[line.kind], alpha=0.2, lw=0, zorder=1)
        words.append(line.words)
    return words


def _hatch(axes: Axes, x: np.ndarray, marked: np.ndarray, colours: Theme) -> bool:
    for left, right in zip(*stretches(x, marked), strict=True):
        axes.axvspan(
            left, right, facecolor="none",
            edgecolor=colours.muted, hatch="////", lw=0, alpha=0.5, zorder=0,
        )  # fmt: skip
    return bool(marked.any())
