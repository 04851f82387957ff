"""P21's lens: active galaxies by their type."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from .collection import Collection
from .lens_parts import BuiltLens, Verdict, input_of
from .runs import Run, RunStore
from .trained import load_type_classifier, probability_column

if TYPE_CHECKING:
    from ..core.targets import CalibratedSvm, Classifier, Target

__all__ = ["AgnLens"]

_PREDICTED = "predicted"
_MARGIN = "margin"
_SPLITS = {"random": "", "stratified": ", split by type", "grouped": ", split by object"}


class AgnLens(BuiltLens):
    """P21's: the type of an active galaxy, by a support vector machine or what took its place."""

    name = "agn"
    title = "AGN type"

    def __init__(self, collection: Collection, store: RunStore, run: Run) -> None:
        super().__init__(collection, input_of(store, run, "prepare-p21"), run)
        self.classes: tuple[str, ...] = tuple(run.metrics["classes"])
        probabilities, margin = (_PREDICTED, *self.classes), (_MARGIN,) if _is_svm(run) else ()
        # First what to explain unless told otherwise. From three classes on a machine's
        # probabilities jump with its votes, and between these their signs can mislead.
        jumps = len(self.classes) > 2
        self.targets = (*margin, *probabilities) if jumps else (*probabilities, *margin)
        self.columns = run.table("predictions").set_index("row")

    @property
    def described(self) -> str:
        """The classifier in a few words, and how its test set was chosen."""
        settings, said = _trained_with(self._trained)
        if settings is None:
            return "A lent classifier"
        lent = "" if said is self._trained.metrics else ", lent by another collection"
        return _classifier_words(settings, said) + lent

    @property
    def lent_test(self) -> dict[str, Any] | None:
        """Figures of a lent classifier on the test set of the collection that trained it."""
        return (self._trained.metrics.get("lent") or {}).get("test")

    @cached_property
    def machine(self) -> Classifier:
        """The classifier, read when first asked for."""
        return load_type_classifier(self._trained)

    def target(self, name: str, row: int) -> Target:
        """log p of a class, or of the one predicted for this row; or the margin of that one."""
        self._check_row(row)
        self.check_target(name)
        return self.target_for(name, str(self.columns["predicted"].at[row]))

    def target_for(self, name: str, predicted: str) -> Target:
        """The same for a spectrum of any collection, given the type predicted for it."""
        label = predicted if name in (_PREDICTED, _MARGIN) else name
        index = self.classes.index(label)
        if name != _MARGIN:
            return self.machine.target(index)
        from ..core.targets import SvmMargin  # loads torch: not before a target is asked for

        return SvmMargin(cast("CalibratedSvm", self.machine), index)

    def verdict(self, row: int) -> Verdict:
        """True and predicted type with all probabilities."""
        self._check_row(row)
        said = self.columns.loc[row]
        probabilities = {label: float(said[probability_column(label)]) for label in self.classes}
        predicted, true = str(said["predicted"]), str(self._labels.iat[row])
        return Verdict("type", true, predicted, probabilities, float("nan"), 0, 0)


def _trained_with(run: Run) -> tuple[Mapping[str, Any] | None, Mapping[str, Any]]:
    """Settings of a run's own or lent classifier, None if not known, and what else was kept."""
    lent = run.metrics.get("lent")
    return (run.params.get("svm"), run.metrics) if lent is None else (lent["svm"], lent)


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
    settings, said = _trained_with(run)
    return settings is not None and said.get("instead") is None
