"""The figures of the report: which, in what order, with which captions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ...core.models import FEW
from ...data.collection import (
    Run,
    RunStore,
    TypeCertainty,
    load_type_classifier,
    probability_column,
)
from ...data.lenses import Plane, open_planes
from ...data.study import Evaluation, numbered_examples
from ..figures import planes_layout, reliability_text
from ..workspace import ordered_types
from .classifier_figures import confusion_figure, noise_figure, reliability_figure
from .report_figures import (
    example_spectra_figure,
    example_titles,
    mean_spectra_figure,
    numbered_plane_figure,
    saliency_figure,
)

__all__ = ["FigureJob", "figure_jobs"]

_NUMBERED = "agn-three-raw-50"
_FRAMES = {True: "#2ca02c", False: "#d62728"}
_SETS = (
    ("A.2", "three-raw", "all types, flux as it is"),
    ("A.3", "three-standardised", "all types, each pixel standardised"),
    ("A.4", "two-raw", "types 1 and 2, flux as it is"),
    ("A.5", "two-standardised", "types 1 and 2, each pixel standardised"),
)


@dataclass(frozen=True, slots=True, eq=False)
class FigureJob:
    """A figure to be drawn.

    Attributes
    ----------
    key
        Its anchor on the page.
    of_paper
        Which figures of P21 it follows; empty for our own, which come first.
    """

    key: str
    of_paper: str
    caption: str
    draw: Callable[[], Figure]


def figure_jobs(evaluation: Evaluation) -> list[FigureJob]:
    """The figures of a report: our own, then the paper's in its order.

    Raises
    ------
    ValueError
        The planes are absent.
    """
    planes = open_planes(evaluation.collection)
    if _NUMBERED not in planes:
        raise ValueError(f"{evaluation.collection.path} lacks planes: spexplain build DIR --planes")
    jobs = [*_spectra_jobs(evaluation), *_plane_jobs(evaluation, planes)]
    return sorted(jobs, key=lambda job: (job.of_paper.startswith("A"), job.of_paper))


@dataclass(frozen=True, slots=True, eq=False)
class _Sample:
    """The labelled test spectra of an evaluation, and its best classifiers."""

    wave: np.ndarray
    labels: np.ndarray
    prepared: Run
    rows: np.ndarray
    evaluated: Run

    def flux(self, rows: np.ndarray) -> np.ndarray:
        """(n, D) prepared spectra of rows of the collection."""
        return np.asarray(self.prepared.array("spectra").oindex[np.searchsorted(self.rows, rows)])


def _spectra_jobs(evaluation: Evaluation) -> Iterator[FigureJob]:
    sample, best = _sample(evaluation), evaluation.best
    test = sample.evaluated.table("test-three")
    chosen = numbered_examples(test)
    kinds = ordered_types(set(test["true"]))
    typical = _typical(test, kinds)
    every = np.flatnonzero(sample.labels[sample.rows] != "")
    rows = sample.rows[every]
    of_test = f"the test set of {_name(evaluation)}"
    machine = _machine_words(best)
    ids = ", ".join(evaluation.collection.catalog["id"].iloc[typical].astype(str))
    yield FigureJob(
        "examples",
        "",
        (
            f"A spectrum of each type from {of_test} ({ids}), as prepared: at rest, divided by "
            f"the flux at 5100 Å, on {len(sample.wave):,} points."
        ),
        lambda: example_spectra_figure(sample.wave, sample.flux(typical), kinds),
    )
    yield FigureJob(
        "medians",
        "",
        (
            f"Median spectrum of each type, all {len(rows):,} labelled spectra of "
            f"{_name(evaluation)}; 68 % of a type's spectra lie in the shade."
        ),
        lambda: mean_spectra_figure(sample.wave, sample.flux(rows), sample.labels[rows]),
    )
    counts = np.array(best["test"]["confusion"])
    title = (
        f"Confusion matrix on {of_test}, {best['test']['n']:,} spectra, {machine}. Under shares of "
        f"fewer than {FEW} spectra: 95 % interval."
    )
    yield FigureJob(
        "confusion", "2–3", title, lambda: confusion_figure(best["test"]["classes"], counts)
    )
    yield from _reliability_jobs(best, of_test, machine)
    yield FigureJob(
        "noise",
        "1",
        (
            f"Noise test: F on {of_test} against added noise, each kernel with the settings of "
            f"the table of hyperparameters, the best ({best['settings']['kernel']}) first; bars: "
            "spread over "
            f"{evaluation.runs['noise'].metrics['repeats']} draws of the noise; shade: 95 % "
            f"interval where fewer than {FEW} test spectra of a type stand behind it; crosses: the "
            "paper, linear kernel."
        ),
        lambda: noise_figure(evaluation.runs["noise"].metrics),
    )
    yield from _saliency_jobs(evaluation, sample, chosen, typical, kinds)


def _reliability_jobs(best: Mapping[str, Any], of_test: str, machine: str) -> Iterator[FigureJob]:
    """None where no spectrum tested the probabilities."""
    reliability = TypeCertainty(best.get("certainty")).reliability
    if reliability is not None:
        yield FigureJob(
            "reliability-diagram",
            "",
            (
                f"How true the probabilities are on {of_test}, {machine}: share of spectra whose "
                "likeliest type is right against its probability, ten bins of equal count, with "
                f"95 % intervals; on the dashed line p is true. {reliability_text(reliability)}; "
                "±: 20 resplits of the same probabilities."
            ),
            lambda: reliability_figure(reliability["bins"]),
        )


def _saliency_jobs(
    evaluation: Evaluation,
    sample: _Sample,
    chosen: pd.DataFrame,
    typical: np.ndarray,
    kinds: list[str],
) -> Iterator[FigureJob]:
    best = evaluation.best
    classes, machine = ordered_types(best["test"]["classes"]), _machine_words(best)
    painted = (
        f"Test spectra of {_name(evaluation)}. Blue: more flux strengthens the predicted class; "
        "orange: weakens it. At the right: how far the colours go, in ∂ log-odds / ∂ flux, the "
        "flux at 5100 Å being 1; the paper's ∂ log p / ∂ flux is the same map times 1 − p. Dashed: "
        "the paper's lines."
    )
    three = load_type_classifier(sample.evaluated, "best-three")
    if (sample.evaluated.path / "best-two").is_dir():
        two = load_type_classifier(sample.evaluated, "best-two")
        of_two = _machine_words(_best_of(evaluation, "two"))
        pair = [at for at, kind in enumerate(kinds) if kind in two.classes]
        yield FigureJob(
            "maps-two",
            "5–6",
            f"Saliency maps, type 1 against type 2, {of_two}. {painted}",
            lambda: saliency_figure(
                sample.wave, sample.flux(typical[pair]), two, [kinds[at] for at in pair]
            ),
        )
    yield FigureJob(
        "maps",
        "5–6",
        f"Saliency maps, all types, {machine}. {painted}",
        lambda: saliency_figure(sample.wave, sample.flux(typical), three, kinds),
    )
    for right, words in ((False, "misclassified"), (True, "correct")):
        some: Any = chosen[chosen["correct"] == right].reset_index(drop=True)
        if len(some):
            yield FigureJob(
                words,
                "7–9",
                f"Saliency maps of the numbered {words} spectra, {machine}. {painted}",
                lambda some=some, right=right: saliency_figure(
                    sample.wave, sample.flux(some["row"].to_numpy()), three,
                    example_titles(some, classes), [_FRAMES[right]] * len(some),
                ),
            )  # fmt: skip


def _plane_jobs(evaluation: Evaluation, planes: dict[str, Plane]) -> Iterator[FigureJob]:
    labels = evaluation.collection.catalog["label"].to_numpy(str)
    chosen = numbered_examples(evaluation.runs["evaluate"].table("test-three"))
    main = planes[_NUMBERED]
    yield FigureJob(
        "plane",
        "4",
        (
            f"{main.title}: {len(main.rows):,} spectra of {_name(evaluation)}, {_trust(main)}. "
            "Numbers in red frames are misclassified, in green correctly classified by the "
            f"{_machine_words(evaluation.best)}; their maps stand below."
        ),
        lambda: numbered_plane_figure(main, labels[main.rows], chosen),
    )
    alone = planes.get("agn-two-raw-50")
    if alone is not None:
        nobody = chosen.iloc[:0]
        yield FigureJob(
            "plane-two",
            "A.1",
            f"{alone.title}: {len(alone.rows):,} spectra of {_name(evaluation)}, {_trust(alone)}.",
            lambda: numbered_plane_figure(alone, labels[alone.rows], nobody),
        )
    for number, prefix, words in _SETS:
        some = [plane for name, plane in planes.items() if name.startswith(f"agn-{prefix}-")]
        if some:
            yield FigureJob(
                prefix,
                number,
                f"t-SNE of {_name(evaluation)} over perplexities: {words}, {len(some[0].rows):,} "
                "spectra. Trustworthiness: 1 where no spectrum has false neighbours; recall: share "
                "of the ten nearest spectra that are among the ten nearest points. Blue: type 1; "
                "yellow: type 2"
                + ("; red: intermediate." if "intermediate" in labels[some[0].rows] else "."),
                (lambda some=some: _rendered(planes_layout(some, labels, backend="matplotlib"))),
            )


def _name(evaluation: Evaluation) -> str:
    return evaluation.collection.path.name


def _best_of(evaluation: Evaluation, task: str) -> dict[str, Any]:
    machines = evaluation.runs["evaluate"].metrics["machines"]
    return next(machine for machine in machines if machine["task"] == task and machine.get("best"))


def _machine_words(machine: dict[str, Any]) -> str:
    """The machine of a figure, with what makes it another."""
    of = machine["settings"]
    gamma = "" if of["gamma"] is None else f", gamma {of['gamma']:g}"
    return f"SVM with {of['kernel']} kernel (C {of['c']:g}{gamma})"


def _rendered(layout: Any) -> Figure:
    import holoviews as hv

    return hv.render(layout, backend="matplotlib")


def _trust(plane: Plane) -> str:
    return (
        f"trustworthiness {plane.metrics['trustworthiness']:.2f}, recall of the ten nearest "
        f"{plane.metrics['knn_recall']:.2f}{f' ({plane.judged_on})' if plane.judged_on else ''}"
    )


def _typical(test: pd.DataFrame, kinds: list[str]) -> np.ndarray:
    """For each type, the correctly classified test spectrum of median confidence."""
    rows = []
    for kind in kinds:
        own: Any = test[test["true"] == kind]
        right: Any = own[own["predicted"] == kind]
        candidates = (right if len(right) else own).sort_values(
            by=probability_column(kind), kind="stable"
        )
        rows.append(int(candidates["row"].iat[len(candidates) // 2]))
    return np.array(rows)


def _sample(evaluation: Evaluation) -> _Sample:
    evaluated = evaluation.runs["evaluate"]
    store = RunStore(evaluation.collection.path)
    prepared = store.get("prepare-p21", evaluated.inputs["prepare-p21"])
    assert prepared is not None  # the evaluation was made from it
    labels = evaluation.collection.catalog["label"].to_numpy(str)
    rows = prepared.table("rows")["row"].to_numpy()
    return _Sample(prepared.read_array("wavelength"), labels, prepared, rows, evaluated)
