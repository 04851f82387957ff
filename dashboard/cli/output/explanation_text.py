"""An explanation as lines for a terminal and as a JSON document."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from ....core.explain import effects
from ....core.spectra.lines.line_list import lines_reaching
from ....core.targets.scales import clipped_note
from ....core.words import goodness
from ...figures import does_words, unit_words

if TYPE_CHECKING:
    from ....core.explain.explanation import Explanation
    from ....core.trust import Intervals
    from ....data.explanations import SavedExplanation

__all__ = ["explanation_document", "explanation_lines", "intervals_document"]


def explanation_document(
    explanation: Explanation, wave_rest_aa: np.ndarray, *, mirrored: np.ndarray | None = None
) -> dict[str, Any]:
    """The explanation as JSON values; undefined numbers are null.

    Besides the raw weights, ``effects``: their unit, their values (per +10 % of the flux if
    segments were scaled), and what more flux, or any change, does.
    """
    document = explanation.to_dict(wave_rest_aa)
    seen = effects(explanation, mirrored=mirrored)
    if explanation.nothing:
        document["r2"] = None
    document["effects"] = {
        "unit": "+10 % of the flux" if seen.unit == "flux" else seen.unit,
        "values": seen.values.tolist(),
        "change": [seen.in_words(number) for number in range(len(seen.values))],
        "weights_mirrored": None if mirrored is None else mirrored.tolist(),
    }
    return {
        key: None if isinstance(value, float) and not math.isfinite(value) else value
        for key, value in document.items()
    }


def intervals_document(saved: SavedExplanation) -> dict[str, Any]:
    """Intervals of the weights as JSON values, by cause, and the result of redrawn exposures.

    ``masks`` is where infinitely many samples would put them, without the penalty that draws the
    weights toward 0, ``noise`` where another exposure's
    weights lie; ``exposures`` is there only if the noise was redrawn.
    """
    masks, noise = saved.intervals, saved.recurrence
    document: dict[str, Any] = {
        "intervals": {
            "masks": None if masks is None else _ends(masks),
            "masks_of": "the limit of infinitely many samples, without the ridge penalty",
            "noise": None if noise is None else _ends(noise.intervals),
        }
    }
    if noise is not None:
        more, beyond = noise.more_than_noise, noise.beyond
        document["exposures"] = {
            "sentence": noise.sentence(),
            "top": noise.top.tolist(),
            "seen_again": noise.seen_again.tolist(),
            "more_than_noise": None if more is None else more.tolist(),
            "share": noise.share.tolist(),
            "beyond_noise": None if beyond is None else beyond.tolist(),
            "n_drawn": noise.n_drawn,
            "n_refused": noise.n_refused,
        }
    return document


def _ends(intervals: Intervals) -> list[list[float]]:
    return np.column_stack([intervals.low, intervals.high]).tolist()


def explanation_lines(
    explanation: Explanation,
    wave_rest_aa: np.ndarray,
    *,
    id: str,
    top: int = 5,
    mirrored: np.ndarray | None = None,
    n_filled: np.ndarray | None = None,
) -> Iterator[str]:
    """The verdict in words: the question, the fit of the surrogate, the top segments.

    If there is nothing to explain, only the value. ``n_filled`` (S,) is how many pixels of each
    segment were filled in rather than measured.
    """
    if explanation.nothing:
        yield f"[bold]{id}[/bold]  {explanation.target} = {explanation.value:.4g}"
        return
    drawn = f"{explanation.n_samples} samples, seed {explanation.settings.seed}"
    fit = goodness(explanation.r2)
    if explanation.method in ("saliency", "occlusion"):
        fit = "each piece alone, nothing fitted"
    if explanation.method == "shapley":
        fit = f"shares sum to {explanation.value - explanation.intercept:.4g}"
    yield (
        f"[bold]{id}[/bold]  {explanation.target} = {explanation.value:.4g}  "
        f"({explanation.method}, {fit}, {'exact, no samples' if explanation.exact else drawn})"
    )
    if held := clipped_note(explanation.target, explanation.value):
        yield f"  {held}"
    if explanation.sampled:
        yield f"  sampled, since {explanation.sampled}"
    edges, seen = explanation.edges(wave_rest_aa), effects(explanation, mirrored=mirrored)
    for segment in explanation.top(top):
        low, high = edges[segment]
        names = [line.label for line in lines_reaching(low, high)]
        value, does = seen.values[segment], does_words(seen, int(segment))
        filled = 0 if n_filled is None else int(n_filled[segment])
        n_pixels = int(np.count_nonzero(explanation.labels == segment))
        note = f"  ({filled} of its {n_pixels} pixels filled in, not measured)" * bool(filled)
        yield f"  {low:7.1f}–{high:7.1f} Å  {value:+.3e}  {does} it  {', '.join(names)}{note}"
    yield f"  (change of {explanation.target} {unit_words(explanation, seen)})"
