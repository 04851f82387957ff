"""The fetch: jobs on a few threads, with the state of each written down."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from pathlib import Path

from ..files import WriterLock, sha256_of
from .contents import content_fault
from .jobs import Job
from .manifest import DONE, Entry, read_manifest, write_manifest
from .polite_client import PoliteClient, Stopped

__all__ = ["FetchCancelled", "FetchReport", "FetchStopped", "fetch"]

MANIFEST, SPECTRA, PARTS = "manifest.csv", "spectra", "parts"
_WRITTEN_EVERY = 200  # jobs
_FAILED_IN_A_ROW = 10  # jobs, for each worker

Progress = Callable[[int, int], None]


class FetchStopped(Exception):
    """The fetch cannot start or go on; the text says why and what to do."""


class FetchCancelled(FetchStopped):
    """The caller cancelled; the same command continues from there."""


@dataclass(frozen=True, slots=True)
class FetchReport:
    """Result of a fetch.

    Attributes
    ----------
    folder
        Folder of the manifest; spectra are in its folder ``spectra``.
    states
        State → number of requests.
    had
        How many of the fetched had been there before.
    bytes
        Bytes downloaded.
    reasons
        Up to three examples of each state except ``fetched``: id and reason.
    """

    folder: Path
    states: dict[str, int]
    had: int
    bytes: int
    reasons: dict[str, list[tuple[str, str]]]


def fetch(
    jobs: Iterable[Job],
    folder: Path,
    client: PoliteClient,
    *,
    others: Sequence[Entry] = (),
    workers: int = 4,
    progress: Progress = lambda done, total: None,
) -> FetchReport:
    """Fetch what is not here yet, and record the state of every request.

    Finished files are not fetched again, partial ones are resumed, and missing or failed ones are
    requested again.

    Parameters
    ----------
    jobs
        One for each file.
    folder
        Created if absent.
    client
        HTTP client.
    others
        Entries without a job, for the manifest.
    workers
        Number of connections.
    progress
        Called with (jobs done, jobs in all).

    Raises
    ------
    FetchStopped
        Another fetch is writing there, or the archive failed repeatedly.
    FetchCancelled
        The client was stopped.
    OSError
        A file cannot be written.
    """
    for name in (SPECTRA, PARTS):
        (folder / name).mkdir(parents=True, exist_ok=True)
    lock = WriterLock(folder / ".lock")
    if not lock.take():
        raise FetchStopped(
            f"another fetch is writing to {folder}: wait for it, or choose another folder"
        )
    try:
        return _Run(list(jobs), folder, client, others, workers, progress).through()
    finally:
        lock.release()


class _Run:
    def __init__(
        self,
        jobs: list[Job],
        folder: Path,
        client: PoliteClient,
        others: Sequence[Entry],
        workers: int,
        progress: Progress,
    ) -> None:
        self._jobs, self._folder, self._client = jobs, folder, client
        self._workers, self._progress = workers, progress
        known = read_manifest(folder / MANIFEST)
        self._known = {(entry.id, entry.file): entry for entry in known}
        wanted = [entry for job in jobs for entry in job.wanted()]
        # Requests of an earlier list stay in the manifest.
        now = {(entry.id, entry.file): entry for entry in (*wanted, *others)}
        self._now, self._entries, self._last = list(now), self._known | now, ""
        self._had = self._bytes = self._failed = 0
        self._halt = threading.Event()

    def through(self) -> FetchReport:
        todo: list[Job] = []
        for job in self._jobs:
            entries = self._here(job)
            self._note(entries)
            if not entries:
                todo.append(job)
        done = len(self._jobs) - len(todo)
        self._had = sum(self._entries[key].state == DONE for key in self._now)
        self._progress(done, len(self._jobs))
        try:
            self._share_out(todo, done)
        finally:
            write_manifest(self._folder / MANIFEST, self._entries.values())
            self._sweep()
        if self._client.stopped():
            n = sum(self._entries[key].state == DONE for key in self._now)
            raise FetchCancelled(
                f"stopped after {n:,} of {len(self._now):,}; the same command continues from there"
            )
        if self._halt.is_set():
            raise FetchStopped(
                f"{self._failed} in a row failed, the last: {self._last}; the same command goes "
                "on from there"
            )
        return self._report()

    def _here(self, job: Job) -> list[Entry]:
        """Entries of a finished file, if it is here and unchanged."""
        path = self._folder / SPECTRA / job.file
        if not path.is_file():
            return []
        wanted = job.wanted()
        known = [self._known.get((entry.id, entry.file)) for entry in wanted]
        size = path.stat().st_size
        right = [one for one in known if one is not None and _stands(one, size)]
        if len(right) == len(wanted):
            return right
        # It was put there whole, but its run ended before that was written down; which of
        # several spectra it has is not known then.
        if len(wanted) > 1 or content_fault(path, path.suffix):
            return []
        digest = sha256_of(path)
        return [replace(one, state=DONE, bytes=size, sha256=digest) for one in wanted]

    def _share_out(self, todo: list[Job], done: int) -> None:
        queue = iter(todo)
        with ThreadPoolExecutor(self._workers) as pool:
            running: set[Future[list[Entry]]] = set()
            try:
                while True:
                    while len(running) < 2 * self._workers and not self._ends():
                        job = next(queue, None)
                        if job is None:
                            break
                        running.add(pool.submit(self._bring, job))
                    if not running:
                        return
                    finished, running = wait(running, return_when=FIRST_COMPLETED)
                    for one in finished:
                        result = one.result()
                        self._note(result)
                        self._bytes += max((e.bytes for e in result if e.state == DONE), default=0)
                        done += 1
                        self._progress(done, len(self._jobs))
                        if done % _WRITTEN_EVERY == 0:
                            write_manifest(self._folder / MANIFEST, self._entries.values())
            except BaseException:  # even Ctrl-C: stop the running jobs, then raise again
                self._halt.set()
                raise

    def _ends(self) -> bool:
        return self._halt.is_set() or self._client.stopped()

    def _bring(self, job: Job) -> list[Entry]:
        """Run a job on a thread; returns its result, or nothing if it was cancelled."""
        if self._ends():
            return []
        part = self._folder / PARTS / f"{job.file.replace('/', '--')}.part"
        try:
            brought = job.bring(self._client, part)
        except Stopped:
            return []
        if not any(entry.state == DONE for entry in brought):
            return brought
        path = self._folder / SPECTRA / job.file
        path.parent.mkdir(parents=True, exist_ok=True)
        size, digest = part.stat().st_size, sha256_of(part)
        os.replace(part, path)
        return [
            replace(entry, bytes=size, sha256=digest) if entry.state == DONE else entry
            for entry in brought
        ]

    def _note(self, entries: list[Entry]) -> None:
        for entry in entries:
            self._entries[entry.id, entry.file] = entry
            self._last = entry.reason if entry.state == "failed" else self._last
        if entries:
            self._failed = self._failed + 1 if entries[-1].state == "failed" else 0
        if self._failed >= _FAILED_IN_A_ROW * self._workers:
            self._halt.set()

    def _sweep(self) -> None:
        """Remove the folder of partial files once it is empty."""
        parts = self._folder / PARTS
        if parts.is_dir() and not any(parts.iterdir()):
            parts.rmdir()

    def _report(self) -> FetchReport:
        reasons: dict[str, list[tuple[str, str]]] = {}
        now = [self._entries[key] for key in self._now]
        for entry in now:
            examples = reasons.setdefault(entry.state, [])
            if entry.state != DONE and len(examples) < 3:
                examples.append((entry.id, entry.reason))
        reasons.pop(DONE, None)
        states = Counter(entry.state for entry in now)
        return FetchReport(self._folder, dict(states), self._had, self._bytes, reasons)


def _stands(entry: Entry, size: int) -> bool:
    """Whether an entry of a file of this size need not be requested again."""
    return entry.state == "missing" or (entry.state == DONE and entry.bytes == size)
