"""How fast are spectra taken in, how many bytes does each take, and does memory stay flat?

    python benchmarks/ingest.py FOLDER [--files 2000] [--parquet 20000] [--jobs 2] [--json]

FOLDER holds SDSS files ``spec-*.fits``. They are repeated under new ids, each a file that is
parsed, and ingested; so are rows of one Parquet table with lists of pixels. Beside it ``specutils``
reads the same files one by one. Seconds are by the clock and of the processors (a loaded machine
stretches the former); memory is the largest of the process that writes, at half and at all files.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from astropy.io import fits
from spexplain.data.ingest.readers import read

_MEASURED = """
import json, resource, sys, time
from spexplain.data.ingest.to_collection import ingest
start = time.perf_counter()
report = ingest(json.load(sys.stdin), sys.argv[1], jobs=int(sys.argv[2]))
wall = time.perf_counter() - start
usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(json.dumps({
    "n_taken": report.n_taken,
    "wall_s": wall,
    "cpu_s": sum(one.ru_utime + one.ru_stime for one in usage),
    "writer_peak_mb": usage[0].ru_maxrss / 1e3,
}))
"""


def repeated(files: list[Path], n: int, folder: Path) -> list[Path]:
    """N copies of the files that differ in their fibre's number, and so in their id."""
    folder.mkdir()
    made: list[Path] = []
    originals = [(file.read_bytes(), _fiber_at(file)) for file in files]
    for number in range(n):
        content, at = originals[number % len(originals)]
        fiber = (100_000 + number).to_bytes(4, "big")
        made.append(folder / f"{number:07}.fits")
        made[-1].write_bytes(content[:at] + fiber + content[at + 4 :])
    return made


def _fiber_at(file: Path) -> int:
    """Byte of the fibre's number in the table of the object."""
    with fits.open(file) as hdus:
        table: Any = hdus[2]
        offset = table.fileinfo()["datLoc"]
        names = table.columns.names
        sizes = [table.data.dtype[name].itemsize for name in names[: names.index("FIBERID")]]
    return offset + sum(sizes)


def as_parquet(files: list[Path], n: int, path: Path) -> None:
    """N rows with lists of pixels, the spectra over and over."""
    spectra = [read(file) for file in files]
    columns: dict[str, list[Any]] = {name: [] for name in ("lambda", "flux", "ivar")}
    for one in spectra:
        for name, values in zip(columns, (one.wave_obs_aa, one.flux, one.ivar), strict=True):
            columns[name].append(np.nan_to_num(values).astype(np.float32))
    z = [one.z for one in spectra]
    k = len(spectra)
    schema = pa.schema(
        [("object_id", pa.string()), ("Z", pa.float64())]
        + [(name, pa.list_(pa.float32())) for name in columns]
    )
    with pq.ParquetWriter(path, schema) as writer:
        for start in range(0, n, k):
            some = range(start, min(start + k, n))
            table = {"object_id": [f"obj-{number:08}" for number in some]}
            table |= {"Z": z[: len(some)]} | {name: columns[name][: len(some)] for name in columns}
            writer.write_table(pa.table(table, schema=schema))


def measured(paths: list[Path], out: Path, jobs: int) -> dict[str, Any]:
    """One ingest in a process of its own."""
    names = json.dumps([str(path) for path in paths])  # too long for a command line
    command = [sys.executable, "-c", _MEASURED, str(out), str(jobs)]
    done = subprocess.run(command, input=names, check=True, capture_output=True, text=True)
    said = json.loads(done.stdout)
    size = sum(file.stat().st_size for file in out.rglob("*") if file.is_file())
    n = max(said["n_taken"], 1)
    return said | {"per_s": n / said["wall_s"], "per_cpu_s": n / said["cpu_s"],
                   "bytes_a_spectrum": size / n}  # fmt: skip


def by_specutils(files: list[Path]) -> dict[str, float]:
    """The same files read by specutils, one after the other."""
    from specutils import Spectrum

    start, cpu = time.perf_counter(), time.process_time()
    for file in files:
        Spectrum.read(file, format="SDSS-III/IV spec")
    used = time.process_time() - cpu
    return {"n": len(files), "per_s": len(files) / (time.perf_counter() - start),
            "per_cpu_s": len(files) / used}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--parquet", type=int, default=20_000, help="rows; 0 for none")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    # LAMOST calls its files so too, but for the MJD in the middle.
    real = sorted(options.folder.rglob("spec-*-[0-9][0-9][0-9][0-9][0-9]-*.fits"))
    if not real:
        parser.error(f"{options.folder} holds no files spec-PLATE-MJD-FIBER.fits")
    result: dict[str, Any] = {"machine": {"python": platform.python_version()}}
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        files = repeated(real, options.files, place / "files")
        for file in files:
            file.read_bytes()  # from warm disk
        half = measured(files[: len(files) // 2], place / "half", options.jobs)
        result["sdss"] = measured(files, place / "all", options.jobs)
        result["sdss"]["writer_peak_mb_at_half"] = half["writer_peak_mb"]
        if options.parquet:
            as_parquet(real, options.parquet, place / "table.parquet")
            result["parquet"] = measured([place / "table.parquet"], place / "pq", options.jobs)
        result["specutils"] = by_specutils(files[:100])
    result["own_peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    if options.json:
        print(json.dumps(result, indent=1))
        return
    for name in ("sdss", "parquet", "specutils"):
        if name in result:
            print(name, {key: round(value, 1) for key, value in result[name].items()})


if __name__ == "__main__":
    main()
