"""One self-contained page with the AGN paper's tables and figures for a collection."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ...core.models.small_samples import FEW
from ...core.words import counted
from ...data.collection.runs import Run, RunStore
from ...data.collection.trained.class_sets import TypeCertainty
from ...data.collection.trained.trained_models import load_type_classifier, probability_column
from ...data.files.atomic import written_whole
from ...data.lenses.plane_points import Plane, open_planes
from ...data.study.evaluation import Evaluation
from ...data.study.examples import numbered_examples
from ...data.study.figure_intervals import macro_interval_text
from ...data.study.table import Table
from ..figures.domain_words import model_lines
from ..figures.set_words import reliability_text
from ..figures.small_multiples import planes_layout
from ..workspace.confusion_table import ordered_types
from .evaluation_text import cell_text
from .report_figures import (
    confusion_figure,
    example_spectra_figure,
    example_titles,
    mean_spectra_figure,
    noise_figure,
    numbered_plane_figure,
    reliability_figure,
    saliency_figure,
)

__all__ = ["write_report"]

_DPI = 120
_NUMBERED = "agn-three-raw-50"
_FRAMES = {True: "#2ca02c", False: "#d62728"}
_SETS = (
    ("A.2", "three-raw", "all types, flux as it is"),
    ("A.3", "three-standardised", "all types, each pixel standardised"),
    ("A.4", "two-raw", "types 1 and 2, flux as it is"),
    ("A.5", "two-standardised", "types 1 and 2, each pixel standardised"),
)
_STYLE = """
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #18202c;
  font: 15px/1.5 system-ui, sans-serif; color-scheme: light dark; }
