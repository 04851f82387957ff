"""The report of an ingest as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape

from ....core.words import counted, shortened
from ....data.collection.trained.type_names import TYPES

if TYPE_CHECKING:
    from ....data.ingest import IngestReport
    from ....data.ingest.ingest_report import LabelWords

__all__ = ["guess_lines", "ingest_lines"]

_GUESSES = 4  # kinds of them
_SHOWN = 8  # spellings of labels


def ingest_lines(report: IngestReport) -> Iterator[str]:
    """What was accepted, what was rejected and why, and what to do next."""
    files = counted(report.n_files, "file")
    yield f"{counted(report.n_taken, 'spectrum', 'spectra')} from {files} taken into {report.path}"
    for reason, count in report.rejected.items():
        yield f"  {count:6d} rejected: {reason}"
        for file, detail in report.examples.get(reason, []):
            yield escape(f"         {Path(file).name}: {shortened(detail, 200)}")
    if report.rejected:
        yield escape(f"  all of them: spexplain rejects {report.path}")
    if report.set_aside:
        listed = ", ".join(f"{count} {reason}" for reason, count in report.set_aside.items())
        n_aside = sum(report.set_aside.values())
        yield f"  {n_aside:6d} of these kept for viewing, given to no model: {listed}"
    if report.n_repeats:
        yield (
            f"  {report.n_repeats:6d} of an object that is there already (within 1″; column "
            "“object” groups them)"
        )
    if report.n_known:
        files = "file" if report.n_known == 1 else "files"
        yield f"  {report.n_known:6d} {files} passed over: their spectra are in the collection"
    yield from _unused_labels("of no file here", report.unknown_labels)
    yield from _unused_labels(
        "of spectra that were there already, and stay as they are (spexplain remove, then ingest "
        "again, gives them what the labels say)",
        report.labels_passed_over,
    )
    yield from _label_lines(report.labels)
    if report.n_counts:
        yield (
            f"[yellow]{report.n_counts} in counts[/yellow], not flux-calibrated: slopes are "
            "the instrument's; lines keep their places and widths"
        )
    if report.n_relative:
        yield f"{report.n_relative} without a unit of flux: taken as relative, the height unknown"
    yield from guess_lines(report.columns_from, report.z_from)
    if report.n_medium_unsaid:
        yield (
            f"{report.n_medium_unsaid} without a word of air or vacuum: taken as vacuum; --air "
            "says otherwise (a shift of 80 to 90 km/s)"
        )
    if report.n_masks:
        yield (
            f"{report.n_masks} with columns that may be masks of their pixels, left alone (named "
            "in the column mask_not_heeded): --column mask=NAME takes one"
        )
    if report.n_joined is not None:
        yield f"{report.n_joined} of {report.n_taken} with a row in the catalogue"
    if report.n_doubtful:
        yield (
            f"[yellow]{report.n_doubtful} with a redshift that the survey, or another in the "
            "file, puts in doubt[/yellow] "
            "(column z_warning): types and scores stand on it; --z-warning reject keeps them out"
        )
    if report.n_taken:
        yield f"next: spexplain build {report.path}"


def guess_lines(columns_from: dict[str, int], z_from: dict[str, int]) -> Iterator[str]:
    """What was taken as columns and as redshifts by other than the usual names, and how often."""
    for what, found in (("redshifts from", z_from), ("columns by their names:", columns_from)):
        if found:
            listed = ", ".join(f"{value} ({n})" for value, n in [*found.items()][:_GUESSES])
            more = f", … {len(found)} in all" if len(found) > _GUESSES else ""
            yield escape(f"{what} {shortened(listed, 200)}{more}")


def _unused_labels(why: str, names: Sequence[str]) -> Iterator[str]:
    if names:
        listed = f"{', '.join(names[:5])}{' …' if len(names) > 5 else ''}"
        yield f"[yellow]{counted(len(names), 'label')} {why}[/yellow]: {escape(listed)}"


def _label_lines(labels: LabelWords) -> Iterator[str]:
    """Which spellings of labels were read as which types, and which as none."""
    if labels.renamed:
        listed = "; ".join(f"{label} ({n})" for label, n in [*labels.renamed.items()][:_SHOWN])
        more = "; …" if len(labels.renamed) > _SHOWN else ""
        yield escape(f"labels in other spellings: {listed}{more}")
    if not labels.unknown:
        return
    listed = ", ".join(
        f"{shortened(label, 40)!r} ({n})" for label, n in [*labels.unknown.items()][:_SHOWN]
    )
    more = f", … {len(labels.unknown)} in all" if len(labels.unknown) > _SHOWN else ""
    kept = "taken as classes of your own" if labels.own else "not taken as labels"
    known = ", ".join(TYPES)
    yield f"[yellow]no known type, {kept}[/yellow]: {escape(listed + more)}"
    yield f"  known are {known}, and the spellings in docs/files.md"
