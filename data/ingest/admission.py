"""Admission of spectra to a collection: duplicates, labels, and the report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from ...core.spectra.redshift_warning import is_doubtful
from ...core.spectra.spectrum import NOT_SAID
from ..collection.catalog_facts import COLUMNS_FROM, SET_ASIDE, Z_FROM
from ..collection.collection import Collection
from ..collection.format import OBJECT
from ..collection.writing.observed_writer import ObservedWriter
from .catalogues.joined_catalogue import catalogue_facts
from .ingest_report import IngestReport, LabelWords
from .names_apart import apart_by_folder, is_of_other_file
from .one_file import Intake, Rejected, Taken
from .reader_processes.bounded_reader import Piece
from .readers.vocabulary.file_names import readable
from .readers.vocabulary.other_facts import UNHEEDED

__all__ = ["Admission"]

_EXAMPLES = 3  # per reason
_DUPLICATE = "duplicate"


class Admission:
    """Takes outcomes in order: rejects duplicates, adds labels, and passes rows to the writer.

    A resumed run starts at the file of the last stored row, as only some of its spectra may be
    stored; those are skipped.

    Parameters
    ----------
    writer
        Writer of the collection.
    intake
        Holds the labels and the catalogue.
    files
        The files to be read.
    n_known
        Number of files skipped, since the collection has their spectra already.

    Attributes
    ----------
    n_done
        Number of files done.
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
        self._labelled_before = (
            {self._labels.name_of(id, file) for id, file in self._file_of.items()}
            if self._labels.names
            else set()
        )
        self._file_of |= dict(zip(before["id"], before["file"], strict=True))
        self._examples: dict[str, list[tuple[str, str]]] = {}
        for one in rejects.to_dict("records"):
            self._example(str(one["reason"]), str(one["file"]), str(one["detail"]))
        self._counts = {str(k): int(v) for k, v in rejects["reason"].value_counts().items()}
        self._remarks = Counter[str]()
        self._guesses = {name: Counter[str]() for name in (COLUMNS_FROM, Z_FROM)}
        self._remark(before.to_dict("records"))
        aside = list(before[SET_ASIDE]) if SET_ASIDE in before else []
        self._set_aside = Counter(str(reason) for reason in aside if reason)

    def accept(self, pieces: Sequence[Piece]) -> None:
        """Take the outcomes of some files, or of a part of a large one, in order."""
        outcomes = [one for of_a_file, _ in pieces for one in of_a_file]
        new = [one for one in outcomes if (one.file, one.id) not in self._stored]
        settled = [one for one in map(self._without_duplicates, new) if one is not None]
        self._reject([one for one in settled if isinstance(one, Rejected)])
        # In one batch: a table takes as long to make for one row as for hundreds.
        self._take([one for one in settled if isinstance(one, Taken)])
        self.n_done += sum(ends for _, ends in pieces)

    @property
    def anything(self) -> bool:
        """Whether any input gave a spectrum, now or in an earlier or interrupted run."""
        return bool(self._n_taken or self._n_known or self._counts.get(_DUPLICATE))

    def why_nothing(self) -> str:
        """Reasons for rejecting all files, the most frequent first, with an example of each."""
        files = "the file" if self._n_files == 1 else f"any of {self._n_files:,} files"
        what = [
            f"{n:,} {reason} (such as {Path(file).name}{f': {detail}' if detail else ''})"
            for reason, n in self._by_number()
            for file, detail in self._examples[reason][:1]
        ]
        return f"no spectrum could be taken from {files}, nothing is kept: {'; '.join(what)}"

    def report(self) -> IngestReport:
        """Close the collection, and return the report."""
        catalog = Collection.open(self._writer.path).catalog
        of_other = catalog[OBJECT].to_numpy() != catalog["id"].to_numpy()
        by_number = self._by_number()
        names = self._labels.names
        unused = [name for name in names if name not in self._labelled]
        return IngestReport(
            path=self._writer.path,
            n_files=self._n_files,
            n_taken=self._n_taken,
            rejected=dict(by_number),
            unknown_labels=tuple(n for n in unused if n not in self._labelled_before),
            labels_passed_over=tuple(n for n in names if n in self._labelled_before),
            n_counts=self._remarks["counts"],
            n_relative=self._remarks["relative"],
            n_medium_unsaid=self._remarks["medium"],
            n_masks=self._remarks["masks"],
            n_doubtful=self._remarks["doubtful"],
            n_joined=self._n_joined if self._catalogue.digest else None,
            columns_from=dict(self._guesses[COLUMNS_FROM].most_common()),
            z_from=dict(self._guesses[Z_FROM].most_common()),
            examples={reason: self._examples[reason] for reason, _ in by_number},
            labels=LabelWords(self._labels.renamed, self._labels.unknown, own=self._labels.own),
            set_aside=dict(self._set_aside.most_common()),
            n_repeats=int(of_other.sum()),
            n_known=self._n_known,
        )

    def _by_number(self) -> list[tuple[str, int]]:
        """Reasons for rejection and their numbers, the most frequent first."""
        return sorted(self._counts.items(), key=lambda item: (-item[1], item[0]))

    def _reject(self, rejected: Sequence[Rejected]) -> None:
        for one in rejected:
            self._label(one.id, one.file)
            self._counts[one.reason] = self._counts.get(one.reason, 0) + 1
            detail = f"{one.id}: {one.detail}" if one.id else one.detail
            self._example(one.reason, one.file, detail)
            self._writer.reject(one.file, one.id, one.reason, one.detail)

    def _example(self, reason: str, file: str, detail: str) -> None:
        some = self._examples.setdefault(reason, [])
        if len(some) < _EXAMPLES:
            some.append((file, detail))

    def _take(self, taken: Sequence[Taken]) -> None:
        if not taken:
            return
        joined = [catalogue_facts(self._catalogue, one.row) for one in taken]
        self._n_joined += sum(more is not None for more in joined)
        rows = [
            one.row | (more or {}) | self._label_facts(one.id, one.file)
            for one, more in zip(taken, joined, strict=True)
        ]
        self._n_taken += len(rows)
        self._remark(rows)
        self._set_aside.update(str(row[SET_ASIDE]) for row in rows if row[SET_ASIDE])
        self._writer.append(pd.DataFrame(rows), [one.spectrum for one in taken])

    def _remark(self, rows: Iterable[Mapping[Any, Any]]) -> None:
        """Count the remarks on accepted spectra."""
        for row in rows:
            self._remarks[str(row.get("flux_unit", ""))] += 1
            self._remarks["medium"] += row.get("medium") == NOT_SAID
            self._remarks["masks"] += isinstance(value := row.get(UNHEEDED), str) and value != ""
            for name, counts in self._guesses.items():
                if isinstance(value := row.get(name), str) and value:
                    counts[value] += 1
            self._remarks["doubtful"] += is_doubtful(str(row.get("z_warning", "")))

    def _label_facts(self, id: str, file: str) -> dict[str, str | float]:
        """Catalog entries from the user's labels; a column ebv only if any is given."""
        facts: dict[str, str | float] = {"label": self._label(id, file)}
        if self._labels.reddenings:
            name = self._labels.name_of(id, file)
            facts["ebv"] = self._labels.reddenings.get(name, float("nan"))
        return facts

    def _label(self, id: str, file: str) -> str:
        name = self._labels.name_of(id, file)
        self._labelled.add(name)
        return self._labels.by_name.get(name, "")

    def _without_duplicates(self, one: Taken | Rejected) -> Taken | Rejected | None:
        """The outcome, possibly with another id, or rejected; None if it is stored already."""
        if isinstance(one, Rejected):
            return one
        file, name = one.file, one.id
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
