"""How long a collection of many rows takes to open, and with how much memory.

Rows are the demo's, repeated under names of their own; flux is not written: opening reads none.
Each size is opened by a process of its own, which then draws the first picture and makes the lists
that a page makes ready.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import zarr
from spexplain.data.files.folders import demo_path

if sys.platform == "win32":
    raise SystemExit("peak memory is read from /proc: not on Windows")

TABLES = ("rows", "reasons", "predictions", "scores", "domain", "xy")
BLOCK_ROWS = 1_000_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--spectra", type=int, nargs="+", default=[728_133, 10_000_000])
    parser.add_argument("--demo", type=Path, default=demo_path(), metavar="DIR")
    parser.add_argument("--folder", type=Path, metavar="DIR", help="keep the collections there")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--open", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.open:
        print(json.dumps(opened(options.open)))
        return
    found = []
    with tempfile.TemporaryDirectory() as temporary:
        for n in options.spectra:
            place = (options.folder or Path(temporary)) / f"virtual-{n}"
            if not place.exists():
                virtual(options.demo, place, n)
            command = [sys.executable, __file__, "--open", str(place)]
            said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
            found.append({"n_spectra": n, "steps": json.loads(said)})
            if not options.json:
                print(f"{n:,} spectra (load {os.getloadavg()[0]:.1f})")
                for step in found[-1]["steps"]:
                    line = (
                        "  {what:18} {s:7.2f} s {cpu_s:7.2f} s CPU {peak_mb:7,} MB {own_mb:7,} MB"
                    )
                    print(line.format(**step))
    if options.json:
        print(json.dumps({"load": os.getloadavg()[0], "sizes": found}, indent=1))


def opened(path: Path) -> list[dict[str, Any]]:
    """What each step takes, and the peak of memory until then."""
    steps: list[dict[str, Any]] = []
    start, cpu = time.perf_counter(), time.process_time()

    def done(what: str) -> None:
        nonlocal start, cpu
        now, now_cpu = time.perf_counter(), time.process_time()
        took = {"s": round(now - start, 2), "cpu_s": round(now_cpu - cpu, 2)}
        steps.append(
            {"what": what, **took, "peak_mb": told_mb("VmHWM"), "own_mb": told_mb("RssAnon")}
        )
        start, cpu = time.perf_counter(), time.process_time()

    from spexplain.core.planes.inside_outline import inside_outline
    from spexplain.dashboard.figures.planes.shade import Window
    from spexplain.dashboard.server.server import open_workspace
    from spexplain.dashboard.session.choices.search import find
    from spexplain.dashboard.views.plane.picture import draw_plane
    from spexplain.dashboard.workspace.standard_lists import selected_rows

    done("libraries")
    space = open_workspace(path)
    done("open")
    plane, colour = next(iter(space.planes)), next(iter(space.colours))
    window = Window(*space.on_plane(plane).extent(), width=640, height=480)
    draw_plane(space, plane, colour, window, theme="light")
    done("first picture")
    for tab in ("misclassified", "unsure", "anomalous"):
        space.listing(tab)
    space.outside("agn")
    done("lists")
    x, y = space.planes[plane].xy[0].tolist()
    row = space.on_plane(plane).nearest(x, y, reach=1.0)
    assert row is not None
    done("first click")
    row = space.on_plane(plane).nearest(x, y, reach=1.0)
    assert row is not None
    space.lenses[plane].verdict(row)
    done("click")
    draw_plane(space, plane, colour, window, theme="dark")
    done("picture again")
    points, (across, up) = space.points(plane, colour), space.on_plane(plane).extent()
    # A quarter of the plane's width and height round its middle.
    (x0, x1), (y0, y1) = (
        (np.mean(ends) + np.ptp(ends) * np.array([-1, 1]) / 8) for ends in (across, up)
    )
    corners = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])
    inside = inside_outline(points["x"].to_numpy(), points["y"].to_numpy(), corners)
    done("lasso")
    taken = space.planes[plane].rows[inside]
    selected_rows(space.catalog, space.lenses, taken)
    done("list of it")
    assert find(space, str(space.catalog["id"].iat[-1])).n
    done("first search")
    for what in ("first filter", "filter"):
        assert len(space.row_filter.rows("z < 0.1 & sn_median > 20"))
        done(what)
    for name in space.usual_colours:
        space.colouring(name)
    done("usual colours")
    return steps


def told_mb(what: str) -> int:
    """Of this process: its peak so far (VmHWM), or what no file can give back (RssAnon)."""
    told = Path("/proc/self/status").read_text().splitlines()
    line = next(one for one in told if one.startswith(what))
    return int(line.split()[1]) // 1000


def virtual(demo: Path, place: Path, size: int) -> None:
    """A collection of so many rows: the demo's, repeated."""
    part = place.with_name(f".{place.name}")
    shutil.rmtree(part, ignore_errors=True)
    shutil.copytree(demo, part, ignore=shutil.ignore_patterns("c"))  # "c": the arrays' chunks
    n = pq.ParquetFile(demo / "catalog.parquet").metadata.num_rows
    repeated(demo / "catalog.parquet", part / "catalog.parquet", n, size)
    for run in (part / "runs").iterdir():
        if run.is_dir():
            for name in TABLES:
                if (run / f"{name}.parquet").exists():
                    table = Path(run.name, f"{name}.parquet")
                    repeated(demo / "runs" / table, part / "runs" / table, n, size)
            for array in run.glob("*.zarr"):
                as_long_as(array, n, size, demo / "runs" / run.name / array.name)
    for name in ("flux", "ivar"):
        as_long_as(part / "spectra.zarr" / name, n, size, None)
    part.rename(place)


def repeated(source: Path, place: Path, n: int, size: int) -> None:
    """A table by row with its rows moved on by the demo's length each time, cut at the size."""
    table = pq.read_table(source)
    with pq.ParquetWriter(place, table.schema) as writer:
        times = max(BLOCK_ROWS // n, 1)
        for first in range(0, -(-size // n), times):
            turns = np.arange(first, min(first + times, -(-size // n)))
            block = pa.concat_tables([table] * len(turns))
            moved = np.repeat(turns * n, len(table))
            if "row" in table.column_names:
                rows = np.tile(table["row"].to_numpy(), len(turns)) + moved
                block = block.set_column(
                    table.column_names.index("row"), table.schema.field("row"), pa.array(rows)
                )
            else:  # the catalogue
                rows = np.tile(np.arange(len(table)), len(turns)) + moved
                ids = pa.array([f"survey-{row:08d}" for row in rows.tolist()])
                at = table.column_names.index("id")
                block = block.set_column(at, "id", ids.cast(table.schema.field("id").type))
            writer.write_table(block.filter(pa.array(rows < size)))


def as_long_as(path: Path, n: int, size: int, source: Path | None) -> None:
    """An array by row as long as the collection, its chunks not written; others as they are."""
    meta = json.loads((path / "zarr.json").read_text())
    if source is not None and meta["shape"][0] < n // 2:
        shutil.copytree(source, path, dirs_exist_ok=True)
        return
    zarr.open_array(path, mode="r+").resize((meta["shape"][0] * size // n, *meta["shape"][1:]))


if __name__ == "__main__":
    main()
