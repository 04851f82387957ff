"""A collection and a build as lines for a terminal, and a collection as a JSON document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from graphlib import TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ....core.models import LEVELS
from ....core.words import counted
from ....data.collection import Collection, RunStore, TypeCertainty
from ....data.collection.catalog_facts import COLUMNS_FROM, SET_ASIDE, Z_FROM
from ....data.collection.format import OBJECT
from ....data.lenses import outdated, outdated_domain
from ....data.lenses.taken_by import TakenBy, taken_by_lenses
from ....data.objects import address_of
from ...figures import certainty_lines, model_lines
from .ingest_text import guess_lines

if TYPE_CHECKING:
    from ....data.build import BuildReport

__all__ = [
    "build_lines",
    "collection_lines",
    "collection_summary",
]


# Metrics of a stage that are sentences for the user.
_OF_TYPES = ("svm", "tune", "evaluate", "noise", "timing", "planes")
_OF_SCORES = (
    *("prepare-o25", "embed-o25", "domain-o25", "embed-latent"),
    *("vae", "score", "explain", "cluster", "embed-reasons"),
)
_NOTES = ("sample_note", "training_note", "growth_note", "placed_note")


def build_lines(report: BuildReport) -> Iterator[str]:
    """Stages run, kept or skipped; whose the models are and why; what to do next."""
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
    """The built stages, by lens."""
    of_lens: dict[str, list[str]] = {}
    for stage in stages:
        _, _, lens = _of_lens(stage).partition(" (")
        of_lens.setdefault(lens.rstrip(")"), []).append(stage)
    for lens, some in sorted(of_lens.items(), reverse=True):
        yield f"  stages{f' of the {lens}' if lens else ''}: {', '.join(some)}"
    if not of_lens:
        yield "  stages: none yet; run spexplain build"


def _of_lens(stage: str) -> str:
    """A stage with its lens: 'prepare-p21 (AGN lens)'."""
    of = "AGN" if stage in _OF_TYPES or stage.endswith("-p21") else "anomaly"
    return f"{stage} ({of} lens)" if of == "AGN" or stage in _OF_SCORES else stage


def _as_named(path: str) -> str:
    """The address of a collection if the folder is a working copy, else the folder."""
    return address_of(Path(path)) or path


def collection_summary(path: Path) -> dict[str, Any]:
    """Contents and built stages of a collection, as JSON values.

    Raises
    ------
    CollectionError
        There is no readable collection at this path.
    """
    collection = Collection.open(path)
    store = RunStore(collection.path)
    runs = {name: run for name in store.current() if (run := store.find(name)) is not None}
    # In order of dependence; the stages themselves know it, but take seconds to load.
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
        COLUMNS_FROM: _counted(collection.catalog.get(COLUMNS_FROM)),
        Z_FROM: _counted(collection.catalog.get(Z_FROM)),
        "rejected": {
            str(k): int(v) for k, v in collection.rejects["reason"].value_counts().items()
        },
        "labels": {str(k): int(v) for k, v in collection.catalog["label"].value_counts().items()},
        "wave_rest_aa": [float(wave[0]), float(wave[-1])],
        "outdated": f"{outdated(collection)} {outdated_domain(collection)}".strip(),
        "lenses": [asdict(one) for one in taken_by_lenses(store, collection.n_spectra)],
        "models": list(model_lines(store)),
        "stages": {name: {"key": runs[name].key, "metrics": runs[name].metrics} for name in order},
    }


def collection_lines(summary: dict[str, Any], *, level: float = LEVELS[0]) -> Iterator[str]:
    """The summary as lines, with the coverage of the sets of types at a level."""
    yield f"[bold]{_as_named(summary['path'])}[/bold]"
    low, high = summary["wave_rest_aa"]
    spectra = counted(summary["n_spectra"], "spectrum", "spectra")
    yield f"  {spectra}, prepared from {low:.0f}–{high:.0f} Å at rest in vacuum"
    labels = (f"{count} {label or 'unlabelled'}" for label, count in summary["labels"].items())
    yield f"  types: {', '.join(labels)}"
    yield f"  {summary['n_rejected']} rejected"
    for reason, count in summary["rejected"].items():
        yield f"    {count:6d} {reason}"
    if summary["set_aside"]:
        listed = ", ".join(f"{n} {reason}" for reason, n in summary["set_aside"].items())
        yield f"  kept for viewing, given to no model: {listed}"
    if summary["n_repeats"]:
        n = summary["n_repeats"]
        yield f"  {n} of an object that another is of (within 1″; column “object”)"
    guesses = guess_lines(summary[COLUMNS_FROM], summary[Z_FROM])
    yield from (f"  {line}" for line in guesses)
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
    """Number of occurrences of each word, without the empty one."""
    if words is None:
        return {}
    return dict(Counter(word for word in words if isinstance(word, str) and word).most_common())


def _repeats(collection: Collection) -> int:
    catalog = collection.catalog
    if OBJECT not in catalog:
        return 0
    return int(np.count_nonzero(catalog[OBJECT].to_numpy() != catalog["id"].to_numpy()))
