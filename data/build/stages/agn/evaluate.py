"""Stages evaluate, noise and timing: P21's tables; on demand."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit

from .....core.models.class_metrics import classification_metrics
from .....core.models.noise_robustness import noise_test
from .....core.models.splits import SplitMethod, settled_split, split_rows
from .....core.models.svm.coupled_svc import CoupledSvc
from .....core.models.svm.timing import training_seconds
from .....core.models.svm.training import SvmSettings, fit_classifier
from .....core.targets.svm.coupled_svm import CoupledSvm
from ....collection.trained.trained_models import probability_columns, svm_path
from ....collection.trained.type_certainty import measure_certainty
from ....files.sklearn_models import load_classifier, save_classifier
from ...samples.labelled import Labelled, labelled_spectra, split_params
from ...settings import BuildSettings
from ...stage import Stage, Work

__all__ = ["EVALUATE", "NOISE", "TIMING"]


def _evaluate(work: Work) -> None:
    """Test every machine on validation and test; keep the best of three types and its answers.

    A spectrum is classified by its largest probability; the result by votes is recorded too.
    """
    labelled = labelled_spectra(work, at_most=work.settings.study.rows)
    machines = _machines(work, labelled)
    results = []
    for done, (task, settings) in enumerate(machines):
        work.report(done, len(machines) + 3, f"{settings.kernel}, {task} types")
        sample = labelled.of_task(task)
        figures = work.draft.made_once(
            f"{task}-{settings.kernel}", lambda s=settings, of=sample: _figures(of, s)
        )
        results.append(figures | {"task": task, "settings": settings.asdict()})
    for task in {task for task, _ in machines}:
        best = max(
            (result for result in results if result["task"] == task),
            key=lambda result: result["validation"]["macro_f"],
        )
        best["best"] = True
        chosen = SvmSettings(**best["settings"])
        best["certainty"] = _keep_best(work, labelled.of_task(task), task, chosen)
    splits = _splits(work, labelled, len(machines))
    work.draft.metrics |= {
        "machines": results,
        "splits": splits,
        "split": settled_split(work.settings.svm.split, labelled.groups),
        "counts": _counts(labelled),
        "n_objects": len(np.unique(labelled.groups)),
    }


def _machines(work: Work, labelled: Labelled) -> list[tuple[str, SvmSettings]]:
    """The study's machines with the requested split; tasks with a single type are left out."""
    split = split_params(work.settings)
    return [
        (task, dataclasses.replace(machine, **split))
        for task, machine in work.settings.study.machines
        if len(set(labelled.of_task(task).labels.tolist())) > 1
    ]


def _figures(sample: Labelled, settings: SvmSettings) -> dict[str, Any]:
    """Fit on train for validation, and on train and validation for test, as in the paper."""
    return {
        "validation": _test(sample, settings, ("train",), "validation"),
        "test": _test(sample, settings, ("train", "validation"), "test"),
    }


def _test(
    sample: Labelled, settings: SvmSettings, fit_on: tuple[str, ...], part: str
) -> dict[str, Any]:
    fit, judged = np.isin(sample.split, fit_on), sample.split == part
    classifier = _fitted(sample[fit], settings)
    predicted = classifier.predict(sample.spectra[judged])
    classes, true = sorted(set(sample.labels.tolist())), sample.labels[judged]
    votes = classifier.votes(sample.spectra[judged])
    by_votes = classification_metrics(true, votes, classes).to_dict()
    differ = {"differ": int(np.sum(votes != predicted)), "macro_f": by_votes["macro_f"]}
    return classification_metrics(true, predicted, classes).to_dict() | {"votes": differ}


def _fitted(sample: Labelled, settings: SvmSettings) -> CoupledSvc:
    """Fit on all rows; the folds of the probabilities are by object if the split is."""
    by_object = settled_split(settings.split, sample.groups) == "grouped"
    groups = sample.groups if by_object else None
    return fit_classifier(sample.spectra, sample.labels, settings, groups=groups)


def _keep_best(work: Work, sample: Labelled, task: str, settings: SvmSettings) -> dict[str, Any]:
    """Keep the classifier of a task and its probabilities for the test spectra; assess these."""
    fit, test = sample.split != "test", sample.split == "test"
    classifier = _fitted(sample[fit], settings)
    folder = work.draft.path / f"best-{task}"
    folder.mkdir(exist_ok=True)
    save_classifier(svm_path(folder), classifier)
    machine = CoupledSvm.from_sklearn(classifier)
    log_odds = machine.log_odds(sample.spectra[test])
    classes = np.array(machine.classes)
    columns = {
        "row": sample.rows[test],
        "true": sample.labels[test],
        "predicted": classes[log_odds.argmax(axis=1)],
        "votes": classes[machine.votes(sample.spectra[test])],
        "log_odds": log_odds.max(axis=1),
    }
    tested = pd.DataFrame(columns | probability_columns(expit(log_odds), machine.classes))
    work.draft.write_table(f"test-{task}", tested)
    p = np.exp(classifier.coupling_.log_proba(classifier.held_out_decisions_))
    held_out = pd.DataFrame(probability_columns(p, machine.classes))
    held_out["label"] = sample.labels[fit]
    renamed = tested.rename(columns={"true": "label"})
    return measure_certainty(held_out, renamed, machine.classes, seed=settings.seed)


