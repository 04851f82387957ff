"""What the commands print, as lines to read and as documents for programs."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from graphlib import TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from rich.markup import escape

from ...core.explain.flux_effects import effects
from ...core.models.conformal import LEVELS
from ...core.spectra.lines.line_list import PAGE_LINES
from ...core.targets.scales import held_words
from ...core.words import counted, goodness
from ...data.collection.catalog_facts import SET_ASIDE
from ...data.collection.collection import Collection
from ...data.collection.format import OBJECT
from ...data.collection.runs import RunStore
from ...data.collection.trained.class_sets import TypeCertainty
from ...data.collection.trained.type_names import TYPES
from ...data.lenses.lenses import outdated, outdated_domain
from ...data.lenses.taken_by import TakenBy, taken_by_lenses
from ...data.objects.working_copies import address_of
from ..figures.domain_words import model_lines
from ..figures.effect_words import does_words, unit_words
from ..figures.set_words import certainty_lines

if TYPE_CHECKING:
    from ...core.explain.explanation import Explanation
    from ...core.trust.intervals import Intervals
    from ...data.build.build_report import BuildReport
    from ...data.explanations.saved import SavedExplanation
    from ...data.ingest.ingest_report import IngestReport, LabelWords

__all__ = [
    "build_lines",
    "collection_lines",
    "collection_summary",
    "explanation_document",
    "explanation_lines",
    "ingest_lines",
    "intervals_document",
]


# What a stage recorded to be read by people.
_SHOWN = 8  # spellings of labels
_OF_TYPES = ("svm", "tune", "evaluate", "noise", "timing", "planes")
_OF_SCORES = (
    *("prepare-o25", "embed-o25", "domain-o25", "embed-latent"),
    *("vae", "score", "explain", "cluster", "embed-reasons"),
)
_NOTES = ("sample_note", "training_note", "growth_note")


def ingest_lines(report: IngestReport) -> Iterator[str]:
    """What was taken, what was not and why, and what to do next."""
    files = counted(report.n_files, "file")
    yield f"{counted(report.n_taken, 'spectrum', 'spectra')} from {files} taken into {report.path}"
    for reason, count in report.rejected.items():
        yield f"  {count:6d} rejected: {reason}"
        for file, detail in report.examples.get(reason, []):
            yield escape(f"         {Path(file).name}: {_shortened(detail)}")
    if report.rejected:
        yield escape(f"  all of them: spexplain rejects {report.path}")
    if report.set_aside:
        listed = ", ".join(f"{count} {reason}" for reason, count in report.set_aside.items())
        n_aside = sum(report.set_aside.values())
        yield f"  {n_aside:6d} of these kept to be looked at, given to no model: {listed}"
    if report.n_repeats:
        yield (
            f"  {report.n_repeats:6d} of an object that is there already (within 1″; column "
            "“object” groups them)"
        )
    if report.n_known:
        files = "file" if report.n_known == 1 else "files"
        yield f"  {report.n_known:6d} {files} passed over: their spectra are in the collection"
    if report.unknown_labels:
        listed = ", ".join(report.unknown_labels[:5])
        n = len(report.unknown_labels)
        lead = f"[yellow]{counted(n, 'label')} of no file here[/yellow]"
        yield f"{lead}: {escape(listed)}{' …' if n > 5 else ''}"
    yield from _label_lines(report.labels)
    if report.n_counts:
        yield (
            f"[yellow]{report.n_counts} in counts[/yellow], not flux-calibrated: slopes are "
            "the instrument's; lines keep their places and widths"
        )
    if report.n_relative:
        yield f"{report.n_relative} without a unit of flux: taken as relative, the height unknown"
    if report.n_medium_unsaid:
        yield (
            f"{report.n_medium_unsaid} without a word of air or vacuum: taken as vacuum; --air "
            "says otherwise (a shift of 80 to 90 km/s)"
        )
    if report.n_joined is not None:
        yield f"{report.n_joined} of {report.n_taken} with a row in the catalogue"
    if report.n_doubtful:
        yield (
            f"[yellow]{report.n_doubtful} with a redshift that the survey, or another in the "
            "file, casts doubt on[/yellow] "
            "(column z_warning): types and scores stand on it; --z-warning reject keeps them out"
        )
    if report.n_taken:
        yield f"next: spexplain build {report.path}"


def _label_lines(labels: LabelWords) -> Iterator[str]:
    """Which spellings were taken for which types, and which for none."""
    if labels.renamed:
        listed = "; ".join(f"{label} ({n})" for label, n in [*labels.renamed.items()][:_SHOWN])
        more = "; …" if len(labels.renamed) > _SHOWN else ""
        yield escape(f"labels in other spellings: {listed}{more}")
    if not labels.unknown:
        return
    listed = ", ".join(
        f"{_shortened(label, 40)!r} ({n})" for label, n in [*labels.unknown.items()][:_SHOWN]
    )
    more = f", … {len(labels.unknown)} in all" if len(labels.unknown) > _SHOWN else ""
    kept = "taken as classes of your own" if labels.own else "not taken as labels"
    known = ", ".join(TYPES)
    yield f"[yellow]no known type, {kept}[/yellow]: {escape(listed + more)}"
    yield f"  known are {known}, and the spellings in docs/files.md"


def _shortened(text: str, most: int = 200) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def build_lines(report: BuildReport) -> Iterator[str]:
    """Which stages were done, kept or skipped, whose the models are and why, what to do next."""
    for stage in report.built:
        did = f"{report.added[stage]:,} added" if stage in report.added else "built"
        yield f"  {_of_lens(stage):<28} {did} in {report.seconds[stage]:.1f} s"
    for stage in report.kept:
        yield f"  {_of_lens(stage):<28} up to date"
    for stage, reason in report.skipped.items():
        yield f"  {_of_lens(stage):<28} [yellow]skipped[/yellow]: {reason}"
    for stage, note in report.notes.items():
        if not stage.startswith("domain-"):  # said with whose model it is
            yield f"  {_of_lens(stage):<28} {note}"
    yield from (f"  {one.sentence()}" for one in taken_by_lenses(RunStore(report.path)))
    yield from model_lines(RunStore(report.path))
    if report.built or report.kept:
        yield f"next: spexplain serve {_as_named(report.path)}"


def _stage_lines(stages: Iterable[str]) -> Iterator[str]:
    """Which stages are built, by the lens that they are of."""
    of_lens: dict[str, list[str]] = {}
    for stage in stages:
        _, _, lens = _of_lens(stage).partition(" (")
        of_lens.setdefault(lens.rstrip(")"), []).append(stage)
    for lens, some in sorted(of_lens.items(), reverse=True):
        yield f"  stages{f' of the {lens}' if lens else ''}: {', '.join(some)}"
    if not of_lens:
        yield "  stages: none yet; run spexplain build"


def _of_lens(stage: str) -> str:
    """A stage with the lens that it is of: 'prepare-p21 (AGN lens)'."""
    of = "AGN" if stage in _OF_TYPES or stage.endswith("-p21") else "anomaly"
    return f"{stage} ({of} lens)" if of == "AGN" or stage in _OF_SCORES else stage


def _as_named(path: str) -> str:
    """A collection's address, if the folder is the working copy of one, else the folder."""
    return address_of(Path(path)) or path


