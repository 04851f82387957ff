"""Preview of a plane that a running build lays out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..files.damage import DAMAGE
from .format import read_parquet
from .runs import RunDraft, RunStore

__all__ = ["EarlyPlane", "early_plane", "write_early"]

_TABLE = "early"


@dataclass(frozen=True, slots=True, eq=False)
class EarlyPlane:
    """The points of a plane during its layout.

    Attributes
    ----------
    rows
        (n,) rows of the collection, ascending.
    xy
        (n, 2) float32.
    step, n_steps
        Steps of t-SNE done, and in all.
    settings
        Of the layout.
    """

    rows: np.ndarray
    xy: np.ndarray
    step: int
    n_steps: int
    settings: dict[str, Any]


def write_early(
    draft: RunDraft, rows: np.ndarray, xy: np.ndarray, step: int, settings: dict[str, Any]
) -> None:
    """Replace the preview of a plane, atomically."""
    table = pd.DataFrame({"row": rows, "x": xy[:, 0], "y": xy[:, 1]})
    table.attrs = {"step": step, "settings": settings}
    draft.write_table(_TABLE, table.astype({"x": "float32", "y": "float32"}))


def early_plane(store: RunStore, stage: str) -> EarlyPlane | None:
    """The plane that a stage is laying out, or was when interrupted; None if there is none.

    An unreadable preview counts as none: it is rewritten within seconds.
    """
    for draft in sorted(store.path.glob(f".{stage}-*.partial")):
        try:
            table = read_parquet(draft / f"{_TABLE}.parquet")
            settings = dict(table.attrs["settings"])
            return EarlyPlane(
                table["row"].to_numpy(),
                table[["x", "y"]].to_numpy(np.float32),
                int(table.attrs["step"]),
                int(settings["early"]) + int(settings["iterations"]),
                settings,
            )
        except DAMAGE:
            continue
    return None
