"""What a collection of N simulated spectra costs: seconds and peak memory of each stage.

Each stage is built by a process of its own, one after the other, so that a peak is its own; a
build does two side by side. Peak memory is the process's, libraries included (see "nothing").
With --folder the rows are kept beside the collections: what was done before is not done again,
and its row is told as it was.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

if sys.platform == "win32":
    raise SystemExit("peak memory is read from /proc: not on Windows")

SIMULATE, NOTHING = "simulate", "nothing"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--spectra", type=int, nargs="+", default=[7_500, 30_000, 120_000])
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--folder", type=Path, metavar="DIR", help="keep the collections there")
    parser.add_argument("--top", type=float, metavar="PERCENT", help="explain so many (demo: 2)")
    parser.add_argument("--vae-rows", type=int, metavar="N", help="train on so many at most")
    parser.add_argument("--exposures", type=int, metavar="N", help="simulate so many of each")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--stage", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.stage:
        settings = asked(options.top, options.vae_rows, options.exposures)
        print(json.dumps(done(options.stage, options.spectra[0], options.jobs, settings)))
        return
    further = [
        text
        for name, value in (
            ("--top", options.top),
            ("--vae-rows", options.vae_rows),
            ("--exposures", options.exposures),
        )
        if value is not None
        for text in (name, str(value))
    ]
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = (options.folder or Path(temporary)).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        for n in sorted(options.spectra):
            for row in measured(n, options.jobs, folder, further):
                rows.append(row)
                if not options.json:
                    line = "{n:9,} {stage:16} {s:8.1f} s {cpu_s:8.1f} s CPU {peak_mb:7,} MB"
                    print(line.format(**row), f" load {row['load']:.1f}", flush=True)
            if options.folder is None:
                shutil.rmtree(folder / f"demo-{n}")
    growth = grown(rows)
    if options.json:
        machine = {"processor": platform.processor(), "cores": os.cpu_count()}
        print(json.dumps({"machine": machine, "rows": rows, "per_doubling": growth}, indent=1))
    else:
        for stage, times in growth.items():
            print(f"per doubling: {stage:16} time × {times['s']:.2f}, CPU × {times['cpu_s']:.2f}")


def measured(n: int, jobs: int, folder: Path, further: list[str]) -> Any:
    """A row for each stage, as it is done; of one that was done before its row of then."""
    from spexplain.data.build.all_stages import stage_names

    kept = folder / f"rows-{n}.jsonl"
    lines = kept.read_text(encoding="utf-8").splitlines() if kept.exists() else []
    before = {row["stage"]: row for row in map(json.loads, lines)}
    for stage in (NOTHING, SIMULATE, *stage_names()):
        command = [sys.executable, __file__, "--spectra", str(n), "--jobs", str(jobs), *further]
        said = subprocess.run(
            [*command, "--stage", stage],
            env=os.environ | {"SPEXPLAIN_HOME": str(folder)},
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        row = json.loads(said.stdout)
        if row:
            with kept.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
        elif stage in before:
            row = before[stage]
        if row:
            yield row


def asked(top: float | None, vae_rows: int | None, exposures: int | None) -> Any:
    """The demo's settings, but for what the options say."""
    from spexplain.data.demo.demo import demo_settings

    options = {"top_percent": top, "vae_rows": vae_rows, "explain_exposures": exposures}
    given = {name: value for name, value in options.items() if value is not None}
    return dataclasses.replace(demo_settings(), **given)


def done(stage: str, n: int, jobs: int, settings: Any) -> dict[str, Any]:
    """Do one stage, and say what it took; nothing if it was done before, or cannot be."""
    from spexplain.data.build.all_stages import build
    from spexplain.data.demo import demo
    from spexplain.data.demo.simulate import PopulationSizes
    from spexplain.data.files.folders import demo_path

    path = demo_path(n_spectra=n)
    start, cpu = time.perf_counter(), cpu_s()
    if stage == SIMULATE:
        if path.exists():
            return {}
        sizes = PopulationSizes.scaled(n)
        demo._simulate(path, sizes, jobs, lambda *_: None, lambda: False)
    elif stage != NOTHING:
        report = build(path, only=[stage], settings=settings, jobs=jobs)
        if stage not in report.built:
            return {}
    return {
        "n": n,
        "stage": stage,
        "s": round(time.perf_counter() - start, 2),
        "cpu_s": round(cpu_s() - cpu, 2),
        "peak_mb": peak_mb(),
        "load": round(os.getloadavg()[0], 2),
    }


def cpu_s() -> float:
    """Of this process and of those it has waited for."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def peak_mb() -> int:
    """Of this process so far."""
    told = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return int(next(line for line in told if line.startswith("VmHWM")).split()[1]) // 1000


def grown(rows: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Stage → how many times longer it takes for each doubling, from the fewest to the most."""
    found = {}
    for stage in dict.fromkeys(row["stage"] for row in rows):
        of = sorted((row for row in rows if row["stage"] == stage), key=lambda row: row["n"])
        doublings = math.log2(of[-1]["n"] / of[0]["n"])
        if doublings:
            found[stage] = {
                name: round(
                    (max(of[-1][name], 0.01) / max(of[0][name], 0.01)) ** (1 / doublings), 2
                )
                for name in ("s", "cpu_s")
            }
    return found


if __name__ == "__main__":
    main()
