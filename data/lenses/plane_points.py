"""Planes: position of each spectrum, and the quality of the layout."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..collection import Collection, Run, RunStore
from ..collection.trained.laid_plane import LENDER_XY
from ..collection.unfinished_planes import early_plane

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
        Neighbourhood preservation, as :func:`plane_quality` measures it: ``trustworthiness`` and
        ``knn_recall`` against the spectra, and what else the stage recorded.
    settings
        Of the embedding, as used.
    later
        Rows of spectra that came after the plane was laid out, and were placed on it; ascending.
    lender
        Whose plane it is, in words, where one's own few spectra are placed on that of the
        collection that lent the model; "" where it is one's own.
    behind
        (m, 2) float32: the lender's points; empty where it is one's own.
    far
        Rows of spectra that lie farther from all of these than 99 % of them from their nearest;
        ascending.
    """

    name: str
    title: str
    rows: np.ndarray
    xy: np.ndarray
    metrics: dict[str, Any]
    settings: dict[str, Any]
    later: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    lender: str = ""
    behind: np.ndarray = field(default_factory=lambda: np.empty((0, 2), np.float32))
    far: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))

    def came_later(self, row: int) -> bool:
        """Whether a row was placed on the plane after it had been laid out."""
        return bool(np.isin(row, self.later))

    @property
    def placed(self) -> str:
        """What is the lender's, and how well one's own fit, to follow the title; or empty."""
        if not self.lender:
            return ""
        fit = f"{len(self.far):,} far from all" if len(self.far) else "none far from all"
        return f"its {len(self.behind):,} in grey, {len(self.rows):,} own placed, {fit}"

    @property
    def judged_on(self) -> str:
        """Sample of the quality measures, such as "on 8,000 of 90,000 points"; "" if all."""
        n = int(self.metrics.get("n", len(self.rows)))
        n_judged, total = int(self.metrics.get("n_asked", n)), len(self.rows)
        if n_judged >= total:
            return ""
        among = "" if n >= total else f", neighbours among {n:,}"
        return f"on {n_judged:,} of {total:,} points{among}"


def open_planes(collection: Collection, *, unfinished: bool = False) -> dict[str, Plane]:
    """The planes that have been built, by name; those of ``build --planes`` last.

    Parameters
    ----------
    collection
        Whose.
    unfinished
        Also those that a build is laying out for the first time, or was when it was broken off, as
        they are now. Of these it is not known how far they may be believed.
    """
    store = RunStore(collection.path)
    planes = {}
    for name, stage in _STAGES.items():
        run = store.find(stage)
        early = early_plane(store, stage) if unfinished and run is None else None
        if early is not None:
            by = f", unfinished: step {early.step:,} of {early.n_steps:,}"
            title = _TITLES[name] + by
            planes[name] = Plane(name, title, early.rows, early.xy, {}, early.settings)
        if run is not None:
            method = run.metrics.get("settings", {}).get("method")
            by = ", by scikit-learn" if method == "sklearn" else ""
            by += f" on {run.metrics['lender']}'s plane" if "lender" in run.metrics else ""
            since, n = run.metrics.get("n_placed_since", 0), run.metrics.get("n", 0)
            laid_out = run.metrics.get("n_laid_out", np.inf)
            if laid_out < n - since:
                by = f" ({laid_out:,} laid out, the others placed among them)"
            elif since:
                by += f" ({n - since:,} laid out, {since:,} placed among them later)"
            facts = {"name": name, "title": _TITLES[name] + by, **run.metrics}
            planes[name] = _plane(run, "xy", facts)
    several = store.find("planes")
    if several is not None:
        planes |= {facts["name"]: _plane(several, facts["name"], facts)
                   for facts in several.metrics["planes"]}  # fmt: skip
    return planes


def _plane(run: Run, table_name: str, facts: dict[str, Any]) -> Plane:
    table = run.table(table_name)
    metrics = {k: v for k, v in facts.items() if k not in ("settings", "name", "title", "task")}
    metrics |= facts.get("of_spectra") or {}
    rows = table["row"].to_numpy()
    lent: dict[str, Any] = {}
    if "lender" in run.metrics:
        behind = run.table(LENDER_XY).to_numpy(np.float32)
        lent = {"lender": run.metrics["lender"], "behind": behind, "far": rows[table["far"]]}
    return Plane(
        facts["name"],
        facts["title"],
        rows,
        table[["x", "y"]].to_numpy(np.float32),
        metrics,
        facts["settings"],
        rows[table["came_later"].to_numpy(bool)] if "came_later" in table else rows[:0],
        **lent,
    )
