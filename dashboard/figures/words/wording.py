"""Sentences about explanations: meaning of colours, what was computed."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from ....core.explain import Effects
from ....core.explain import effects as effects_of
from ....core.explain.explanation import Explanation
from ....core.models.anomaly import FILTER_KMS, SCORE_TITLES, TRIMMED_FRACTION
from ....core.models.small_samples import percent_interval
from ....core.settings import ExplainSettings
from ....core.targets.scales import clipped_note
from ....core.words import goodness, number_text, percent, probability_text
from .effect_words import axis_words, sentence_of, short_of, unit_words

__all__ = [
    "METHOD_TITLES",
    "OF_CHI2",
    "OF_SHARES",
    "PAPERS_OVERLAP",
    "Meaning",
    "chosen_text",
    "flux_label",
    "meaning",
    "overlap_note",
    "score_text",
    "state_line",
    "target_title",
    "usual_text",
    "with_command",
]

# What a reader of the scores' tables should know beside them (Ortiz & Boquien 2025).
PAPERS_OVERLAP = "paper: 4 % of the top 100, 14.8 % of the top 1,000, of far more spectra"
OF_CHI2 = "χ² divides by the flux: bright lines count for less in it, faint continuum for more"

OF_SHARES = (
    "Shapley values share out what is explained of the spectrum as it is, less the same with all "
    "segments perturbed"
)

_FLUX_UNITS = {"agn": "flux / f(5100 Å)", "anomaly": "flux / median"}
_COUNT_UNITS = {"agn": "counts / counts at 5100 Å", "anomaly": "counts / median"}
_OF_CLASSES = {
    "log-odds(": "the log-odds",
    "log p(": "log p",
    "p(": "p",
    "margin(": "the margin",
}
_AGAINST = " against "
_OPTION = re.compile(r"(?<![-\w])(?<!ingest )(--(?:column|labels|air|z-max|z-warning)\b)")
METHOD_TITLES = ExplainSettings.knobs()["method"].knob.titles
"""What the page calls each method."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """How an explanation is to be read.

    Attributes
    ----------
    raises, lowers
        What blue and orange say.
    either
        What violet says, and of how many segments; empty where of none.
    value, axis
        What is explained, and the weight, short enough for an axis.
    unit
        What the weight is counted by.
    sentence
        The whole of it.
    """

    raises: str
    lowers: str
    either: str
    value: str
    axis: str
    unit: str
    sentence: str


def is_score(target: str) -> bool:
    """Whether a target is an anomaly score rather than of classes: 'margin(…)', '… against …'."""
    return not (target.startswith(tuple(_OF_CLASSES)) or _AGAINST in target)


def meaning(explanation: Explanation, shown: Effects | None = None) -> Meaning:
    """Meaning of the colours of an explanation, as text.

    Parameters
    ----------
    explanation
        What was found.
    shown
        Its weights as they are shown; by default with one side of factor 1 asked, and a saliency
        map as its derivative.
    """
    target = explanation.target
    what, value = "the score", "score"
    if _AGAINST in target:
        what, value = f"the decision for {target}", "decision"
    elif not is_score(target):
        start = next(start for start in _OF_CLASSES if target.startswith(start))
        value, kind = start.removesuffix("("), target[len(start) :].removesuffix(")")
        what = f"{_OF_CLASSES[start]} of {kind}"
    effects = effects_of(explanation) if shown is None else shown
    short = short_of(effects)
    return Meaning(
        # The key has little room: of a decision its two types.
        raises=f"raises {what.removeprefix('the decision for ')}",
        lowers=f"{short} lowers",
        either=_either(effects),
        value=value,
        axis=axis_words(effects, value),
        unit=unit_words(explanation, effects),
        sentence=sentence_of(explanation, effects, what) + _scale_note(explanation, value),
    )


def _either(effects: Effects) -> str:
    """In the key: any change raises it, in how many segments; empty where it is of none."""
    n, of = int(effects.either.sum()), len(effects.values)
    if not n:
        return ""
    raises = (effects.values[effects.either] > 0).mean()
    does = "raises" if raises == 1 else "lowers" if raises == 0 else "raises or lowers"
    return f"any change {does} it: {n:,} of {of:,}"


def _scale_note(explanation: Explanation, scale: str) -> str:
    """Note on the scale on which a class is explained; "" for a score."""
    if held := clipped_note(explanation.target, explanation.value):
        return f" {held[0].upper()}{held[1:]}."
    if scale == "log-odds" and explanation.method == "saliency":
        share = probability_text(1 / (1 + math.exp(min(explanation.value, 700))))
        return (
            f" The map of Peruzzi et al., of log p, is this one times 1 − p, here {share}: the "
            "same but for its scale."
        )
    if scale in ("log p", "p"):
        return " It saturates near p = 1, where LIME fits it poorly; the log-odds do not."
    if scale == "decision":
        one, other = explanation.target.split(_AGAINST, 1)
        vote = one if explanation.value > 0 else other
        return f" The machine's decision between these two alone: its vote here goes to {vote}."
    if scale == "margin":
        where = "Here it is negative: the" if explanation.value < 0 else "The"
        return (
            f" The margin follows the machine's pairwise votes, not the probabilities. {where} "
            f"votes go to {'another' if explanation.value < 0 else 'this'} type."
        )
    return ""


def overlap_note(in_all: float, top: int, n_ranked: int) -> str:
    """Explanation of the overlap of all scores' top lists, beside the paper's value.

    Of a short list its 95 % interval; the paper's beside lists as long as its own, of more than a
    thousand spectra.
    """
    if top >= n_ranked:
        return " (they are all there are: no list can differ)"
    ends = percent_interval(round(in_all * top), top) if in_all == in_all else ""
    notes = [f"95 % interval {ends}"] if ends else []
    notes += [PAPERS_OVERLAP] if top >= 100 and n_ranked > 1000 else []
    return f" ({'; '.join(notes)})" if notes else ""


def with_command(reason: str) -> str:
    """A reader's reason where there is no shell: its options stand with their command.

    As 'say spexplain ingest --column wave=1', for a page has no such option.
    """
    return _OPTION.sub(r"spexplain ingest \1", reason)


def flux_label(lens: str, flux_unit: str = "") -> str:
    """Axis label of a lens's flux with its unit; counts are not called flux."""
    if flux_unit == "counts":
        return _COUNT_UNITS.get(lens, "counts")
    return _FLUX_UNITS.get(lens, "flux")


