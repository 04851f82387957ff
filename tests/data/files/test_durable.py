"""What is put in place has been synced, and its folder after it."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest
from spexplain.data.collection.format import write_json, write_parquet
from spexplain.data.collection.runs import RunStore
from spexplain.data.files.atomic import written_whole
from spexplain.data.files.durable import sync, sync_tree


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """("sync" or "put", name), in order."""
    told: list[tuple[str, str]] = []
    fsync, replace = os.fsync, os.replace

    def synced(handle: int) -> None:
        told.append(("sync", Path(os.readlink(f"/proc/self/fd/{handle}")).name))
        fsync(handle)

    def put(source: str | Path, place: str | Path) -> None:
        told.append(("put", Path(place).name))
        replace(source, place)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", put)
    return told


def test_small_files_are_synced_then_put_then_their_folder_is(tmp_path: Path, done: list):
    write_json(tmp_path / "a.json", {"x": 1})
    write_parquet(tmp_path / "b.parquet", pd.DataFrame({"x": [1]}))
    with written_whole(tmp_path / "c.txt") as beside:
        beside.write_text("x")
    folder = ("sync", tmp_path.name)
    assert [one for one in done if one == folder or one[0] == "put"] == [
        *(("put", "a.json"), folder, ("put", "b.parquet"), folder, ("put", "c.txt"), folder)
    ]
    assert done[0] == ("sync", ".a.json.part")


def test_a_run_is_on_the_disk_before_it_has_its_place(tmp_path: Path, done: list):
    store = RunStore(tmp_path)
    with store.draft("vae", "k", params={}, inputs={}) as draft:
        (draft.path / "deep").mkdir()
        (draft.path / "deep" / "weights").write_bytes(b"x")
    placed = done.index(("put", "vae-k"))
    before = [name for kind, name in done[:placed] if kind == "sync"]
    for name in ("weights", "deep", "run.json", ".vae-k.partial"):
        assert name in before
    assert done[placed + 1] == ("sync", "runs")


def test_no_stray_file_of_a_broken_off_write_is_in_a_finished_run(tmp_path: Path):
    store = RunStore(tmp_path)
    with store.draft("vae", "k", params={}, inputs={}, resumable=True) as draft:
        (draft.path / ".checkpoint.json.part").write_text("half")
        (draft.path / ".tmp72fT6o").write_bytes(b"half of a network")  # as safetensors begins one
        draft.write_facts("facts", {"a": 1})
    names = sorted(path.name for path in (tmp_path / "runs" / "vae-k").iterdir())
    assert names == ["facts.json", "metrics.json", "run.json"]


def test_what_has_not_changed_since_is_not_synced_again_whatever_the_clock_does(
    tmp_path: Path, done: list
):
    for name in ("old", "changed"):
        (tmp_path / name).write_text("x")
    synced: dict = {}
    sync_tree(tmp_path, synced)
    done.clear()
    # The clock is put back by years, and what is written after has the earlier times.
    for name, words in (("changed", "xy"), ("new", "x")):
        (tmp_path / name).write_text(words)
        os.utime(tmp_path / name, (1e9, 1e9))
    os.utime(tmp_path, (1e9, 1e9))
    sync_tree(tmp_path, synced)
    assert {("sync", "changed"), ("sync", "new"), ("sync", tmp_path.name)} <= set(done)
    assert ("sync", "old") not in done


def test_a_file_that_is_not_there_is_told(tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        sync(tmp_path / "nothing")
