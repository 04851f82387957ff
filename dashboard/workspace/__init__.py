"""One collection as all visitors share it: lists, colours, clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.lazy_names import public_names

if TYPE_CHECKING:
    from .cluster_partition import (
        Cluster,
        Partition,
        colours_meaning,
        known_kinds,
        top_names,
    )
    from .colouring import Categories
    from .confusion_table import classified, ordered_types
    from .line_summary import LineSummary, Ratio
    from .listing import Column, Listing
    from .workspace import Workspace

__all__ = [
    "Categories",
    "Cluster",
    "Column",
    "LineSummary",
    "Listing",
    "Partition",
    "Ratio",
    "Workspace",
    "classified",
    "colours_meaning",
    "known_kinds",
    "ordered_types",
    "top_names",
]

__getattr__ = public_names(__name__)
