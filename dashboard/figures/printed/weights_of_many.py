"""Figure of many explanations: one row each, coloured by its weights."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ....core.explain import Explanation, effects
from ....core.spectra.lines import PAGE_LINES, Line
from ..colour_limit import colour_limit
from ..sight import Sight
from ..theme import THEMES, ThemeName, painting
from ..words.wording import target_title
from .panels import NORMAL, SMALL, blank_figure, dress, mark_lines

__all__ = ["weights_of_many_figure"]

_ROW, _LEFT, _NAMES, _RIGHT, _TOP, _BOTTOM = 0.09, 0.55, 1.15, 0.2, 0.85, 0.55  # inches
_LEAST, _MOST = 0.7, 6.0  # height of the panel
_MOST_NAMED = 40
_LONGEST_NAME = 18
_SEEN = 2.05  # shades of violet below are nearly white


def weights_of_many_figure(
    wave_rest_aa: NDArray[np.floating],
    explanations: Sequence[Explanation | None],
    names: Sequence[str],
    *,
    mirrored: Sequence[NDArray[np.floating] | None] = (),
    lines: Sequence[Line] = PAGE_LINES,
    theme: ThemeName = "light",
    width_in: float = 7.0,
) -> Figure:
    """Draw explanations below each other, as they follow: what they have in common is a column.

    Blue is where more flux (of fills: what is here) raises what was explained, orange where it
    lowers it, violet where any change does the same. Each row has a scale of its own, up to its
    largest weight, for the targets may differ.

    Parameters
    ----------
    wave_rest_aa : (D,)
        Rest wavelengths, vacuum Å, increasing.
    explanations : (n,)
        Of spectra on these wavelengths; None leaves a hatched row.
    names : (n,)
        Of the spectra.
    mirrored : (n,)
        Of each its raw weights (S,) with the factor on the other side of 1, or None; without them
        nothing is violet.
    lines
        Marked and named where they lie within the wavelengths.
    theme
        ``light`` or ``dark``.
    width_in
        Inches.

    Raises
    ------
    ValueError
        There is none, or one has not as many pixels as there are wavelengths.
    """
    wave, colours = np.asarray(wave_rest_aa, np.float64), THEMES[theme]
    n = len(explanations)
    if not n:
        raise ValueError("there are no explanations to draw")
    pairs = zip(explanations, mirrored or [None] * n, strict=True)
    shades = np.array([_shades(each, other, len(wave)) for each, other in pairs])
    panel = float(np.clip(_ROW * n, _LEAST, _MOST))
    height = panel + _TOP + _BOTTOM
    fig = blank_figure((width_in, height), colours.surface)
    named = n <= _MOST_NAMED and any(len(name) > len(str(n)) for name in names)
    left = _NAMES if named else _LEFT
    across = (width_in - left - _RIGHT) / width_in
    box = (left / width_in, _BOTTOM / height, across, panel / height)
    axes = fig.add_axes(box)
    dress(axes, colours)
    edges = np.concatenate([wave[:1], (wave[1:] + wave[:-1]) / 2, wave[-1:]])
    axes.set_facecolor(colours.raised)
    axes.fill_between(edges[[0, -1]], -0.5, n - 0.5, facecolor="none", hatch="////",
                      edgecolor=colours.edge, linewidth=0, zorder=0)  # fmt: skip
    axes.pcolormesh(
        edges, np.arange(n + 1) - 0.5, np.ma.masked_invalid(shades), vmin=-1, vmax=3,
        cmap=ListedColormap(painting(theme)), rasterized=True, zorder=0.5,
    )  # fmt: skip
    axes.set(xlim=edges[[0, -1]], ylim=(n - 0.5, -0.5), xlabel="Rest wavelength (vacuum Å)")
    if named:
        axes.set_yticks(range(n), [name[:_LONGEST_NAME] for name in names], fontsize=SMALL)
    else:
        axes.set_ylabel("Number of the spectrum", fontsize=NORMAL)
    axes.tick_params(top=False, right=False, direction="out")
    mark_lines(axes, axes, Sight(lines=tuple(lines)).marked(*axes.get_xlim()), colours)
    targets = {target_title(each.target) for each in explanations if each is not None}
    of = targets.pop() if len(targets) == 1 else "what was explained"
    violet = ", violet: any change does the same" * bool((shades > _SEEN).any())
    words = (
        f"more flux: blue raises, orange lowers {of}{violet}; each row by its own largest weight"
    )
    fig.text(box[0], 0.06 / height, words, fontsize=SMALL, color=colours.muted, parse_math=False)
    return fig


def _shades(
    explanation: Explanation | None, mirrored: NDArray[np.floating] | None, n_pixels: int
) -> NDArray[np.float64]:
    """Shade of ``painting`` at each pixel (D,): effects as shares of the largest, ±1, and from 2
    on where any change does the same; NaN without an explanation."""
    if explanation is None:
        return np.full(n_pixels, np.nan)
    if len(explanation.labels) != n_pixels:
        raise ValueError(f"an explanation of {len(explanation.labels)} pixels, not of {n_pixels}")
    seen = effects(explanation, mirrored=mirrored)
    limit = colour_limit(seen.values, by_pixel=explanation.method == "saliency")
    shares = np.clip(seen.values / limit, -1, 1)
    return np.where(seen.either, 2 + np.abs(shares), shares)[explanation.labels]
