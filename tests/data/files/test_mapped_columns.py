"""Long tables lie in a file, and hold what they would in memory."""

from __future__ import annotations

import mmap

import numpy as np
import pandas as pd
import pytest
from spexplain.data.collection import format as collection_format
from spexplain.data.collection.format import read_parquet, write_parquet
from spexplain.data.files import mapped_columns as module
from spexplain.data.files.mapped_columns import mapped_columns


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


def test_a_long_table_is_as_a_short_one_is_but_lies_in_a_file(table, tmp_path, monkeypatch):
    write_parquet(tmp_path / "t.parquet", table)
    short = read_parquet(tmp_path / "t.parquet")
    monkeypatch.setattr(collection_format, "MAPPED_FROM", 5)
    long = read_parquet(tmp_path / "t.parquet")
    pd.testing.assert_frame_equal(long, short)
    assert long.attrs == {"step": 25}
    assert of_a_file(long["z"].to_numpy())
    assert not of_a_file(short["z"].to_numpy())
    some = read_parquet(tmp_path / "t.parquet", ["z", "id"])
    pd.testing.assert_frame_equal(some, short[["z", "id"]])


def test_what_has_no_room_on_the_disk_stays_in_memory(table, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "_written", full)
    pd.testing.assert_frame_equal(mapped_columns(table[name] for name in table), table)
