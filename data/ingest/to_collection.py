"""From files of any known survey to a collection, with a reason for every one not taken."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ...core.spectra.grid import COLLECTION_GRID, WaveGrid
from ...core.spectra.redshift_warning import is_doubtful
from ...core.spectra.spectrum import NOT_SAID
from ..collection.catalog_facts import SET_ASIDE
from ..collection.collection import Collection
from ..collection.format import OBJECT, CollectionError
from ..collection.observed_writer import ObservedWriter
from .bounded_reader import Piece, ReaderStartError
from .joined_catalogue import NO_CATALOGUE, read_catalogue, said_by
from .labels import LabelError, Labels, read_labels
from .limits import SHELL, Limits
from .many_files import read_in_order
from .names_apart import apart_by_folder, is_of_other_file
from .one_file import Intake, Rejected, Taken
from .readers.vocabulary.file_names import readable
from .readers.vocabulary.hints import NO_HINTS, Hints

__all__ = ["IngestCancelled", "IngestError", "IngestReport", "LabelWords", "ingest"]

_EXAMPLES = 3  # of a reason
_DUPLICATE = "duplicate"

Progress = Callable[[int, int], None]


class IngestError(Exception):
    """Nothing could be ingested; the text says why."""


class IngestCancelled(IngestError):
    """The caller asked to stop; ingesting the same files to the same place goes on from there."""


@dataclass(frozen=True, slots=True)
class LabelWords:
    """Labels that are not written as types are; each with how often.

    Attributes
    ----------
    renamed
        ``"Sy1 → type 1"``.
    unknown
        Those that are no known type, and were not taken.
    own
        None is a known type: all were taken as classes of the user's own.
    """

    renamed: dict[str, int]
    unknown: dict[str, int]
    own: bool


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What became of the inputs.

    Attributes
    ----------
    path
        The collection.
    n_files
        Number of files looked at; one may hold several spectra.
    n_taken
        Number of spectra taken, those set aside among them.
    rejected
        Reason → number of spectra, or of files of which none could be read; the most frequent
        first.
    unknown_labels
        Names in the labels file that belong to no input.
    n_counts
        Number of spectra taken that are in counts: their flux was never calibrated.
    n_relative
        Number of spectra taken whose flux has no unit.
    n_medium_unsaid
        Number of spectra taken of which nothing says air or vacuum.
    n_joined
        Number of spectra taken now that have a row in the catalogue given.
    n_doubtful
        Number of spectra taken whose redshift their survey warns of.
    examples
        Reason → the first few, as file and particulars.
    labels
        What was said of labels: those renamed, and those that are no known type.
    set_aside
        Reason → number of spectra taken that no model is given, but that can be looked at.
    n_repeats
        Number of spectra in the collection that are of an object that another is of already.
    n_known
        Number of files passed over, since the collection has spectra of them already.
    """

    path: Path
    n_files: int
    n_taken: int
    rejected: dict[str, int]
    unknown_labels: tuple[str, ...] = ()
    n_counts: int = 0
    n_relative: int = 0
    n_medium_unsaid: int = 0
    n_doubtful: int = 0
    n_joined: int | None = None
    examples: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    labels: LabelWords = field(default_factory=lambda: LabelWords({}, {}, own=False))
    set_aside: dict[str, int] = field(default_factory=dict)
    n_repeats: int = 0
    n_known: int = 0

    @property
    def n_rejected(self) -> int:
        """Number of spectra not taken, and of files of which none could be read."""
        return sum(self.rejected.values())


