"""Stage tune: P21's grid search over four kernels, three types and two; on demand."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from .....core.models.class_metrics import classification_metrics
from .....core.models.svm.kernel_matrix import Gram, Kernel
from .....core.models.svm.training import SvmSettings, fit_classifier
from .....core.models.svm.tuning import KernelTuning, tune_kernel
from ....collection.format import write_json
from ....collection.runs import Run
from ....files.json_file import read_json
from ...agn_study import TASKS
from ...samples.labelled import Labelled, labelled_spectra, split_params
from ...settings import BuildSettings
from ...stage import Stage, Work

__all__ = ["TUNE", "best_machine", "tuned_machines"]

Place = tuple[float, float | None]


def tuned_machines(run: Run) -> tuple[tuple[str, SvmSettings], ...]:
    """(task, best settings) of every kernel that a finished search tried."""
    return tuple(
        (task, SvmSettings(**tuned["settings"]))
        for task, kernels in run.metrics["tasks"].items()
        for tuned in kernels.values()
    )


def best_machine(run: Run, task: str = "three") -> SvmSettings:
    """The settings of the best kernel, by its F in cross-validation."""
    kernels = run.metrics["tasks"][task].values()
    return SvmSettings(**max(kernels, key=lambda tuned: tuned["cross_validated_f"])["settings"])


def _run(work: Work) -> None:
    labelled = labelled_spectra(work, at_most=work.settings.study.rows)
    of_kernel: dict[str, dict[str, Any]] = {}
    grid = []
    for task in TASKS:
        sample = labelled.of_task(task)
        if len(set(sample.labels.tolist())) < 2:
            continue
        train = sample[sample.split == "train"]
        gram = Gram(train.spectra)
        of_kernel[task] = {}
        for kernel in work.settings.study.tune.kernels:
            tuning = _tune(work, gram, train, task, kernel)
            of_kernel[task][kernel] = _summary(tuning, sample)
            grid += [
                {"task": task, "kernel": kernel, "c": c, "gamma": gamma or np.nan, "macro_f": f}
                for (c, gamma), f in tuning.points.items()
            ]
    work.draft.write_table("grid", pd.DataFrame(grid))
    work.draft.metrics |= {"tasks": of_kernel, "n_train": int((labelled.split == "train").sum())}


def _tune(work: Work, gram: Gram, train: Labelled, task: str, kernel: Kernel) -> KernelTuning:
    """Search for one kernel; its scores are stored after every point."""
    path = work.draft.path / f"part-{task}-{kernel}.json"
    known = _kept_scores(path)
    settings = dataclasses.replace(
        work.settings.svm, kernel=kernel, c=1.0, gamma=None if kernel == "linear" else 1.0
    )

    def keep(point: Place, macro_f: float) -> None:
        known[point] = macro_f
        write_json(path, {"points": [[*point, f] for point, f in known.items()]})
        best = max(known.values())
        message = f"{kernel}, {task} types: {len(known)} points, best F {best:.4f}"
        work.report(len(known), 0, message)

    work.report(0, 0, f"{kernel}, {task} types")
    return tune_kernel(
        gram,
        train.labels,
        settings,
        work.settings.study.tune,
        groups=train.groups,
        known=dict(known),
        jobs=work.threads,
        on_point=keep,
    )


def _kept_scores(path: Path) -> dict[Place, float]:
    """Scores of an interrupted attempt; empty if there is none or its file is damaged."""
    try:
        points = read_json(path)["points"]
        return {(c, gamma): macro_f for c, gamma, macro_f in points}
    except (OSError, ValueError, TypeError, KeyError):
        return {}


def _summary(tuning: KernelTuning, sample: Labelled) -> dict[str, Any]:
    """The best settings of a kernel, and F on the validation spectra, which were not used."""
    fit, held_out = sample.split == "train", sample.split == "validation"
    classifier = fit_classifier(sample.spectra[fit], sample.labels[fit], tuning.best)
    predicted = classifier.predict(sample.spectra[held_out])
    classes = sorted(set(sample.labels.tolist()))
    scores = classification_metrics(sample.labels[held_out], predicted, classes).f_score
    return {
        "settings": tuning.best.asdict(),
        "cross_validated_f": tuning.macro_f,
        "validation_f": float(scores.mean()),
        "points": len(tuning.points),
        "refinements": tuning.rounds,
    }


def _params(settings: BuildSettings) -> dict[str, Any]:
    study = settings.study
    return {"svm": split_params(settings), "tune": study.tune.asdict(), "rows": study.rows}


TUNE = Stage(
    "tune", 2, needs=("prepare-p21",), params=_params, run=_run, resumable=True, threads=True
)
