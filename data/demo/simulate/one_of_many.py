"""The process that makes its share of a population, and writes it to standard output."""

from __future__ import annotations

import json
import os
import sys

# Before numpy is loaded: each process has a core of its own, and products as small as these
# gain nothing from two.
for _name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

__all__ = ["main"]


def main() -> None:
    """Make every batch whose turn is this process's, as the one argument says."""
    from ....core.spectra.grid import WaveGrid
    from .many import send_batch
    from .population import population
    from .sizes import PopulationSizes

    task = json.loads(sys.argv[1])
    batches = population(
        grid=WaveGrid(*task["grid"]),
        seed=task["seed"],
        sizes=PopulationSizes(**task["sizes"]),
        batch=task["batch"],
        start=task["start"],
        turn=(task["job"], task["jobs"]),
    )
    try:
        for batch in batches:
            send_batch(batch, sys.stdout.buffer)
    except BrokenPipeError:  # who asked has ended
        os._exit(1)


if __name__ == "__main__":
    main()
