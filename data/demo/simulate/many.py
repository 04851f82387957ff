"""Simulation of a population by several processes, byte for byte as by one.

An object depends on the population's seed and its own number alone, so each process makes every
n-th batch. A process writes its batches to standard output as an Arrow stream and waits there until
the next is read, so that it is at most one batch ahead.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Generator, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict
from typing import Any

import pyarrow as pa

from ....core.spectra import WaveGrid
from .population import SimulatedBatch, population
from .sizes import PopulationSizes

__all__ = ["SimulationError", "as_arrow", "population_by_processes"]

_MODULE = f"{__package__}.one_of_many"
_WORTH_A_PROCESS = 2000  # spectra; a process takes a second to start


class SimulationError(Exception):
    """A simulating process ended early; the text says how."""


def population_by_processes(
    *,
    grid: WaveGrid,
    seed: int,
    sizes: PopulationSizes,
    batch: int = 1024,
    start: int = 0,
    jobs: int = 1,
) -> Generator[SimulatedBatch, None, None]:
    """The batches of `population`, made by several processes; few objects by this one.

    Parameters
    ----------
    grid, seed, sizes, batch, start
        As for :func:`population`.
    jobs
        Number of processes, at most.

    Raises
    ------
    SimulationError
        A process ended early.
    """
    jobs = max(1, min(jobs, (sizes.total - start) // _WORTH_A_PROCESS))
    if jobs == 1:
        yield from population(grid=grid, seed=seed, sizes=sizes, batch=batch, start=start)
        return
    task: dict[str, Any] = {"grid": [grid.start_aa, grid.stop_aa, grid.step_aa], "seed": seed}
    task |= {"sizes": asdict(sizes), "batch": batch, "start": start}
    with ExitStack() as stack:
        batches = [
            stack.enter_context(_batches_of_process(task | {"turn": [job, jobs]}))
            for job in range(jobs)
        ]
        for number in range(-((start - sizes.total) // batch)):
            yield next(batches[number % jobs])


@contextmanager
def _batches_of_process(task: Mapping[str, Any]) -> Iterator[Iterator[SimulatedBatch]]:
    """Start a process; it is ended with the context."""
    command = [sys.executable, "-m", _MODULE, json.dumps(task)]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
        try:
            yield _received(process)
        finally:
            process.kill()


def _received(process: subprocess.Popen[bytes]) -> Iterator[SimulatedBatch]:
    """The batches of a process; SimulationError where more are asked for than it has sent."""
    with suppress(pa.ArrowInvalid, OSError), pa.ipc.open_stream(process.stdout) as stream:
        yield from map(_from_arrow, stream)
    raise SimulationError(f"a simulating process ended with code {process.wait()}; simulate again")


def as_arrow(batch: SimulatedBatch) -> pa.RecordBatch:
    """A batch as one Arrow record batch, a row an object."""
    table = pa.RecordBatch.from_pandas(batch.catalog, preserve_index=False)
    names, columns = table.schema.names, table.columns
    for name, rows in (("flux", batch.flux), ("ivar", batch.ivar)):
        names.append(name)
        columns.append(pa.FixedSizeListArray.from_arrays(pa.array(rows.ravel()), rows.shape[1]))
    return pa.RecordBatch.from_arrays(columns, names)


def _from_arrow(batch: pa.RecordBatch) -> SimulatedBatch:
    flux, ivar = (
        batch.column(name).flatten().to_numpy().reshape(len(batch), -1) for name in ("flux", "ivar")
    )
    catalog = batch.select([name for name in batch.schema.names if name not in ("flux", "ivar")])
    return SimulatedBatch(catalog.to_pandas(), flux, ivar)
