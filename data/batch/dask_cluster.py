"""Chunks done by Dask's workers: of this machine, of a scheduler, or of a queue's jobs."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from .chunk_runner import Arrays, Chunk, ChunkFunction, ChunkRunner, InThisProcess
from .cluster_choice import ClusterChoice, ClusterError

__all__ = ["DaskCluster", "Told", "opened_cluster"]

Told = Callable[[str], None]
"""Given a sentence about the cluster, such as where its dashboard is."""

# A chunk's worker may die so often before the chunk is taken for what kills it.
_DEATHS = 20
# A chunk that raises is tried once more elsewhere, if it was the machine that failed.
_RETRIES = 2
# For each worker so many chunks wait at the scheduler, so that none idles and none hoards.
_AHEAD = 3
_TIMEOUT_S = 30
_CLASSES = {
    "slurm": "SLURMCluster",
    "pbs": "PBSCluster",
    "sge": "SGECluster",
    "lsf": "LSFCluster",
    "htcondor": "HTCondorCluster",
    "oar": "OARCluster",
    "moab": "MoabCluster",
}


class DaskCluster:
    """A cluster that is started when the first chunks come.

    Parameters
    ----------
    choice
        Which.
    told
        Told where its dashboard is, once it is there.
    """

    def __init__(self, choice: ClusterChoice, told: Told = lambda _sentence: None) -> None:
        self._choice, self._told = choice, told
        self._starting = threading.Lock()
        self._open = ExitStack()
        self._client: Any = None

    def runner(self) -> ChunkRunner:
        """For stages; what is too little for the cluster is done by their own thread."""
        return _OnCluster(self)

    def takes(self, n_chunks: int) -> bool:
        """Whether so many chunks are worth the cluster."""
        return not self._choice.local or n_chunks >= self._choice.few_chunks

    def client(self) -> Any:
        """The connection, made at the first call.

        Raises
        ------
        ClusterError
            There is no scheduler, or no worker comes.
        """
        with self._starting:
            if self._client is None:
                self._client = self._connected()
                self._told(_where(self._client))
            return self._client

    def close(self) -> None:
        """End what was started here; a scheduler that ran before runs on."""
        with self._starting:
            self._client = None
            self._open.close()

    def lost(self) -> ClusterError:
        """The scheduler does not answer any more."""
        return ClusterError(
            f"the scheduler {self._choice.scheduler or 'of this build'} is gone. What was "
            "finished is kept: start it again, and the same build goes on from here"
        )

    def _connected(self) -> Any:
        from dask import config
        from distributed import Client, LocalCluster

        choice = self._choice
        # Workers that die, or end with the build, are reported by what becomes of their chunks.
        for name in ("distributed.scheduler", "distributed.nanny", "distributed.core"):
            logging.getLogger(name).setLevel(logging.ERROR)
        self._open.enter_context(config.set({"distributed.scheduler.allowed-failures": _DEATHS}))
        if choice.scheduler:
            target: Any = choice.scheduler
        elif choice.system:
            target = self._open.enter_context(_of_queue(choice))
        else:
            target = self._open.enter_context(
                LocalCluster(
                    n_workers=choice.workers,
                    threads_per_worker=1,
                    processes=True,
                    host="127.0.0.1",
                    dashboard_address="127.0.0.1:0",
                    memory_limit=0,  # chunks are small; what else runs here is not ours to judge
                    silence_logs=logging.CRITICAL,
                )
            )
        try:
            client = Client(
                target,
                security=choice.security() if choice.scheduler else None,
                timeout=_TIMEOUT_S,
                set_as_default=False,
            )
        except (OSError, TimeoutError) as error:
            raise ClusterError(f"no scheduler answers at {choice.scheduler}: {error}") from error
        return self._open.enter_context(client)


@contextmanager
def opened_cluster(
    choice: ClusterChoice | None, told: Told = lambda _sentence: None
) -> Iterator[DaskCluster | None]:
    """A cluster for the length of a build; None for none."""
    if choice is None:
        yield None
        return
    cluster = DaskCluster(choice, told)
    try:
        yield cluster
    finally:
        cluster.close()


class _OnCluster:
    """Sends chunks to the cluster, and brings back what comes of them."""

    def __init__(self, cluster: DaskCluster) -> None:
        self._cluster = cluster

    def each(
        self, function: ChunkFunction, chunks: Sequence[tuple[int, Chunk]]
    ) -> Iterator[tuple[int, Arrays]]:
        """Number and result of each as it is done."""
        if not self._cluster.takes(len(chunks)):
            yield from InThisProcess().each(function, chunks)
            return
        from concurrent.futures import CancelledError

        from distributed import CancelledError as Dropped
        from distributed.comm.core import CommClosedError

        try:
            yield from self._spread(function, chunks)
        except (CancelledError, Dropped, CommClosedError) as error:
            raise self._cluster.lost() from error

    def _spread(
        self, function: ChunkFunction, chunks: Sequence[tuple[int, Chunk]]
    ) -> Iterator[tuple[int, Arrays]]:
        from distributed import KilledWorker, as_completed

        client, waiting = self._cluster.client(), list(reversed(chunks))
        working: dict[Any, int] = {}
        finished: Any = as_completed(loop=client.loop)

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
            for future in finished:
                yield working.pop(future), future.result()
                top_up()
        except KilledWorker as error:
            raise ClusterError(
                f"{_DEATHS} workers ended while they had the same chunk: they may lack memory"
            ) from error
        finally:
            for future in working:
                future.release()


def done_by_worker(function: ChunkFunction, chunk: Chunk) -> Arrays:
    """One chunk, by a worker's thread; workers, not threads, keep the cores busy."""
    import torch
    from threadpoolctl import threadpool_limits

    torch.get_num_threads()  # asked first, torch does not take the count back later
    torch.set_num_threads(1)
    with threadpool_limits(1):
        return function(**chunk)


def _of_queue(choice: ClusterChoice) -> Any:
    """Jobs of a batch system, with certificates: their scheduler listens on the network."""
    try:
        import dask_jobqueue
    except ImportError as error:
        raise ClusterError(
            f"--cluster {choice.system} needs dask-jobqueue: pip install 'spexplain[cluster]'"
        ) from error
    kind = getattr(dask_jobqueue, _CLASSES[choice.system])
    try:
        cluster = kind(
            security=choice.security() or True,
            protocol="tls://",
            scheduler_options={"dashboard_address": "127.0.0.1:0"},
        )
    except (OSError, ValueError, TypeError) as error:
        raise ClusterError(
            f"--cluster {choice.system} cannot start: {error}. Its cores, memory and queue are "
            "read from ~/.config/dask/jobqueue.yaml"
        ) from error
    cluster.scale(jobs=choice.workers)
    return cluster


def _where(client: Any) -> str:
    """In words: how many workers, and the dashboard's address."""
    link = client.dashboard_link
    n = len(client.scheduler_info(n_workers=-1)["workers"])
    return f"{n} {'worker' if n == 1 else 'workers'}" + (f", dashboard {link}" if link else "")
