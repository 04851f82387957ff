"""Shared base of the lenses: rows, prepared spectra and verdict texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from ...core.models.anomaly import LikeRank
from ...core.spectra.prepare import O25Recipe, recipe_from_dict
from ..collection import (
    BuiltDomain,
    ClassSet,
    Collection,
    DomainVerdict,
    Run,
    RunStore,
    flux_unit_of,
    whose_model,
)

if TYPE_CHECKING:
    from ...core.targets.linear import LinearTarget

__all__ = ["OF_KIND", "BuiltLens", "LensError", "Verdict", "domain_run", "input_of", "no_target"]

# The target for why a spectrum is, or is not, like the training sample.
OF_KIND = "of_kind"


class LensError(Exception):
    """A lens cannot do what was requested; the text says why."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A model's verdict on one spectrum.

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
        The class with most of a support vector machine's pairwise votes, sometimes not the most
        probable one; "" for other classifiers and for scores.
    score
        Anomaly score; NaN for a type.
    rank
        1 is the most anomalous; 0 for a type.
    n_ranked
        Number of scored spectra; 0 for a type.
    of
        Which of the eight scores; "" for a type.
    domain
        Whether the model was trained on anything like the spectrum; None if unknown.
    class_set
        The types it may have at a level; None for a score.
    like
        Rank among scored spectra of similar S/N; None for a type, or if it cannot be determined.
    like_lender
        The same among the scored spectra of the collection that lent the model; None if none did.
    lender
        That collection in words: "the demo"; "" if none.
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
    domain: DomainVerdict | None = None
    class_set: ClassSet | None = None
    like: LikeRank | None = None
    like_lender: LikeRank | None = None
    lender: str = ""

    def to_dict(self) -> dict[str, Any]:
        """JSON-serialisable, without the domain; ``of`` repeats ``n_ranked``."""
        if self.kind == "score":
            like = None if self.like is None else asdict(self.like)
            kept: dict[str, Any] = {"score": self.score, "name": self.of, "rank": self.rank}
            kept |= {"of": self.n_ranked, "n_ranked": self.n_ranked, "like_sn": like}
            if (theirs := self.like_lender) is not None:
                whose = {"lender": self.lender, "higher_than": theirs.higher_than}
                kept["like_sn_of_lender"] = whose | asdict(theirs)
            return kept
        kept = {"true": self.true, "predicted": self.predicted, "votes": self.votes}
        kept |= {"probabilities": self.probabilities}
        return kept | ({} if self.class_set is None else {"set": self.class_set.to_dict()})


