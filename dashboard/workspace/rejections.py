"""Rejected inputs by reason, the most frequent first."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

import pandas as pd

from ..figures.words.wording import with_command

__all__ = ["Rejection", "rejections"]

_FEW = 5


@dataclass(frozen=True, slots=True)
class Rejection:
    """Inputs rejected for one reason.

    Attributes
    ----------
    reason
        As given by the ingest.
    n
        Number of inputs rejected.
    examples
        The first few: name, and what was found in it.
    """

    reason: str
    n: int
    examples: tuple[tuple[str, str], ...]


def rejections(rejects: pd.DataFrame) -> list[Rejection]:
    """The reasons of a collection's rejects: columns file, id, reason and detail."""
    reasons = []
    for reason, group in rejects.fillna("").groupby("reason", sort=False):
        few = group.head(_FEW)
        names = (id or PurePath(file).name for id, file in zip(few["id"], few["file"], strict=True))
        examples = tuple(zip(map(str, names), map(with_command, few["detail"]), strict=True))
        reasons.append(Rejection(str(reason), len(group), examples))
    return sorted(reasons, key=lambda reason_count: -reason_count.n)
