"""Planes: where each spectrum lies, and how far the picture may be believed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .collection import Collection
from .runs import RunStore

__all__ = ["Plane", "open_planes"]

# Named as the lens whose spectra, or explanations, they lay out.
_STAGES = {"agn": "embed-p21", "anomaly": "embed-o25", "reasons": "embed-reasons"}
_TITLES = {
    "agn": "t-SNE of AGN spectra",
    "anomaly": "t-SNE of galaxy spectra",
    "reasons": "t-SNE of explanations",
}


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """Points on a plane.

    Attributes
    ----------
    name
        ``"agn"``, ``"anomaly"``, or ``"reasons"``.
    title
        For the page.
    rows
        (n,) rows of the collection, ascending.
    xy
        (n, 2) float32.
    metrics
        Neighbourhood preservation, as :func:`plane_quality` measures it.
    settings
        Of the embedding, as used.
    """

    name: str
    title: str
    rows: np.ndarray
    xy: np.ndarray
    metrics: dict[str, Any]
    settings: dict[str, Any]


def open_planes(collection: Collection) -> dict[str, Plane]:
    """The planes that have been built, by name."""
    store = RunStore(collection.path)
    planes = {}
    for name, stage in _STAGES.items():
        run = store.find(stage)
        if run is None:
            continue
        table = run.table("xy")
        xy = table[["x", "y"]].to_numpy(np.float32)
        metrics = {key: value for key, value in run.metrics.items() if key != "settings"}
        rows = table["row"].to_numpy()
        planes[name] = Plane(name, _TITLES[name], rows, xy, metrics, run.metrics["settings"])
    return planes
