"""Lenses: the spectra of a collection as a model sees them, and what it says of each.

Opening one loads neither torch nor scikit-learn, which take seconds; asking for a target does.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, cast, get_args

import numpy as np
import pandas as pd

from ..core.scores import FILTER_KMS, TRIMMED_FRACTION, Score, kept_pixels
from .autoencoders import Autoencoders, load_autoencoders
from .collection import Collection
from .lens_parts import LensError, PreparedSpectra, Verdict
from .plane import Plane, open_planes
from .runs import Run, RunStore
from .trained import load_type_classifier, probability_column

if TYPE_CHECKING:
    from ..core.targets import CalibratedSvm, Classifier, Target
    from ..core.targets.vae import VaeScore
    from ..core.vae import Vae

__all__ = [
    "AgnLens",
    "AnomalyLens",
    "Lens",
    "LensError",
    "Plane",
    "Verdict",
    "lens_of_target",
    "open_lenses",
    "open_planes",
]

PREDICTED = "predicted"
MARGIN = "margin"
SCORE = "mse"
_SPLITS = {"random": "", "stratified": ", split by type", "grouped": ", split by object"}


class Lens(Protocol):
    """A model with the spectra it can take; opening one reads tables, no flux and no model."""

    @property
    def name(self) -> str:
        """``"agn"`` or ``"anomaly"``."""
        ...

    @property
    def title(self) -> str:
        """For the page."""
        ...

    @property
    def wave_rest_aa(self) -> np.ndarray:
        """(D,) vacuum Å, rest frame, of the prepared spectra."""
        ...

    @property
    def rows(self) -> np.ndarray:
        """(n,) rows of the collection it can take, ascending."""
        ...

    @property
    def columns(self) -> pd.DataFrame:
        """What the model says of every such row, indexed by row."""
        ...

    @property
    def model_key(self) -> str:
        """Key of the run that trained its model, in this collection or in the one that lent it."""
        ...

    @property
    def targets(self) -> tuple[str, ...]:
        """What can be explained; the first is the usual one."""
        ...

    def check_target(self, name: str) -> None:
        """LensError, naming those there are, if there is no such target."""
        ...

    def usable(self, row: int) -> bool:
        """Whether it can take this row."""
        ...

    def reason(self, row: int) -> str:
        """Why it cannot take this row; "" if it can."""
        ...

    def prepared(self, row: int) -> np.ndarray:
        """(D,) float32 as the model sees it; LensError with the reason if it cannot."""
        ...

    def renormalised(self, flux: np.ndarray) -> np.ndarray:
        """(D,) float32: a prepared spectrum that was changed, divided as the recipe divides."""
        ...

    def target(self, name: str, row: int) -> Target:
        """One of :attr:`targets` for this row; LensError if there is none of this name."""
        ...

    def verdict(self, row: int) -> Verdict:
        """What the model says; LensError with the reason if it cannot take the row."""
        ...


def open_lenses(collection: Collection) -> dict[str, Lens]:
    """The lenses that have been built, by name; may be shared between threads."""
    store = RunStore(collection.path)
    lenses: dict[str, Lens] = {}
    svm, score = store.find("svm"), store.find("score")
    if svm is not None:
        lenses["agn"] = AgnLens(collection, store, svm)
    if score is not None:
        lenses["anomaly"] = AnomalyLens(collection, store, score)
    return lenses


def lens_of_target(lenses: Mapping[str, Lens], target: str) -> Lens:
    """The lens that has a target of this name.

    Raises
    ------
    LensError
        None has.
    """
    for lens in lenses.values():
        if target in lens.targets:
            return lens
    known = [name for lens in lenses.values() for name in lens.targets]
    what = f"there are {known}" if known else "no model has been built here yet"
    raise LensError(f"there is no target {target!r}; {what}")


class _Lens:
    """Which spectra a lens can take, and those spectra."""

    targets: tuple[str, ...]

    def __init__(self, collection: Collection, prepared: Run) -> None:
        self._labels = collection.catalog["label"]
        self._spectra = PreparedSpectra(prepared)
        self.wave_rest_aa = self._spectra.wave_rest_aa
        self.rows = self._spectra.rows

    def usable(self, row: int) -> bool:
        """Whether it can take this row."""
        return self._spectra.position(row) is not None

    def reason(self, row: int) -> str:
        """Why it cannot take this row; "" if it can."""
        return self._spectra.reason(row)

    def prepared(self, row: int) -> np.ndarray:
        """(D,) float32 as the model sees it; LensError with the reason if it cannot."""
        return self._spectra.flux(row)

    def renormalised(self, flux: np.ndarray) -> np.ndarray:
        """(D,) float32: a prepared spectrum that was changed, divided as the recipe divides."""
        return self._spectra.renormalised(flux)

    def check_target(self, name: str) -> None:
        """LensError, naming those there are, if there is no such target."""
        if name not in self.targets:
            raise LensError(f"there is no target {name!r}; there are {list(self.targets)}")

    def _known(self, row: int) -> None:
        if not self.usable(row):
            raise LensError(f"row {row} cannot be used: {self.reason(row)}")


def _classifier_words(settings: Mapping[str, Any], said: Mapping[str, Any]) -> str:
    """Of a support vector machine's settings, or what took its place, and of the split."""
    split = _SPLITS.get(said.get("split") or settings["split"], "")
    instead = said.get("instead")
    if instead is not None:
        return f"{instead['text']}{split}"
    gamma = "" if settings["gamma"] is None else f", γ = {settings['gamma']:g}"
    kernel = f"{settings['kernel']} kernel, C = {settings['c']:g}{gamma}"
    return f"Support vector machine, {kernel}{split}"