class BuiltLens:
    """Base of the lenses on the results of a build.

    Parameters
    ----------
    collection
        The spectra.
    preparation
        Run of stage prepare-p21 or prepare-o25 that prepared them.
    trained
        Run that contains the model.

    Attributes
    ----------
    wave_rest_aa
        (D,) vacuum Å, rest frame.
    rows
        (n,) rows of the collection that can be used, ascending.
    targets
        Targets that can be explained; the first is the default.
    domain
        Which spectra its model is for; None if it has not been built.
    """

    targets: tuple[str, ...]
    domain: BuiltDomain | None

    def __init__(
        self, collection: Collection, preparation: Run, trained: Run, domain: Run | None = None
    ) -> None:
        self.preparation = preparation
        self.wave_rest_aa = preparation.read_array("wavelength")
        self.rows = preparation.table("rows")["row"].to_numpy()
        self._trained, self._collection = trained, collection
        self.domain = None if domain is None else BuiltDomain(domain, self.wave_rest_aa)
        self._labels = collection.catalog["label"]
        self._spectra = preparation.array("spectra")
        if len(self._spectra.shape) != 2 or len(self.rows) > self._spectra.shape[0]:
            raise LensError(
                f"{preparation.path} is damaged: its spectra are {self._spectra.shape}, its rows "
                f"{len(self.rows)}; spexplain check DIR --repair, then spexplain build DIR"
            )
        unusable = preparation.table("reasons")
        self._unusable, self._reasons = unusable["row"].to_numpy(), unusable["reason"]

    @property
    def model_key(self) -> str:
        """Key of the run that trained the model, here or in the collection that lent it."""
        metrics = self._trained.metrics
        return str(metrics.get("trained_on", metrics.get("made_as", self._trained.key)))

    def _joined_tables(self, *tables: pd.DataFrame) -> pd.DataFrame:
        """Join tables by row, keeping the rows of the first, without a copy if all rows agree.

        Rows that several tables share are kept once.
        """
        rows = pd.Index(self.rows, name="row")
        if not all(table.index.equals(rows) for table in tables):
            first, *others = tables
            return first.join(others) if others else first
        columns = {name: table[name].array for table in tables for name in table.columns}
        return pd.DataFrame(columns, index=rows, copy=False)

    @property
    def learnt_from(self) -> str:
        """A sentence on what the model was trained on; "" if none is recorded."""
        return str(self._trained.metrics.get("sample_note", ""))

    def usable(self, row: int) -> bool:
        """Whether it can take this row."""
        return _holds(self.rows, row)

    def reason(self, row: int) -> str:
        """Why it cannot take this row; "" if it can."""
        if self.usable(row):
            return ""
        if not 0 <= row < len(self._labels):
            return "is not in the collection"
        if not _holds(self._unusable, row):
            return "was added after the last build: build again to have it taken"
        return str(self._reasons.iat[int(np.searchsorted(self._unusable, row))])

    def prepared(self, row: int) -> np.ndarray:
        """(D,) float32 as given to the model.

        Raises
        ------
        LensError
            The row cannot be used; the text is the reason.
        """
        self._check_row(row)
        return np.asarray(self._spectra[int(np.searchsorted(self.rows, row))])

    def prepared_rows(self, rows: Sequence[int] | np.ndarray) -> np.ndarray:
        """(n, D) float32 of several rows, with each part of the file read once; same errors."""
        for row in rows:
            self._check_row(int(row))
        return np.asarray(self._spectra.oindex[np.searchsorted(self.rows, rows)])

    def renormalised(self, flux: np.ndarray) -> np.ndarray:
        """(D,) float32: an edited prepared spectrum, normalised again by the recipe.

        Raises
        ------
        LensError
            The flux to divide by is not positive.
        """
        recipe = recipe_from_dict(self.preparation.facts("recipe"))
        if isinstance(recipe, O25Recipe):
            recipe = replace(recipe, fill="text")  # nothing is missing
        try:
            return recipe.finish(np.asarray(flux)[None])[0]
        except ValueError as error:
            raise LensError(str(error).partition(": ")[2]) from error

    def has_target(self, name: str) -> bool:
        """Whether there is a target of this name, from ``targets`` or spelled out."""
        return name in self.targets

    @property
    def whose(self) -> str:
        """Owner and training sample of the model, in words."""
        return whose_model(self._trained, None if self.domain is None else self.domain.sample)

    def domain_of(self, row: int) -> DomainVerdict | None:
        """Whether the model was trained on anything like a row; None if unknown."""
        if self.domain is None:
            return None
        return self.domain.of_row(row, self._facts_of(row))

    def of_kind(self) -> LinearTarget:
        """Log-odds of the training sample against the rest of its survey, as a target.

        Raises
        ------
        LensError
            There was no such rest.
        """
        kind = None if self.domain is None else self.domain.domain.kind
        if kind is None:
            raise LensError(f"{self.domain and self.domain.sample['note']}")
        return kind

    def _facts_of(self, row: int) -> Mapping[str, Any]:
        catalog = self._collection.catalog
        numbers = {name: float(catalog[name].iat[row]) for name in ("z", "sn_median")}
        words = {name: str(catalog[name].iat[row] or "") for name in ("label", "subclass")}
        return numbers | words | {"flux_unit": flux_unit_of(catalog, row)}

    def _observed(self, row: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Rest wavelengths, flux and ivar (D,) of a row before preparation."""
        return self._collection.wave_rest_aa, *self._collection.spectrum(row)

    def check_target(self, name: str) -> None:
        """Raise LensError, listing the targets, if there is none of this name."""
        if not self.has_target(name):
            raise LensError(no_target(name, self.targets))

    def _check_row(self, row: int) -> None:
        if not self.usable(row):
            raise LensError(f"row {row} cannot be used: {self.reason(row)}")


def no_target(name: str, known: Iterable[str]) -> str:
    """There is no such target, in words: what is near, and what there is."""
    there = [each for each in known if each != OF_KIND]  # used by the page only
    if not there:
        return f"there is no target {name!r}; no model has been built here yet: spexplain build"
    near = get_close_matches(name.lower(), there, 1)
    perhaps = f"perhaps {near[0]!r}; " if near else ""
    return f"there is no target {name!r}; {perhaps}there are {', '.join(map(repr, there))}"


def input_of(store: RunStore, run: Run, stage: str) -> Run:
    """The run of a stage from which another was made.

    Raises
    ------
    LensError
        It is missing.
    """
    input_run = store.get(stage, run.inputs[stage])
    if input_run is None:
        raise LensError(f"{store.path} lacks {stage}-{run.inputs[stage]}; build again")
    return input_run


def domain_run(store: RunStore, stage: str, model: Run) -> Run | None:
    """The run with the domain of a model; None if it has not been built for this model."""
    run = store.find(stage)
    return run if run is not None and run.inputs.get(model.stage) == model.key else None


def _holds(ascending: np.ndarray, row: int) -> bool:
    at = int(np.searchsorted(ascending, row))
    return at < len(ascending) and bool(ascending[at] == row)
