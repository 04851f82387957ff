"""Tables of a collection: positions on a plane, and clusters of explanations."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ...data.collection import Collection
from ...data.lenses import Lens, Plane

__all__ = ["cluster_table", "plane_table"]


def plane_table(catalog: pd.DataFrame, plane: Plane) -> pd.DataFrame:
    """One row a spectrum on the plane: id, x, y, label, z, row; `attrs` say whose plane it is."""
    table = catalog.loc[plane.rows, ["id", "label", "z"]].reset_index(drop=True)
    table.insert(1, "x", plane.xy[:, 0])
    table.insert(2, "y", plane.xy[:, 1])
    if len(plane.later):
        table["placed_later"] = np.isin(plane.rows, plane.later)
    if plane.lender:
        table["far"] = np.isin(plane.rows, plane.far)
    table.attrs = {"lender": plane.lender, "placed": plane.placed}
    return table.assign(row=plane.rows)


def cluster_table(collection: Collection, lens: Lens | None) -> pd.DataFrame:
    """One row a clustered spectrum: id, cluster, score, rank, row; by cluster and rank.

    Raises
    ------
    ValueError
        The explanations have not been clustered.
    """
    if lens is None or "cluster" not in lens.columns:
        raise ValueError(f"no reasons have been clustered here: spexplain build {collection.path}")
    clustered: Any = lens.columns[lens.columns["cluster"].fillna(-1) >= 0]
    table = pd.DataFrame(
        {
            "id": collection.catalog["id"].to_numpy()[clustered.index],
            "cluster": clustered["cluster"].astype(int).to_numpy(),
            "score": clustered["score"].to_numpy(),
            "rank": clustered["rank"].to_numpy(),
            "row": clustered.index.to_numpy(),
        }
    )
    return table.sort_values(["cluster", "rank"], ignore_index=True)
