"""HTML sections of the Selected tab: types, mean, lines, explanation."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import pandas as pd

from .....core.models.anomaly.scores import SCORE_TITLES
from .....core.words import EXPLAINED_R2, counted, goodness
from .....data.selections.kept_selections import FormerSelection, KeptSelection
from .....data.selections.selection import Selection
from ....figures.svg.svg_spectra import Frame, band, ends, painted_mean, picture, polyline
from ....figures.theme import ThemeName, category_colours
from ....session.browsing.laid_mean import MeanOver
from ....session.browsing.selection_reasons import MOST_EXPLAINED, MeanReasons
from ....session.browsing.selection_summary import SelectedLines, Spread
from ....workspace.cluster_partition import colours_meaning, top_names
from ...widgets.html_sections import button, choice, foot_line
from .ratio_table import bpt_words, ratio_table

__all__ = [
    "TAGS",
    "former_line",
    "kept_table",
    "laid_section",
    "lines_section",
    "mean_section",
    "reasons_section",
    "tags_line",
    "types_line",
]

TAGS: dict[str, int | None] = {**{str(tag): tag for tag in range(10)}, "none": None}
"""What a whole selection can be tagged with, as its menu has it."""


def kept_table(kept: Sequence[KeptSelection], theme: ThemeName) -> str:
    """A line for each kept selection, with its colour, and what colours the plane by them."""
    names = tuple(selection.name for selection in kept)
    own = {selection.name: selection.colour for selection in kept if selection.colour}
    colours = category_colours(names, theme, own)
    lines = "".join(
        f'<tr><td><input type="color" name="colour" value="{colour}" '
        f'data-of="{escape(selection.name, quote=True)}" '
        f'aria-label="Colour of {escape(selection.name, quote=True)}"></td><td>'
        + button(
            escape(selection.name), {"take": selection.name}, css="link", title=selection.origin
        )
        + f"</td><td>{selection.n:,}</td><td>{_lay(selection.name)}</td><td>"
        f"{_forget(selection.name)}</td></tr>"
        for selection, colour in zip(kept, colours, strict=True)
    )
    paint = button(
        "Colour the plane by these", {"do": "colour"}, css="plain",
        title="Each in its colour; what is in several has one of its own, what is in none is grey",
    )  # fmt: skip
    return (
        f'<table class="plain"><tbody>{lines}</tbody></table><div class="line">{paint}</div>'
        "<p>A click takes one as the switch on the plane says: new, added (or), taken away "
        "(not), within (and).</p>"
    )


def former_line(former: FormerSelection | None) -> str:
    """What was kept under a name until just now, with what puts it back; "" without one."""
    if former is None:
        return ""
    n = counted(len(former.ids), "spectrum", "spectra")
    text = f"“{former.name}” was {n} until now: {former.origin}."
    back = button("Put it back", {"do": "put-back"}, css="plain", title=text)
    return f'<div class="line"><span>{escape(text)}</span> {back}</div>'


def _forget(name: str) -> str:
    text = f"Forget {name}"
    return button("×", {"forget": name}, css="link", title=text, label=text)


def _lay(name: str) -> str:
    text = f"Lay the mean of {name} over the spectrum"
    return button("mean", {"mean": name}, css="link", title=text, label=text)


def laid_section(selection: Selection | None, mean: MeanOver | None) -> str:
    """Overlay of the spectrum with a control to remove it; "" without one."""
    if selection is None:
        return ""
    text = f"The mean of “{selection.name}” follows, of those that the lens can take."
    text = text if mean is None else mean.sentence()
    off = button("Take it off", {"do": "lift"}, css="plain", title="Lay no mean over the spectrum")
    return f'<p>{escape(text)}</p><div class="line">{off}</div>'


def tags_line(n: int, tags: Sequence[int], *, can_undo: bool) -> str:
    """A menu that tags all of a selection, its tags so far, and what takes the last tag back."""
    which = "this one" if n == 1 else f"all {n:,}"
    menu = choice(
        "tag", f"Tag {which}", {"": "with …", **{name: name for name in TAGS}}, "",
        title="In place of any tag they have; none takes it away",
    )  # fmt: skip
    back = button(
        "Undo tag", {"do": "untag"}, css="plain", idle=not can_undo,
        title="Take back what you have tagged last (u)",
    )  # fmt: skip
    counts = pd.Series(tags).value_counts().sort_index()
    text = " · ".join(f"tag {tag}: {n_tagged:,}" for tag, n_tagged in counts.items())
    return f'<div class="line">{menu} {back}</div><p>{text or "None of these has a tag."}</p>'


def types_line(labels: pd.Series) -> str:
    """How many there are of each type, the commonest first."""
    counts = labels.value_counts()
    each = [f"{n:,} {kind or 'unlabelled'}".replace(" ", "\u00a0") for kind, n in counts.items()]
    text = escape(" · ".join(each))
    return f"<p>{text}</p>" if text else ""


def mean_section(spread: Spread | None, *, lay: bool = False) -> str:
    """Mean, median and spread, or that they follow; and what lays the mean over the spectrum."""
    if spread is None:
        return '<p class="waiting">Mean and median follow, of those that the lens can take.</p>'
    wave = spread.wave_rest_aa
    frame = Frame(wave, np.concatenate([spread.low, spread.high]))
    drawn = [
        band(frame, wave, spread.low, spread.high),
        polyline(frame, wave, spread.mean),
        polyline(frame, wave, spread.median, "again"),
    ]
    button_line = ""
    if lay:
        put = button(
            "Lay the mean over the spectrum", {"do": "lay"}, css="plain",
            title="With its band of 16–84 %, over whatever spectrum is open, until it is taken off",
        )  # fmt: skip
        button_line = f'<div class="line">{put}</div>'
    return (
        f'<div class="mean">{picture(drawn, label="mean, median and spread of the selection")}'
        f'{ends(wave)}<div class="caption"><span><i class="key-line"></i>mean</span>'
        '<span><i class="key-line red"></i>median</span>'
        '<span><i class="key-line box"></i>16–84 %</span>'
        f"<span>of {_of(spread.n, spread.of)}</span></div></div>{button_line}"
    )


def reasons_section(
    reasons: MeanReasons | None, spread: Spread, *, busy: bool, target: str, n_usable: int
) -> str:
    """The mean explanation beneath the mean spectrum, and what asks for one.

    Parameters
    ----------
    reasons
        None where nothing of the selection is explained.
    spread
        Whose mean is painted.
    busy
        Spectra are being explained.
    target
        What would be explained now, as the page calls it.
    n_usable
        Of the selection, what the lens can take.
    """
    n = min(n_usable, MOST_EXPLAINED)
    which = "it" if n_usable == 1 else f"all {n}" if n == n_usable else f"{n} of them"
    ask = button(
        f"Explain {which} now", {"do": "explain"}, css="plain",
        title=f"{target}, as the sliders stand; of more than {MOST_EXPLAINED} so many are drawn "
        "evenly",
    )  # fmt: skip
    stop = button("Stop", {"do": "stop"}, css="plain", title="Keep what has been explained so far")
    head = "<h4>Mean explanation</h4>"
    if reasons is None:
        text = "explaining …" if busy else "None of these has been explained yet."
        return f'{head}<p>{text}</p><div class="line">{stop if busy else ask}</div>'
    called = SCORE_TITLES.get(reasons.target, target)
    of = f"of {_of(reasons.n, reasons.of)}"
    if reasons.built:
        words = f"{of}, explained by the build: {escape(called)}"
    elif busy:
        words = f"{reasons.n} of {reasons.goal} are explained: {escape(called)}"
    else:
        words = f"{of}, explained as the sliders stand: {escape(called)}"
    meaning = colours_meaning(reasons.settings, reasons.sign, what="what is explained")
    wave, weights = spread.wave_rest_aa, reasons.weights
    painted = painted_mean(
        wave, spread.mean, reasons.labels, weights, label="mean explanation of the selection"
    )
    return (
        f'{head}<div class="mean">{painted}{ends(wave)}'
        f"{foot_line(top_names(wave, reasons.labels, weights))}"
        f'<div class="caption known">{words}</div>'
        f'<div class="caption known">{escape(meaning)}</div>{_fit(reasons)}</div>'
        f'<div class="line">{stop if busy else ask}</div>'
    )


def lines_section(lines: SelectedLines | None) -> str:
    """Line ratios and how many lie where on the BPT diagram, or that they follow."""
    head = "<h4>Line ratios</h4>"
    if lines is None:
        return f'{head}<p class="waiting">Lines are being measured.</p>'
    measured = f"Median of {_of(lines.n, lines.of)}"
    kinds = bpt_words(lines.summary) or "none has all four lines"
    table = ratio_table(lines.summary, measured, dust=lines.dust)
    return f'{head}{table}<div class="caption known">BPT: {escape(kinds)}</div>'


def _of(n: int, of: int) -> str:
    """How many spectra, of how many where some were drawn."""
    several = "spectra" if n == of else f"drawn evenly of {of:,} spectra"
    return counted(n, "spectrum" if n == of else several, several)


def _fit(reasons: MeanReasons) -> str:
    """How well the surrogates fit, where there are any."""
    if not np.isfinite(reasons.r2).any():
        return ""
    text = f"surrogates: median {goodness(float(np.nanmedian(reasons.r2)))}"
    if reasons.n_not_explained:
        text += (
            f"; {reasons.n_not_explained} of {reasons.n} not explained (R² below {EXPLAINED_R2:g})"
        )
    return f'<div class="caption known">{text}</div>'
