"""Predicted and true types of the spectra with a known type."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from ...data.collection import probability_column
from ...data.collection.trained.type_names import TYPES

__all__ = ["classified", "ordered_types"]


def ordered_types(kinds: Iterable[str]) -> list[str]:
    """Types in the order of the paper's tables, others after them by name."""
    order = {kind: at for at, kind in enumerate(TYPES)}
    return sorted(kinds, key=lambda kind: (order.get(kind, len(TYPES)), kind))


def classified(catalog: pd.DataFrame, lens: Any, part: str) -> pd.DataFrame:
    """Predictions for the spectra whose label is a class of the classifier.

    Parameters
    ----------
    catalog
        With ``label``.
    lens
        The lens of AGN types, or None.
    part
        ``"test"``: only those it was not trained on, if known; ``"all"``.
    """
    columns = ["row", "true", "predicted", "correct", "log_odds"]
    if lens is None or "predicted" not in lens.columns:
        return pd.DataFrame({name: [] for name in columns})
    classified = lens.columns
    rows = classified.index.to_numpy()
    true = catalog["label"].to_numpy(object)[rows].astype(str)
    kinds = [kind for kind in lens.targets if probability_column(kind) in classified]
    inside = np.isin(true, kinds)
    if part == "test" and "split" in classified:
        inside &= (classified["split"] == "test").to_numpy()
    shares = classified[[probability_column(kind) for kind in kinds]].to_numpy(np.float64)
    table = pd.DataFrame(
        {"row": rows, "true": true, "predicted": classified["predicted"].to_numpy(str)}
    )
    table["correct"] = table["true"] == table["predicted"]
    table["log_odds"] = classified["log_odds"].to_numpy(np.float64)
    for at, kind in enumerate(kinds):
        table[probability_column(kind)] = shares[:, at]
    kept: Any = table[inside]
    return kept.reset_index(drop=True)
