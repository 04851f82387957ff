"""Labelled spectra of a collection, for training and testing a classifier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ....core.models import drawn_at_most, groups_by_position
from ....core.models.svm import split_sample
from ...files import some_rows
from ..agn_study import task_rows
from ..settings import BuildSettings
from ..stage import StageSkipped, Work

__all__ = ["Labelled", "labelled_spectra", "object_groups", "split_params"]


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """Spectra with a type.

    Attributes
    ----------
    rows
        (n,) rows of the collection.
    spectra
        (n, D) float32, prepared.
    labels
        (n,) str.
    groups
        (n,) number of the object of each spectrum.
    split
        (n,) str, train, validation or test.
    """

    rows: np.ndarray
    spectra: np.ndarray
    labels: np.ndarray
    groups: np.ndarray
    split: np.ndarray

    def __getitem__(self, chosen: np.ndarray) -> Labelled:
        """The spectra at some positions."""
        parts = (self.rows, self.spectra, self.labels, self.groups, self.split)
        return Labelled(*(part[chosen] for part in parts))

    def of_task(self, task: str) -> Labelled:
        """The spectra of a task; their part in the split is unchanged."""
        return self[task_rows(self.labels, task)]


def labelled_spectra(work: Work, *, at_most: int) -> Labelled:
    """The labelled spectra that the P21 lens can take.

    Parameters
    ----------
    work
        Of a stage that needs prepare-p21; its SVM settings define the split.
    at_most
        Draw this many at random if there are more.

    Raises
    ------
    StageSkipped
        Fewer than two types have enough spectra for the folds.
    """
    prepared, settings = work.inputs["prepare-p21"], work.settings.svm
    rows = prepared.table("rows")["row"].to_numpy()
    labels = work.collection.catalog["label"].to_numpy(str)[rows]
    chosen = np.flatnonzero(labels != "")
    chosen = drawn_at_most(chosen, at_most, seed=settings.seed)
    kinds, counts = np.unique(labels[chosen], return_counts=True)
    if len(kinds) < 2 or counts.min() < 2 * settings.folds:
        n_of_class = {str(kind): int(n) for kind, n in zip(kinds, counts, strict=True)}
        there = ", ".join(f"{n} of {kind}" for kind, n in n_of_class.items())
        raise StageSkipped(
            f"needs labels: two types with {2 * settings.folds} spectra each that can be used; "
            f"there are {there or 'none'} (ingest --labels FILE gives them)"
        )
    rows, labels = rows[chosen], labels[chosen]
    groups = object_groups(work, rows)
    split = split_sample(labels, settings, groups=groups)
    spectra = some_rows(prepared.array("spectra"), chosen)
    return Labelled(rows, spectra, labels, groups, split)


def split_params(settings: BuildSettings) -> dict[str, Any]:
    """The SVM settings that define the split and the folds."""
    svm = settings.svm
    return {name: getattr(svm, name) for name in ("folds", "validation", "test", "seed", "split")}


def object_groups(work: Work, rows: np.ndarray) -> np.ndarray:
    """Number of the object of each row, by position on the sky; unknown positions all differ."""
    catalog = work.collection.catalog
    if not {"ra", "dec"} <= set(catalog.columns):
        return np.arange(len(rows))
    ra, dec = (catalog[name].to_numpy(np.float64)[rows] for name in ("ra", "dec"))
    return groups_by_position(ra, dec)
