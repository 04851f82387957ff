"""Text about the open spectrum: identity, verdict, meaning of colours."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from html import escape
from math import floor
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from ....core.models.anomaly.scores import SCORE_TITLES
from ....core.models.small_samples import FEW
from ....core.spectra.redshift_warning import doubt
from ....core.words import percent, probability_text, redshift_text
from ....data.collection.catalog_facts import COLUMNS_FROM, Z_FROM, why_set_aside
from ....data.lenses.one_spectrum.open_spectrum import OpenSpectrum
from ...figures.colour_limit import colour_limit
from ...figures.svg.raw_picture import raw_picture
from ...figures.theme import diverging
from ...figures.words.domain_words import domain_html
from ...figures.words.set_words import (
    NO_TYPE,
    leaves_out,
    lender_short,
    lender_text,
    like_short,
    like_text,
    set_sentence,
    set_text,
)
from ...figures.words.wording import (
    OF_SHARES,
    Meaning,
    chosen_text,
    meaning,
    score_text,
    state_line,
    usual_text,
    with_command,
)
from ...session.session import Session
from ...session.visitor import Visitor
from ...workspace.confusion_table import ordered_types
from ..widgets.components import WordsPart, once_a_patch

if TYPE_CHECKING:
    from ...session.choices.state import Outcome

__all__ = ["state_pane", "veil_pane", "verdict_pane"]

S = TypeVar("S", bound=Session)

_REASONS = '<button type="button" class="quiet" data-do="believe">How far to believe it</button>'
_OF_NOISE = (
    "The spectrum with noise of its own errors added once more, explained with the same masks. "
    "Solid marks on the spectrum pass, hollow ones do not."
)
_ALIKE = "Noise alone raises a score: rank among the scored spectra nearest in log S/N"
_COUNTS = "uncalibrated counts"
_MEDIA = {"air": "taken from air to vacuum", "not said": "vacuum assumed"}
_INVITATION = (
    "Click a point on the plane to open its spectrum,<br>"
    "or press <kbd>↓</kbd> for the first of the list below."
)


def verdict_pane(session: Visitor) -> WordsPart:
    """True type, predicted type and probabilities; or score and rank."""
    return _pane(
        session, _verdict, ["shown", "lacking", "relisted"],
        ["target", "width_kms", "trimmed", "level"],
    )  # fmt: skip


def state_pane(session: Session) -> WordsPart:
    """The key to the colours, and how the explanation was computed."""
    return _pane(
        session, _state,
        ["explanation", "trust", "mirrored", "recurrence", "no_recurrence", "busy"],
        ["theme", "slope"],
    )  # fmt: skip


def veil_pane(session: Session) -> WordsPart:
    """Hint on what to do while there is nothing to draw, otherwise ""."""
    return _pane(session, _veil, ["shown"], sizing_mode="stretch_both", css_classes=["in-veil"])


def _pane(
    session: S, said: Callable[[S], str], outcome: list[str], view: Sequence[str] = (), **how: Any
) -> WordsPart:
    """Words that are written anew when one of these changes."""
    pane = WordsPart(**how)

    def write() -> None:
        pane.html = said(session)

    changed = once_a_patch(write)
    session.outcome.param.watch(changed, outcome)
    if view:
        session.view.param.watch(changed, list(view))
    write()
    return pane


def _veil(session: Session) -> str:
    shown = session.outcome.shown
    if not session.workspace.lenses:
        text = "No model has been built for this collection: <b>spexplain build</b> makes one."
    elif shown is None:
        text = _INVITATION
    elif shown.reason:
        text = _why_not(session, shown)
    else:
        return ""
    return f'<div class="invite"><div>{text}</div></div>'


def _why_not(session: Session, shown: OpenSpectrum) -> str:
    """Why the lens does not take it; below, a spectrum of the collection as it was observed."""
    # A line ends between words, not within an option.
    why = re.sub(
        r"--[\w-]+", r'<span class="option">\g<0></span>', escape(with_command(shown.reason))
    )
    if shown.row < 0:
        return f"This spectrum cannot serve this lens: {why}.<br>Try the other lens, or another."
    medium = session.workspace.catalog.iloc[shown.row].get("medium")
    picture = raw_picture(session.workspace.collection.observed(shown.row), str(medium))
    if why_set_aside(session.workspace.catalog, shown.row):
        return f"No model is given this spectrum: {why}.{picture}"
    return (
        f"This spectrum cannot serve this lens: {why}.<br>Try the other lens, or another "
        f"spectrum.{picture}"
    )


def _verdict(session: Visitor) -> str:
    shown = session.outcome.shown
    if shown is None:
        return '<span class="muted">No spectrum is open.</span>'
    if shown.row < 0:
        counts = [_COUNTS] if shown.flux_unit == "counts" else []
        entries = [f"z {redshift_text(shown.z)}", *counts, *_how_read(shown.how_read)]
        from_outside = escape(" · ".join([*entries, "from a file, not kept in the collection"]))
        about = f'<span class="muted small clip about" title="{from_outside}">{from_outside}</span>'
        return _verdict_words(about, shown, session.verdict_of(shown), "")
    entry = session.workspace.catalog.iloc[shown.row]
    facts = [f"z {redshift_text(entry['z'])}" if np.isfinite(entry["z"]) else "z unknown"]
    if shown.tried:
        facts = [f"tried at z {shown.z:.5g} · its own: {facts[0]}"]
    facts += [_COUNTS] if shown.flux_unit == "counts" else []
    if np.isfinite(entry["sn_median"]):
        sn = entry["sn_median"]
        text = f"{sn:.0f}" if abs(sn) >= 10 else f"{sn:.2g}"
        facts.append(f"S/N {text}".replace("-", "−"))
    facts += [str(entry["subclass"])] if entry["subclass"] else []
    facts += _how_read(entry)
    about = escape(" · ".join(facts))
    tag = session.tagging.tags.get(shown.id)
    mark = "" if tag is None else f'<span class="pill" title="Your tag">tag {tag}</span>'
    about = f'<span class="muted small clip about" title="{about}">{about}</span>{mark}'
    chosen = chosen_text(session.score, session.knobs_of(shown.lens))
    ranked = f" with {usual_text(session.score)}" if chosen else ""
    return _verdict_words(about, shown, session.verdict_of(shown), ranked)


def _how_read(said: Any) -> Iterator[str]:
    """What was assumed or guessed in reading a spectrum, by catalog names."""
    if (medium := said.get("medium")) in _MEDIA:
        yield _MEDIA[medium]
    for name, words in ((Z_FROM, "z from"), (COLUMNS_FROM, "read as")):
        if isinstance(guess := said.get(name), str) and guess:
            yield f"{words} {guess}"


def _verdict_words(about: str, shown: OpenSpectrum, verdict: Any, ranked: str) -> str:
    """Whether it is a spectrum for this model at all comes before what the model says."""
    head = f'<span class="id">{escape(shown.id)}</span>{about}'
    if verdict is None:
        return f'<div class="line">{head}</div>'
    warning, model = domain_html(verdict.domain, shown.lens.whose)
    if doubted := escape(doubt(shown.z_warning)):
        warning = f'<div class="outside" title="{doubted}">{doubted}</div>{warning}'
    verdict_html = (
        _class_verdict(head, verdict) if verdict.probabilities else _score(head, verdict, ranked)
    )
    return f"{warning}{verdict_html}{model}"


def _class_verdict(head: str, verdict: Any) -> str:
    # A type that the classifier was not taught cannot be got right or wrong.
    taught = verdict.true in verdict.probabilities
    mark = "" if not taught else " ✓" if verdict.true == verdict.predicted else " ✗"
    call = f"<small>predicted</small> {_kind(verdict.predicted)}{mark}"
    title = "predicted type; it has no label"
    if verdict.true:
        title = "true type → predicted type"
        call = f"<small>true</small> {_kind(verdict.true)} → {call}"
    title += ": predicted is the type of the largest probability"
    pill = f'<span class="pill" title="{title}">{call}</span>{_votes(verdict)}'
    shares = verdict.probabilities
    bars = "".join(
        f'<div><div class="label"><span>{escape(kind)}</span>'
        f"<span>{escape(probability_text(shares[kind]))}</span></div>"
        f'<div class="track"><div class="fill" style="--dot:{_dot(kind)};'
        f'width:{100 * shares[kind]:.1f}%"></div></div></div>'
        for kind in ordered_types(shares)
    )
    return f'<div class="line">{head}{pill}</div><div class="bars">{bars}{_set(verdict)}</div>'


def _set(verdict: Any) -> str:
    """Which types it may be of, beside the probabilities; the level is a button."""
    class_set = getattr(verdict, "class_set", None)
    if class_set is None:
        return ""
    text, sentence = (say(class_set, verdict.predicted) for say in (set_text, set_sentence))
    words = f"{text[:1].upper()}{text[1:]}. {sentence}"
    title = escape(sentence if class_set.missing else words, quote=True)
    members = " ".join(map(_kind, class_set.members)) or (
        "none to be had" if class_set.missing else NO_TYPE
    )
    if leaves_out(class_set, verdict.predicted):
        members += f", not {_kind(verdict.predicted)}"
    return (
        f'<div class="set" title="{title}"><button type="button" class="quiet" data-do="level">'
        f"{percent(class_set.level)} set</button><span>{members}</span></div>"
    )


def _votes(verdict: Any) -> str:
    """Where the machine's pairwise votes go, if not to the likeliest type."""
    if verdict.votes in ("", verdict.predicted):
        return ""
    title = (
        "most pairwise decisions of the machine, which weighs the types alike, go to it; the "
        "probabilities count how many there are of each, and are largest for another"
    )
    text = f"votes {_kind(verdict.votes)}"
    return f'<span class="pill votes" title="{escape(verdict.votes)}: {title}">{text}</span>'