def score_text(score: float) -> str:
    """A score to four digits, zeros too, so that those of a column can be compared."""
    return f"{score:#.4g}".removesuffix(".")


def _took(elapsed_ms: float) -> str:
    return f"{elapsed_ms:.0f} ms" if elapsed_ms < 999.5 else f"{elapsed_ms / 1000:.1f} s"


def target_title(target: str) -> str:
    """A target as the page names it: 'Filtered MSE', 'log p(type 1)'."""
    return SCORE_TITLES.get(target, target)


def chosen_text(target: str, knobs: Mapping[str, float]) -> str:
    """How a score was asked for where not as it is ranked: 'filter 500 km/s, 10 % trimmed'.

    Parameters
    ----------
    target
        Of the explanation; what it does not heed is left out.
    knobs
        ``width_kms`` and ``trimmed``, as in a lens's target; the usual ones where missing.

    Returns
    -------
    Empty if the score is the one in the rankings.
    """
    target_words = _target_words(target, knobs)
    return "" if target_words == _target_words(target, {}) else target_words


def usual_text(target: str) -> str:
    """The same of a score as it is ranked: 'filter 250 km/s'; empty for one without a choice."""
    return _target_words(target, {})


def _target_words(target: str, knobs: Mapping[str, float]) -> str:
    of = target if target in SCORE_TITLES else ""
    parts = [f"filter {knobs.get('width_kms', FILTER_KMS):g} km/s"] if "filtered" in of else []
    share = knobs.get("trimmed", TRIMMED_FRACTION)
    parts += [f"{percent(share, '.3g')} trimmed"] if "trimmed" in of else []
    return ", ".join(parts)


def _shares(explanation: Explanation) -> str:
    """Sum of the Shapley values and its meaning; continued by :data:`OF_SHARES`."""
    total = explanation.value - explanation.intercept
    return f"shares sum to {number_text(total, '.3g')}"


def state_line(explanation: Explanation, elapsed_ms: float) -> str:
    """Fidelity, samples, time and seed: 'R² 0.93 · 5,000 of 5,000 samples · 41 ms · seed 0'."""
    settings, n = explanation.settings, len(explanation.weights)
    if explanation.nothing:
        return f"{explanation.nothing[:1].upper()}{explanation.nothing[1:]}."
    # SLIC may find fewer than it was asked for.
    cut = explanation.method != "saliency" and n != settings.n_segments
    got = [f"{n:,} of {settings.n_segments:,} segments asked for"] if cut else []
    if explanation.method in ("lime", "shapley"):
        fit = goodness(explanation.r2) if explanation.method == "lime" else _shares(explanation)
        if explanation.exact:
            return " · ".join([fit, *got, "exact, no samples", _took(elapsed_ms)])
        samples = f"{explanation.n_samples:,} of {settings.n_samples:,} samples"
        parts = [fit, *got, samples, _took(elapsed_ms)]
        parts += [explanation.stopped] if explanation.stopped else []
        why = [f"sampled, since {explanation.sampled}"] if explanation.sampled else []
        return " · ".join([*parts, f"seed {settings.seed}", *why])
    what = "pixels" if explanation.method == "saliency" else "segments"
    pieces = f"{n:,} {what}" if not got else f"{n:,} of {settings.n_segments:,} {what} asked for"
    return " · ".join(
        [METHOD_TITLES[explanation.method], f"{pieces}, each alone", _took(elapsed_ms)]
    )