def _splits(work: Work, labelled: Labelled, done: int) -> dict[str, Any]:
    """The linear machine under each kind of split; by object only if objects repeat."""
    settings = next(m for task, m in _machines(work, labelled) if task == "three")
    repeats = len(np.unique(labelled.groups)) < len(labelled.groups)
    splits = {}
    kinds: tuple[SplitMethod, ...] = ("random", "stratified", "grouped")
    for at, method in enumerate(kinds):
        if method == "grouped" and not repeats:
            continue
        work.report(done + at, done + 3, f"{method} split")
        split = split_rows(
            labelled.labels, method=method, validation=settings.validation, test=settings.test,
            seed=settings.seed, groups=labelled.groups,
        )  # fmt: skip
        other = dataclasses.replace(labelled, split=split)
        splits[method] = work.draft.made_once(
            f"split-{method}",
            lambda of=other: _test(of, settings, ("train", "validation"), "test"),
        )
    return splits


def _noise(work: Work) -> None:
    """The noise test of every kernel's machine of all types, the best first."""
    labelled = labelled_spectra(work, at_most=work.settings.study.rows)
    evaluated = work.inputs["evaluate"]
    machines = [machine for machine in evaluated.metrics["machines"] if machine["task"] == "three"]
    curves = {}
    for at, machine in enumerate(machines):
        settings = SvmSettings(**machine["settings"])
        kept = svm_path(evaluated.path / "best-three") if machine.get("best") else None

        def report(done: int, total: int, at: int = at, kernel: str = settings.kernel) -> None:
            work.report(at * total + done, len(machines) * total, kernel)

        report(0, 1)
        curve = work.draft.made_once(
            settings.kernel,
            lambda s=settings, k=kept, r=report: _noise_curve(work, labelled, s, k, r),
        )
        metrics = {"c": settings.c, "gamma": settings.gamma, "best": kept is not None}
        curves[settings.kernel] = metrics | curve
    best = next(kernel for kernel, curve in curves.items() if curve["best"])
    shared = {"n_pixels": labelled.spectra.shape[1], "kernel": best}
    work.draft.metrics |= curves[best] | shared | {"kernels": curves}


def _noise_curve(
    work: Work,
    labelled: Labelled,
    settings: SvmSettings,
    kept: Path | None,
    report: Callable[[int, int], None],
) -> dict[str, Any]:
    """The noise test of one machine, fitted on train and validation unless it was kept so."""
    test = labelled[labelled.split == "test"]
    if kept is None:
        classifier = _fitted(labelled[labelled.split != "test"], settings)
    else:
        classifier = load_classifier(kept)
    machine = CoupledSvm.from_sklearn(classifier)
    classes = np.array(machine.classes)
    study = work.settings.study
    return noise_test(
        lambda spectra: classes[machine.log_odds(spectra).argmax(axis=1)],
        test.spectra,
        test.labels,
        sigmas=study.sigmas,
        repeats=study.noise_repeats,
        seed=work.settings.svm.seed,
        callback=report,
    ).to_dict()


def _time(work: Work) -> None:
    """Fit every machine of all types repeatedly, on train and validation, and time it."""
    labelled = labelled_spectra(work, at_most=work.settings.study.rows)
    fit = labelled[labelled.split != "test"]
    machines = [m for task, m in _machines(work, labelled) if task == "three"]
    repeats = work.settings.study.time_repeats
    seconds = {}
    for at, settings in enumerate(machines):

        def report(done: int, _total: int, at: int = at, kernel: str = settings.kernel) -> None:
            work.report(at * repeats + done, len(machines) * repeats, kernel)

        seconds[settings.kernel] = work.draft.made_once(
            settings.kernel,
            lambda s=settings, r=report: training_seconds(
                fit.spectra, fit.labels, s, repeats=repeats, callback=r
            ).tolist(),
        )
    work.draft.metrics |= {"n": len(fit.labels), "repeats": repeats, "seconds": seconds}


def _counts(labelled: Labelled) -> dict[str, dict[str, int]]:
    return {
        str(label): {
            part: int(np.sum((labelled.labels == label) & (labelled.split == part)))
            for part in ("train", "validation", "test")
        }
        for label in np.unique(labelled.labels)
    }


def _svm_params(settings: BuildSettings) -> dict[str, Any]:
    study = settings.study
    return {
        "svm": split_params(settings),
        "rows": study.rows,
        "machines": study.machine_params(),
    }


def _noise_params(settings: BuildSettings) -> dict[str, Any]:
    study = settings.study
    return {"sigmas": list(study.sigmas), "repeats": study.noise_repeats}


def _time_params(settings: BuildSettings) -> dict[str, Any]:
    return _svm_params(settings) | {"repeats": settings.study.time_repeats}


EVALUATE = Stage(
    "evaluate", 3, needs=("prepare-p21",), params=_svm_params, run=_evaluate, resumable=True
)
NOISE = Stage(
    "noise",
    3,
    needs=("prepare-p21", "evaluate"),
    params=_noise_params,
    run=_noise,
    resumable=True,
)
TIMING = Stage("timing", 2, needs=("prepare-p21",), params=_time_params, run=_time, resumable=True)