def collection_summary(path: Path) -> dict[str, Any]:
    """What a collection holds and which stages are built, as JSON values.

    Raises
    ------
    CollectionError
        There is no readable collection at this path.
    """
    collection = Collection.open(path)
    store = RunStore(collection.path)
    runs = {name: run for name in store.current() if (run := store.find(name)) is not None}
    # Each after those it is made from; the stages themselves would say, but take seconds to load.
    before = {name: sorted(run.inputs.keys() & runs.keys()) for name, run in runs.items()}
    order = TopologicalSorter(before).static_order()
    wave = collection.wave_rest_aa
    return {
        "path": str(collection.path),
        "key": collection.key,
        "n_spectra": collection.n_spectra,
        "n_rejected": collection.n_rejected,
        "set_aside": _counted(collection.catalog.get(SET_ASIDE)),
        "n_repeats": _repeats(collection),
        "rejected": {
            str(k): int(v) for k, v in collection.rejects["reason"].value_counts().items()
        },
        "labels": {str(k): int(v) for k, v in collection.catalog["label"].value_counts().items()},
        "wave_rest_aa": [float(wave[0]), float(wave[-1])],
        "outdated": f"{outdated(collection)} {outdated_domain(collection)}".strip(),
        "lenses": [asdict(one) for one in taken_by_lenses(store)],
        "models": list(model_lines(store)),
        "stages": {name: {"key": runs[name].key, "metrics": runs[name].metrics} for name in order},
    }


def collection_lines(summary: dict[str, Any], *, level: float = LEVELS[0]) -> Iterator[str]:
    """The summary to read, with the coverage of sets of types at a level."""
    yield f"[bold]{_as_named(summary['path'])}[/bold]"
    low, high = summary["wave_rest_aa"]
    spectra = counted(summary["n_spectra"], "spectrum", "spectra")
    yield f"  {spectra}, {low:.0f}–{high:.0f} Å at rest in vacuum"
    labels = (f"{count} {label or 'unlabelled'}" for label, count in summary["labels"].items())
    yield f"  types: {', '.join(labels)}"
    yield f"  {summary['n_rejected']} rejected"
    for reason, count in summary["rejected"].items():
        yield f"    {count:6d} {reason}"
    if summary["set_aside"]:
        listed = ", ".join(f"{n} {reason}" for reason, n in summary["set_aside"].items())
        yield f"  kept to be looked at, given to no model: {listed}"
    if summary["n_repeats"]:
        n = summary["n_repeats"]
        yield f"  {n} of an object that another is of (within 1″; column “object”)"
    yield from (f"  {TakenBy(**one).sentence()}" for one in summary["lenses"])
    yield from (f"  {line}" for line in summary["models"])
    yield from _stage_lines(summary["stages"])
    for name, stage in summary["stages"].items():
        for note in _NOTES:
            if stage["metrics"].get(note):
                yield f"  {_of_lens(name)}: {stage['metrics'][note]}"
    if summary["outdated"]:
        yield f"  [yellow]{summary['outdated']}[/yellow]"
    if "svm" in summary["stages"]:
        certainty = TypeCertainty.of_metrics(summary["stages"]["svm"]["metrics"])
        for line in certainty_lines(certainty, level):
            yield f"  {_of_lens('svm')}: {line}"


