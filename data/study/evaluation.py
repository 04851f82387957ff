"""P21's tables for a collection, beside the paper's values."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...core.models import MacroFigure, SplitMethod, macro_interval
from ..build import BuildError, BuildReport, Progress, build, settings_as_built, silent
from ..build.settings import BuildSettings
from ..build.stages.agn.tune import best_machine, tuned_machines
from ..collection import Collection, Run, RunStore
from .table import Table
from .tables import best_machine_of, evaluation_tables

__all__ = ["Evaluation", "evaluate", "tuned_build"]

_STAGES = ("evaluate", "noise", "timing")


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """Everything that P21's tables say, of one collection.

    Attributes
    ----------
    collection
        What was evaluated.
    runs
        Stage → its run: evaluate, noise and timing; tune and planes if they were done; svm if
        another classifier took its place.
    tables
        For print.
    """

    collection: Collection
    runs: dict[str, Run]
    tables: tuple[Table, ...]

    @property
    def best(self) -> dict[str, Any]:
        """The best machine of all types, by its F on validation: settings and figures."""
        return best_machine_of(self.runs["evaluate"].metrics)

    def to_dict(self) -> dict[str, Any]:
        """JSON-serialisable; the best machine's test figures stand at the top."""
        best, test = self.best, self.best["test"]
        return {
            "path": str(self.collection.path),
            "kernel": best["settings"]["kernel"],
            "c": best["settings"]["c"],
            "gamma": best["settings"]["gamma"],
            "tuned": "tune" in self.runs,
            "split": self.runs["evaluate"].metrics["split"],
            **{name: test[name] for name in ("n", "accuracy", *_MACRO, "by_class", "confusion")},
            "intervals_95": {
                name: list(macro_interval(test["confusion"], of=of)) for name, of in _MACRO.items()
            },
            "classes": test["classes"],
            "machines": self.runs["evaluate"].metrics["machines"],
            "splits": self.runs["evaluate"].metrics["splits"],
            "instead": self._instead(),
            "noise": self.runs["noise"].metrics,
            "training_time": self.runs["timing"].metrics,
            "planes": self.runs["planes"].metrics["planes"] if "planes" in self.runs else [],
            "tables": [table.to_dict() for table in self.tables],
        }

    def _instead(self) -> dict[str, Any] | None:
        """The model that replaces the support vector machine on the page, and its metrics."""
        if "svm" not in self.runs:
            return None
        metrics = self.runs["svm"].metrics
        return {
            "classifier": metrics["instead"],
            "split": metrics["split"],
            "test": metrics["test"],
        }


_MACRO: dict[str, MacroFigure] = {
    "macro_precision": "precision",
    "macro_recall": "recall",
    "macro_f": "f",
}


def evaluate(
    collection: Collection | str | Path,
    *,
    split: SplitMethod = "auto",
    settings: BuildSettings | None = None,
    jobs: int = 1,
    progress: Progress = silent,
    cancelled: Callable[[], bool] = lambda: False,
) -> Evaluation:
    """Train, test and time P21's classifiers here; what was done before is kept.

    The hyperparameters are those that ``tune`` has found, if it was done, else the paper's.

    Parameters
    ----------
    collection
        With labels.
    split
        At random as in the paper, by class, or by object; ``"auto"`` is by object where one
        repeats, else at random.
    settings
        Defaults as in the paper, over the range that the collection is prepared in.
    jobs
        Processor cores to use.
    progress, cancelled
        As for :func:`build`.

    Raises
    ------
    BuildError
        The collection has too few labels, or a stage failed.
    BuildCancelled
        Asked to stop; the next call goes on from there.
    """
    if not isinstance(collection, Collection):
        collection = Collection.open(collection)
    settings = settings or settings_as_built(collection)
    settings = dataclasses.replace(settings, svm=dataclasses.replace(settings.svm, split=split))
    store = RunStore(collection.path)
    tuned = store.find("tune")
    if tuned is not None:
        study = dataclasses.replace(settings.study, machines=tuned_machines(tuned))
        settings = dataclasses.replace(settings, study=study)
    report = build(
        collection,
        only=_STAGES,
        settings=settings,
        jobs=jobs,
        progress=progress,
        cancelled=cancelled,
    )
    if report.skipped:
        name, reason = next(iter(report.skipped.items()))
        raise BuildError(f"{collection.path} cannot be evaluated: {name}: {reason}")
    runs = {name: run for name in (*_STAGES, "tune", "planes") if (run := store.find(name))}
    classifier = store.find("svm")
    if classifier is not None and "instead" in classifier.metrics:
        runs["svm"] = classifier
    prepared = store.get("prepare-p21", runs["evaluate"].inputs["prepare-p21"])
    assert prepared is not None
    return Evaluation(collection, runs, evaluation_tables(collection, runs, prepared))


def tuned_build(
    collection: Collection,
    *,
    settings: BuildSettings | None = None,
    jobs: int = 1,
    progress: Progress = silent,
    cancelled: Callable[[], bool] = lambda: False,
) -> BuildReport:
    """Search C and gamma of every kernel, and classify with the best machine.

    Parameters
    ----------
    collection
        With labels.
    settings
        Defaults as in the paper; the classifier's C, gamma and kernel are replaced.
    jobs, progress, cancelled
        As for :func:`build`; a search that was stopped goes on with
        the points it has not tried.

    Raises
    ------
    BuildError
        A stage failed, or another build is at work.
    BuildCancelled
        Asked to stop.
    """
    settings = settings or settings_as_built(collection)
    common: Any = {"jobs": jobs, "progress": progress, "cancelled": cancelled}
    first = build(collection, only=["tune"], settings=settings, **common)
    run = RunStore(collection.path).find("tune")
    if "tune" in first.skipped or run is None:
        return first
    svm = dataclasses.replace(best_machine(run, settings.svm_task), split=settings.svm.split)
    second = build(
        collection, only=["svm"], settings=dataclasses.replace(settings, svm=svm), **common
    )
    return dataclasses.replace(
        second,
        built=(*first.built, *second.built),
        kept=tuple(dict.fromkeys((*first.kept, *second.kept))),
        seconds=first.seconds | second.seconds,
    )
