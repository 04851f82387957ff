"""Whatever is damaged is found and named; what is removed a build makes again, and nothing else."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from spexplain.data.collection import Collection, CollectionWriter
from spexplain.data.collection.check import check, repair
from spexplain.data.collection.format import CollectionError
from spexplain.data.collection.runs import RunStore
from spexplain.data.files.arrays.named_arrays import save_arrays


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    """A few spectra, and one run."""
    path = tmp_path / "survey"
    rng = np.random.default_rng(0)
    catalog = pd.DataFrame({"id": [f"s{row}" for row in range(9)], "z": 0.1})
    flux = rng.normal(1, 0.1, (9, 500)).astype(np.float32)
    with CollectionWriter.create(path, np.linspace(3800.0, 7000.0, 500), {}) as writer:
        writer.append(catalog, flux, np.full(flux.shape, 100, np.float32))
    store = RunStore(path)
    with store.draft("svm", "k", params={}, inputs={}) as draft:
        draft.write_table("table", pd.DataFrame({"x": np.arange(9)}))
        draft.write_array("array", np.arange(4000.0).reshape(2000, 2))
        draft.write_facts("facts", {"a": 1})
        save_arrays(draft.path / "model.safetensors", {"w": np.ones(3)})
    store.set_current({"svm": "k"})
    return path


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def garbage(path: Path) -> None:
    path.write_bytes(b"\x00garbage" * 20)


def test_a_whole_collection_has_no_fault(collection: Path):
    assert [*check(collection)] == []


@pytest.mark.parametrize("harm", [cut, garbage, Path.unlink])
@pytest.mark.parametrize("name", ["table.parquet", "facts.json", "model.safetensors", "array.zarr"])
def test_a_damaged_run_is_named_removed_and_made_again_by_a_build(
    collection: Path, name: str, harm: Callable[[Path], None]
):
    folder = collection / "runs" / "svm-k"
    part = folder / name
    if part.is_dir():
        part = next(one for one in part.rglob("*") if one.is_file() and one.name != "zarr.json")
    harm(part)
    faults = [*check(collection)]
    if harm is Path.unlink and name != "array.zarr":
        return  # what a run should hold its stage alone knows; reading it says so
    assert [fault.path for fault in faults] == [folder]
    assert name in faults[0].what
    assert "spexplain build" in faults[0].way_out
    assert repair(collection, faults) == faults
    assert not folder.exists()
    assert RunStore(collection).current() == {}
    assert [*check(collection)] == []


@pytest.mark.parametrize("name", ["run.json", "metrics.json"])
@pytest.mark.parametrize("harm", [cut, garbage, Path.unlink])
def test_a_run_that_says_nothing_of_itself_is_none(
    collection: Path, name: str, harm: Callable[[Path], None]
):
    harm(collection / "runs" / "svm-k" / name)
    (fault,) = check(collection)
    assert fault.path == collection / "runs" / "svm-k"
    assert fault.disposable


def test_a_run_under_anothers_name_is_told(collection: Path):
    (collection / "runs" / "svm-k").rename(collection / "runs" / "svm-other")
    faults = [*check(collection)]
    assert "it says that it is svm-k" in faults[0].what
    assert not faults[0].disposable  # it may be somebody's copy
    assert "svm-k, which is not there" in faults[1].what


@pytest.mark.parametrize("harm", [cut, garbage, Path.unlink])
@pytest.mark.parametrize("name", ["catalog.parquet", "collection.json", "rejects.parquet"])
def test_a_damaged_table_is_named_and_never_removed(
    collection: Path, name: str, harm: Callable[[Path], None]
):
    harm(collection / name)
    (fault,) = check(collection)
    assert name in fault.what
    assert not fault.disposable
    assert repair(collection, [fault]) == []


def test_ids_that_stand_twice_are_named(collection: Path):
    table = pd.read_parquet(collection / "catalog.parquet")
    table.loc[1, "id"] = table.loc[0, "id"]
    table.to_parquet(collection / "catalog.parquet")
    (fault,) = check(collection)
    assert fault.what == f"1 ids twice: {table.loc[0, 'id']}"


def test_a_plane_of_pixels_that_is_short_or_damaged_is_told(collection: Path):
    largest = max((collection / "spectra.zarr").rglob("*"), key=lambda one: one.stat().st_size)
    kept = largest.read_bytes()
    cut(largest)
    assert any(fault.path.name == "spectra.zarr" for fault in check(collection))
    largest.write_bytes(kept)
    table = pd.read_parquet(collection / "catalog.parquet")
    table.iloc[:-1].to_parquet(collection / "catalog.parquet")
    (fault,) = check(collection)
    assert "damaged" in fault.what


def test_stray_files_are_found_and_removed(collection: Path):
    strays = [
        collection / ".collection.json.part",
        collection / "runs" / ".vae-x.partial",
        collection / "runs" / "svm-k" / ".table.parquet.part",
        collection / "runs" / "vae-0123456789abcdef" / ".tmp72fT6o",
    ]
    with RunStore(collection).draft("vae", "0123456789abcdef", params={}, inputs={}):
        pass
    for stray in strays:
        stray.mkdir() if stray.suffix == ".partial" else stray.write_text("x")
    faults = [*check(collection)]
    assert {fault.path for fault in faults} == set(strays)
    repair(collection, faults)
    assert [*check(collection)] == []


def test_links_out_are_told_and_not_removed(collection: Path, tmp_path: Path):
    (tmp_path / "secret").write_text("x")
    os.symlink(tmp_path / "secret", collection / "runs" / "svm-k" / "more.json")
    faults = [fault for fault in check(collection) if "link" in fault.what]
    assert len(faults) == 1
    assert not faults[0].disposable


def test_tags_are_looked_at_and_never_removed(collection: Path):
    garbage(collection / "annotations.sqlite")
    (fault,) = check(collection)
    assert fault.path.name == "annotations.sqlite"
    assert repair(collection, [fault]) == []
    assert fault.path.exists()


def test_no_folder_is_told(tmp_path: Path):
    with pytest.raises(CollectionError, match="no such folder"):
        next(check(tmp_path / "nothing"))


def test_a_folder_that_is_no_collection_is_not_searched_for_anything_to_remove(tmp_path: Path):
    precious = tmp_path / ".thesis.part"
    precious.write_text("x")
    with pytest.raises(CollectionError, match="is not a collection"):
        next(check(tmp_path))
    assert precious.exists()


def test_what_a_user_has_put_beside_is_not_removed(collection: Path):
    notes = [collection / ".partition-notes.md", collection / "runs" / "my-own" / "results.csv"]
    for note in notes:
        note.parent.mkdir(exist_ok=True)
        note.write_text("precious")
    repair(collection, [*check(collection)])
    assert [note.read_text() for note in notes] == ["precious", "precious"]


@pytest.mark.parametrize("error", [MemoryError(), PermissionError(13, "Permission denied")])
def test_a_run_that_this_machine_cannot_read_now_is_not_removed(
    collection: Path, error: Exception, monkeypatch: pytest.MonkeyPatch
):
    def fails(_: Path) -> None:
        raise error

    monkeypatch.setattr("spexplain.data.collection.check.load_arrays", fails)
    (fault,) = check(collection)
    assert not fault.disposable
    assert "check it again" in fault.way_out


HARMED_FACTS = [
    *(("key", value) for value in (5, None)),
    *(("provenance", value) for value in ([], None)),
    *(("format_version", value) for value in ([1], "2", 99)),
]


@pytest.mark.parametrize(("name", "value"), HARMED_FACTS)
def test_facts_that_are_not_of_their_kind_are_told(collection: Path, name: str, value: object):
    facts = json.loads((collection / "collection.json").read_text())
    (collection / "collection.json").write_text(json.dumps(facts | {name: value}))
    (fault,) = check(collection)
    assert "collection" in fault.what
    assert not fault.disposable


@pytest.mark.parametrize("text", ["[]", "[1]", "null", "[" * 100_000, '{"svm": 5}', '{"svm": {}}'])
@pytest.mark.parametrize("name", ["current.json", "svm-k/metrics.json", "svm-k/run.json"])
def test_any_json_in_place_of_a_runs_facts_is_told(collection: Path, name: str, text: str):
    (collection / "runs" / name).write_text(text)
    faults = [*check(collection)]
    figures = name == "svm-k/metrics.json" and text.startswith("{")
    if figures or (text == "[]" and not name.endswith("run.json")):
        assert faults == []  # figures are what the stage says; where nothing is, nothing is built
    else:
        assert faults
        repair(collection, faults)
        assert [*check(collection)] == []


def flipped(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 0x10
    path.write_bytes(content)


@pytest.mark.parametrize(
    "part", ["spectra.zarr/flux", "spectra.zarr/ivar", "runs/svm-k/array.zarr"]
)
def test_a_number_that_a_disk_has_changed_is_found(collection: Path, part: str):
    pieces = [one for one in (collection / part).rglob("*") if one.is_file()]
    piece = max(pieces, key=lambda one: one.stat().st_size)
    whole = piece.read_bytes()
    for at in np.linspace(20, len(whole) - 1, 25).astype(int):
        flipped(piece, int(at))
        assert [*check(collection)], at
        piece.write_bytes(whole)


@pytest.mark.parametrize("name", ["catalog.parquet", "runs/svm-k/table.parquet"])
def test_a_page_of_a_table_that_a_disk_has_changed_is_found(collection: Path, name: str):
    whole, table = (collection / name).read_bytes(), pd.read_parquet(collection / name)
    facts = pq.ParquetFile(collection / name).metadata.row_group(0).column(0)
    begin = facts.dictionary_page_offset or facts.data_page_offset
    n_found = 0
    for at in range(begin, begin + facts.total_compressed_size, 7):
        flipped(collection / name, at)
        found = [*check(collection)]
        n_found += bool(found)
        # A page's header has statistics too, which nothing is read from.
        assert found or pd.read_parquet(collection / name).equals(table), at
        (collection / name).write_bytes(whole)
    assert n_found > 5


@pytest.mark.parametrize("column", [{"z": "0.1"}, {"id": None}, {"ra": [[1.0]] * 9}, {"id": 5}])
def test_a_column_of_another_kind_is_told(collection: Path, column: dict[str, object]):
    table = pd.read_parquet(collection / "catalog.parquet")
    table.assign(**column).to_parquet(collection / "catalog.parquet")
    (fault,) = check(collection)
    assert "catalog.parquet is damaged" in fault.what


def test_a_pipe_in_a_collection_is_told_and_nobody_waits_for_it(collection: Path):
    (collection / "rejects.parquet").unlink()
    os.mkfifo(collection / "rejects.parquet")
    (fault,) = check(collection)
    assert fault.path.name == "rejects.parquet"
    assert "neither a file nor a folder" in fault.what
    with pytest.raises(CollectionError, match="neither a file nor a folder"):
        Collection.open(collection)


def test_a_pipe_in_the_place_of_what_is_read_first_is_not_waited_for(collection: Path):
    (collection / "collection.json").unlink()
    os.mkfifo(collection / "collection.json")
    with pytest.raises(CollectionError, match=r"collection\.json is a pipe, and not opened"):
        Collection.open(collection)
    (fault,) = check(collection)
    assert "neither a file nor a folder" in fault.what


def test_tags_that_are_no_table_are_told(collection: Path):
    with closing(sqlite3.connect(collection / "annotations.sqlite")) as base:
        endless = "WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r)"
        base.execute(f"CREATE VIEW tags AS {endless} SELECT x AS id, 1 AS tag FROM r")
    (fault,) = check(collection)
    assert "it has the view 'tags'" in fault.what


def test_pieces_that_hold_nothing_are_there_and_a_lost_one_is_told(collection: Path):
    with RunStore(collection).draft("svm", "f" * 16, params={}, inputs={}) as draft:
        draft.write_array("zeros", np.zeros((4, 3)))
        with draft.rows_writer("unknown", 1100, 3) as rows:
            rows.append(np.full((1100, 3), np.nan))
    assert not [one for one in check(collection) if one.path.name.startswith("svm-f")]
    next((collection / "runs" / f"svm-{'f' * 16}" / "unknown.zarr").rglob("1/0")).unlink()
    (fault,) = [one for one in check(collection) if one.path.name.startswith("svm-f")]
    assert "unknown.zarr (1 of 2 pieces)" in fault.what


def test_an_array_that_says_it_is_endless_is_told_and_not_read_through(collection: Path):
    with RunStore(collection).draft("svm", "e" * 16, params={}, inputs={}) as draft:
        draft.write_array("long", np.arange(6.0))
    place = collection / "runs" / f"svm-{'e' * 16}" / "long.zarr" / "zarr.json"
    place.write_text(json.dumps(json.loads(place.read_text()) | {"shape": [10**13]}))
    fault = next(one for one in check(collection) if one.path.name.startswith("svm-e"))
    assert "long.zarr (1 of 1666666666667 pieces)" in fault.what