def _counted(words: pd.Series | None) -> dict[str, int]:
    """How often each word stands there, but for none."""
    if words is None:
        return {}
    return dict(Counter(str(word) for word in words if word).most_common())


def _repeats(collection: Collection) -> int:
    catalog = collection.catalog
    if OBJECT not in catalog:
        return 0
    return int(np.count_nonzero(catalog[OBJECT].to_numpy() != catalog["id"].to_numpy()))


def explanation_document(
    explanation: Explanation, wave_rest_aa: np.ndarray, *, mirrored: np.ndarray | None = None
) -> dict[str, Any]:
    """The explanation as JSON values; numbers that do not exist are null.

    Beside the raw weights, ``effects``: in which unit, their values (per +10 % of the flux where
    segments were scaled), and what more flux, or any change, does.
    """
    document = explanation.to_dict(wave_rest_aa)
    seen = effects(explanation, mirrored=mirrored)
    if explanation.nothing:
        document["r2"] = None
    document["effects"] = {
        "unit": "+10 % of the flux" if seen.unit == "flux" else seen.unit,
        "values": seen.values.tolist(),
        "change": [seen.said(number) for number in range(len(seen.values))],
        "weights_mirrored": None if mirrored is None else mirrored.tolist(),
    }
    return {
        key: None if isinstance(value, float) and not math.isfinite(value) else value
        for key, value in document.items()
    }


def intervals_document(saved: SavedExplanation) -> dict[str, Any]:
    """Intervals of the weights as JSON values, by what they are of, and what exposures would say.

    ``masks`` is what the random masks leave open, ``noise`` where another exposure's weights lie;
    ``exposures`` is there only if the noise was redrawn.
    """
    masks, noise = saved.intervals, saved.recurrence
    document: dict[str, Any] = {
        "intervals": {
            "masks": None if masks is None else _ends(masks),
            "noise": None if noise is None else _ends(noise.intervals),
        }
    }
    if noise is not None:
        more, beyond = noise.more_than_noise, noise.beyond
        document["exposures"] = {
            "sentence": noise.sentence(),
            "top": noise.top.tolist(),
            "seen_again": noise.seen_again.tolist(),
            "more_than_noise": None if more is None else more.tolist(),
            "share": noise.share.tolist(),
            "beyond_noise": None if beyond is None else beyond.tolist(),
            "n_drawn": noise.n_drawn,
            "n_refused": noise.n_refused,
        }
    return document


def _ends(intervals: Intervals) -> list[list[float]]:
    return np.column_stack([intervals.low, intervals.high]).tolist()


def explanation_lines(
    explanation: Explanation,
    wave_rest_aa: np.ndarray,
    *,
    id: str,
    top: int = 5,
    mirrored: np.ndarray | None = None,
) -> Iterator[str]:
    """The verdict in words: what was asked, how well the surrogate fits, the top segments.

    Where there is nothing to explain, the value alone.
    """
    if explanation.nothing:
        yield f"[bold]{id}[/bold]  {explanation.target} = {explanation.value:.4g}"
        return
    drawn = f"{explanation.n_samples} samples, seed {explanation.settings.seed}"
    fit = goodness(explanation.r2)
    if explanation.method in ("saliency", "occlusion"):
        fit = "each piece alone, nothing fitted"
    if explanation.method == "shapley":
        fit = f"shares sum to {explanation.value - explanation.intercept:.4g}"
    yield (
        f"[bold]{id}[/bold]  {explanation.target} = {explanation.value:.4g}  "
        f"({explanation.method}, {fit}, {'exact, no samples' if explanation.exact else drawn})"
    )
    if held := held_words(explanation.target, explanation.value):
        yield f"  {held}"
    if explanation.sampled:
        yield f"  sampled, since {explanation.sampled}"
    edges, seen = explanation.edges(wave_rest_aa), effects(explanation, mirrored=mirrored)
    for segment in explanation.top(top):
        low, high = edges[segment]
        names = [line.label for line in PAGE_LINES if low <= line.wave_vac_aa <= high]
        value, does = seen.values[segment], does_words(seen, int(segment))
        yield f"  {low:7.1f}–{high:7.1f} Å  {value:+.3e}  {does} it  {', '.join(names)}"
    yield f"  (change of {explanation.target} {unit_words(explanation, seen)})"
