"""The owner of a model: this collection, or one that lent it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..runs import Run

__all__ = ["added_since", "learned_on", "whose_model"]


def learned_on(sample: Mapping[str, Any]) -> str:
    """The training sample of a model: ``"3,346 simulated AGN"``.

    Parameters
    ----------
    sample
        Facts of a run of stage domain-p21 or domain-o25.
    """
    simulated = "simulated " if sample["simulated"] else ""
    return f"{sample['n_learned']:,} {simulated}{sample['what']}"


def added_since(trained: Run) -> str:
    """How many spectra were added after a model was trained, in words; "" if none."""
    n = int(trained.metrics.get("added_since", 0))
    return f", before {n:,} of these {'was' if n == 1 else 'were'} added" if n else ""


def whose_model(trained: Run, sample: Mapping[str, Any] | None) -> str:
    """Owner and training sample of a model, in words.

    Parameters
    ----------
    trained
        Run that contains the model.
    sample
        Facts of its domain; None if it has not been built.
    """
    lent = "trained_on" in trained.metrics
    if sample is None:
        own = f"this collection's own{added_since(trained)}"
        return "lent by another collection" if lent else own
    words = f"learned on {learned_on(sample)}"
    if "background" in sample:
        words += f", told from {sample['background']}"
    if not lent:
        return f"this collection's own, {words}{added_since(trained)}"
    why = sample.get("why_lent")
    return f"{sample.get('lender', 'another collection')}'s, {words}" + (f" ({why})" if why else "")
