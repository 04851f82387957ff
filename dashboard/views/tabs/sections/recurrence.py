"""Section on recurrence: intervals of the top weights and what recurs."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np

from .....core.explain.explanation import Explanation
from .....core.words import percent
from ....figures.words.wording import meaning
from ...spectrum.reasons import beyond_text, segment_name

if TYPE_CHECKING:
    from .....core.explain.flux_effects import Effects
    from .....core.trust.recurrences import Recurrence
    from .....core.trust.verdict import Trust

__all__ = ["exposures_section"]

_ROWS = 5
_WIDTH, _HEIGHT = 132, 14


def exposures_section(
    explanation: Explanation,
    effects: Effects,
    trust: Trust,
    recurrence: Recurrence | None,
    *,
    wave_rest_aa: np.ndarray,
    why_not: str,
) -> str:
    """The section as HTML; empty while nothing is known yet.

    Parameters
    ----------
    explanation, effects, trust
        What is shown, and how far its masks go.
    recurrence
        What other exposures would say; None if not known.
    wave_rest_aa
        (D,) Å.
    why_not
        Why it cannot be known; empty if it can.
    """
    head = "<h3>Would another exposure say so?</h3>"
    if recurrence is None:
        return f"{head}<p>{escape(why_not[:1].upper() + why_not[1:])}.</p>" if why_not else ""
    of_score = recurrence.beyond is not None
    edges = explanation.edges(wave_rest_aa)
    order = explanation.top(_ROWS)
    noise = effects.ends(recurrence.intervals.low, recurrence.intervals.high)
    masks = None
    if trust.intervals is not None and not trust.exact:
        masks = effects.ends(trust.intervals.low, trust.intervals.high)
    most = float(np.abs(np.concatenate([side[order] for side in noise])).max()) or 1.0
    rows = []
    for segment in map(int, order):
        judged = np.flatnonzero(recurrence.top == segment)
        mark = "" if not len(judged) else "▼ " if recurrence.holds[judged[0]] else "▽ "
        again = f"{100 * recurrence.share[segment]:.0f} %" if len(judged) else ""
        cells = [
            f"<td>{_bar(segment, effects.values, masks, noise, most)}</td>",
            f"<td>{again}</td>",
        ]
        if recurrence.beyond is not None:
            above = beyond_text(float(recurrence.beyond[segment])).removesuffix(" above noise")
            cells.append(f"<td>{'no' if above == 'not' else above}</td>")
        rows.append(
            f"<tr><th>{mark}{escape(segment_name(segment, edges))}</th>{''.join(cells)}</tr>"
        )
    more = "<th>above noise</th>" if of_score else ""
    rows.append(
        f'<tr class="of-axis"><th>{escape(meaning(explanation, effects).axis)}</th>'
        f"<td><span><small>−{most:.2g}</small><small>0</small><small>+{most:.2g}</small></span></td></tr>"
    )
    key = '<th><i class="of-masks"></i>masks <i class="of-noise"></i>noise</th>'
    return (
        f"{head}<p>{escape(recurrence.sentence()[:1].upper() + recurrence.sentence()[1:])}.</p>"
        '<table class="matrix exposures"><tr><th>at rest, in vacuum</th>'
        f"{key}<th>seen again</th>{more}</tr>{''.join(rows)}</table><p>{_meant(recurrence)}</p>"
    )


def _meant(recurrence: Recurrence) -> str:
    share = percent(recurrence.intervals.confidence, "g")
    text = (
        f"{recurrence.n_drawn} times noise of the spectrum’s own errors was added once more, "
        f"prepared and explained with the same masks. Noise: where {share} of other "
        "exposures’ weights lie; masks: where infinitely many samples would put them. Seen again: "
        f"in what share of other exposures it is among the top {len(recurrence.top)} with its "
        "sign; ▼ from 95 %"
    )
    if recurrence.beyond is None:
        return text + "."
    return (
        f"{text} and if it raises the score by over 5 σ more than noise about the network’s "
        "reconstruction does. More than noise is not yet strange: it may be what the network "
        "never learned to draw."
    )


def _bar(
    segment: int,
    values: np.ndarray,
    masks: tuple[np.ndarray, np.ndarray] | None,
    noise: tuple[np.ndarray, np.ndarray],
    most: float,
) -> str:
    """Both intervals about a weight, on a scale that all rows share."""

    def x(value: float) -> float:
        return round(_WIDTH / 2 * (1 + 0.96 * float(np.clip(value / most, -1, 1))), 1)

    middle, y = _WIDTH / 2, _HEIGHT / 2
    parts = [
        f'<path class="mark" d="M{middle} 0V{_HEIGHT}"/>',
        f'<path class="of-noise" d="M{x(noise[0][segment])} {y}H{x(noise[1][segment])}"/>',
    ]
    if masks is not None:
        low, high = x(masks[0][segment]), x(masks[1][segment])
        parts.append(f'<path class="of-masks" d="M{low - 0.6} {y}H{high + 0.6}"/>')
    else:
        at = x(values[segment])
        parts.append(f'<path class="of-masks" d="M{at - 0.6} {y}H{at + 0.6}"/>')
    return f'<svg width="{_WIDTH}" height="{_HEIGHT}" aria-hidden="true">{"".join(parts)}</svg>'
