"""The subprocess that simulates its share of a population."""

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
    """Write every batch of this process's turn to standard output, for the task in argv[1]."""
    import pyarrow as pa

    from ....core.spectra.grid import WaveGrid
    from .many import as_arrow
    from .population import population
    from .sizes import PopulationSizes

    task = json.loads(sys.argv[1])
    task |= {"grid": WaveGrid(*task["grid"]), "sizes": PopulationSizes(**task["sizes"])}
    stream: pa.RecordBatchStreamWriter | None = None
    try:
        for batch in map(as_arrow, population(**task)):
            stream = stream or pa.ipc.new_stream(sys.stdout.buffer, batch.schema)
            stream.write_batch(batch)
            sys.stdout.buffer.flush()
    except BrokenPipeError:  # the reader has ended
        os._exit(1)
    if stream is not None:
        stream.close()


if __name__ == "__main__":
    main()
