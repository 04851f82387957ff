"""Sentences about a model's domain and owner."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING, Any

from ....core.words import number_text
from ....data.collection import Run, RunStore, whose_model

if TYPE_CHECKING:
    from ....data.collection import DomainVerdict

__all__ = ["domain_html", "domain_lines", "model_lines", "origin_words", "outside_words"]

_MODELS = {"svm": ("AGN lens", "domain-p21"), "vae": ("anomaly lens", "domain-o25")}


def domain_html(domain: DomainVerdict | None, whose: str) -> tuple[str, str]:
    """A warning to stand before a verdict, and whose model it is to stand after it.

    Parameters
    ----------
    domain
        Of the open spectrum; None where that is not known.
    whose
        The lens's words.

    Returns
    -------
    warning
        Empty for a spectrum inside.
    model
        A line's part, with what else is known in its title.
    """
    notes = [] if domain is None else list(domain.notes)
    known = "not known: build again" if domain is None else _measured(domain)
    lacking = [] if domain is None else list(domain.lacking)
    title = escape("\n".join([f"The model is {whose}.", f"Domain: {known}.", *notes, *lacking]))
    # What the sample was selected by comes first: the end of the line may be cut. What follows
    # from it stands in the title, or there were no room for whose model it is.
    marked = "".join(f"{note.partition(':')[0]} · " for note in notes)
    words = escape(f"{marked}model: {whose}")
    clip = " clip" if len(notes) < 2 else ""  # two notes leave whose model it is no room
    model = f'<span class="muted small{clip} whose" title="{title}">{words}</span>'
    if domain is None or not domain.outside:
        return "", model
    why = escape(domain.why[0].upper() + domain.why[1:])
    return f'<div class="outside" title="{why}">{why}</div>', model


def domain_lines(domain: DomainVerdict | None, whose: str) -> Iterator[str]:
    """The same for a terminal: a warning if outside, notes, and whose model it is."""
    if outside := outside_words(domain):
        lead, _, why = outside.partition(": ")
        yield f"[yellow]{lead}[/yellow]: {why}"
    yield f"  model: {whose}"
    if domain is None:
        yield "  whether the spectrum is one for this model is not known: spexplain build says"
        return
    for note in (*domain.notes, *domain.lacking):
        yield f"  {note}"


def outside_words(domain: DomainVerdict | None) -> str:
    """Warning that a spectrum is unlike the training sample, and why; "" if it is not."""
    if domain is None or not domain.outside:
        return ""
    return f"outside the model's domain: {domain.why}"


def origin_words(domain: DomainVerdict | None) -> str:
    """For files: ``"inside"``, ``"outside: why"``, or ``"not known"``; then what else is known."""
    if domain is None:
        return "not known"
    side = f"outside: {domain.why}" if domain.outside else "inside"
    return "; ".join([side, *domain.notes, *domain.lacking])


def model_lines(store: RunStore, stage: str = "") -> Iterator[str]:
    """Whose models a collection's are, and what is known of their domains.

    Parameters
    ----------
    store
        Of the collection.
    stage
        ``"svm"`` or ``"vae"`` alone; both by default.
    """
    for model, (title, domain) in _MODELS.items():
        run = store.find(model)
        if run is None or stage not in ("", model):
            continue
        domain_run = store.find(domain)
        if domain_run is not None and domain_run.inputs.get(model) != run.key:
            domain_run = None  # of another model
        whose = whose_model(run, None if domain_run is None else domain_run.facts("sample"))
        yield f"{title}: the model is {whose}; {_summary(domain_run)}"


def _summary(domain_run: Run | None) -> str:
    if domain_run is None:
        return "which spectra it is for is not known, spexplain build says"
    metrics: dict[str, Any] = domain_run.metrics
    return (
        f"{metrics['n_outside']:,} of {metrics['n']:,} spectra lie outside what it learned on "
        f"({metrics['domain_note']})"
    )


def _measured(domain: DomainVerdict) -> str:
    side = "outside" if domain.outside else "inside"
    kind = (
        ""
        if domain.of_kind != domain.of_kind
        else f", of the kind {number_text(domain.of_kind, '+.1f')}"
    )
    return f"{side}, distance {number_text(domain.distance, '.2f')} (the border is 1){kind}"
