"""From files of any known survey to a collection, with a reason for every one not taken."""

from __future__ import annotations

import hashlib
import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..core.grids import COLLECTION_GRID, WaveGrid
from .collection_format import CollectionError
from .collection_writer import CollectionWriter
from .intake import Intake, Rejected, Taken
from .labels import LabelError, Labels, read_labels

__all__ = ["IngestCancelled", "IngestError", "IngestReport", "ingest"]

_SUFFIXES = (".fits", ".fit", ".fits.gz", ".fit.gz")
_FILES_A_TASK = 32
# Starting a process takes as long as reading some hundred files.
_FILES_A_PROCESS = 500

Progress = Callable[[int, int], None]


class IngestError(Exception):
    """Nothing could be ingested; the text says why."""


class IngestCancelled(IngestError):
    """The caller asked to stop; ingesting the same files to the same place goes on from there."""


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What became of the inputs.

    Attributes
    ----------
    path
        The collection.
    n_files
        Number of files looked at.
    n_taken
        Number of spectra in the collection.
    rejected
        Reason → number of files, the most frequent first.
    unknown_labels
        Names in the labels file that belong to no input.
    """

    path: Path
    n_files: int
    n_taken: int
    rejected: dict[str, int]
    unknown_labels: tuple[str, ...] = ()

    @property
    def n_rejected(self) -> int:
        """Number of files not taken."""
        return sum(self.rejected.values())


def ingest(
    paths: Iterable[str | Path],
    out: str | Path,
    *,
    labels: str | Path | None = None,
    jobs: int = 1,
    z_max: float = 0.8,
    grid: WaveGrid = COLLECTION_GRID,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> IngestReport:
    """Make a collection of the galaxies and QSOs among the files.

    Taken is every spectrum with a known redshift 0 < z ≤ z_max that has data on the grid and is
    no star; the others are listed with a reason in the collection's rejects, and ingesting goes
    on. Rows are in the order of the sorted paths, whatever jobs is. Interrupted, it leaves
    nothing at `out`; the same call again goes on where it stopped.

    Parameters
    ----------
    paths
        FITS files, or folders searched for them with all their subfolders.
    out
        Folder of the new collection; must not exist.
    labels
        CSV file with ``id,label`` or ``file,label``.
    jobs
        At most so many processes read files; few files are read by this one.
    z_max
        Largest redshift taken.
    grid
        rest-frame wavelengths of the collection.
    progress
        Called with (files done, files in all) as work goes on.
    cancelled
        Asked now and then; True stops.

    Raises
    ------
    IngestError
        A path is absent, no FITS file is found, the labels file cannot be used, the
        place is taken or cannot be written.
    IngestCancelled
        `cancelled` said so.
    ValueError
        Jobs < 1, or z_max is not positive.
    """
    if jobs < 1 or not z_max > 0:
        raise ValueError(f"need jobs ≥ 1 and z_max > 0, got {jobs} and {z_max}")
    try:
        known = read_labels(labels) if labels is not None else Labels({}, "")
        files = _find_files(paths)
        provenance = _provenance(files, known, z_max, grid)
        with CollectionWriter.create(out, grid, provenance, resumable=True) as writer:
            desk = _Desk(writer, known, len(files))
            todo = [file for file in files if str(file) not in desk.done]
            intake = Intake(grid, z_max)
            for outcomes in _outcomes(intake, todo, jobs):
                desk.accept(outcomes)
                if progress is not None:
                    progress(desk.n_done, len(files))
                if cancelled is not None and cancelled():
                    raise IngestCancelled(
                        f"stopped after {desk.n_done} of {len(files)} files; the same command "
                        "goes on from what is already stored"
                    )
    except (CollectionError, LabelError) as error:
        raise IngestError(str(error)) from error
    except BrokenProcessPool as error:
        raise IngestError(
            "a reading process ended unexpectedly (out of memory?); the same command goes on "
            "from what is already stored, try it with --jobs 1"
        ) from error
    return desk.report()


class _Desk:
    """Takes outcomes in order: sorts out duplicates, labels, and hands rows to the writer."""

    def __init__(self, writer: CollectionWriter, labels: Labels, n_files: int) -> None:
        self._writer, self._labels, self._n_files = writer, labels, n_files
        before, rejects = writer.catalog_committed, writer.rejects_committed
        self.done = set(before["file"]) | set(rejects["file"])
        self.n_done = len(self.done)
        self._file_of = dict(zip(before["id"], before["file"], strict=True))
        self._counts = {str(k): int(v) for k, v in rejects["reason"].value_counts().items()}
        self._labelled: set[str] = set()
        for table in (before, rejects):
            for name, file in zip(table["id"], table["file"], strict=True):
                self._label(name, file)

    def accept(self, outcomes: Sequence[Taken | Rejected]) -> None:
        taken: list[Taken] = []
        for outcome in outcomes:
            if isinstance(outcome, Taken):
                outcome = self._without_duplicates(outcome)
            if isinstance(outcome, Taken):
                taken.append(outcome)
                continue
            self._label(outcome.id, outcome.file)
            self._counts[outcome.reason] = self._counts.get(outcome.reason, 0) + 1
            self._writer.reject(outcome.file, outcome.id, outcome.reason, outcome.detail)
        if taken:
            rows = [
                one.row | {"label": self._label(str(one.row["id"]), str(one.row["file"]))}
                for one in taken
            ]
            flux, ivar = (np.stack([getattr(one, k) for one in taken]) for k in ("flux", "ivar"))
            self._writer.append(pd.DataFrame(rows), flux, ivar)
        self.n_done += len(outcomes)

    def report(self) -> IngestReport:
        by_number = sorted(self._counts.items(), key=lambda item: (-item[1], item[0]))
        return IngestReport(
            path=self._writer.path,
            n_files=self._n_files,
            n_taken=len(self._file_of),
            rejected=dict(by_number),
            unknown_labels=tuple(n for n in self._labels.by_name if n not in self._labelled),
        )

    def _label(self, id: str, file: str) -> str:
        name = self._labels.name_of(id, file)
        self._labelled.add(name)
        return self._labels.by_name.get(name, "")

    def _without_duplicates(self, taken: Taken) -> Taken | Rejected:
        name, file = str(taken.row["id"]), str(taken.row["file"])
        first = self._file_of.setdefault(name, file)
        if first == file:
            return taken
        return Rejected(file, name, "duplicate", f"{name} was taken from {first}")


def _outcomes(intake: Intake, files: list[Path], jobs: int) -> Iterator[Sequence[Taken | Rejected]]:
    """Outcomes in the order of the files, a task at a time; at most a few tasks wait in memory."""
    tasks = [files[at : at + _FILES_A_TASK] for at in range(0, len(files), _FILES_A_TASK)]
    jobs = min(jobs, len(files) // _FILES_A_PROCESS)
    if jobs <= 1:
        for task in tasks:
            yield [intake(file) for file in task]
        return
    # Processes, for reading is mostly Python; spawned, for forking a threaded program may hang.
    context = multiprocessing.get_context("spawn")
    waiting: deque[Future[list[Taken | Rejected]]] = deque()
    with ProcessPoolExecutor(jobs, mp_context=context) as pool:
        try:
            for task in tasks:
                with _interrupts_held():
                    waiting.append(pool.submit(_work, intake, task))
                if len(waiting) > 3 * jobs:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Processes started meanwhile inherit a mask and never see Ctrl-C, which reaches all of them.

    Only the first process is to act on it; a reader that dies of it while it starts would leave
    the pool waiting for ever.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work(intake: Intake, files: Sequence[Path]) -> list[Taken | Rejected]:
    return [intake(file) for file in files]


def _find_files(paths: Iterable[str | Path]) -> list[Path]:
    """Absolute paths, sorted, each once; files named outright are taken whatever their suffix."""
    given = [Path(path).absolute() for path in paths]
    found: set[Path] = set()
    for path in given:
        if path.is_dir():
            inside = (file for file in path.rglob("*") if file.name.lower().endswith(_SUFFIXES))
            found.update(file for file in inside if file.is_file())
        elif path.exists():
            found.add(path)
        else:
            raise IngestError(f"there is no file or folder {path}")
    if not found:
        raise IngestError(
            f"no FITS file ({', '.join(_SUFFIXES)}) in {', '.join(map(str, given)) or 'no path'}"
        )
    return sorted(found)


def _provenance(files: list[Path], labels: Labels, z_max: float, grid: WaveGrid) -> dict[str, Any]:
    """What determines the result; an unfinished run is only continued if all of it is equal."""
    digest = hashlib.blake2b(digest_size=16)
    for file in files:
        status = file.stat()
        digest.update(f"{file}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return {
        "source": "ingest",
        "n_files": len(files),
        "files": digest.hexdigest(),
        "labels": labels.digest,
        "z_max": z_max,
        "grid": [grid.start_aa, grid.stop_aa, grid.step_aa],
    }
