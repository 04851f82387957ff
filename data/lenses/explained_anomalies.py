"""Explained anomalies of a collection, the input of its clusters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from ...core.settings import WeightSign
from ...core.spectra.lines import ACROSS_THE_SPECTRUM
from ..collection import Collection, Run, RunError, RunStore

__all__ = ["Reasons", "open_reasons", "reasons_by_sign", "scanned", "without_uncalibrated"]


@dataclass(frozen=True, slots=True, eq=False)
class Reasons:
    """n explained spectra, the most anomalous first.

    Attributes
    ----------
    rows : (n,)
        Rows of the collection.
    unit : (n, S)
        Explanations: weights of equal segments, of unit length; ≥ 0 if signs were dropped.
    wave_rest_aa : (D,)
        Vacuum Å, of the prepared spectra.
    scan
        k, inertia and silhouette of each number of clusters tried.
    lines
        Line ratios of each row, from stage cluster. If ``in_counts``, the flux is uncalibrated, and
        ratios of distant lines are NaN.
    k, seed
        As built.
    weight_sign
        Whether the signs were kept.
    explained
        What was explained, and how, in a few words.
    r2 : (n,)
        Weighted R² of each surrogate; NaN if unknown.
    settings
        Of the explanations, as built; empty if unknown.
    dust
        The dust correction of the line fluxes, in a few words; "" if it was not recorded.
    prepared
        Run with their spectra, if they are too many for a separate copy.
    elbow, best_silhouette
        Numbers of clusters suggested by the scan; 0 before it was made.
    run
        Run that built them.
    weights
        Run of the weights from which ``unit`` was made.
    as_built
        Whether signs are kept or dropped as in the build.
    growth
        How many explanations were added after clustering, in words; "" for none.
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
    weights: Run | None = None
    as_built: bool = True
    r2: np.ndarray = field(default_factory=lambda: np.empty(0))
    settings: Mapping[str, Any] = field(default_factory=dict)
    dust: str = ""
    prepared: Run | None = None
    growth: str = ""

    def built(self) -> tuple[np.ndarray, np.ndarray]:
        """Clusters of the build: labels (n,) int and centres (k, S)."""
        labels = self.run.table("clusters")["cluster"].to_numpy()
        return labels, self.run.read_array("centres")

    def spectra(self, at: np.ndarray | None = None) -> np.ndarray:
        """(m, D) float32, prepared; read from disk at each call.

        Parameters
        ----------
        at
            Which of the n, ascending; all by default.
        """
        if at is None:
            at = np.arange(len(self.rows))
        if self.prepared is None:
            return np.asarray(self.run.array("spectra").oindex[at])
        there = self.prepared.table("rows")["row"].to_numpy()
        positions = np.searchsorted(there, self.rows[at])
        order = np.argsort(positions)
        spectra = np.asarray(self.prepared.array("spectra").oindex[positions[order]])
        return spectra[np.argsort(order)]


def open_reasons(collection: Collection) -> Reasons | None:
    """The explanations clustered by the last build; None without any, or if it is too old."""
    store = RunStore(collection.path)
    run = store.find("cluster")
    if run is None:
        return None
    prepared = store.get("prepare-o25", run.inputs["prepare-o25"])
    try:
        metrics, rows = run.metrics, run.table("clusters")["row"].to_numpy()
        if prepared is None or len(rows) < 2:
            return None
        copied = (run.path / "spectra.zarr").exists()
        weights = store.get("explain", run.inputs["explain"])
        return Reasons(
            rows=rows,
            unit=run.read_array("unit"),
            wave_rest_aa=prepared.read_array("wavelength"),
            scan=run.table("scan"),
            lines=without_uncalibrated(run.table("lines"), collection.catalog),
            k=int(metrics["k"]),
            seed=int(metrics["seed"]),
            elbow=int(metrics["elbow"]),
            best_silhouette=int(metrics["best_silhouette"]),
            weight_sign=metrics.get("weight_sign", "drop"),
            explained=metrics.get("explained", ""),
            run=run,
            weights=weights,
            r2=_r2(weights, rows),
            settings={} if weights is None else weights.facts("settings"),
            dust=metrics.get("lines_dust", ""),
            growth=metrics.get("growth_note", ""),
            prepared=None if copied else prepared,
        )
    except (RunError, KeyError):
        return None


