"""What lenses of any kind share: which spectra they take, those as prepared, and their words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from ..core.prepare import O25Recipe, recipe_from_dict
from .collection import Collection
from .runs import Run, RunStore

__all__ = ["BuiltLens", "LensError", "Verdict", "input_of"]


class LensError(Exception):
    """A lens cannot do what was asked; the text says why."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a model says of one spectrum.

    Attributes
    ----------
    kind
        ``"type"`` from a classifier, ``"score"`` from an anomaly score.
    true
        Label in the catalog, "" if it has none.
    predicted
        Most probable class; "" for a score.
    probabilities
        Class → probability; empty for a score.
    votes
        The class that most of a support vector machine's pairwise votes go to, which is sometimes
        not the most probable one; "" for other classifiers and scores.
    score
        Anomaly score; NaN for a type.
    rank
        1 is the most anomalous; 0 for a type.
    n_ranked
        Number of scored spectra; 0 for a type.
    of
        Which of the eight scores; "" for a type.
    """

    kind: Literal["type", "score"]
    true: str
    predicted: str
    probabilities: dict[str, float]
    score: float
    rank: int
    n_ranked: int
    of: str = ""
    votes: str = ""


class BuiltLens:
    """A lens on what a build has left; those with a model derive from it.

    Parameters
    ----------
    collection
        Whose spectra.
    preparation
        Run of stage prepare-p21 or prepare-o25 that prepared them.
    trained
        Run that has the model.

    Attributes
    ----------
    wave_rest_aa
        (D,) vacuum Å, rest frame.
    rows
        (n,) rows of the collection that can be used, ascending.
    targets
        What can be explained; the first is the usual one.
    """

    targets: tuple[str, ...]

    def __init__(self, collection: Collection, preparation: Run, trained: Run) -> None:
        self.preparation = preparation
        self.wave_rest_aa = preparation.read_array("wavelength")
        self.rows = preparation.table("rows")["row"].to_numpy()
        self._trained = trained
        self._labels = collection.catalog["label"]
        self._spectra = preparation.array("spectra")
        unusable = preparation.table("reasons")
        self._unusable, self._reasons = unusable["row"].to_numpy(), unusable["reason"]

    @property
    def model_key(self) -> str:
        """Key of the run that trained the model, here or in the collection that lent it."""
        return str(self._trained.metrics.get("trained_on", self._trained.key))

    def usable(self, row: int) -> bool:
        """Whether it can take this row."""
        return _holds(self.rows, row)

    def reason(self, row: int) -> str:
        """Why it cannot take this row; "" if it can."""
        if self.usable(row):
            return ""
        if not _holds(self._unusable, row):
            return "is not in the collection"
        return str(self._reasons.iat[int(np.searchsorted(self._unusable, row))])

    def prepared(self, row: int) -> np.ndarray:
        """(D,) float32 as the model sees it.

        Raises
        ------
        LensError
            It cannot be used; the text is the reason.
        """
        self._check_row(row)
        return np.asarray(self._spectra[int(np.searchsorted(self.rows, row))])

    def renormalised(self, flux: np.ndarray) -> np.ndarray:
        """(D,) float32: a prepared spectrum that was changed, divided as the recipe divides.

        Raises
        ------
        LensError
            The flux it is to be divided by is not positive.
        """
        recipe = recipe_from_dict(self.preparation.facts("recipe"))
        if isinstance(recipe, O25Recipe):
            recipe = replace(recipe, fill="text")  # nothing is missing
        try:
            return recipe.finish(np.asarray(flux)[None])[0]
        except ValueError as error:
            raise LensError(str(error).partition(": ")[2]) from error

    def has_target(self, name: str) -> bool:
        """Whether there is such a target, by its name in ``targets`` or spelled out."""
        return name in self.targets

    def check_target(self, name: str) -> None:
        """LensError, naming those there are, if there is no such target."""
        if not self.has_target(name):
            raise LensError(f"there is no target {name!r}; there are {list(self.targets)}")

    def _check_row(self, row: int) -> None:
        if not self.usable(row):
            raise LensError(f"row {row} cannot be used: {self.reason(row)}")


def input_of(store: RunStore, run: Run, stage: str) -> Run:
    """The run of a stage that another was made from.

    Raises
    ------
    LensError
        It is gone.
    """
    found = store.get(stage, run.inputs[stage])
    if found is None:
        raise LensError(f"{store.path} lacks {stage}-{run.inputs[stage]}; build again")
    return found


def _holds(ascending: np.ndarray, row: int) -> bool:
    at = int(np.searchsorted(ascending, row))
    return at < len(ascending) and bool(ascending[at] == row)
