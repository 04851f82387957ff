"""Scheduler of the stages of a build: two side by side, cancellable."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from threadpoolctl import threadpool_limits

from ...core.compute import thread_pool
from ..batch import ChunkRunner, ClusterError, DaskCluster, InThisProcess
from ..batch.remote_runner import AtAnAddress
from ..collection import Collection, Run, RunDraft, RunError, RunStore
from ..files import ModelFileError
from ..objects import AddressError
from ..objects.publish import Published
from .before import Before
from .settings import BuildSettings
from .stage import BuildCancelled, Progress, Stage, StageSkipped, Work

__all__ = ["BuildError", "Lanes", "Outcome", "Task"]

# Most stages gain little from a second thread; two stages side by side keep two cores busy.
_LANES = 2


# Failures caused by data or disks; anything else is a bug and propagates as such.
_EXPECTED = (
    *(AddressError, ArithmeticError, ClusterError, MemoryError, ModelFileError, OSError),
    *(RunError, ValueError),
)


class BuildError(Exception):
    """A build cannot be done; the message says why."""


@dataclass(frozen=True, slots=True)
class Task:
    """A stage with the key, settings and inputs of its run, and the run it continues from."""

    stage: Stage
    key: str
    params: dict[str, Any]
    inputs: dict[str, str]
    before: Before | None = None


@dataclass(slots=True)
class Outcome:
    """The outcome of the tasks, by name of the stage."""

    seconds: dict[str, float] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        return name in self.seconds or name in self.kept or name in self.skipped


class Lanes:
    """Runs tasks in two parallel lanes, each task once its inputs exist.

    Parameters
    ----------
    collection, settings, given
        Passed to every stage.
    jobs
        Cores to use.
    progress, cancelled
        As for :func:`build`.
    cluster
        Runs chunks; None for this process.
    published
        Address to which runs are uploaded; None for a collection in a folder.
    """

    def __init__(
        self,
        collection: Collection,
        settings: BuildSettings,
        given: Mapping[str, Run],
        *,
        jobs: int,
        progress: Progress,
        cancelled: Callable[[], bool],
        cluster: DaskCluster | None = None,
        published: Published | None = None,
    ) -> None:
        self._cluster, self._published = cluster, published
        self._collection, self._settings, self._given = collection, settings, given
        self._store = RunStore(collection.path)
        self._lanes = min(_LANES, max(jobs, 1))
        self._threads = max(jobs // _LANES, 1)
        self._progress, self._cancelled = progress, cancelled
        self._stop = threading.Event()
        self._speaking = threading.Lock()

    def run(self, tasks: Iterable[Task]) -> Outcome:
        """Run all tasks; those whose run exists are kept.

        Raises
        ------
        BuildCancelled
            The build was cancelled.
        BuildError
            A stage failed; the other lane is stopped, finished runs stay.
        """
        outcome, waiting = Outcome(), list(tasks)
        working: dict[Future[float], Task] = {}
        # A thread's first call of torch resets its number of threads to that of the program; the
        # initializer makes this happen before we set it.
        pool = thread_pool(self._lanes, "build", torch.get_num_threads)
        with _torch_threads_put_back(), threadpool_limits(1, "blas"), pool:
            try:
                while waiting or working:
                    self._take_up(waiting, working, outcome, pool)
                    self._settle(working, outcome)
            except BaseException:  # raised on: whatever it is, Ctrl-C too, ends the other lane
                self._stop.set()
                raise
        return outcome

    def _take_up(
        self,
        waiting: list[Task],
        working: dict[Future[float], Task],
        outcome: Outcome,
        pool: ThreadPoolExecutor,
    ) -> None:
        """Start the first tasks whose inputs exist in free lanes; settle tasks without work."""
        for task in list(waiting):
            name = task.stage.name
            missing = [need for need in task.stage.needs if need in outcome.skipped]
            if self._store.get(name, task.key) is not None:
                outcome.kept.append(name)
                self._say(name, 1, 1, "up to date")
            elif missing:
                outcome.skipped[name] = f"needs {missing[0]}, which was skipped"
            elif len(working) < self._lanes and all(n in outcome for n in task.stage.needs):
                working[pool.submit(self._do, task)] = task
            else:
                continue
            waiting.remove(task)

    def _settle(self, working: dict[Future[float], Task], outcome: Outcome) -> None:
        """Wait for one lane to finish, and record the outcome of its task."""
        finished, _ = wait(working, return_when=FIRST_COMPLETED)
        for future in finished:
            name = working.pop(future).stage.name
            try:
                outcome.seconds[name] = future.result()
            except StageSkipped as reason:
                outcome.skipped[name] = str(reason)
                self._say(name, 1, 1, "skipped")
            except _EXPECTED as error:
                raise BuildError(f"stage {name} failed: {error}") from error

    def _do(self, task: Task) -> float:
        """Run one task in a lane; returns the seconds it took."""
        began = time.perf_counter()
        stage, store = task.stage, self._store
        inputs = {name: store.get(name, task.inputs[name]) for name in stage.needs}
        allowed = {*stage.takes, *stage.beside}
        threads = self._threads if stage.threads else 1
        torch.set_num_threads(threads)
        drafting = store.draft(
            stage.name,
            task.key,
            params=task.params,
            inputs=task.inputs,
            resumable=stage.resumable,
        )
        with threadpool_limits(threads, "openmp"), drafting as draft:
            work = Work(
                self._collection,
                self._settings,
                {name: run for name, run in inputs.items() if run is not None},
                {name: run for name, run in self._given.items() if name in allowed},
                draft,
                threads,
                self._reporter(stage.name),
                self._runner(draft),
                task.before,
            )
            try:
                stage.run(work)
            except StageSkipped:
                draft.clear()
                raise
            draft.drop_parts()
        gc.collect()  # large arrays in cycles would stay through the next stages
        seconds = time.perf_counter() - began
        store.record_seconds(stage.name, task.key, seconds, threads)
        if self._published is not None:
            self._published.put_run(store.path / f"{stage.name}-{task.key}")
        self._say(stage.name, 1, 1, "")
        return round(seconds, 3)

    def _runner(self, draft: RunDraft) -> ChunkRunner:
        """The runner of a stage's chunks; remote workers receive the address."""
        if self._cluster is None:
            return InThisProcess()
        runner = self._cluster.runner()
        if self._published is None or self._cluster.local:
            return runner
        return AtAnAddress(runner, self._published, draft.path)

    def _reporter(self, stage: str) -> Callable[..., None]:
        def report(done: int, total: int, message: str = "") -> None:
            if self._stop.is_set() or self._cancelled():
                raise BuildCancelled(
                    f"stopped in stage {stage}; the next build continues from here"
                )
            self._say(stage, done, total, message)

        return report

    def _say(self, stage: str, done: int, total: int, message: str) -> None:
        with self._speaking:
            self._progress(stage, done, total, message)


@contextmanager
def _torch_threads_put_back() -> Iterator[None]:
    """Restore torch's number of threads, which new threads would otherwise inherit."""
    before = torch.get_num_threads()
    try:
        yield
    finally:
        torch.set_num_threads(before)
