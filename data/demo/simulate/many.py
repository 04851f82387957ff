"""A population simulated by processes of their own, which gives the bytes that one process gives.

What an object is depends on the population's seed and its number alone, so batches are dealt out in
turn and gathered in order. Between processes go a line of JSON, a table and plain arrays.
"""

from __future__ import annotations

import io
import json
import queue
import subprocess
import sys
import threading
from collections.abc import Generator, Mapping
from dataclasses import asdict
from typing import IO, Any

import numpy as np
import pandas as pd

from ....core.spectra.grid import WaveGrid
from .population import SimulatedBatch, population
from .sizes import PopulationSizes

__all__ = ["SimulationError", "population_by_processes", "send_batch"]

_MODULE = f"{__package__}.one_of_many"
_WAITING = 2  # batches of each process that may wait to be taken: 47 MB each at 1024 spectra
_WORTH_A_PROCESS = 2000  # spectra; a process takes a second to start


class SimulationError(Exception):
    """A process that simulates ended before its time; the text says how."""


def population_by_processes(
    *,
    grid: WaveGrid,
    seed: int,
    sizes: PopulationSizes,
    batch: int = 1024,
    start: int = 0,
    jobs: int = 1,
) -> Generator[SimulatedBatch, None, None]:
    """What `population` gives, made by at most so many processes; few objects by this one.

    Parameters
    ----------
    grid, seed, sizes, batch, start
        As for :func:`population`.
    jobs
        Processes.

    Raises
    ------
    SimulationError
        A process ended before its time.
    """
    jobs = max(1, min(jobs, (sizes.total - start) // _WORTH_A_PROCESS))
    if jobs == 1:
        yield from population(grid=grid, seed=seed, sizes=sizes, batch=batch, start=start)
        return
    task: dict[str, Any] = {"grid": [grid.start_aa, grid.stop_aa, grid.step_aa], "seed": seed}
    task |= {"sizes": asdict(sizes), "batch": batch, "start": start, "jobs": jobs}
    makers = [_Maker(task | {"job": job}) for job in range(jobs)]
    try:
        for number in range(-((start - sizes.total) // batch)):
            yield makers[number % jobs].next()
    finally:
        for maker in makers:
            maker.end()


class _Maker:
    """A process that simulates the batches whose turn is its own, and a thread that takes them."""

    def __init__(self, task: Mapping[str, Any]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", _MODULE, json.dumps(task)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )
        self._made: queue.Queue[SimulatedBatch | None] = queue.Queue(_WAITING)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._take, name="simulate", daemon=True)
        self._thread.start()

    def next(self) -> SimulatedBatch:
        batch = self._made.get()
        if batch is None:
            raise SimulationError(
                f"a process that simulates ended with code {self._process.wait()}; simulate again"
            )
        return batch

    def end(self) -> None:
        self._ended.set()
        self._process.kill()
        self._process.wait()
        self._thread.join()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _take(self) -> None:
        assert self._process.stdout is not None
        batch: SimulatedBatch | None = None
        while not self._ended.is_set():
            batch = _received(self._process.stdout)
            while not self._ended.is_set():
                try:
                    self._made.put(batch, timeout=0.2)
                    break
                except queue.Full:
                    continue
            if batch is None:
                return


def send_batch(batch: SimulatedBatch, stream: IO[bytes]) -> None:
    """Write a batch for the process that asked for it."""
    table = io.BytesIO()
    batch.catalog.to_parquet(table)
    head = {"table": table.tell(), "shape": list(batch.flux.shape)}
    stream.write(json.dumps(head).encode() + b"\n")
    stream.write(table.getbuffer())
    for part in (batch.flux, batch.ivar):
        stream.write(part.data)
    stream.flush()


def _received(stream: IO[bytes]) -> SimulatedBatch | None:
    """The next batch; None where the stream ended, be it in the midst of one."""
    line = stream.readline()
    if not line.endswith(b"\n"):
        return None
    head = json.loads(line)
    table = stream.read(head["table"])
    parts = [np.empty(head["shape"], np.float32) for _ in range(2)]
    whole = len(table) == head["table"]
    for part in parts:
        view = part.data.cast("B")
        whole = whole and _filled(stream, view)
    return SimulatedBatch(pd.read_parquet(io.BytesIO(table)), *parts) if whole else None


def _filled(stream: IO[bytes], view: memoryview) -> bool:
    done = 0
    while done < len(view):
        n = stream.readinto(view[done:])  # type: ignore[attr-defined]
        if not n:
            return False
        done += n
    return True
