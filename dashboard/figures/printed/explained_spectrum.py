"""Figure for a paper: one spectrum coloured by its explanation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, LinearSegmentedColormap, ListedColormap, Normalize, to_rgba
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ....core.explain import Explanation, effects
from ....core.spectra.lines import PAGE_LINES, Line
from ....core.trust import Intervals
from ....data.lenses.lenses import Verdict
from ..sight import Sight
from ..theme import THEMES, Theme, ThemeName, diverging
from .figure_texts import below_of, notes_of, warning_of, write_round
from .panels import (
    blank_figure,
    draw_band,
    draw_colour_bar,
    draw_painted_line,
    draw_weights,
    make_panels,
    mark_lines,
)
from .pieces import WeightRuns, WeightScale
from .surroundings import draw_surroundings

__all__ = ["explained_spectrum_figure"]

Paint = Literal["line", "band"]

_LINE = 0.11  # inches
_FAINT = 0.3  # of the spectrum as it is, under the smoothed one
_SMALLEST_IN = (6.0, 3.0)


def explained_spectrum_figure(
    wave_rest_aa: NDArray[np.floating],
    flux: NDArray[np.floating],
    explanation: Explanation,
    *,
    title: str = "",
    verdict: Verdict | None = None,
    whose: str = "",
    z_warning: str = "",
    chosen: str = "",
    intervals: Intervals | None = None,
    mirrored: NDArray[np.floating] | None = None,
    lines: Sequence[Line] = PAGE_LINES,
    flux_label: str = "Normalised flux",
    paint: Paint = "line",
    theme: ThemeName = "light",
    sight: Sight | None = None,
    size_in: tuple[float, float] = (7.0, 4.0),
) -> Figure:
    """Draw an explained spectrum: above the spectrum in the colours of its weights, below them.

    Blue is where more flux (of fills: what is here) raises what was explained, orange where it
    lowers it, violet where any change does the same, grey where neither; the colours are symmetric
    about zero.

    Parameters
    ----------
    wave_rest_aa : (D,)
        Rest wavelengths, vacuum Å, increasing; need not be evenly spaced.
    flux : (D,)
        The flux that was explained.
    explanation
        Of that flux.
    title
        Name of the spectrum.
    verdict
        What the model says of it: types, or score and rank; above them, in a line of its own, that
        it has learned on nothing like the spectrum.
    whose
        Whose model it is.
    z_warning
        What is doubtful about its redshift: above it all, if it is such as ruins one.
    chosen
        How a score was asked for if not as it is ranked; the verdict is then the score explained.
    intervals
        Of the weights, shaded behind them.
    mirrored : (S,)
        Raw weights with the factor on the other side of 1; without them nothing is violet.
    lines
        Marked and named where they lie within the spectrum.
    flux_label
        With the flux's unit, if it has one.
    paint
        ``line`` colours the spectrum itself (P21), ``band`` what lies behind it.
    theme
        ``light`` or ``dark``.
    sight
        How it is looked at: axis, stretch, lines (instead of ``lines``), all that was observed.
    size_in
        Width and height, inches; 7 × 4 spans two columns of a journal.

    Returns
    -------
    figure
        Belongs to no window; save it with ``save_figure``.

    Raises
    ------
    ValueError
        If the shapes do not fit the explanation, or the size is below 6 × 3 inches.
    """
    _check_shapes(wave_rest_aa, flux, explanation, intervals, size_in)
    colours = THEMES[theme]
    fig = blank_figure(size_in, colours.surface)
    warning = warning_of(verdict, z_warning, size_in[0])
    upper, lower, bar = make_panels(fig, colours, lowered=_LINE * len(warning))
    seen = effects(explanation, mirrored=mirrored)
    scale = WeightScale.of(seen.values, by_pixel=explanation.method == "saliency")
    sight = Sight(lines=tuple(lines)) if sight is None else sight
    wave = sight.axis.of_rest(wave_rest_aa)
    runs = WeightRuns.of(explanation.labels, wave)
    palette = ScalarMappable(Normalize(-scale.limit, scale.limit), _colour_map(paint, theme))
    weights = scale(runs.of_pixels(seen.values[explanation.labels]))
    either = runs.of_pixels(seen.either[explanation.labels].astype(float)) == 1
    run_colours = _run_colours(palette, weights, either, scale, colours)
    # What was filled in is dashed, not part of the line (surroundings.py).
    line = flux if sight.unmeasured is None else np.where(sight.unmeasured, np.nan, flux)
    if paint == "line":
        draw_painted_line(upper, runs, run_colours, wave, line)
    else:
        draw_band(upper, runs, run_colours, _ink(sight, colours), wave, line)
    ends = None
    if intervals is not None:
        ends = np.column_stack(seen.ends(intervals.low, intervals.high))[explanation.labels]
        ends = scale(runs.of_pixels(ends))
    draw_weights(lower, runs, weights, ends, colours, either=either)
    draw_colour_bar(bar, palette, scale, explanation, colours)
    legend = draw_surroundings(upper, sight, (wave_rest_aa, flux), colours, theme)
    _look(upper, sight)
    mark_lines(upper, lower, sight.marked(*upper.get_xlim()), colours)
    upper.set_ylabel(flux_label)
    lower.set_ylabel(f"Weight{scale.unit}")
    name = sight.axis.label
    lower.set_xlabel(name[0].upper() + name[1:])
    write_round(
        fig, title, verdict, explanation, colours, warning=warning, chosen=chosen,
        notes=notes_of(explanation, seen, intervals), below=[*below_of(whose, seen), *legend],
    )  # fmt: skip
    return fig


def _run_colours(
    palette: ScalarMappable,
    weights: NDArray[np.float64],
    either: NDArray[np.bool_],
    scale: WeightScale,
    colours: Theme,
) -> NDArray:
    """The colour of each run (R, 4): by its weight, or violet where any change does the same."""
    rgba = palette.to_rgba(np.ma.masked_invalid(weights))
    faint = palette.to_rgba(np.zeros(1))
    share = np.clip(np.abs(weights[either, None]) / scale.limit, 0, 1)
    rgba[either] = faint + share * (np.array(to_rgba(colours.either)) - faint)
    return rgba


def _ink(sight: Sight, colours: Theme) -> tuple[float, ...]:
    """Colour (RGBA) of the spectrum over bands: faint under a smoothed one."""
    smoothed = any(over.kind == "smooth" for over in sight.over)
    return to_rgba(colours.line, _FAINT if smoothed else 1.0)


def _look(axes: Axes, sight: Sight) -> None:
    """Show the stretch that is seen, and no more."""
    if sight.x is not None:
        axes.set_xlim(*sight.x)
    if sight.y is not None:
        axes.set_ylim(*sight.y)


def _check_shapes(
    wave_rest_aa: NDArray[np.floating],
    flux: NDArray[np.floating],
    explanation: Explanation,
    intervals: Intervals | None,
    size_in: tuple[float, float],
) -> None:
    if not all(size >= least for size, least in zip(size_in, _SMALLEST_IN, strict=True)):
        raise ValueError(f"size_in must be at least {_SMALLEST_IN}, got {size_in}")
    n_pixels, n_segments = len(explanation.labels), len(explanation.weights)
    for name, array, shape in (
        ("wave_rest_aa", wave_rest_aa, (n_pixels,)),
        ("flux", flux, (n_pixels,)),
        ("intervals", None if intervals is None else intervals.low, (n_segments,)),
    ):
        if array is not None and np.shape(array) != shape:
            raise ValueError(f"{name} must be {shape}, got {np.shape(array)}")


def _colour_map(paint: Paint, theme: ThemeName) -> Colormap:
    if paint == "band":
        return ListedColormap(diverging(theme))
    # The line itself must be seen where it has no weight.
    colours = THEMES[theme]
    return LinearSegmentedColormap.from_list(
        "spexplain", [colours.lower, colours.quiet, colours.raise_]
    )