def ingest(
    paths: Iterable[str | Path],
    out: str | Path | None = None,
    *,
    into: str | Path | None = None,
    labels: str | Path | None = None,
    jobs: int = 1,
    z_max: float = 0.8,
    grid: WaveGrid = COLLECTION_GRID,
    hints: Hints = NO_HINTS,
    doubtful: bool = True,
    catalogue: str | Path | None = None,
    limits: Limits = SHELL,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> IngestReport:
    """Make a collection of the spectra in files, each as observed, or add them to one.

    Models are given every spectrum with a known redshift 0 < z ≤ z_max that has data on the grid
    and is no star; the others are set aside with a reason, and can be looked at. What cannot be
    read is listed with its reason in the collection's rejects, and ingesting goes on; of files that
    give no spectrum at all, none of them known to the collection, nothing is kept. Rows are in
    the order of the sorted paths, whatever jobs is. Interrupted, it leaves nothing at `out`, or
    `into` as it was; the same call again goes on where it stopped.

    Parameters
    ----------
    paths
        Files, or folders with all their subfolders, of which every file is looked at.
    out
        Folder of the new collection; must not exist.
    into
        Instead, a collection to be added to. Files of which it has spectra are passed over, also
        if those have been removed; the others are tried again.
    labels
        CSV file with ``id`` or ``file``, and any of ``label``, ``z`` and ``ebv``; a redshift
        there comes before that of the file, E(B-V) in mag goes into the catalog.
    jobs
        At most so many processes read files; few files are read by one.
    z_max
        Spectra of larger redshift are set aside.
    grid
        Rest wavelengths to which models have spectra taken; `into` keeps its own.
    hints
        Which column is what, and air, in files of no known survey that do not say.
    doubtful
        Whether models are given spectra of whose redshift their survey warns.
    catalogue
        Table with ``id``, ``file`` or ``ra`` and ``dec``; its other columns come along, a redshift
        in it comes before that of the file and after that of the labels.
    limits
        Of time, memory and size; a file that exceeds them is rejected.
    progress
        Called with (files done, files in all) as work goes on.
    cancelled
        Asked now and then; True stops.

    Raises
    ------
    IngestError
        A path is absent, there is no file, no file gave a spectrum, the labels file cannot be
        used, the place is taken or cannot be written.
    IngestCancelled
        `cancelled` said so.
    ValueError
        Jobs < 1, z_max is not positive, or not one of `out` and `into` is given.
    """
    if jobs < 1 or not z_max > 0:
        what, value = ("z_max", z_max) if jobs >= 1 else ("jobs", jobs)
        raise ValueError(f"{what} must be above 0, got {value}")
    if (out is None) == (into is None):
        raise ValueError("need one of out, a new collection, and into, one that is there")
    try:
        known = read_labels(labels) if labels is not None else Labels({}, "")
        files = _find_files(paths, leave_out=[f for f in (labels, catalogue) if f is not None])
        joined = NO_CATALOGUE if catalogue is None else read_catalogue(catalogue)
        intake = Intake(grid, z_max, known, hints, doubtful, joined)
        provenance = _provenance(files, intake)
        if into is not None:
            making = ObservedWriter.add_to(into, provenance)
        else:
            making = ObservedWriter.create(str(out), grid, provenance, resumable=True)
        with making as writer:
            intake = replace(intake, grid=writer.grid)
            n_found = len(files)
            files = [file for file in files if readable(file) not in writer.files_before]
            desk = _Desk(writer, intake, files, n_known=n_found - len(files))
            for pieces in read_in_order(intake, files[desk.n_done :], jobs, limits):
                desk.accept(pieces)
                if progress is not None:
                    progress(desk.n_done, len(files))
                if cancelled is not None and cancelled():
                    raise IngestCancelled(
                        f"stopped after {desk.n_done} of {len(files)} files; the same command "
                        "goes on from what is already stored"
                    )
            if not desk.anything:
                writer.discard()
                raise IngestError(desk.why_nothing())
    except (CollectionError, LabelError, ReaderStartError) as error:
        raise IngestError(str(error)) from error
    return desk.report()


class _Desk:
    """Takes outcomes in order: sorts out duplicates, labels, and hands rows to the writer.

    Going on from what an earlier run stored, the first file to be read again is that of the last
    stored row, for only some of its spectra may be safe; what is stored already is passed over.
    """

    def __init__(
        self, writer: ObservedWriter, intake: Intake, files: Sequence[Path], *, n_known: int
    ) -> None:
        self._writer, self._labels, self._n_files = writer, intake.labels, len(files)
        self._catalogue, self._n_joined = intake.catalogue, 0
        self._n_known = n_known
        before, rejects = writer.catalog_committed, writer.rejects_committed
        self._stored: set[tuple[str, str]] = set()
        self._labelled: set[str] = set()
        for table in (before, rejects):
            for name, file in zip(table["id"], table["file"], strict=True):
                self._stored.add((file, name))
                self._label(name, file)
        place = {readable(file): number for number, file in enumerate(files)}
        self.n_done = place[before["file"].iloc[-1]] if len(before) else 0
        self._n_taken = len(before)
        self._file_of = writer.file_of_id_before
        self._file_of |= dict(zip(before["id"], before["file"], strict=True))
        self._examples: dict[str, list[tuple[str, str]]] = {}
        for one in rejects.to_dict("records"):
            self._example(str(one["reason"]), str(one["file"]), str(one["detail"]))
        self._counts = {str(k): int(v) for k, v in rejects["reason"].value_counts().items()}
        self._remarks = Counter[str]()
        self._remark(before.to_dict("records"))
        aside = list(before[SET_ASIDE]) if SET_ASIDE in before else []
        self._set_aside = Counter(str(reason) for reason in aside if reason)

    def accept(self, pieces: Sequence[Piece]) -> None:
        """The outcomes of some files, or of a part of a large one, in order."""
        outcomes = [one for of_a_file, _ in pieces for one in of_a_file]
        new = [one for one in outcomes if self._key(one) not in self._stored]
        settled = [one for one in map(self._without_duplicates, new) if one is not None]
        self._reject([one for one in settled if isinstance(one, Rejected)])
        # At once: making a table takes as long for one row as for hundreds.
        self._take([one for one in settled if isinstance(one, Taken)])
        self.n_done += sum(ends for _, ends in pieces)

    @property
    def anything(self) -> bool:
        """Whether some input gave a spectrum, now, before a break, or to the collection before."""
        return bool(self._n_taken or self._n_known or self._counts.get(_DUPLICATE))

    def why_nothing(self) -> str:
        """What was wrong with all files, the most frequent first; one of each is named."""
        files = "the file" if self._n_files == 1 else f"any of {self._n_files:,} files"
        what = [
            f"{n:,} {reason} (such as {Path(file).name}{f': {detail}' if detail else ''})"
            for reason, n in self._by_number()
            for file, detail in self._examples[reason][:1]
        ]
        return f"no spectrum could be taken from {files}, nothing is kept: {'; '.join(what)}"

    def _by_number(self) -> list[tuple[str, int]]:
        """Reasons for rejecting, the most frequent first."""
        return sorted(self._counts.items(), key=lambda item: (-item[1], item[0]))

    def _reject(self, rejected: Sequence[Rejected]) -> None:
        for one in rejected:
            self._label(one.id, one.file)
            self._counts[one.reason] = self._counts.get(one.reason, 0) + 1
            self._example(one.reason, one.file, one.detail)
            self._writer.reject(one.file, one.id, one.reason, one.detail)

    def _example(self, reason: str, file: str, detail: str) -> None:
        some = self._examples.setdefault(reason, [])
        if len(some) < _EXAMPLES:
            some.append((file, detail))

    def _take(self, taken: Sequence[Taken]) -> None:
        if not taken:
            return
        joined = [said_by(self._catalogue, one.row) for one in taken]
        self._n_joined += sum(more is not None for more in joined)
        rows = [
            one.row | (more or {}) | self._said_of(str(one.row["id"]), str(one.row["file"]))
            for one, more in zip(taken, joined, strict=True)
        ]
        self._n_taken += len(rows)
        self._remark(rows)
        self._set_aside.update(str(row[SET_ASIDE]) for row in rows if row[SET_ASIDE])
        self._writer.append(pd.DataFrame(rows), [one.spectrum for one in taken])

    def _remark(self, rows: Iterable[Mapping[Any, Any]]) -> None:
        """Count what is to be said of spectra that are taken."""
        for row in rows:
            self._remarks[str(row.get("flux_unit", ""))] += 1
            self._remarks["medium"] += row.get("medium") == NOT_SAID
            self._remarks["doubtful"] += is_doubtful(str(row.get("z_warning", "")))

    def report(self) -> IngestReport:
        catalog = Collection.open(self._writer.path).catalog
        by_number = self._by_number()
        return IngestReport(
            path=self._writer.path,
            n_files=self._n_files,
            n_taken=self._n_taken,
            rejected=dict(by_number),
            unknown_labels=tuple(n for n in self._labels.names if n not in self._labelled),
            n_counts=self._remarks["counts"],
            n_relative=self._remarks["relative"],
            n_medium_unsaid=self._remarks["medium"],
            n_doubtful=self._remarks["doubtful"],
            n_joined=self._n_joined if self._catalogue.digest else None,
            examples={reason: self._examples[reason] for reason, _ in by_number},
            labels=LabelWords(self._labels.renamed, self._labels.unknown, own=self._labels.own),
            set_aside=dict(self._set_aside.most_common()),
            n_repeats=int(np.count_nonzero(catalog[OBJECT].to_numpy() != catalog["id"].to_numpy()))
            if len(catalog)
            else 0,
            n_known=self._n_known,
        )

    def _said_of(self, id: str, file: str) -> dict[str, str | float]:
        """What the user tells the catalog; a column ebv only if there is any."""
        said: dict[str, str | float] = {"label": self._label(id, file)}
        if self._labels.reddenings:
            name = self._labels.name_of(id, file)
            said["ebv"] = self._labels.reddenings.get(name, float("nan"))
        return said

    def _label(self, id: str, file: str) -> str:
        name = self._labels.name_of(id, file)
        self._labelled.add(name)
        return self._labels.by_name.get(name, "")

    def _without_duplicates(self, one: Taken | Rejected) -> Taken | Rejected | None:
        """As it is, under another id, or rejected; None if it is stored under another id."""
        if isinstance(one, Rejected):
            return one
        file, name = self._key(one)
        first = self._file_of.get(name)
        if first is None:
            self._file_of[name] = file
            return one
        if is_of_other_file(name, file, first):
            for apart in apart_by_folder(name, file):
                if (file, apart) in self._stored:
                    return None
                if apart not in self._file_of:
                    self._file_of[apart] = file
                    return Taken({**one.row, "id": apart}, one.spectrum)
        return Rejected(file, name, _DUPLICATE, f"{name} was taken from {first}")

    @staticmethod
    def _key(one: Taken | Rejected) -> tuple[str, str]:
        """File and id."""
        if isinstance(one, Rejected):
            return one.file, one.id
        return str(one.row["file"]), str(one.row["id"])


def _find_files(paths: Iterable[str | Path], *, leave_out: Iterable[str | Path]) -> list[Path]:
    """Absolute paths, sorted, each once: every file, for what is no spectrum is listed as such."""
    given = [Path(path).absolute() for path in paths]
    found: set[Path] = set()
    for path in given:
        if path.is_dir():
            found.update(file for file in path.rglob("*") if file.is_file())
        elif path.exists():
            found.add(path)
        else:
            raise IngestError(f"there is no file or folder {path}")
    found -= {Path(file).absolute() for file in leave_out}
    if not found:
        raise IngestError(f"no file of spectra in {', '.join(map(str, given)) or 'no path'}")
    return sorted(found)


def _provenance(files: list[Path], intake: Intake) -> dict[str, Any]:
    """What determines the result; an unfinished run is only continued if all of it is equal."""
    grid = intake.grid
    digest = hashlib.blake2b(digest_size=16)
    for file in files:
        status = file.stat()
        digest.update(f"{readable(file)}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return {
        "source": "ingest",
        "n_files": len(files),
        "files": digest.hexdigest(),
        "labels": intake.labels.digest,
        "z_max": intake.z_max,
        "grid": [grid.start_aa, grid.stop_aa, grid.step_aa],
        "columns": dict(intake.hints.columns),
        "air": intake.hints.air,
        "catalogue": intake.catalogue.digest,
        "z_warning": "keep" if intake.doubtful else "reject",
    }