def _weights_of(explained: Run, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weights and labels of the rows, which a run may hold in another order."""
    there = explained.table("explained", ["row"])["row"].to_numpy()
    by_row = np.argsort(there)
    at = by_row[np.searchsorted(there, rows, sorter=by_row)]
    labels = explained.read_array("labels")
    return explained.read_array("weights")[at], labels if labels.ndim == 1 else labels[at]


def _r2(explained: Run | None, rows: np.ndarray) -> np.ndarray:
    """(n,) R² of the rows; NaN if the explanations are missing."""
    if explained is None:
        return np.full(len(rows), np.nan)
    return explained.table("explained").set_index("row")["r2"].reindex(rows).to_numpy(np.float64)


def without_uncalibrated(lines: pd.DataFrame, catalog: pd.DataFrame) -> pd.DataFrame:
    """The table with a column ``in_counts``, and without ratios that such spectra cannot have.

    Parameters
    ----------
    lines
        From ``data.build.dust.row_lines``.
    catalog
        Catalogue of the collection.
    """
    rows = lines["row"].to_numpy()
    units = catalog["flux_unit"].to_numpy() if "flux_unit" in catalog else np.full(len(catalog), "")
    in_counts = units[rows] == "counts"
    needless = [part for name in ACROSS_THE_SPECTRUM for part in (name, f"{name}_error")]
    # Not in place: a column read from disk without a gap may not be written to.
    calibrated = {name: lines[name].mask(in_counts) for name in needless if name in lines}
    return lines.assign(in_counts=in_counts, **calibrated)


def reasons_by_sign(reasons: Reasons, sign: WeightSign) -> Reasons:
    """The same explanations with the signs of their weights kept, or dropped as in O25.

    Parameters
    ----------
    reasons
        As built.
    sign
        The requested treatment of signs; if it is that of the build, ``reasons`` is returned.

    Returns
    -------
    reasons
        Without inertia and silhouette if they differ from those built: see :func:`scanned`.

    Raises
    ------
    RunError
        If the weights are needed and missing.
    """
    if sign == reasons.weight_sign:
        return reasons
    if reasons.weights is None:
        raise RunError("the weights of the explanations are missing; build again")
    # Imported late: scikit-learn takes a second that opening the page saves.
    from ...core.explain.clusters import unit_explanations

    weights, labels = _weights_of(reasons.weights, reasons.rows)
    unit = unit_explanations(weights, labels, reasons.unit.shape[1], sign=sign)
    unknown = reasons.scan.assign(inertia=np.nan, silhouette=np.nan)
    return replace(
        reasons, unit=unit, weight_sign=sign, scan=unknown, elbow=0, best_silhouette=0,
        as_built=False, growth="",
    )  # fmt: skip


def scanned(reasons: Reasons, callback: Callable[[int, int], None] | None = None) -> Reasons:
    """The reasons with inertia and silhouette of each number of clusters; unchanged if known.

    Parameters
    ----------
    reasons
        Any.
    callback
        Called with (done, total); may raise to stop.
    """
    if np.isfinite(reasons.scan["inertia"]).all():
        return reasons
    from ...core.explain.clusters import scan_k

    scan = scan_k(reasons.unit, reasons.scan["k"].tolist(), seed=reasons.seed, callback=callback)
    table = pd.DataFrame(asdict(scan))
    return replace(reasons, scan=table, elbow=scan.elbow, best_silhouette=scan.best_silhouette)
