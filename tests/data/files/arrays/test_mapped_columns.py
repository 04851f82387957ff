"""Long tables lie in a file, and hold what they would in memory."""

from __future__ import annotations

import mmap

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from spexplain.data.collection import format as collection_format
from spexplain.data.collection.format import read_parquet
from spexplain.data.files.arrays import mapped_columns as module
from spexplain.data.files.arrays.mapped_columns import mapped_columns


@pytest.fixture
def table():
    columns = {
        "row": np.arange(5),
        "z": [0.1, np.nan, 0.3, 0.2, 0.0],
        "id": pd.Series(["a", "bé", "", None, "long" * 9], dtype="str"),
        "correct": pd.array([True, None, False, True, True], dtype="boolean"),
        "count": pd.array([1, None, 2, 3, 4], dtype="Int64"),
        "used": [True, False, True, True, False],
    }
    table = pd.DataFrame(columns)
    table.attrs = {"step": 25}
    return table


def of_a_file(values: np.ndarray) -> bool:
    base = values
    while getattr(base, "base", None) is not None:
        base = base.base
    return isinstance(base, mmap.mmap) or isinstance(getattr(base, "obj", None), mmap.mmap)


@pytest.mark.parametrize("kind_bytes", [0, 1000], ids=["each text its own", "a few kinds"])
def test_a_long_table_is_as_a_short_one_is_but_lies_in_a_file(
    table, tmp_path, monkeypatch, kind_bytes
):
    monkeypatch.setattr(collection_format, "_KIND_BYTES", kind_bytes)
    path = tmp_path / "t.parquet"
    table.to_parquet(path, row_group_size=2)  # the kinds of each part are numbered anew
    short = read_parquet(path)
    monkeypatch.setattr(collection_format, "MAPPED_FROM", 5)
    long = read_parquet(path)
    pd.testing.assert_frame_equal(long, short)
    assert long.attrs == {"step": 25}
    assert of_a_file(long["row"].to_numpy())
    assert of_a_file(long["z"].to_numpy())
    assert not of_a_file(short["z"].to_numpy())
    some = read_parquet(path, ["z", "id"])
    pd.testing.assert_frame_equal(some, short[["z", "id"]])


def test_texts_of_a_few_kinds_are_found_by_what_they_take(tmp_path):
    table = pd.DataFrame({"id": [f"s-{n}" for n in range(5000)], "kind": ["a", "b"] * 2500})
    table.to_parquet(tmp_path / "t.parquet")
    described = pq.read_metadata(tmp_path / "t.parquet")
    assert collection_format._of_few_kinds(described) == {"kind"}


def test_what_has_no_room_on_the_disk_stays_in_memory(table, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "_written", full)
    pd.testing.assert_frame_equal(mapped_columns(table[name] for name in table), table)
    table.to_parquet(tmp_path / "t.parquet")
    short = read_parquet(tmp_path / "t.parquet")
    monkeypatch.setattr(collection_format, "MAPPED_FROM", 5)
    pd.testing.assert_frame_equal(read_parquet(tmp_path / "t.parquet"), short)
