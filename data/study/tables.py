"""The tables of an evaluation, with the paper's values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...core.models import MacroFigure
from ..collection import Collection, Run, probability_column
from . import published_p21 as paper
from .certainty_tables import certainty_tables
from .examples import numbered_examples
from .figure_intervals import NOTE, any_few, class_intervals, macro_interval_text, share_interval
from .noise_tables import noise_tables
from .table import Cell, Table

__all__ = ["best_machine_of", "evaluation_tables"]


def evaluation_tables(
    collection: Collection, runs: Mapping[str, Run], prepared: Run
) -> tuple[Table, ...]:
    """All tables, in the paper's order.

    Parameters
    ----------
    collection
        What was evaluated.
    runs
        Evaluate, noise, timing, planes if it was done, and svm if another classifier took the
        support vector machine's place.
    prepared
        The run of prepare-p21.
    """
    metrics = runs["evaluate"].metrics
    best = best_machine_of(metrics)
    tables = [
        _sample(metrics["counts"]),
        _preparation(prepared),
        *(_hyperparameters(metrics, task, tuned="tune" in runs) for task in _tasks(metrics)),
        *(_scores(metrics, task) for task in _tasks(metrics)),
        _by_class(best),
        *_confusion(best),
        *certainty_tables(best),
        _times(runs["timing"]),
        *noise_tables(runs["noise"].metrics),
        *_examples(runs["evaluate"], collection),
        _splits(metrics),
    ]
    if "svm" in runs:
        tables.append(_instead(runs["svm"].metrics, best))
    if "planes" in runs:
        labels = collection.catalog["label"].to_numpy(str)
        tables.append(_planes(runs["planes"], labels))
    return tuple(tables)


_TASK_TITLES = {"three": "all types", "two": "type 1 against type 2"}


def _tasks(metrics: Mapping[str, Any]) -> list[str]:
    return [task for task in _TASK_TITLES if _machines(metrics, task)]


def _machines(metrics: Mapping[str, Any], task: str) -> list[Mapping[str, Any]]:
    return [machine for machine in metrics["machines"] if machine["task"] == task]


def best_machine_of(metrics: Mapping[str, Any]) -> dict[str, Any]:
    """The best machine of all types, by its F on validation, of what the stage evaluate found."""
    return next(dict(machine) for machine in _machines(metrics, "three") if machine.get("best"))


def _sample(counts: Mapping[str, Mapping[str, int]]) -> Table:
    rows = [
        (kind, sum(n.values()), paper.SAMPLE.get(kind), n["train"], n["validation"], n["test"])
        for kind, n in counts.items()
    ]
    columns = ("type", "spectra", "paper: spectra", "train", "validation", "test")
    return Table("sample", "Labelled spectra of each type", columns, tuple(rows))


def _preparation(prepared: Run) -> Table:
    recipe = prepared.facts("recipe")
    rows = (
        ("first wavelength, Å", recipe["start_aa"], 3728.91),
        ("last wavelength, Å", recipe["stop_aa"], 5265.95),
        ("points", recipe["n_points"], 1000),
        ("unit flux at, Å", recipe["norm_aa"], 5100.0),
        ("spectra that cover it", prepared.metrics["n_used"], None),
        ("spectra left out", prepared.metrics["n_unusable"], None),
    )
    return Table("preparation", "Preparation", ("step", "here", "paper"), rows)


def _hyperparameters(metrics: Mapping[str, Any], task: str, *, tuned: bool) -> Table:
    rows = []
    for machine in _machines(metrics, task):
        settings, kernel = machine["settings"], machine["settings"]["kernel"]
        c, gamma, f = paper.BEST[task][kernel]
        found_f = (
            machine["validation"]["macro_f"],
            macro_interval_text(machine["validation"]) or None,
        )
        rows.append((kernel, settings["c"], settings["gamma"], *found_f, c, gamma, f))
    columns = (
        "kernel", "C", "gamma", "validation F", "95 % of F", "paper: C", "paper: gamma", "paper: F"
    )  # fmt: skip
    note = "C and gamma as the grid search found them." if tuned else (
        "C and gamma are the paper's; spexplain build DIR --tune searches for this collection's."
    )  # fmt: skip
    title = f"Hyperparameters, {_TASK_TITLES[task]}"
    return Table(f"hyperparameters_{task}", title, columns, tuple(rows), note)


def _scores(metrics: Mapping[str, Any], task: str) -> Table:
    rows = []
    for machine in _machines(metrics, task):
        kernel, test = machine["settings"]["kernel"], machine["test"]
        published = paper.TEST[kernel] if task == "three" else (None, None, None)
        ours = (test["macro_precision"], test["macro_recall"], test["macro_f"])
        ends = (macro_interval_text(test, of) or None for of in ("precision", "recall", "f"))
        rows.append((kernel, *ours, *ends, *published))
    title = f"Test set, means over {_TASK_TITLES[task]}"
    note = f"{NOTE} {_by_votes(metrics, task)}"
    return Table(f"test_{task}", title, ("kernel", *_WITH_ENDS, *_PAPERS), tuple(rows), note)


_NAMES = ("precision", "recall", "F")
_WITH_ENDS = (*_NAMES, *(f"95 % of {name}" for name in _NAMES))
_PAPERS = tuple(f"paper: {name}" for name in _NAMES)


def _by_votes(metrics: Mapping[str, Any], task: str) -> str:
    """How a spectrum is called, and what the machines' votes, scikit-learn's way, would change."""
    kept = [(m["settings"]["kernel"], m["test"]) for m in _machines(metrics, task)]
    others = "; ".join(
        f"{kernel} {test['votes']['differ']:,} of {test['n']:,}, F {test['votes']['macro_f']:.3f}"
        for kernel, test in kept
    )
    return (
        "A spectrum is called by its largest probability. By most pairwise votes, which the paper "
        f"may have meant, these would be called otherwise: {others}."
    )


def _by_class(best: Mapping[str, Any]) -> Table:
    ends = class_intervals(best["test"])
    rows = [
        (kind, scores["precision"], scores["recall"], scores["f"], *ends.get(kind, (None,) * 3),
         scores["n"], *paper.BY_CLASS.get(kind, (None,) * 3))
        for kind, scores in best["test"]["by_class"].items()
    ]  # fmt: skip
    title = f"Test set, each type, {best['settings']['kernel']} kernel"
    columns = ("type", *_WITH_ENDS, "spectra", *_PAPERS)
    note = f"The paper's are of its linear kernel. {NOTE}"
    return Table("by_class", title, columns, tuple(rows), note)


def _confusion(best: Mapping[str, Any]) -> tuple[Table, Table]:
    kinds, counts = best["test"]["classes"], np.array(best["test"]["confusion"])
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    columns = ("true type", *(f"called {kind}" for kind in kinds))
    raw = tuple((kind, *map(int, row)) for kind, row in zip(kinds, counts, strict=True))
    normalised = tuple((kind, *map(float, row)) for kind, row in zip(kinds, shares, strict=True))
    sizes = counts.sum(axis=1).tolist()
    ends = tuple(
        tuple(share_interval(k, n) or None for k in row)
        for row, n in zip(counts.tolist(), sizes, strict=True)
    )
    wide = (*columns, *(f"95 % of {name}" for name in columns[1:])) if any_few(sizes) else columns
    note = "; ".join(
        f"the paper's linear kernel calls {n} of {total} {true} spectra {called}"
        for (true, called), (n, total) in paper.CONFUSED.items()
    )
    title = f"Confusion matrix, test set, {best['settings']['kernel']} kernel"
    return (
        Table("confusion", f"{title}: spectra", columns, raw, f"{note[:1].upper()}{note[1:]}."),
        Table(
            "confusion_normalised",
            f"{title}: share of the true type",
            wide,
            tuple((*row, *more)[: len(wide)] for row, more in zip(normalised, ends, strict=True)),
            NOTE if any_few(sizes) else "",
        ),
    )


def _times(timing: Run) -> Table:
    rows = [
        (
            kernel,
            float(np.mean(s)),
            float(np.std(s)),
            float(np.median(s)),
            paper.TRAINING_SECONDS.get(kernel),
        )
        for kernel, s in timing.metrics["seconds"].items()
    ]
    n, repeats = timing.metrics["n"], timing.metrics["repeats"]
    title = f"Training time, s: mean of {repeats}, {n} spectra, probabilities included"
    columns = ("kernel", "mean", "standard deviation", "median", "paper: mean of 10, 2676 spectra")
    note = "By the clock of this machine, other work on it included; the paper's: an i7-6700HQ."
    slowed = " A median far below its mean: other work held the processor during some of the runs."
    held = any(mean > 1.5 * median for _, mean, _, median, _ in rows)
    return Table("training_time", title, columns, tuple(rows), note + slowed * held)


def _examples(run: Run, collection: Collection) -> tuple[Table, Table]:
    """P21's tables 10 and 11: the spectra numbered on the plane."""
    chosen = numbered_examples(run.table("test-three"))
    kinds = best_machine_of(run.metrics)["test"]["classes"]
    ids = collection.catalog["id"]
    columns = ("number", "spectrum", *(f"p({kind})" for kind in kinds), "called", "true type")
    tables = []
    for key, title, right in (
        ("examples_wrong", "Misclassified test spectra", False),
        ("examples_right", "Correctly classified test spectra", True),
    ):
        records: Any = chosen[chosen["correct"] == right]
        rows = tuple(
            (int(record["number"]), str(ids.iat[int(record["row"])]),
             *(float(record[probability_column(kind)]) for kind in kinds),
             str(record["predicted"]), str(record["true"]))
            for record in records.to_dict("records")
        )  # fmt: skip
        tables.append(Table(key, f"{title}, numbered as on the plane", columns, rows))
    return tables[0], tables[1]