def _is_svm(run: Run) -> bool:
    """Whether a run's classifier, its own or lent, is a support vector machine."""
    lent = run.metrics.get("lent")
    settings, said = (run.params.get("svm"), run.metrics) if lent is None else (lent["svm"], lent)
    return settings is not None and said.get("instead") is None


class AgnLens(_Lens):
    """P21's: the type of an active galaxy, by a support vector machine or what took its place."""

    name = "agn"
    title = "AGN type"

    def __init__(self, collection: Collection, store: RunStore, run: Run) -> None:
        super().__init__(collection, _input(store, run, "prepare-p21"))
        self._run = run
        self.classes: tuple[str, ...] = tuple(run.metrics["classes"])
        probabilities, margin = (PREDICTED, *self.classes), (MARGIN,) if _is_svm(run) else ()
        # First what to explain unless told otherwise. From three classes on a machine's
        # probabilities jump with its votes, and between these their signs can mislead.
        jumps = len(self.classes) > 2
        self.targets = (*margin, *probabilities) if jumps else (*probabilities, *margin)
        self.columns = run.table("predictions").set_index("row")

    @property
    def described(self) -> str:
        """The classifier in a few words, and how its test set was chosen."""
        lent = self._run.metrics.get("lent")
        if lent is not None and lent["svm"] is not None:
            return f"{_classifier_words(lent['svm'], lent)}, lent by another collection"
        settings = self._run.params.get("svm")
        return (
            "A lent classifier"
            if settings is None
            else _classifier_words(settings, self._run.metrics)
        )

    @property
    def lent_test(self) -> dict[str, Any] | None:
        """Figures of a lent classifier on the test set of the collection that trained it."""
        return (self._run.metrics.get("lent") or {}).get("test")

    @property
    def model_key(self) -> str:
        """Key of the run that trained the classifier."""
        return _trained_by(self._run)

    @cached_property
    def machine(self) -> Classifier:
        """The classifier, read when first asked for."""
        return load_type_classifier(self._run)

    def target(self, name: str, row: int) -> Target:
        """log p of a class, or of the one predicted for this row; or the margin of that one."""
        self._known(row)
        self.check_target(name)
        return self.target_for(name, str(self.columns["predicted"].at[row]))

    def target_for(self, name: str, predicted: str) -> Target:
        """The same for a spectrum of any collection, given the type predicted for it."""
        label = predicted if name in (PREDICTED, MARGIN) else name
        index = self.classes.index(label)
        if name != MARGIN:
            return self.machine.target(index)
        from ..core.targets import SvmMargin  # loads torch: not before a target is asked for

        return SvmMargin(cast("CalibratedSvm", self.machine), index)

    def verdict(self, row: int) -> Verdict:
        """True and predicted type with all probabilities."""
        self._known(row)
        said = self.columns.loc[row]
        probabilities = {label: float(said[probability_column(label)]) for label in self.classes}
        predicted, true = str(said["predicted"]), str(self._labels.iat[row])
        return Verdict("type", true, predicted, probabilities, float("nan"), 0, 0)


