"""Stage svm: AGN type of every spectrum within reach of the P21 lens."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import zarr
from scipy.special import expit

from .....core.models.class_metrics import classification_metrics
from .....core.models.splits import drawn_at_most, settled_split
from .....core.models.svm.coupling import votes_of
from .....core.models.svm.training import SvmTraining, seeded, train_svm
from .....core.targets import CoupledSvm, read_classifier
from ....batch.chunk_inputs import classifier_at, run_array
from ....batch.chunk_runner import Arrays
from ....collection.runs import Run
from ....collection.trained.trained_models import COUPLED, probability_columns, svm_path
from ....collection.trained.type_certainty import measure_certainty
from ....files import some_rows
from ....files.sklearn_models import classifier_key, load_classifier, save_classifier
from ...agn_study import task_rows
from ...before import Before
from ...samples.labelled import object_groups
from ...settings import BuildSettings
from ...stage import Stage, StageSkipped, Work

__all__ = ["SVM"]

_CHUNK_ROWS = 1024


def _run(work: Work) -> None:
    if work.before is not None:
        _grow(work, work.before)
        return
    prepared = work.inputs["prepare-p21"]
    rows = prepared.table("rows")["row"].to_numpy()
    spectra = prepared.array("spectra")
    truth = work.collection.catalog["label"].to_numpy(str)[rows]
    split = np.full(len(rows), "", dtype="<U10")
    lent_run = work.given.get("svm")
    if lent_run is None:
        classifier = _train(work, spectra, rows, truth, split)
    else:
        classifier = load_classifier(svm_path(lent_run.path))
        work.draft.metrics |= {"trained_on": lent_run.key, "lent": _of_lender(lent_run)}
    save_classifier(svm_path(work.draft.path), classifier)
    machine = read_classifier(classifier)
    table = _predictions(rows, truth, split, machine.classes, *_log_odds_and_votes(work))
    work.draft.write_table("predictions", table)
    kind = COUPLED if isinstance(machine, CoupledSvm) else "its own"
    work.draft.metrics["probabilities"] = kind
    _measure(work, table, truth, machine.classes)
    if lent_run is None:
        work.draft.metrics["certainty"] = _certainty(work, table, truth, machine.classes)


def _grow(work: Work, before: Before) -> None:
    """Apply the earlier classifier to the added spectra, none of which it was trained on."""
    rows = work.inputs["prepare-p21"].table("rows")["row"].to_numpy()
    before.keep(work.draft, "model.skops", "out_of_fold.parquet")
    old = before.run.table("predictions")
    machine = read_classifier(load_classifier(svm_path(work.draft.path)))
    truth = work.collection.catalog["label"].to_numpy(str)[rows]
    new, columns = slice(len(old), None), _log_odds_and_votes(work, len(old))
    unseen = np.full(len(rows) - len(old), "", dtype="<U10")
    table = _predictions(rows[new], truth[new], unseen, machine.classes, *columns)
    table = pd.concat([old, table], ignore_index=True) if len(table) else old
    work.draft.write_table("predictions", table)
    work.draft.metrics |= before.run.metrics | before.trained(rows)
    _measure(work, table, truth, machine.classes)


def _train(
    work: Work, spectra: zarr.Array, rows: np.ndarray, truth: np.ndarray, split: np.ndarray
) -> Any:
    """Fit on the labelled spectra; records which of them were used."""
    settings = work.settings.svm
    known = task_rows(truth, work.settings.svm_task)
    most = work.settings.svm_rows
    labelled = drawn_at_most(known, most, seed=settings.seed, classes=truth[known])
    if len(labelled) < len(known):
        work.draft.metrics["sample_note"] = (
            f"the classifier and its probabilities learned on {len(labelled):,} of {len(known):,} "
            "labelled spectra, drawn at random from each type by its share"
        )
    work.report(0, 2, f"{len(labelled)} labelled spectra")
    groups = object_groups(work, rows[labelled])
    try:
        trained = train_svm(
            some_rows(spectra, labelled),
            truth[labelled],
            settings,
            groups=groups,
            instead=_instead(work.settings),
        )
    except ValueError as error:
        raise StageSkipped(f"no classifier could be trained on these labels: {error}") from error
    split[labelled] = trained.split
    _keep_held_out(work, trained, rows[labelled], truth[labelled])
    method = settled_split(settings.split, groups)
    work.draft.metrics |= {"test": trained.test.to_dict(), "split": method}
    repeats = len(groups) - len(np.unique(groups))
    if repeats and method != "grouped":
        work.draft.metrics["split_note"] = (
            f"{repeats:,} of {len(groups):,} labelled spectra repeat an object of another: on the "
            "test set some are known already; --split grouped keeps objects on one side"
        )
    if work.settings.classifier is not None:
        work.draft.metrics["instead"] = classifier_key(_instead(work.settings))
    return trained.classifier


def _of_lender(lent_run: Run) -> dict[str, Any]:
    """Facts about a lent classifier from its own collection, which may be absent later."""
    kept = {name: lent_run.metrics.get(name) for name in ("test", "split", "instead", "certainty")}
    return kept | {"svm": lent_run.params.get("svm")}


def _keep_held_out(work: Work, trained: SvmTraining, rows: np.ndarray, labels: np.ndarray) -> None:
    """Write table out_of_fold: answers for each training row by a classifier not fitted on it."""
    held_out, classes = trained.held_out, [str(label) for label in trained.classifier.classes_]
    columns: dict[str, Any] = {
        "row": rows[held_out.rows],
        "label": labels[held_out.rows],
        "fold": held_out.fold,
        **probability_columns(held_out.probabilities, classes),
        **{f"decision_{at}": values for at, values in enumerate(held_out.decisions.T)},
    }
    work.draft.write_table("out_of_fold", pd.DataFrame(columns).astype({"label": "str"}))


_LogOddsAndVotes = tuple[np.ndarray, np.ndarray]


def _log_odds_and_votes(work: Work, first: int = 0) -> _LogOddsAndVotes:
    """Log-odds of every class (n, C), and the class (n,) of most votes, -1 if none votes.

    For the prepared spectra from one on.
    """
    prepared = work.inputs["prepare-p21"]
    n = prepared.array("spectra").shape[0]
    common = {
        "prepared": str(prepared.path),
        "classifier": str(svm_path(work.draft.path)),
        "key": work.draft.path.name,
    }
    chunks = [
        common | {"start": start, "stop": min(start + _CHUNK_ROWS, n)}
        for start in range(first, n, _CHUNK_ROWS)
    ]
    parts = list(
        work.chunks("said", predictions_of, chunks, lambda done, of: work.report(of + done, 2 * of))
    )
    if not parts:  # none of the added spectra is usable
        n_classes = len(classifier_at(common["classifier"], common["key"]).classes)
        return np.empty((0, n_classes)), np.empty(0, np.int64)
    log_odds, votes = ([part[name] for part in parts] for name in ("log_odds", "votes"))
    return np.concatenate(log_odds), np.concatenate(votes)


def predictions_of(*, prepared: str, classifier: str, key: str, start: int, stop: int) -> Arrays:
    """Log-odds (n, C) and votes (n,) of a few prepared spectra.

    Parameters
    ----------
    prepared, classifier
        Addresses of a run and of a classifier's file.
    key
        Key of the classifier's run.
    start, stop
        Positions among the prepared spectra.
    """
    machine = classifier_at(classifier, key)
    block = np.asarray(run_array(prepared, "spectra")[start:stop])
    if not isinstance(machine, CoupledSvm):
        return {"log_odds": machine.log_odds(block), "votes": np.full(len(block), -1)}
    decisions = machine.machine.decisions(block)
    votes = votes_of(decisions, len(machine.classes))
    return {"log_odds": machine.coupling.log_odds(decisions), "votes": votes}


def _predictions(
    rows: np.ndarray,
    truth: np.ndarray,
    split: np.ndarray,
    classes: tuple[str, ...],
    log_odds: np.ndarray,
    votes: np.ndarray,
) -> pd.DataFrame:
    predicted = np.array(classes)[log_odds.argmax(axis=1)]
    judged = np.isin(truth, classes)
    correct = pd.array(predicted == truth, dtype="boolean")
    correct[~judged] = pd.NA
    columns = {
        "row": rows,
        "predicted": predicted,
        "votes": np.array(["", *classes])[votes + 1],
        "correct": correct,
        "split": split,
        "log_odds": log_odds.max(axis=1),
    }
    table = pd.DataFrame(columns | probability_columns(expit(log_odds), classes))
    return table.astype({"predicted": "str", "votes": "str", "split": "str"})


def _measure(work: Work, table: pd.DataFrame, truth: np.ndarray, classes: tuple[str, ...]) -> None:
    """Metrics on labelled spectra that were not fitted on, also of a lent classifier."""
    unseen = np.isin(truth, classes) & ~table["split"].isin(["train", "validation"]).to_numpy()
    predicted = table["predicted"].to_numpy(str)
    measured = classification_metrics(truth[unseen], predicted[unseen], classes)
    by_votes = table["votes"].to_numpy(str)
    work.draft.metrics |= {
        "votes_differ": int(np.sum((by_votes != predicted) & (by_votes != ""))),
        "classes": list(classes),
        "n_classified": len(table),
        "unseen": measured.to_dict() if unseen.any() else None,
    }


def _certainty(
    work: Work, table: pd.DataFrame, truth: np.ndarray, classes: tuple[str, ...]
) -> dict[str, Any]:
    """Thresholds of the class sets and their coverage, from rows not fitted on."""
    held_out = pd.read_parquet(work.draft.path / "out_of_fold.parquet")
    tested: Any = table.assign(label=truth)[(table["split"] == "test").to_numpy()]
    return measure_certainty(held_out, tested, classes, seed=work.settings.svm.seed)


def _params(settings: BuildSettings) -> dict[str, Any]:
    params: dict[str, Any] = {"svm": settings.svm.asdict(), "max_rows": settings.svm_rows}
    if settings.svm_task != "three":
        params["task"] = settings.svm_task
    if settings.classifier is not None:
        params["classifier"] = classifier_key(_instead(settings))
    return params


def _instead(settings: BuildSettings) -> Any:
    """The classifier in place of the support vector machine, with a seed; None if there is none."""
    classifier = settings.classifier
    return None if classifier is None else seeded(classifier, settings.svm.seed)


SVM = Stage("svm", 3, needs=("prepare-p21",), params=_params, run=_run, takes=("svm",), grows=True)
