"""Chunks run by Dask workers: local, of a scheduler, or jobs of a queue."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from .chunk_runner import Arrays, Chunk, ChunkFunction, ChunkRunner, InThisProcess, nothing_to_say
from .cluster_choice import ClusterChoice, ClusterError
from .workers import DEATHS, Workers

__all__ = ["DaskCluster", "Report", "opened_cluster"]

Report = Callable[[str], None]
"""Called with a sentence about the cluster, such as where its dashboard is."""

# A chunk that raises is tried again on another worker, in case the machine failed.
_RETRIES = 2
# Chunks queued per worker thread: enough that none idles, few enough that none hoards.
_AHEAD = 3
# Intervals at which results, and the number of workers, are checked.
_LOOK_S, _COUNT_S = 0.02, 1.0


class DaskCluster:
    """A cluster that is started when the first chunks come.

    Parameters
    ----------
    choice
        Which cluster.
    report
        Called with the dashboard's address once it runs, and when no worker is left.
    """

    def __init__(self, choice: ClusterChoice, report: Report = lambda _sentence: None) -> None:
        self._choice, self._report = choice, report
        self._starting = threading.Lock()
        self._workers: Workers | None = None
        self._deserted = False

    def runner(self) -> ChunkRunner:
        """Runs the chunks of stages; few chunks are run in the calling thread."""
        return _OnCluster(self)

    def takes(self, n_chunks: int) -> bool:
        """Whether so many chunks are worth the cluster: any where its workers run already."""
        running = self._workers is not None
        return running or not self._choice.local or n_chunks >= self._choice.few_chunks

    @property
    def local(self) -> bool:
        """Whether the workers are processes of this machine, which see its folders."""
        return self._choice.local

    def workers(self) -> Workers:
        """The workers, started at the first call.

        Raises
        ------
        ClusterError
            The scheduler does not answer.
        """
        with self._starting:
            if self._workers is None:
                self._workers = Workers(self._choice)
                self._report(self._workers.describe())
            return self._workers

    def keep_staffed(self) -> None:
        """Replace workers that we started and that died; report it if no other is left."""
        replaced = self.workers().replace_lost()
        if not replaced and not self._deserted:
            self._report(
                f"no worker is connected to {self._choice.scheduler}: the build waits for one"
            )
        self._deserted = not replaced

    def close(self) -> None:
        """Stop what was started here; a scheduler that ran before keeps running."""
        with self._starting:
            workers, self._workers = self._workers, None
            if workers is not None:
                workers.close()

    def lost(self) -> ClusterError:
        """The error that the scheduler no longer answers."""
        return ClusterError(
            f"the scheduler {self._choice.scheduler or 'of this build'} is gone. What was "
            "finished is kept: start it again and repeat the build to continue"
        )


@contextmanager
def opened_cluster(
    choice: ClusterChoice | None, report: Report = lambda _sentence: None
) -> Iterator[DaskCluster | None]:
    """A cluster for the duration of a build; None without a choice."""
    if choice is None:
        yield None
        return
    cluster = DaskCluster(choice, report)
    try:
        yield cluster
    finally:
        cluster.close()


class _OnCluster:
    """Sends chunks to the cluster and collects their results."""

    def __init__(self, cluster: DaskCluster) -> None:
        self._cluster = cluster

    def each(
        self,
        function: ChunkFunction,
        chunks: Sequence[tuple[int, Chunk]],
        meanwhile: Callable[[], None] = nothing_to_say,
    ) -> Iterator[tuple[int, Arrays]]:
        """Number and result of each chunk as it finishes."""
        if not self._cluster.takes(len(chunks)):
            yield from InThisProcess().each(function, chunks)
            return
        from concurrent.futures import CancelledError

        from distributed import CancelledError as Dropped
        from distributed.comm.core import CommClosedError

        try:
            yield from self._spread(function, chunks, meanwhile)
        except (CancelledError, Dropped, CommClosedError) as error:
            raise self._cluster.lost() from error

    def _spread(
        self,
        function: ChunkFunction,
        chunks: Sequence[tuple[int, Chunk]],
        meanwhile: Callable[[], None],
    ) -> Iterator[tuple[int, Arrays]]:
        from distributed import KilledWorker, as_completed

        client, waiting = self._cluster.workers().client, list(reversed(chunks))
        working: dict[Any, int] = {}
        # With results: a worker can die after finishing a chunk and before sending its result.
        finished: Any = as_completed(loop=client.loop, with_results=True)

        def top_up() -> None:
            if client.status != "running":
                raise self._cluster.lost()
            ahead = max(_AHEAD * sum(client.nthreads().values()), _AHEAD)
            while waiting and len(working) < ahead:
                number, chunk = waiting.pop()
                future = client.submit(
                    done_by_worker, function, dict(chunk), pure=False, retries=_RETRIES
                )
                working[future] = number
                finished.add(future)

        try:
            top_up()
            while working:
                self._await_one(finished, meanwhile)
                future, arrays = next(finished)
                if future.cancelled():
                    raise self._cluster.lost()
                yield working.pop(future), arrays
                top_up()
        except KilledWorker as error:
            raise ClusterError(
                f"{DEATHS} workers died on the same chunk: they may lack memory"
            ) from error
        finally:
            for future in working:
                future.release()

    def _await_one(self, finished: Any, meanwhile: Callable[[], None]) -> None:
        """Wait for a chunk; meanwhile the caller may stop it, and lost workers are replaced."""
        looked = time.monotonic()
        while not finished.has_ready():
            time.sleep(_LOOK_S)
            if time.monotonic() - looked < _COUNT_S:
                continue
            meanwhile()
            if self._cluster.workers().client.status != "running":
                raise self._cluster.lost()
            self._cluster.keep_staffed()
            looked = time.monotonic()


def done_by_worker(function: ChunkFunction, chunk: Chunk) -> Arrays:
    """One chunk on a worker, with one thread: the cores are kept busy by several workers."""
    import torch
    import zarr
    from threadpoolctl import threadpool_limits

    zarr.config.set({"threading.max_workers": 1})  # has effect only before the first read
    torch.get_num_threads()  # otherwise torch would reset the count later
    torch.set_num_threads(1)
    with threadpool_limits(1):
        return function(**chunk)
