"""What the model says of the open spectrum, and whether it is one for this model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from math import floor
from typing import Any

import numpy as np

from .....core.models.anomaly.scores import SCORE_TITLES
from .....core.models.small_samples import FEW
from .....core.spectra.redshift_warning import doubt
from .....core.words import percent, probability_text, redshift_text
from .....data.collection.catalog_facts import COLUMNS_FROM, Z_FROM
from .....data.lenses.one_spectrum.open_spectrum import OpenSpectrum
from ....figures.words.domain_words import domain_html
from ....figures.words.set_words import (
    NO_TYPE,
    leaves_out,
    lender_short,
    lender_text,
    like_short,
    like_text,
    set_sentence,
    set_text,
)
from ....figures.words.wording import (
    chosen_text,
    score_text,
    usual_text,
)
from ....session.visitor import Visitor
from ....workspace.confusion_table import ordered_types
from ...widgets.components import WordsPart
from .words_pane import words_pane

__all__ = ["verdict_pane"]

_ALIKE = "Noise alone raises a score: rank among the scored spectra nearest in log S/N"
_COUNTS = "uncalibrated counts"
_MEDIA = {"air": "taken from air to vacuum", "not said": "vacuum assumed"}


def verdict_pane(session: Visitor) -> WordsPart:
    """True type, predicted type and probabilities; or score and rank."""
    return words_pane(
        session, _verdict, ["open_spectrum", "lacking", "relisted"],
        ["target", "width_kms", "trimmed", "level"],
    )  # fmt: skip


def _verdict(session: Visitor) -> str:
    spectrum = session.outcome.open_spectrum
    if spectrum is None:
        return '<span class="muted">No spectrum is open.</span>'
    counts = [_COUNTS] if spectrum.flux_unit == "counts" else []
    verdict = session.verdict_of(spectrum)
    if spectrum.row < 0:
        facts = [f"z {redshift_text(spectrum.z)}", *counts, *_how_read(spectrum.how_read)]
        about = _about([*facts, "from a file, not kept in the collection"])
        return _verdict_words(about, spectrum, verdict, "")
    entry = session.workspace.catalog.iloc[spectrum.row]
    z = f"z {redshift_text(entry['z'])}" if np.isfinite(entry["z"]) else "z unknown"
    facts = [f"tried at z {spectrum.z:.5g} · its own: {z}" if spectrum.tried else z, *counts]
    if np.isfinite(sn := entry["sn_median"]):
        text = f"{sn:.0f}" if abs(sn) >= 10 else f"{sn:.2g}"
        facts.append(f"S/N {text}".replace("-", "−"))
    facts += [str(entry["subclass"])] if entry["subclass"] else []
    tag = session.tagging.tags.get(spectrum.id)
    mark = "" if tag is None else f'<span class="pill" title="Your tag">tag {tag}</span>'
    chosen = chosen_text(session.score, session.knobs_of(spectrum.lens))
    ranked = f" with {usual_text(session.score)}" if chosen else ""
    return _verdict_words(_about([*facts, *_how_read(entry)]) + mark, spectrum, verdict, ranked)


def _about(facts: Sequence[str]) -> str:
    text = escape(" · ".join(facts))
    return f'<span class="muted small clip about" title="{text}">{text}</span>'


def _how_read(said: Any) -> Iterator[str]:
    """What was assumed or guessed in reading a spectrum, by catalog names."""
    if (medium := said.get("medium")) in _MEDIA:
        yield _MEDIA[medium]
    for name, words in ((Z_FROM, "z from"), (COLUMNS_FROM, "read as")):
        if isinstance(guess := said.get(name), str) and guess:
            yield f"{words} {guess}"


def _verdict_words(about: str, spectrum: OpenSpectrum, verdict: Any, ranked: str) -> str:
    """Whether it is a spectrum for this model at all comes before what the model says."""
    head = f'<span class="id">{escape(spectrum.id)}</span>{about}'
    if verdict is None:
        return f'<div class="line">{head}</div>'
    warning, model = domain_html(verdict.domain, spectrum.lens.whose)
    if doubted := escape(doubt(spectrum.z_warning)):
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
