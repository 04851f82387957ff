"""Certainty section of the Model tab: reliability diagram and sets of types."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from .....core.models.conformal import LEVELS
from .....core.words import percent, probability_text
from .....data.collection.trained.class_sets import TypeCertainty
from ....figures.words.set_words import coverage_text, reliability_text
from ....workspace.confusion_table import ordered_types

__all__ = ["certainty_html"]

_SIZE = 150.0


def certainty_html(certainty: TypeCertainty) -> str:
    """Diagram and table side by side; empty where nothing was measured."""
    return _diagram(certainty) + _sets(certainty)


def _diagram(certainty: TypeCertainty) -> str:
    of = certainty.reliability
    if of is None:
        return ""
    where = " of the collection that lent it" if certainty.lent else ""
    caption = f"How true the probabilities are, on the test set{where}"
    return (
        f'<figure class="reliability"><div class="muted small">{caption}</div>{_curve(of["bins"])}'
        f'<div class="small">{escape(reliability_text(of))}</div>'
        '<div class="muted small">Across: probability of the likeliest type; up: share of them '
        "right, ten bins of equal count, 95 % intervals. On the line p is true. ±: 20 resplits of "
        "the same probabilities.</div></figure>"
    )


def _curve(bins: Mapping[str, list[float]]) -> str:
    """Wilson's intervals as bars, from the lowest that there is up to 1."""
    low = min(*bins["confidence"], *bins["low"])

    def at(share: float) -> float:
        return 4 + (_SIZE - 8) * (share - low) / (1 - low)

    marks = "".join(
        f'<line x1="{at(p):.1f}" x2="{at(p):.1f}" y1="{_SIZE - at(a):.1f}" '
        f'y2="{_SIZE - at(b):.1f}" stroke="var(--accent)"/>'
        f'<circle cx="{at(p):.1f}" cy="{_SIZE - at(right):.1f}" r="2.5" fill="var(--accent)">'
        f"<title>p {escape(probability_text(p))}: {percent(right, '.1f')} of {n:,} right, "
        f"{a:.2f}–{b:.2f}</title></circle>"
        for p, right, a, b, n in zip(
            bins["confidence"], bins["right"], bins["low"], bins["high"], bins["counts"],
            strict=True,
        )
    )  # fmt: skip
    line = f'<line x1="{at(low)}" y1="{_SIZE - at(low)}" x2="{at(1)}" y2="{_SIZE - at(1)}" '
    return (
        '<div class="muted small">share right</div>'
        f'<svg width="{_SIZE:.0f}" height="{_SIZE:.0f}" role="img" aria-label="reliability">'
        f'{line}stroke="var(--muted)" stroke-dasharray="3 3"/>{marks}</svg>'
        f'<div class="ends"><span>{low:.2f}</span><span>probability</span><span>1</span></div>'
    )


def _sets(certainty: TypeCertainty) -> str:
    kinds = ordered_types(certainty.found["classes"]) if certainty.found else []
    lines = []
    for level in LEVELS:
        coverage = {kind: of for kind, of in certainty.coverage(level).items() if of.n}
        if coverage:
            cells = "".join(
                f"<td>{coverage_text(coverage[k]) if k in coverage else '–'}</td>" for k in kinds
            )
            lines.append(f"<tr><th>set at {percent(level)}</th>{cells}</tr>")
    if not lines:
        return ""
    head = "<th></th>" + "".join(f"<th>{escape(kind)}</th>" for kind in kinds)
    where = " of the collection that lent it" if certainty.lent else ""
    return (
        '<table class="plain"><caption>Share of each type whose set of types held it, on the test '
        f"set{where} (± over 20 resplits)</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(lines)}</tbody></table>"
    )
