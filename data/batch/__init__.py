"""The chunks of a stage, run in this process, in local worker processes or on a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.lazy_names import public_names

if TYPE_CHECKING:
    from .chunk_runner import Arrays, ChunkRunner, InThisProcess, finished_chunks
    from .cluster_choice import ClusterChoice, ClusterError
    from .dask_cluster import DaskCluster, opened_cluster

__all__ = [
    "Arrays",
    "ChunkRunner",
    "ClusterChoice",
    "ClusterError",
    "DaskCluster",
    "InThisProcess",
    "finished_chunks",
    "opened_cluster",
]

__getattr__ = public_names(__name__)
