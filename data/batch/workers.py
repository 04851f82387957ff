"""Cluster workers: started here, of a scheduler, or queue jobs; lost ones are replaced."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from .cluster_choice import ClusterChoice, ClusterError

__all__ = ["DEATHS", "MEMORY", "Workers"]

# After so many workers have died on a chunk, the chunk is held to be the cause.
DEATHS = 20
_TIMEOUT_S = 30
# By default Dask's workers return the memory of every array to the system and allocate it again,
# which takes longer than filling it. Here they keep a quarter of a gigabyte.
MEMORY = {
    "MALLOC_TRIM_THRESHOLD_": 2**28,
    "MALLOC_MMAP_THRESHOLD_": 2**25,
    "MALLOC_ARENA_MAX": 1,
}
_CLASSES = {
    "slurm": "SLURMCluster",
    "pbs": "PBSCluster",
    "sge": "SGECluster",
    "lsf": "LSFCluster",
    "htcondor": "HTCondorCluster",
    "oar": "OARCluster",
    "moab": "MoabCluster",
}


class Workers:
    """A connection to a scheduler, and the workers that were started here.

    Parameters
    ----------
    choice
        Which cluster; scheduler and workers are started unless it names a scheduler.

    Raises
    ------
    ClusterError
        No scheduler answers, or the batch system cannot be used.
    """

    def __init__(self, choice: ClusterChoice) -> None:
        self._own = ExitStack()
        self._replace: Callable[[], None] | None = None
        try:
            self.client = self._connected(choice)
        except BaseException:  # whatever it is: stop what was started, then raise it again
            self._own.close()
            raise
        self._wanted = 0 if choice.scheduler else choice.workers

    def count(self) -> int:
        """Number of connected workers."""
        return len(self.client.nthreads())

    def replace_lost(self) -> bool:
        """Start again our workers that ended for good; return whether there are or will be any.

        Dask restarts a worker that is killed, but not one that is killed during its start.
        """
        n = self.count()
        if n < self._wanted and self._replace is not None:
            self._replace()
        return n > 0 or self._wanted > 0

    def describe(self) -> str:
        """A sentence with the number of workers and the dashboard's address."""
        n, link = self.count(), self.client.dashboard_link
        return f"{n} {'worker' if n == 1 else 'workers'}" + (f", dashboard {link}" if link else "")

    def close(self) -> None:
        """Stop what was started here; a scheduler that ran before keeps running."""
        self._own.close()

    def _connected(self, choice: ClusterChoice) -> Any:
        from dask import config
        from distributed import Client, LocalCluster

        # Workers that die, or end with the build, show in what becomes of their chunks.
        for name in ("distributed.scheduler", "distributed.nanny", "distributed.core"):
            logging.getLogger(name).setLevel(logging.ERROR)
        environ = "distributed.nanny.pre-spawn-environ"
        own = {environ: config.get(environ) | MEMORY}
        own["distributed.scheduler.allowed-failures"] = DEATHS
        self._own.enter_context(config.set(own))
        target: Any = choice.scheduler
        if choice.system:
            jobs = target = self._own.enter_context(_of_queue(choice))
            self._replace = lambda: jobs.scale(jobs=choice.workers)
        elif not choice.scheduler:
            processes: Any = self._own.enter_context(
                LocalCluster(
                    n_workers=choice.workers,
                    threads_per_worker=1,
                    processes=True,
                    host="127.0.0.1",
                    dashboard_address="127.0.0.1:0",
                    memory_limit=0,  # chunks are small, and other programs may need the memory
                    silence_logs=logging.CRITICAL,
                )
            )
            target = processes
            self._replace = lambda: processes.scale(choice.workers)
        try:
            client = Client(
                target,
                security=choice.security() if choice.scheduler else None,
                timeout=_TIMEOUT_S,
                set_as_default=False,
                direct_to_workers=choice.local,
            )
        except (OSError, TimeoutError) as error:
            raise ClusterError(f"no scheduler answers at {choice.scheduler}: {error}") from error
        return self._own.enter_context(client)


def _of_queue(choice: ClusterChoice) -> Any:
    """A cluster of jobs of a batch system, with TLS since its scheduler listens on the network."""
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
