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
from ..theme import THEMES, ThemeName, diverging
from ..words.wording import target_title
from .panels import NORMAL, SMALL, blank_figure, dress, mark_lines

__all__ = ["weights_of_many_figure"]

_ROW, _LEFT, _NAMES, _RIGHT, _TOP, _BOTTOM = 0.09, 0.55, 1.15, 0.2, 0.85, 0.55  # inches
_LEAST, _MOST = 0.7, 6.0  # height of the panel
_MOST_NAMED = 40
_LONGEST_NAME = 18


def weights_of_many_figure(
    wave_rest_aa: NDArray[np.floating],
    explanations: Sequence[Explanation | None],
    names: Sequence[str],
    *,
    lines: Sequence[Line] = PAGE_LINES,
    theme: ThemeName = "light",
    width_in: float = 7.0,
) -> Figure:
    """Draw explanations below each other, as they follow: what they have in common is a column.

    Blue is where more flux (of fills: what is here) raises what was explained, orange where it
    lowers it. Each row has a scale of its own, up to its largest weight, for the targets may
    differ.

    Parameters
    ----------
    wave_rest_aa : (D,)
        Rest wavelengths, vacuum Å, increasing.
    explanations : (n,)
        Of spectra on these wavelengths; None leaves a hatched row.
    names : (n,)
        Of the spectra.
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
    weights = np.array([_shares(each, len(wave)) for each in explanations])
    if not len(weights):
        raise ValueError("there are no explanations to draw")
    n = len(weights)
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
        edges, np.arange(n + 1) - 0.5, np.ma.masked_invalid(weights), vmin=-1, vmax=1,
        cmap=ListedColormap(diverging(theme)), rasterized=True, zorder=0.5,
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
    fig.text(
        box[0], 0.06 / height, f"blue raises, orange lowers {of}; each row by its own largest "
        "weight", fontsize=SMALL, color=colours.muted, parse_math=False,
    )  # fmt: skip
    return fig


def _shares(explanation: Explanation | None, n_pixels: int) -> NDArray[np.float64]:
    """Effect at each pixel (D,) as a share of the largest, ±1; NaN without an explanation."""
    if explanation is None:
        return np.full(n_pixels, np.nan)
    if len(explanation.labels) != n_pixels:
        raise ValueError(f"an explanation of {len(explanation.labels)} pixels, not of {n_pixels}")
    values = effects(explanation).values
    limit = colour_limit(values, by_pixel=explanation.method == "saliency")
    return np.clip(values[explanation.labels] / limit, -1, 1)
