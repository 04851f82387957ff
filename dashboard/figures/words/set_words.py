"""Sentences about sets of types, and about the rank of a score."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import floor
from typing import TYPE_CHECKING, Any

from ....core.words import percent, probability_text
from ....data.collection import ClassSet, Coverage, TypeCertainty

if TYPE_CHECKING:
    from ....core.models.anomaly import LikeRank
    from ....data.lenses import Verdict

__all__ = [
    "NO_TYPE",
    "certainty_lines",
    "coverage_text",
    "leaves_out",
    "lender_short",
    "lender_text",
    "like_short",
    "like_text",
    "reliability_text",
    "set_sentence",
    "set_text",
    "verdict_lines",
]

# Of an empty set.
NO_TYPE = "no type reaches the level"


def set_text(class_set: ClassSet, predicted: str = "") -> str:
    """Such as 'set at 90 %: type 2, intermediate'; says so if the predicted type is not in it."""
    if class_set.missing:
        return f"no set at {percent(class_set.level)}: {class_set.missing}"
    left_out = f", not {predicted}" if leaves_out(class_set, predicted) else ""
    return f"set at {percent(class_set.level)}: {', '.join(class_set.members) or NO_TYPE}{left_out}"


def leaves_out(class_set: ClassSet, predicted: str) -> bool:
    """Whether the set has types, but not the likeliest."""
    return bool(predicted and class_set.members) and predicted not in class_set.members


def set_sentence(class_set: ClassSet, predicted: str = "") -> str:
    """The set of types, its coverage on the test sample, and its limits."""
    if class_set.missing:
        return f"No set at {percent(class_set.level)}: {class_set.missing}."
    whose = (
        "the test set of the collection that lent the classifier"
        if class_set.lent
        else "the test set"
    )
    parts = [
        f"The types whose probability is no lower than in {percent(class_set.level)} of their own "
        "calibration spectra; the likeliest type need not be among them."
    ]
    if leaves_out(class_set, predicted):
        parts.append(
            f"{predicted[:1].upper()}{predicted[1:]} is the likeliest, but less so than in "
            f"{percent(class_set.level)} of the calibration spectra of that type."
        )
    if coverage := {label: of for label, of in (class_set.coverage or {}).items() if of.n}:
        shares = ", ".join(f"{label} {coverage_text(of)}" for label, of in coverage.items())
        parts.append(f"On {whose} sets held the type: {shares} (± over 20 resplits).")
    (right, n), (others, rest) = class_set.alone, class_set.others
    if n:
        also = f", {percent(others / rest)} ({others:,} of {rest:,}) of the others" if rest else ""
        parts.append(
            f"A set of one is no promise: {percent(right / n)} ({right:,} of {n:,}) of such test "
            f"spectra were called right{also}."
        )
    parts.append(
        "An empty set is no sign of a galaxy, and outside what the model learned on a set promises "
        "nothing."
    )
    return " ".join(parts)


def coverage_text(of: Coverage) -> str:
    """Such as '91 % ± 3 (136 of 149)'."""
    spread = "" if of.spread != of.spread else f" ± {100 * of.spread:.0f}"
    return f"{percent(of.k / of.n)}{spread} ({of.k:,} of {of.n:,})"


def like_text(like: LikeRank | None) -> str:
    """Such as 'rank 12 of the 500 nearest in S/N (14–17)'; empty where there is none."""
    if like is None:
        return ""
    span = f"{like.sn_low:.3g}–{like.sn_high:.3g}"
    return f"rank {like.rank:,} of the {like.n:,} nearest in S/N ({span})"


def like_short(like: LikeRank | None) -> str:
    """The same where there is little room: 'among spectra of like S/N: 12 of 500'."""
    return "" if like is None else f"among spectra of like S/N: {like.rank:,} of {like.n:,}"


def lender_text(verdict: Verdict) -> str:
    """Such as 'higher than 97.2 % of the 499 spectra of the demo nearest in S/N (14–17)'.

    Empty where no model was lent, or its lender has too few scored spectra.
    """
    like = verdict.like_lender
    if like is None:
        return ""
    span = f"{like.sn_low:.3g}–{like.sn_high:.3g}"
    of = f"the {like.n - 1:,} spectra of {verdict.lender} nearest in S/N ({span})"
    return f"{_higher_than(like)} of {of}"


def lender_short(verdict: Verdict) -> str:
    """The same where there is little room: 'higher than 97.2 % of the demo at like S/N'."""
    like = verdict.like_lender
    return "" if like is None else f"{_higher_than(like)} of {verdict.lender} at like S/N"


def _higher_than(like: LikeRank) -> str:
    if like.rank in (1, like.n):
        return f"higher than {'all' if like.rank == 1 else 'none'}"
    return f"higher than {floor(1000 * like.higher_than) / 10:g} %"


def certainty_lines(certainty: TypeCertainty, level: float) -> Iterator[str]:
    """How sure a classifier of types is, for a terminal; nothing where it was not measured."""
    entry = certainty.at(level)
    if entry is None:
        return
    whose = "; of the collection that lent it" if certainty.lent else ""
    if certainty.reliability is not None:
        yield f"{reliability_text(certainty.reliability)}; ±: over 20 resplits{whose}"
    coverage = {label: of for label, of in certainty.coverage(level).items() if of.n}
    if entry["lacking"]:
        few = ", ".join(entry["lacking"])
        yield f"no sets at {percent(level)}: too few spectra of {few}{whose}"
    elif coverage:
        shares = ", ".join(f"{label} {coverage_text(of)}" for label, of in coverage.items())
        shares += f" (± over 20 resplits){whose}"
        yield f"sets at {percent(level)} held the type of test spectra: {shares}"


def reliability_text(of: Mapping[str, Any]) -> str:
    """Log loss, Brier score and calibration error with their spread, in a line."""
    names = {"log_loss": "log loss", "brier": "Brier score", "ece": "calibration error"}
    bins = ", ".join(
        f"{title} {of[name]:.3f} ± {of[f'{name}_resplit_spread']:.3f}"
        for name, title in names.items()
    )
    if_true = f"true probabilities would have a calibration error of {of['ece_if_true']:.3f}"
    return f"{bins} on {of['n']:,} test spectra (0 is best; {if_true})"


def verdict_lines(verdict: Verdict) -> Iterator[str]:
    """Lines below the verdict in a terminal; none for a score."""
    if verdict.kind == "score":
        return
    shares = sorted(verdict.probabilities.items(), key=lambda item: -item[1])
    yield ", ".join(f"p({label}) {probability_text(share)}" for label, share in shares)
    if verdict.class_set is not None:
        if verdict.class_set.missing:
            yield set_text(verdict.class_set, verdict.predicted)
        else:
            yield set_sentence(verdict.class_set, verdict.predicted)
