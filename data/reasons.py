"""The explained anomalies of a collection: what their clusters are made from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..core.choices import WeightSign
from .collection import Collection
from .runs import Run, RunError, RunStore

__all__ = ["Reasons", "open_reasons"]


@dataclass(frozen=True, slots=True, eq=False)
class Reasons:
    """n explained spectra, the most anomalous first.

    Attributes
    ----------
    rows : (n,)
        Rows of the collection.
    unit : (n, S)
        Explanations: weights of equal segments, of unit length; ≥ 0 where signs were dropped.
    wave_rest_aa : (D,)
        Vacuum Å, of the prepared spectra.
    scan
        k, inertia and silhouette of each number of clusters tried.
    lines
        Line ratios of each row: see the stage that measured them.
    k, seed
        As built.
    weight_sign
        Whether the signs were kept.
    explained
        What was explained, and how, in a few words.
    elbow, best_silhouette
        What the scan suggests.
    """

    rows: np.ndarray
    unit: np.ndarray
    wave_rest_aa: np.ndarray
    scan: pd.DataFrame
    lines: pd.DataFrame
    k: int
    seed: int
    elbow: int
    best_silhouette: int
    weight_sign: WeightSign
    explained: str
    run: Run

    def built(self) -> tuple[np.ndarray, np.ndarray]:
        """Clusters of the build: labels (n,) int and centres (k, S)."""
        labels = self.run.table("clusters")["cluster"].to_numpy()
        return labels, self.run.read_array("centres")

    def spectra(self) -> np.ndarray:
        """(n, D) float32, prepared; read anew at each call."""
        return self.run.read_array("spectra")


def open_reasons(collection: Collection) -> Reasons | None:
    """What the last build clustered; None if it has not, or is of an earlier version."""
    store = RunStore(collection.path)
    run = store.find("cluster")
    if run is None:
        return None
    prepared = store.get("prepare-o25", run.inputs["prepare-o25"])
    try:
        if prepared is None or run.array("spectra").shape[0] < 2:
            return None
        found = run.metrics
        return Reasons(
            rows=run.table("clusters")["row"].to_numpy(),
            unit=run.read_array("unit"),
            wave_rest_aa=prepared.read_array("wavelength"),
            scan=run.table("scan"),
            lines=run.table("lines"),
            k=int(found["k"]),
            seed=int(found["seed"]),
            elbow=int(found["elbow"]),
            best_silhouette=int(found["best_silhouette"]),
            weight_sign=found.get("weight_sign", "drop"),
            explained=found.get("explained", ""),
            run=run,
        )
    except (RunError, KeyError):
        return None