def _below(share: float) -> str:
    """A share as percent, with the digits that keep the most anomalous from reading 100."""
    percent = 100 * share
    return f"{percent:.1f}" if percent < 99.9 else f"{min(floor(100 * percent) / 100, 99.99):.2f}"


def _score(head: str, verdict: Any, ranked: str) -> str:
    name = escape(SCORE_TITLES.get(verdict.of, "score"))
    share = verdict.rank / max(verdict.n_ranked, 1)
    pill = f'<span class="pill">{name} {score_text(verdict.score)}</span>'
    rank = f"rank {verdict.rank:,} of {verdict.n_ranked:,}"
    # Where there is little room, the rank and the bar say it.
    more = f'<span class="more">: more anomalous than {_below(1 - share)} %</span>'
    rank += ranked or (more if verdict.n_ranked >= FEW else "")
    like = getattr(verdict, "like", None)
    among, second = like_text(like), like_short(like)
    theirs = getattr(verdict, "like_lender", None)
    if theirs is not None:  # the lender's spectra are the scale, one's own come second
        among, second, share = lender_text(verdict), rank, 1 - theirs.higher_than
        rank, second = lender_short(verdict), f"{second} here"
    alike = escape(f"{among}. {_ALIKE}".lstrip(". "), quote=True)
    bar = (
        f'<div><div class="label" title="{alike}"><span>{rank}</span>'
        f"<span>{second}</span></div>"
        '<div class="track">'
        f'<div class="fill" style="--dot:var(--accent);width:{100 * (1 - share):.1f}%"></div>'
        "</div></div>"
    )
    return f'<div class="line">{head}{pill}</div><div class="bars">{bar}</div>'


def _kind(kind: str) -> str:
    return f'<i style="--dot:{_dot(kind)}"></i>{escape(kind)}'


def _dot(kind: str) -> str:
    return f"var(--type-{escape(kind.replace(' ', '-'))}, var(--quiet))"


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
    explanation, shown = session.outcome.explanation, session.outcome.shown
    if explanation is None:
        return ""
    if explanation.target.startswith("margin(") and explanation.value < 0:
        return f"the margin is −{abs(explanation.value):.2f}: votes go to another type"
    if explanation is None or shown is None or shown.outside is not None:
        return ""
    chosen = chosen_text(explanation.target, session.knobs_of(shown.lens))
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
