"""Numbered example spectra of the test set (P21's figures 7–9, tables 10 and 11)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..collection import probability_column

__all__ = ["numbered_examples"]


def numbered_examples(classified: pd.DataFrame, *, each: int = 6) -> pd.DataFrame:
    """Number some wrongly and some rightly classified spectra.

    Parameters
    ----------
    classified
        ``row``, ``true``, ``predicted``, its ``log_odds`` and the probability of every class.
    each
        So many of both kinds, if there are: the kinds of mistake, and the types, take turns, the
        most confident of each first.

    Returns
    -------
    chosen
        The same columns, with ``number`` from 1, ``confidence`` of the predicted class and
        ``correct``; the wrong ones first.
    """
    columns = [probability_column(label) for label in classified["predicted"]]
    confidence = [classified[name].iat[at] for at, name in enumerate(columns)]
    classified = classified.assign(
        confidence=np.asarray(confidence, np.float64),
        correct=(classified["true"] == classified["predicted"]).to_numpy(),
        kind=(classified["true"] + " → " + classified["predicted"]).to_numpy(),
    ).sort_values(["log_odds", "row"], ascending=[False, True], kind="stable")
    turn = classified.groupby("kind").cumcount()
    order = classified.assign(turn=turn).sort_values(["turn", "log_odds"], ascending=[True, False])
    parts = [order[order["correct"] == right].head(each) for right in (False, True)]
    chosen = pd.concat(parts, ignore_index=True).drop(columns=["turn", "kind"])
    return chosen.assign(number=np.arange(1, len(chosen) + 1))
