"""Two worker processes against one, with workers and a scheduler killed: seconds, and whose bytes.

Of a built collection, the demo by default: its runs of prepare-o25, score and explain, or of other
--stages, are made anew in a copy, by one worker of Dask, by two, by two workers of which K are
killed, and by workers whose scheduler is killed. A worker has one thread, and is there with its
libraries loaded before time is taken. Explained are so many percent as --top says. With
--plane-rows a plane is laid out on so many spectra, and workers place the others:

    python benchmarks/cluster.py --stages embed-p21 --plane-rows 1000 --kills 4 --json
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from distributed import Client, LocalCluster
from spexplain.data.batch import ClusterChoice
from spexplain.data.batch.workers import MEMORY
from spexplain.data.build import BuildError, build
from spexplain.data.collection.runs import RunStore
from spexplain.data.demo.demo import demo_settings
from spexplain.data.files.folders import demo_path

_WORKER = ("--no-dashboard", "--nthreads", "1", "--nworkers", "2", "--host", "127.0.0.1")
_BETWEEN_KILLS_S = 3.0
STAGES = ["prepare-o25", "score", "explain"]


def bytes_of(path: Path) -> str:
    """Of the runs that are compared, but for how long they took."""
    digest = hashlib.sha256()
    for stage in STAGES:
        run = RunStore(path).find(stage)
        assert run is not None, stage
        for file in sorted(run.path.rglob("*")):
            if file.is_file() and file.name != "timings.json":
                digest.update(str(file.relative_to(run.path)).encode() + file.read_bytes())
    return digest.hexdigest()


def forget(path: Path) -> None:
    for stage in (*STAGES, "cluster", "embed-reasons"):
        for run in (path / "runs").glob(f"{stage}-*"):
            shutil.rmtree(run)
        for left in (path / "runs").glob(f".{stage}-*"):
            shutil.rmtree(left)


def built(path: Path, settings: Any, choice: ClusterChoice | None) -> dict[str, float]:
    return build(path, settings=settings, only=STAGES, cluster=choice).seconds


def killing(
    cluster: LocalCluster, client: Client, kills: int, done: threading.Event, counted: list[int]
) -> None:
    """Kill a worker every few seconds, until so many have been or the build is done.

    Dask gives up a worker that is killed again while it starts: it is asked for two each time.
    """
    rng = random.Random(0)
    while len(counted) < kills and not done.wait(_BETWEEN_KILLS_S):
        cluster.scale(2)
        with contextlib.suppress(OSError, ValueError, KeyError):
            pids = list(client.run(os.getpid, on_error="ignore").values())
            if pids:
                os.kill(rng.choice(pids), signal.SIGKILL)
                counted.append(1)


def by_workers(path: Path, settings: Any, n: int, kills: int = 0) -> dict[str, Any]:
    here: Any = {"n_workers": n, "threads_per_worker": 1, "host": "127.0.0.1", "memory_limit": 0}
    import dask

    environ = "distributed.nanny.pre-spawn-environ"
    dask.config.set({"distributed.scheduler.allowed-failures": 1000})
    dask.config.set({environ: dask.config.get(environ) | MEMORY})
    with (
        LocalCluster(**here, dashboard_address="127.0.0.1:0") as cluster,
        Client(cluster) as client,
    ):
        client.run(warm)
        forget(path)
        done, counted = threading.Event(), []
        killer = threading.Thread(target=killing, args=(cluster, client, kills, done, counted))
        if kills:
            killer.start()
        choice = ClusterChoice(str(cluster.scheduler_address))
        seconds = built(path, settings, choice)
        done.set()
        if kills:
            killer.join()
    return {"seconds": seconds, "killed": len(counted), "bytes": bytes_of(path)}


def warm() -> None:
    """What every worker imports once."""


def scheduler_killed(path: Path, settings: Any) -> dict[str, Any]:
    """A scheduler of its own process is killed in mid-run; the same build then goes on here."""
    forget(path)
    with tempfile.TemporaryDirectory() as folder:
        address = Path(folder, "scheduler.json")
        command = [sys.executable, "-m", "dask"]
        flags = ["--host", "127.0.0.1", "--no-dashboard"]
        scheduler = subprocess.Popen(
            [*command, "scheduler", *flags, "--port", "0", "--scheduler-file", str(address)],
            stderr=subprocess.DEVNULL,
        )
        work = [*command, "worker", *_WORKER, "--scheduler-file", str(address)]
        worker = subprocess.Popen(work, stderr=subprocess.DEVNULL)
        try:
            while not address.exists():
                time.sleep(0.2)
            choice = ClusterChoice(json.loads(address.read_text())["address"])
            said: list[str] = []

            def run() -> None:
                try:
                    built(path, settings, choice)
                except BuildError as error:
                    said.append(str(error))

            at_work = threading.Thread(target=run)
            at_work.start()
            while at_work.is_alive() and not list(path.glob("runs/.*/chunks-*/*.npz")):
                if worker.poll() is not None:  # on a crowded machine it may give up before it is in
                    worker = subprocess.Popen(work, stderr=subprocess.DEVNULL)
                time.sleep(0.1)
            scheduler.kill()
            at_work.join()
        finally:
            for process in (scheduler, worker):
                process.kill()
                process.wait()
    kept = len(list(path.glob("runs/.*/chunks-*/*.npz")))
    built(path, settings, None)
    return {"said": said, "chunks_kept": kept, "bytes": bytes_of(path)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("collection", nargs="?", type=Path, default=demo_path())
    parser.add_argument("--top", type=float, default=10.0)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--stages", nargs="+", default=STAGES)
    parser.add_argument("--plane-rows", type=int, metavar="N")
    asked = parser.parse_args()
    STAGES[:] = asked.stages
    settings = replace(demo_settings(small=False), top_percent=asked.top)
    if asked.plane_rows:
        settings = replace(settings, plane_rows=asked.plane_rows)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "copy")
        shutil.copytree(asked.collection, path)
        forget(path)
        one = by_workers(path, settings, 1)
        n, alone = RunStore(path).find(STAGES[-1]), one["seconds"]
        two = by_workers(path, settings, 2)
        killed = by_workers(path, settings, 2, asked.kills)
        gone = scheduler_killed(path, settings)
    n_done = 0 if n is None else n.metrics["n"]
    found = {
        "n_in_last_stage": n_done,
        "one_worker_s": alone,
        "two_workers_s": two["seconds"],
        "speed_up": {
            stage: round(alone[stage] / two["seconds"][stage], 2)
            for stage in STAGES
            if stage in alone and stage in two["seconds"]
        },
        "ms_each_in_last_stage": round(1000 * alone[STAGES[-1]] / n_done, 2),
        "same_bytes_by_two": two["bytes"] == one["bytes"],
        "workers_killed": killed["killed"],
        "same_bytes_after_kills": killed["bytes"] == one["bytes"],
        "scheduler_killed": gone["said"],
        "chunks_kept_then": gone["chunks_kept"],
        "same_bytes_after_going_on": gone["bytes"] == one["bytes"],
    }
    print(json.dumps(found, indent=1) if asked.json else found)


if __name__ == "__main__":
    main()