def _splits(metrics: Mapping[str, Any]) -> Table:
    rows = [
        (method, scores["macro_f"], *(kind["f"] for kind in scores["by_class"].values()),
         macro_interval_text(scores) or None,
         *(class_intervals(scores).get(kind, (None,) * 3)[2] for kind in scores["by_class"]),
         scores["n"])
        for method, scores in metrics["splits"].items()
    ]  # fmt: skip
    kinds = next(iter(metrics["splits"].values()))["classes"]
    names = ("mean F", *(f"F {kind}" for kind in kinds))
    columns = ("split", *names, *(f"95 % of {name}" for name in names), "test spectra")
    note = f"Stratified: the same share of each type. Grouped: no object on both sides. {NOTE}"
    if "grouped" not in metrics["splits"]:
        note += " No object here has two spectra, so grouping would change nothing."
    title = "Linear kernel, by how the test set is chosen"
    return Table("splits", title, columns, tuple(rows), note)


def _instead(metrics: Mapping[str, Any], best: Mapping[str, Any]) -> Table:
    """The model that replaces the machine on the page, beside the best machine."""
    test, machine = metrics["test"], best["test"]
    means: tuple[tuple[str, MacroFigure], ...] = (
        ("precision, mean of types", "precision"),
        ("recall, mean of types", "recall"),
        ("F, mean of types", "f"),
    )
    rows: list[tuple[Cell, ...]] = [
        (measure, test[f"macro_{of}"], macro_interval_text(test, of) or None,
         machine[f"macro_{of}"], macro_interval_text(machine, of) or None)
        for measure, of in means
    ]  # fmt: skip
    ends, machine_ends = class_intervals(test), class_intervals(machine)
    rows += [
        (f"F {kind}", of["f"], ends.get(kind, (None,) * 3)[2],
         machine["by_class"].get(kind, {}).get("f"), machine_ends.get(kind, (None,) * 3)[2])
        for kind, of in test["by_class"].items()
    ]  # fmt: skip
    rows.append(("test spectra", test["n"], None, machine["n"], None))
    name = metrics["instead"]["type"].rpartition(".")[2]
    svm = f"SVM, {best['settings']['kernel']} kernel"
    columns = ("test set", name, f"95 % of {name}", svm, f"95 % of {svm}")
    note = f"{metrics['instead']['text']}, {metrics['split']} split. {NOTE}"
    title = "The classifier on the page, beside the support vector machine"
    return Table("instead", title, columns, tuple(rows), note)


