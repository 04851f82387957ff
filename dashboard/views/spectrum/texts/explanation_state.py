"""The key to the colours, how the explanation was computed, and how far to believe it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from ....figures.colour_limit import colour_limit
from ....figures.theme import diverging
from ....figures.words.wording import (
    OF_SHARES,
    Meaning,
    chosen_text,
    meaning,
    score_text,
    state_line,
)
from ....session.session import Session
from ...widgets.components import WordsPart
from .words_pane import words_pane

if TYPE_CHECKING:
    from ....session.choices.state import Outcome

__all__ = ["state_pane"]

_REASONS = '<button type="button" class="quiet" data-do="believe">How far to believe it</button>'
_OF_NOISE = (
    "The spectrum with noise of its own errors added once more, explained with the same masks. "
    "Solid marks on the spectrum pass, hollow ones do not."
)


def state_pane(session: Session) -> WordsPart:
    """The key to the colours, and how the explanation was computed."""
    return words_pane(
        session, _state,
        ["explanation", "trust", "mirrored", "recurrence", "no_recurrence", "busy"],
        ["theme", "slope"],
    )  # fmt: skip


def _state(session: Session) -> str:
    explanation, view = session.outcome.explanation, session.view
    if explanation is None:
        doing = "loading the model" if session.loading else "computing"
        text = f'<span class="busy muted">{doing}</span>' if session.outcome.busy else ""
        return f'<div class="facts"><span></span>{text}</div>'
    line = escape(state_line(explanation, session.outcome.elapsed_ms))
    effects = session.effects
    if explanation.nothing or effects is None:
        return f'<div class="facts"><span class="nothing">{line}</span></div>'
    means = meaning(explanation, effects)
    most = colour_limit(effects.values, by_pixel=explanation.method == "saliency")
    shades = ",".join(diverging(view.theme)[::15])
    key = (
        f'<span class="key" title="{escape(means.sentence)}"><span>{escape(means.lowers)}</span>'
        f'<span class="muted">−{most:.2g}</span><span class="scale" '
        f'style="background:linear-gradient(to right,{shades})"></span>'
        f'<span class="muted">+{most:.2g}</span><span>{escape(means.raises)}</span></span>'
        f"{_any_change(means)}"
    )
    busy = ' class="busy muted how"' if session.outcome.busy else ' class="muted how"'
    busy += f' title="{OF_SHARES}"' if explanation.method == "shapley" else ""
    asked = f'<span class="asked muted">{escape(of)}</span>' if (of := _explained(session)) else ""
    reasons = "" if session.outcome.trust is None else _REASONS
    return (
        f'<div class="facts">{key}{asked}<span{busy}>{line}</span>{reasons}</div>{_belief(session)}'
    )


def _any_change(means: Meaning) -> str:
    """The colour of what any change raises, or lowers, and of how many segments."""
    if not means.either:
        return ""
    title = escape(means.sentence)
    return f'<span class="any" title="{title}"><i class="either"></i>{escape(means.either)}</span>'


def _explained(session: Session) -> str:
    """The score explained, where another than the verdict's, or a margin against the votes."""
    explanation, spectrum = session.outcome.explanation, session.outcome.open_spectrum
    if explanation is None:
        return ""
    if explanation.target.startswith("margin(") and explanation.value < 0:
        return f"the margin is −{abs(explanation.value):.2f}: votes go to another type"
    if explanation is None or spectrum is None or spectrum.outside is not None:
        return ""
    chosen = chosen_text(explanation.target, session.knobs_of(spectrum.lens))
    return f"explained: {score_text(explanation.value)} with {chosen}" if chosen else ""


def _belief(session: Session) -> str:
    """Uncertainty by the noise of the spectrum, then by the masks.

    The noise leaves more, and where there is little room the end has to be scrolled to.
    """
    trust = session.outcome.trust
    words = "" if trust is None else escape(trust.sentence())
    if words and (noise := escape(_noise(session.outcome))):
        noise, words = (text[:1].upper() + text[1:] for text in (noise, words))
        words = f'<span title="{_OF_NOISE}">{noise}</span> {words}.'
    return f'<div class="belief" tabindex="0">{words}</div>'


def _noise(outcome: Outcome) -> str:
    """Result over other exposures, or why it is not available."""
    recurrence = outcome.recurrence
    if recurrence is not None:
        return f"{recurrence.sentence()}."
    if outcome.no_recurrence:
        return f"{outcome.no_recurrence}."
    explanation = outcome.explanation
    asked = explanation is not None and explanation.method != "saliency" and not explanation.nothing
    return "asking what another exposure would say …" if asked else ""
