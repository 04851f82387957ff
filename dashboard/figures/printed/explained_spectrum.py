"""Figure for a paper: one spectrum coloured by its explanation."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from textwrap import wrap
from typing import Any, Literal

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, LinearSegmentedColormap, ListedColormap, Normalize, to_rgba
from matplotlib.figure import Figure
from matplotlib.text import Text
from numpy.typing import NDArray

from ....core.explain import Effects, Explanation, effects
from ....core.spectra.lines import PAGE_LINES, Line
from ....core.spectra.redshift_warning import doubt
from ....core.trust import Intervals
from ....core.words import counted, percent
from ....data.files import written_whole
from ....data.lenses.lenses import Verdict
from ..sight import Sight
from ..theme import THEMES, Theme, ThemeName, diverging
from ..words.domain_words import outside_words
from ..words.wording import target_title
from .panels import (
    BAR_GAP,
    BOTTOM,
    LARGE,
    LEFT,
    NORMAL,
    RIGHT,
    SMALL,
    blank_figure,
    draw_band,
    draw_colour_bar,
    draw_painted_line,
    draw_weights,
    make_panels,
    mark_lines,
)
from .pieces import WeightRuns, WeightScale, settings_text, verdict_text
from .surroundings import draw_surroundings

__all__ = ["explained_spectrum_figure", "save_figure"]

Paint = Literal["line", "band"]

_EDGE, _LINE = 0.1, 0.11  # inches
_LETTERS = 18  # of a small text, in an inch
_FAINT = 0.3  # of the spectrum as it is, under the smoothed one
_SMALLEST_IN = (6.0, 3.0)

# matplotlib reads some settings of a file format from one place for all threads.
_SAVING = threading.Lock()
_FORMAT_SETTINGS: dict[Any, Any] = {
    "pdf.fonttype": 42,  # journals refuse type 3 fonts
    "svg.fonttype": "none",  # text stays text: it can be searched, and set in another face
    "svg.hashsalt": "spexplain",  # the same figure gives the same file
}
_METADATA: dict[str, dict[str, None]] = {
    ".png": {},
    ".svg": {"Date": None},
    ".pdf": {"CreationDate": None},
}


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
    warning = _warning(verdict, z_warning, size_in[0])
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
    _write_round(
        fig, title, verdict, explanation, colours, warning=warning, chosen=chosen,
        notes=_notes(explanation, seen, intervals), below=[*_below(whose, seen), *legend],
    )  # fmt: skip
    return fig


def _warning(verdict: Verdict | None, z_warning: str, width_in: float) -> list[str]:
    """Warnings about redshift and domain of the spectrum, wrapped to the width."""
    domain = None if verdict is None else verdict.domain
    notes = () if domain is None else domain.notes
    said = [doubt(z_warning), outside_words(domain), *notes]
    return [line for words in said for line in wrap(words, int(_LETTERS * width_in))]


def _below(whose: str, seen: Effects) -> list[str]:
    """Under the settings: whose model it is, and what violet says."""
    either = int(seen.either.sum())
    return [
        *([f"model: {whose}"] if whose else []),
        *([f"violet: any change ({counted(either, 'segment')})"] if either else []),
    ]


def save_figure(fig: Figure, path: str | Path, *, dpi: float = 300) -> None:
    """Write a figure in the format its suffix names; the file appears whole or not at all.

    Parameters
    ----------
    fig
        What ``explained_spectrum_figure`` drew.
    path
        Ends in ``.png``, ``.svg`` or ``.pdf``.
    dpi
        Pixels per inch of a PNG, and of what is an image within the others.

    Raises
    ------
    ValueError
        If the suffix is another.
    FileNotFoundError
        If the folder does not exist.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in _METADATA:
        raise ValueError(
            f"the name of a figure must end in one of {tuple(_METADATA)}, got {str(path)!r}"
        )
    with written_whole(path) as beside, _SAVING, mpl.rc_context(_FORMAT_SETTINGS):
        fig.savefig(beside, format=suffix[1:], dpi=dpi, metadata=_METADATA[suffix])


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


def _write_round(
    fig: Figure,
    title: str,
    verdict: Verdict | None,
    explanation: Explanation,
    colours: Theme,
    *,
    warning: list[str],
    chosen: str,
    notes: list[str],
    below: list[str],
) -> None:
    width, height = fig.get_size_inches()
    left, edge = LEFT / width, 1 - _EDGE / width
    headline = "" if verdict is None else verdict_text(verdict)
    if chosen:  # score and rank of the verdict are of the usual filter and trimming
        headline = f"{target_title(explanation.target)} {explanation.value:.3g}, {chosen}"
    head, foot, last = 1 - 0.2 / height, (0.14 if below else 0.08) / height, 0.03 / height
    texts = [
        fig.text(x, y, text, ha=side, va="baseline", fontsize=size, color=colour, parse_math=False)
        for x, y, side, text, size, colour in (
            (left, head, "left", title, LARGE, colours.text),
            (edge, head, "right", headline, NORMAL, colours.text),
            (left, foot, "left", settings_text(explanation, chosen), SMALL, colours.muted),
            *([(left, last, "left", " · ".join(below), SMALL, colours.muted)] * bool(below)),
        )
    ]
    texts[0].set_fontweight("bold")
    _shrink_to_fit(texts[:2], edge - left - 0.01)
    for text in texts[2:]:
        _shrink_to_fit([text], edge - left)
    if warning:
        fig.text(
            left, head - 0.05 / height, "\n".join(warning), va="top", fontsize=SMALL,
            color=colours.warn, parse_math=False,
        )  # fmt: skip
    fig.text(
        1 - (RIGHT - BAR_GAP) / width, BOTTOM / height, "\n".join(notes), va="bottom",
        fontsize=SMALL, color=colours.muted, linespacing=1.3,
    )  # fmt: skip


def _notes(explanation: Explanation, seen: Effects, intervals: Intervals | None) -> list[str]:
    """Beside the weights: what one is, and what is shaded."""
    if explanation.nothing:
        return ["nothing to explain"]
    words = "weight = target,\nwhat is here\nminus the fill"
    if seen.unit == "slope":
        words = "weight = slope of\nthe target by the\nflux above"
    elif seen.unit != "fill":
        of = "flux" if seen.unit == "flux" else "contrast"
        words = f"weight = change\nof the target per\n+10 % of {of}"
    notes = [words]
    if intervals is not None:
        notes.append(f"shaded: {percent(intervals.confidence, 'g')}, by\nrandom masks")
    return notes


def _shrink_to_fit(texts: list[Text], room: float) -> None:
    """Make texts on one line small enough for a share of the figure's width."""
    fig = texts[0].get_figure(root=True)
    assert fig is not None
    needed = sum(text.get_window_extent().width for text in texts) / fig.bbox.width
    if needed > room:
        # Letters are fitted to pixels, so a text's width is not quite in proportion to its size.
        share = 0.95 * room / needed
        for text in texts:
            text.set_fontsize(share * float(text.get_fontsize()))