def _planes(run: Run, labels: np.ndarray) -> Table:
    """Quality of the planes; labels (n,) are of all spectra of the collection."""
    made = run.metrics["planes"]
    kinds = max((list(plane["separation"]) for plane in made), key=len)
    counts = [_of_kinds(labels[run.table(plane["name"])["row"]], kinds) for plane in made]
    few = any_few(n for sizes in counts for n in sizes if n)
    rows = []
    for plane, sizes in zip(made, counts, strict=True):
        of, shares = plane["of_spectra"], [plane["separation"].get(kind) for kind in kinds]
        ends = [
            None if share is None else share_interval(round(share * n), n) or None
            for share, n in zip(shares, sizes, strict=True)
        ]
        cells = (plane["title"], plane["n"], of.get("n_asked", of["n"]))
        cells += (of["trustworthiness"], of["knn_recall"])
        rows.append((*cells, *shares, *(ends if few else ())))
    columns = ("plane", "points", "measured on", "trustworthiness", "kNN recall", *kinds)
    columns += tuple(f"95 % of {kind}" for kind in kinds if few)
    note = "Under each type: share of its spectra most of whose 10 nearest on the plane are of it."
    note += f" {NOTE}" if few else ""
    title = "How far the planes may be believed (k = 10)"
    return Table("planes", title, columns, tuple(rows), note)


def _of_kinds(labels: np.ndarray, kinds: list[str]) -> list[int]:
    return [int(np.sum(labels == kind)) for kind in kinds]