h1 { font-size: 1.6rem } h2 { margin-top: 2.5rem; font-size: 1.2rem }
table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums }
caption { text-align: left; font-weight: 600; padding: .6rem 0 .3rem }
th, td { padding: .2rem .7rem; border-bottom: 1px solid #e2e5eb; text-align: right }
th:first-child, td:first-child { text-align: left }
.paper { color: #5f6b7c; background: #f7f8fa }
.note, figcaption { color: #5f6b7c; font-size: 13px; max-width: 46rem }
figure { margin: 1.5rem 0 } img { max-width: 100%; height: auto }
.scroll { overflow-x: auto }
@media (prefers-color-scheme: dark) {
  body { background: #0e1218; color: #e4e9f0 }
  th, td { border-color: #28313d } .paper { color: #93a0b1; background: #1b222c }
  .note, figcaption { color: #93a0b1 }
  img { padding: 6px; border-radius: 6px; background: #fff }
}
"""


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


def write_report(
    evaluation: Evaluation,
    path: str | Path,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Write the tables and figures of P21 for a collection as one HTML file.

    A figure that follows one of the paper says which; examples and medians are our own.

    Parameters
    ----------
    evaluation
        Of a collection whose planes have been built (``spexplain build DIR --planes``).
    path
        The file; it appears whole or not at all, and asks nothing of any other place.
    progress
        Called with (figures done, figures in all).

    Raises
    ------
    ValueError
        If the planes are absent.
    FileNotFoundError
        If the folder does not exist.
    """
    parts = [*_figures(evaluation, progress or (lambda _done, _total: None))]
    tables = "\n".join(_table(table) for table in evaluation.tables)
    name = escape(evaluation.collection.path.name)
    best = evaluation.best
    ends = macro_interval_text(best["test"])
    head = (
        f"<p>{counted(len(evaluation.collection.catalog), 'spectrum', 'spectra')}. Best kernel: "
        f"{escape(best['settings']['kernel'])}, mean F {best['test']['macro_f']:.3f}"
        f"{f' (95 % {ends})' if ends else ''} on "
        f"{best['test']['n']:,} test spectra. Grey columns: Peruzzi et al. 2021, A&amp;A 652, A19."
        "</p>"
    )
    models = model_lines(RunStore(evaluation.collection.path), "svm")
    head += "".join(f"<p>{escape(line)}.</p>" for line in models)
    document = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{name}: AGN types</title>'
        f"<style>{_STYLE}</style><h1>AGN types in {name}</h1>{head}"
        f"<h2>Tables</h2>{tables}<h2>Figures</h2>{''.join(parts)}</html>\n"
    )
    with written_whole(path) as beside:
        beside.write_text(document, encoding="utf-8")


def _figures(evaluation: Evaluation, progress: Callable[[int, int], None]) -> Iterator[str]:
    planes = open_planes(evaluation.collection)
    if _NUMBERED not in planes:
        raise ValueError(f"{evaluation.collection.path} lacks planes: spexplain build DIR --planes")
    jobs = [*_spectra_jobs(evaluation), *_plane_jobs(evaluation, planes)]
    jobs.sort(key=lambda job: (job.of_paper.startswith("A"), job.of_paper))
    for done, job in enumerate(jobs):
        progress(done, len(jobs))
        yield _figure(job)
    progress(len(jobs), len(jobs))


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
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


def _spectra_jobs(evaluation: Evaluation) -> Iterator[_Job]:
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
    yield _Job(
        "examples",
        "",
        (
            f"A spectrum of each type from {of_test} ({ids}), as prepared: at rest, divided by "
            f"the flux at 5100 Å, on {len(sample.wave):,} points."
        ),
        lambda: example_spectra_figure(sample.wave, sample.flux(typical), kinds),
    )
    yield _Job(
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
    yield _Job("confusion", "2–3", title, lambda: confusion_figure(best["test"]["classes"], counts))
    yield from _reliability_jobs(best, of_test, machine)
    yield _Job(
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


def _reliability_jobs(best: Mapping[str, Any], of_test: str, machine: str) -> Iterator[_Job]:
    """None where no spectrum tested the probabilities."""
    reliability = TypeCertainty(best.get("certainty")).reliability
    if reliability is not None:
        yield _Job(
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
) -> Iterator[_Job]:
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
        yield _Job(
            "maps-two",
            "5–6",
            f"Saliency maps, type 1 against type 2, {of_two}. {painted}",
            lambda: saliency_figure(
                sample.wave, sample.flux(typical[pair]), two, [kinds[at] for at in pair]
            ),
        )
    yield _Job(
        "maps",
        "5–6",
        f"Saliency maps, all types, {machine}. {painted}",
        lambda: saliency_figure(sample.wave, sample.flux(typical), three, kinds),
    )
    for right, words in ((False, "misclassified"), (True, "correct")):
        some: Any = chosen[chosen["correct"] == right].reset_index(drop=True)
        if len(some):
            yield _Job(
                words,
                "7–9",
                f"Saliency maps of the numbered {words} spectra, {machine}. {painted}",
                lambda some=some, right=right: saliency_figure(
                    sample.wave, sample.flux(some["row"].to_numpy()), three,
                    example_titles(some, classes), [_FRAMES[right]] * len(some),
                ),
            )  # fmt: skip


def _plane_jobs(evaluation: Evaluation, planes: dict[str, Plane]) -> Iterator[_Job]:
    labels = evaluation.collection.catalog["label"].to_numpy(str)
    chosen = numbered_examples(evaluation.runs["evaluate"].table("test-three"))
    main = planes[_NUMBERED]
    yield _Job(
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
        yield _Job(
            "plane-two",
            "A.1",
            f"{alone.title}: {len(alone.rows):,} spectra of {_name(evaluation)}, {_trust(alone)}.",
            lambda: numbered_plane_figure(alone, labels[alone.rows], nobody),
        )
    for number, prefix, words in _SETS:
        some = [plane for name, plane in planes.items() if name.startswith(f"agn-{prefix}-")]
        if some:
            yield _Job(
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
    """Of each type, the correctly classified test spectrum of middling confidence."""
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


def _figure(job: _Job) -> str:
    fig, buffer = job.draw(), io.BytesIO()
    fig.savefig(buffer, format="png", dpi=_DPI)
    data = base64.b64encode(buffer.getvalue()).decode()
    plural = "s" if "–" in job.of_paper else ""
    of_paper = f" <b>After figure{plural} {job.of_paper} of the paper.</b>" if job.of_paper else ""
    return (
        f'<figure id="{job.key}"><img alt="{escape(job.caption)}" '
        f'src="data:image/png;base64,{data}">'
        f"<figcaption>{escape(job.caption)}{of_paper}</figcaption></figure>"
    )


def _table(table: Table) -> str:
    marks = [' class="paper"' if name.startswith("paper") else "" for name in table.columns]
    head = "".join(f"<th{m}>{escape(n)}</th>" for m, n in zip(marks, table.columns, strict=True))
    lines = []
    for row in table.rows:
        cells = zip(marks, row, table.columns, strict=True)
        body = "".join(f"<td{m}>{escape(cell_text(v, n))}</td>" for m, v, n in cells)
        lines.append(f"<tr>{body}</tr>")
    note = f'<p class="note">{escape(table.note)}</p>' if table.note else ""
    return (
        f'<div class="scroll"><table id="{table.key}"><caption>{escape(table.title)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>{note}"
    )
