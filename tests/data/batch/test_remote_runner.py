"""A scheduler and two workers as three processes, with only an address between them and us."""

import json
import os
import shutil
import subprocess
import sys
import time

import numpy as np
import pytest
from spexplain.data.batch.cluster_choice import ClusterChoice
from spexplain.data.batch.remote_runner import AtAnAddress
from spexplain.data.build.all_stages import build, stage_names
from spexplain.data.build.stages import prepare
from spexplain.data.collection.collection import Collection
from spexplain.data.objects.publish import copy_to
from spexplain.data.objects.remote_folder import RemoteFolder
from spexplain.data.objects.working_copies import working_copy


@pytest.fixture
def process(tmp_path):
    """process(name, module, *arguments) in a home of its own, ended with the test."""
    started = []

    def start(name, module, *arguments):
        own = tmp_path / name
        own.mkdir()
        env = os.environ | {v: str(own) for v in ("HOME", "TMPDIR", "SPEXPLAIN_HOME")}
        command = [sys.executable, "-m", f"distributed.cli.{module}", *arguments]
        log = (own / "log").open("w")
        started.append(subprocess.Popen(command, env=env, cwd=own, stdout=log, stderr=log))
        log.close()
        return own

    yield start
    for one in started:  # asked to end at once, workers wait for a scheduler that is gone
        one.kill()
        one.wait()


@pytest.fixture
def scheduler(process, tmp_path):
    """The address of a scheduler with two workers."""
    said = tmp_path / "scheduler.json"
    loopback = ("--host", "127.0.0.1", "--no-dashboard")
    process("scheduler", "dask_scheduler", *loopback, "--port", "0", "--scheduler-file", str(said))
    while not said.exists() or not said.read_text():
        time.sleep(0.05)
    address = json.loads(said.read_text())["address"]
    for name in ("one", "two"):
        process(name, "dask_worker", address, *loopback, "--no-nanny", "--nthreads", "1")
    return address


def bytes_below(runs):
    return {
        path.relative_to(runs).as_posix(): path.read_bytes()
        for path in sorted(runs.rglob("*"))
        if path.is_file() and path.name not in ("timings.json", ".lock")
    }


@pytest.mark.slow  # three interpreters load what models need
def test_three_processes_with_an_s3_address_make_the_bytes_of_one(
    s3, scheduler, built, quick, tmp_path, monkeypatch
):
    address = f"{s3('shared')}/survey"
    alone = tmp_path / "alone"
    shutil.copytree(built.path, alone, ignore=shutil.ignore_patterns("runs"))
    copy_to(alone, address)
    monkeypatch.setattr(prepare, "_CHUNK_ROWS", 20)  # several, for both workers
    report = build(
        Collection.open(working_copy(address)),
        settings=quick,
        cluster=ClusterChoice(scheduler),
    )
    assert set(report.built) == set(stage_names())
    assert not report.skipped
    monkeypatch.setenv("SPEXPLAIN_HOME", str(tmp_path / "elsewhere"))
    fetched = working_copy(address)
    assert bytes_below(fetched / "runs") == bytes_below(built.path / "runs")
    for name in ("one", "two"):  # nothing of the collection stays with a worker
        assert not [*(tmp_path / name).rglob("*.parquet")]


class Repeats:
    """Does what it is given at once, and keeps what that was."""

    def __init__(self):
        self.given = []

    def each(self, function, chunks, meanwhile):
        for number, chunk in chunks:
            self.given.append(chunk)
            yield number, {"n": np.array(number)}


def test_workers_are_told_addresses_and_no_path_of_this_machine(memory, copied, monkeypatch):
    from spexplain.data.objects.publish import published

    address = f"{memory('told')}/survey"
    copy_to(copied.path, address)
    collection = Collection.open(working_copy(address))
    run = next((collection.path / "runs").glob("svm-*"))
    draft = run.with_name(f".{run.name}x.partial")
    (draft / "chunks-said").mkdir(parents=True)
    (draft / "model.skops").write_bytes(b"model")
    (draft / "chunks-said" / "0.npz").write_bytes(b"result")
    repeats = Repeats()
    chunk = {"classifier": str(draft / "model.skops"), "prepared": str(run), "score": "mse"}
    chunk["exposures"] = {"collection": str(collection.path), "rows": np.arange(3)}
    with published(collection) as place:
        done = list(AtAnAddress(repeats, place, draft).each(None, [(7, chunk)]))
    assert [number for number, _ in done] == [7]
    (sent,) = repeats.given
    assert sent["classifier"] == f"{address}/runs/{run.name}x/model.skops"
    assert sent["prepared"] == f"{address}/runs/{run.name}"
    assert sent["score"] == "mse"
    assert sent["exposures"]["collection"] == address
    there = RemoteFolder(address)
    assert there.read(f"runs/{run.name}x/model.skops") == b"model"
    assert there.read(f"runs/{run.name}x/chunks-said/0.npz") is None
