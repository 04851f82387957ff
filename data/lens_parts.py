"""What lenses of any kind share: which spectra they take, and those spectra as prepared."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from ..core.prepare import O25Recipe, recipe_from_dict
from .runs import Run

__all__ = ["LensError", "PreparedSpectra", "Verdict"]


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


class PreparedSpectra:
    """The spectra of a preparation run, read one at a time.

    Parameters
    ----------
    run
        Of stage prepare-p21 or prepare-o25.

    Attributes
    ----------
    wave_rest_aa
        (D,) vacuum Å, rest frame.
    rows
        (n,) rows of the collection that can be used, ascending.
    """

    def __init__(self, run: Run) -> None:
        self.wave_rest_aa = run.read_array("wavelength")
        self.rows = run.table("rows")["row"].to_numpy()
        self._run = run
        self._spectra = run.array("spectra")
        unusable = run.table("reasons")
        self._unusable = unusable["row"].to_numpy()
        self._reasons = unusable["reason"]

    def position(self, row: int) -> int | None:
        """Where a row is among the usable ones; None if it is not."""
        return _position(self.rows, row)

    def reason(self, row: int) -> str:
        """Why a row cannot be used; "" if it can."""
        if self.position(row) is not None:
            return ""
        at = _position(self._unusable, row)
        return "is not in the collection" if at is None else str(self._reasons.iat[at])

    def flux(self, row: int) -> np.ndarray:
        """(D,) float32 of a row.

        Raises
        ------
        LensError
            It cannot be used; the text is the reason.
        """
        at = self.position(row)
        if at is None:
            raise LensError(f"row {row} cannot be used: {self.reason(row)}")
        return np.asarray(self._spectra[at])

    def renormalised(self, flux: np.ndarray) -> np.ndarray:
        """(D,) float32: a prepared spectrum that was changed, divided as the recipe divides.

        Raises
        ------
        LensError
            The flux it is to be divided by is not positive.
        """
        recipe = recipe_from_dict(self._run.facts("recipe"))
        if isinstance(recipe, O25Recipe):
            recipe = replace(recipe, fill="text")  # nothing is missing
        try:
            return recipe.finish(np.asarray(flux)[None])[0]
        except ValueError as error:
            raise LensError(str(error).partition(": ")[2]) from error


def _position(ascending: np.ndarray, row: int) -> int | None:
    at = int(np.searchsorted(ascending, row))
    return at if at < len(ascending) and ascending[at] == row else None
