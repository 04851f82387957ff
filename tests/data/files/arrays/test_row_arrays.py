"""Rows of an array on disk, read in any selection and written in any portions."""

from __future__ import annotations

import numpy as np
import pytest
import zarr
from hypothesis import given, settings
from hypothesis import strategies as st
from spexplain.data.files.arrays.row_arrays import RowsWriter, some_rows


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    values = np.random.default_rng(0).normal(size=(1300, 7)).astype(np.float32)
    path = tmp_path_factory.mktemp("rows") / "rows.zarr"
    with RowsWriter(path, *values.shape) as writer:
        for part in np.array_split(values, [5, 600, 601, 1200]):
            writer.append(part)
    return zarr.open_array(path, mode="r"), values


@settings(max_examples=20)
@given(st.sets(st.integers(0, 1299), max_size=60))
def test_some_rows_are_those_asked_for(stored, chosen):
    array, values = stored
    rows = np.array(sorted(chosen), np.int64)
    assert np.array_equal(some_rows(array, rows), values[rows])


def test_rows_that_do_not_ascend_are_refused(stored):
    with pytest.raises(ValueError, match="ascend"):
        some_rows(stored[0], np.array([4, 4]))


def test_a_writer_that_was_given_too_few_rows_says_so(tmp_path):
    with pytest.raises(ValueError, match="2 rows given"), RowsWriter(tmp_path / "a", 3, 2) as rows:
        rows.append(np.zeros((2, 2)))
