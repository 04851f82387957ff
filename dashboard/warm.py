"""What compiles or loads on first use is done before the first visitor needs it."""

from __future__ import annotations

import numpy as np

from .colouring import Categories
from .shade import Window, shade_categories, shade_values
from .workspace import Workspace

__all__ = ["warm"]


def warm(workspace: Workspace) -> None:
    """Shade every colouring of every plane once, at a few pixels, and build the search trees.

    Datashader compiles each kind of aggregation for 1–2 s on first use.
    """
    for plane in workspace.planes:
        x, y = workspace.extent(plane)
        window = Window(x, y, 8, 8)
        for name in workspace.colours:
            points, colouring = workspace.points(plane, name), workspace.colouring(name)
            if isinstance(colouring, Categories):
                colours = ["#000000"] * len(colouring.names)
                shade_categories(points, window, colours, shown=np.ones(len(colours), bool))
            else:
                shade_values(
                    points, window, ["#000000"], low=0.0, high=1.0, largest=name == "score"
                )
    for tab in ("misclassified", "anomalous"):
        workspace.listing(tab)
