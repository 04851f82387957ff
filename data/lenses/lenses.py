"""Lenses: the spectra of a collection as a model sees them, with its verdicts.

Opening one loads neither torch nor scikit-learn, which take seconds; asking for a target does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pandas as pd

from ..collection import BuiltDomain, Collection, Run, RunStore, is_outdated
from ..collection.trained.built_domain import PATTERNS, Z_OF_TYPES
from ..files import demo_path
from ..files.additions import additions
from .agn import AgnLens
from .anomaly import AnomalyLens
from .built_lens import LensError, Verdict, no_target

if TYPE_CHECKING:
    from ...core.targets import Target

__all__ = [
    "AgnLens",
    "AnomalyLens",
    "Lens",
    "LensError",
    "Verdict",
    "lens_of_target",
    "open_lenses",
    "outdated",
    "outdated_domain",
]


class Lens(Protocol):
    """A model with the spectra it can take; opening one reads tables, no flux and no model."""

    @property
    def name(self) -> str:
        """``"agn"`` or ``"anomaly"``."""
        ...

    @property
    def title(self) -> str:
        """Title on the page."""
        ...

    @property
    def wave_rest_aa(self) -> np.ndarray:
        """(D,) vacuum Å, rest frame, of the prepared spectra."""
        ...

    @property
    def rows(self) -> np.ndarray:
        """(n,) usable rows of the collection, ascending."""
        ...

    @property
    def columns(self) -> pd.DataFrame:
        """The model's results for every usable row, indexed by row."""
        ...

    @property
    def domain(self) -> BuiltDomain | None:
        """Which spectra its model is for; None if it has not been built."""
        ...

    @property
    def whose(self) -> str:
        """Owner and training sample of the model, in words."""
        ...

    @property
    def preparation(self) -> Run:
        """Run that prepared its spectra."""
        ...

    @property
    def model_key(self) -> str:
        """Key of the run that trained its model, in this collection or in the one that lent it."""
        ...

    @property
    def targets(self) -> tuple[str, ...]:
        """Targets that can be explained; the first is the default."""
        ...

    def has_target(self, name: str) -> bool:
        """Whether there is a target of this name, from :attr:`targets` or spelled out."""
        ...

    def check_target(self, name: str) -> None:
        """Raise LensError, listing the targets, if there is none of this name."""
        ...

    def usable(self, row: int) -> bool:
        """Whether it can take this row."""
        ...

    def reason(self, row: int) -> str:
        """Why it cannot take this row; "" if it can."""
        ...

    def prepared(self, row: int) -> np.ndarray:
        """(D,) float32 as given to the model; LensError with the reason if it cannot take it."""
        ...

    def prepared_rows(self, rows: Sequence[int] | np.ndarray) -> np.ndarray:
        """(n, D) float32 of several rows; LensError if it cannot take one of them."""
        ...

    def renormalised(self, flux: np.ndarray) -> np.ndarray:
        """(D,) float32: an edited prepared spectrum, normalised again by the recipe."""
        ...

    def target(self, name: str, row: int) -> Target:
        """One of :attr:`targets` for this row; LensError if the name is unknown."""
        ...

    def verdict(self, row: int) -> Verdict:
        """The model's verdict; LensError with the reason if it cannot take the row."""
        ...


def open_lenses(collection: Collection) -> dict[str, Lens]:
    """The lenses that have been built, by name; may be shared between threads.

    After ours those that other packages add: each opens its own, or None where it is not built.

    One on a classifier of an earlier version is left out: see :func:`outdated`.
    """
    store = RunStore(collection.path)
    lenses: dict[str, Lens] = {}
    svm, score = store.find("svm"), store.find("score")
    if svm is not None and not is_outdated(svm):
        lenses["agn"] = AgnLens(collection, store, svm)
    if score is not None:
        lenses["anomaly"] = AnomalyLens(collection, store, score)
    added = [opens(collection) for opens in additions("lenses")]
    return lenses | {lens.name: lens for lens in added if lens is not None}


def outdated(collection: Collection) -> str:
    """A sentence on what an earlier version built here that must be built again; or ""."""
    svm = RunStore(collection.path).find("svm")
    if svm is None or not is_outdated(svm):
        return ""
    return (
        "The classifier here was built by an earlier version, whose probabilities were others: "
        f"{_built_by(collection)} makes it again."
    )


def _built_by(collection: Collection) -> str:
    """The command that builds it again; the demo's settings are not those of ``build``."""
    demo = collection.path.resolve() == demo_path().resolve()
    return "spexplain demo" if demo else f"spexplain build {collection.path}"


_LINES = {PATTERNS: "whether the lines of a spectrum lie where the model has learned them"}
_REDSHIFTS = {
    Z_OF_TYPES: "whether a redshift is beyond those that the model learned the predicted type at"
}
# Stage, lens, and what the stage's facts must have for a check to be made.
_CHECKS = (
    ("domain-p21", AgnLens, _LINES | _REDSHIFTS),
    ("domain-o25", AnomalyLens, _LINES),
)


def outdated_domain(collection: Collection) -> str:
    """A sentence on checks that are missing here since an earlier version built it; or ""."""
    store, missing, lenders = RunStore(collection.path), [], []
    for stage, lens, checks in _CHECKS:
        run = store.find(stage)
        sample = {} if run is None else run.facts("sample")
        lacking = [
            words for name, words in checks.items() if run is not None and name not in sample
        ]
        if lacking:
            missing.append(f"{' and '.join(lacking)} by the lens {lens.title}")
            lenders += [sample["lender"]] if "lender" in sample else []
    vae, score = store.find("vae"), store.find("score")
    if vae and score and "trained_on" in vae.metrics and "lender" not in score.metrics:
        missing.append("how a lent score ranks among the lender's own spectra")
    if not missing:
        return ""
    first = f", {' and '.join(dict.fromkeys(lenders))} first," if lenders else ""
    return (
        f"Not asked here, since an earlier version built it: {'; '.join(missing)}. "
        f"{_built_by(collection)}{first} makes it ask."
    )


def lens_of_target(lenses: Mapping[str, Lens], target: str) -> Lens:
    """The lens that has a target of this name.

    Raises
    ------
    LensError
        None has.
    """
    for lens in lenses.values():
        if lens.has_target(target):
            return lens
    known = [name for lens in lenses.values() for name in lens.targets]
    raise LensError(no_target(target, known))
