"""What is written round a printed spectrum: title, verdict, warnings, settings, notes."""

from __future__ import annotations

from textwrap import wrap

from matplotlib.figure import Figure
from matplotlib.text import Text

from ....core.explain import Effects, Explanation
from ....core.spectra.redshift_warning import doubt
from ....core.trust import Intervals
from ....core.words import counted, percent
from ....data.lenses.lenses import Verdict
from ..theme import Theme
from ..words.domain_words import outside_words
from ..words.wording import target_title
from .panels import BAR_GAP, BOTTOM, LARGE, LEFT, NORMAL, RIGHT, SMALL
from .pieces import settings_text, verdict_text

__all__ = ["below_of", "notes_of", "warning_of", "write_round"]

_EDGE = 0.1  # inches
_LETTERS = 18  # of a small text, in an inch


def warning_of(verdict: Verdict | None, z_warning: str, width_in: float) -> list[str]:
    """Warnings about redshift and domain of the spectrum, wrapped to the width."""
    domain = None if verdict is None else verdict.domain
    notes = () if domain is None else domain.notes
    warnings = [doubt(z_warning), outside_words(domain), *notes]
    return [line for words in warnings for line in wrap(words, int(_LETTERS * width_in))]


def below_of(whose: str, seen: Effects) -> list[str]:
    """Under the settings: whose model it is, and what violet says."""
    either = int(seen.either.sum())
    return [
        *([f"model: {whose}"] if whose else []),
        *([f"violet: any change ({counted(either, 'segment')})"] if either else []),
    ]


def write_round(
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
    """Write title and verdict above, settings below, and the notes beside the weights.

    ``chosen`` is how a score was asked for if not as it is ranked; ``warning`` stands under the
    title, ``below`` under the settings.
    """
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


def notes_of(explanation: Explanation, seen: Effects, intervals: Intervals | None) -> list[str]:
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