class AnomalyLens(_Lens):
    """O25's: how badly an autoencoder reconstructs a spectrum, by eight scores."""

    name = "anomaly"
    title = "Anomaly score"

    def __init__(self, collection: Collection, store: RunStore, run: Run) -> None:
        super().__init__(collection, _input(store, run, "prepare-o25"))
        self._vae_run = _input(store, run, "vae")
        self._sn_median = collection.catalog["sn_median"]
        scores = run.table("scores").set_index("row")
        # A collection scored by an earlier version has the first of the eight only.
        self.targets = tuple(name for name in get_args(Score) if name in scores)
        self.columns = scores.rename(columns={SCORE: "score"})
        self._run = run
        clusters = store.find("cluster")
        if clusters is not None:
            found = clusters.table("clusters").set_index("row")["cluster"]
            self.columns["cluster"] = found.reindex(self.columns.index)

    @property
    def model_key(self) -> str:
        """Key of the run that trained the autoencoder."""
        return _trained_by(self._vae_run)

    @cached_property
    def autoencoders(self) -> Autoencoders:
        """The networks, read when first asked for."""
        return load_autoencoders(self._vae_run)

    @property
    def vae(self) -> Vae:
        """The network, or that of the faintest spectra if there is one a bin of S/N."""
        return self.autoencoders.vaes[0]

    def vae_of(self, row: int) -> Vae:
        """The network that scores a row."""
        return self.autoencoders.of(float(self._sn_median.iat[row]))

    @cached_property
    def overlap(self) -> pd.DataFrame | None:
        """Columns top, score, other, shared: the share of a score's top that is in another's."""
        return self._run.table("overlap") if len(self.targets) > 1 else None

    @property
    def in_all_tops(self) -> dict[str, float]:
        """Size of the top list → share of it that is in those of all scores."""
        return self._run.metrics.get("in_all_tops", {})

    def scores(self, name: str) -> pd.Series:
        """One score of every row it can take; LensError if there is none of this name."""
        self.check_target(name)
        return self.columns.loc[:, "score" if name == SCORE else name]

    def target(
        self,
        name: str,
        row: int,
        *,
        width_kms: float = FILTER_KMS,
        trimmed: float = TRIMMED_FRACTION,
    ) -> VaeScore:
        """One of the eight scores, with the filter and the trimming of one's choice."""
        self._known(row)
        self.check_target(name)
        from ..core.targets.vae import VaeScore

        filtered = name.startswith("filtered")
        kept = kept_pixels(self.wave_rest_aa, width_kms=width_kms) if filtered else None
        return VaeScore(self.vae_of(row), cast("Score", name), kept=kept, trimmed=trimmed)

    def reconstruction(self, row: int) -> np.ndarray:
        """(D,) float32: the spectrum as the network gives it back, decoded from its mean."""
        return self.vae_of(row).reconstruct(self.prepared(row)[None])[0]

    def verdict(self, row: int, *, score: str = SCORE) -> Verdict:
        """One of the eight scores, and its rank among all scored."""
        self._known(row)
        values = self.scores(score)
        value, true = float(values.at[row]), str(self._labels.iat[row])
        rank = 1 + int((values.to_numpy() > value).sum())
        return Verdict("score", true, "", {}, value, rank, len(values), score)


def _trained_by(run: Run) -> str:
    return str(run.metrics.get("trained_on", run.key))


def _input(store: RunStore, run: Run, stage: str) -> Run:
    """The run that another was made from."""
    found = store.get(stage, run.inputs[stage])
    if found is None:
        raise LensError(f"{store.path} lacks {stage}-{run.inputs[stage]}; build again")
    return found
