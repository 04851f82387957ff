"""Tables of the calibration and coverage of the best machine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...core.models import LEVELS, wilson
from ...core.words import percent
from ..collection import Coverage, TypeCertainty
from .figure_intervals import interval_text
from .table import Table

__all__ = ["certainty_tables"]


def certainty_tables(best: Mapping[str, Any]) -> Iterator[Table]:
    """Reliability and its bins, and coverage by level; nothing where it was not measured."""
    certainty = TypeCertainty(best.get("certainty"))
    of = certainty.reliability
    kernel = f"test set, {best['settings']['kernel']} kernel"
    if of is not None:
        yield _figures(of, kernel)
        yield _bins(of["bins"], kernel)
    rows = [
        (percent(level), label, of.k / of.n, interval_text(*_ends(of)), of.spread, of.n)
        for level in LEVELS
        for label, of in certainty.coverage(level).items()
        if of.n
    ]
    columns = ("set at", "type", "share held", "95 % of share held", "spread", "spectra")
    note = (
        "Share of the spectra of a type whose set of types holds it; thresholds of each type from "
        "out-of-fold probabilities. Spread: 20 resplits of the same probabilities. A set of one is "
        "no promise, an empty one no sign of a galaxy."
    )
    yield Table("sets", f"Sets of types, {kernel}", columns, tuple(rows), note)


def _figures(of: Mapping[str, Any], kernel: str) -> Table:
    rows = tuple(
        (title, of[name], of[f"{name}_resplit_mean"], of[f"{name}_resplit_spread"])
        for name, title in (("log_loss", "log loss"), ("brier", "Brier"), ("ece", "ECE"))
    )
    note = (
        f"ECE: ten bins of equal count of the largest probability; of exactly true probabilities "
        f"it would be {of['ece_if_true']:.3f} by chance. Mean and spread: 20 resplits of the same "
        "probabilities."
    )
    columns = ("figure", "test set", "mean of resplits", "spread of resplits")
    return Table("reliability", f"How true the probabilities are, {kernel}", columns, rows, note)


def _bins(bins: Mapping[str, list[float]], kernel: str) -> Table:
    rows = tuple(
        (p, right, interval_text(low, high), n)
        for p, right, low, high, n in zip(
            bins["confidence"], bins["right"], bins["low"], bins["high"], bins["counts"],
            strict=True,
        )
    )  # fmt: skip
    columns = ("largest probability", "share right", "95 % of share right", "spectra")
    return Table("reliability_bins", f"Reliability diagram, {kernel}", columns, rows)


def _ends(of: Coverage) -> tuple[float, float]:
    low, high = wilson(of.k, of.n)
    return float(low), float(high)
