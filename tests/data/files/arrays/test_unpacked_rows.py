"""Rows unpacked once are those of the array, and nothing is left of them."""

import numpy as np
import pytest
import zarr
from hypothesis import given
from hypothesis import strategies as st
from spexplain.data.files.arrays.row_arrays import rows_layout
from spexplain.data.files.arrays.unpacked_rows import unpacked_rows

N, D = 3000, 7
SPECTRA = np.random.default_rng(0).normal(size=(N, D)).astype(np.float32)


@pytest.fixture(scope="module")
def array(tmp_path_factory):
    path = tmp_path_factory.mktemp("packed") / "spectra.zarr"
    stored = zarr.create_array(path, shape=(N, D), **rows_layout(D, shard_rows=1024))
    stored[:] = SPECTRA
    return stored


@pytest.fixture(scope="module")
def unpacked(array, tmp_path_factory):
    rows = np.arange(0, N, 2)
    with unpacked_rows(array, rows, tmp_path_factory.mktemp("room")) as found:
        yield found


@given(st.sets(st.integers(0, N // 2 - 1), min_size=1, max_size=40))
def test_what_is_read_is_what_was_packed(unpacked, some):
    rows = 2 * np.array(sorted(some))
    np.testing.assert_array_equal(unpacked(rows), SPECTRA[rows])


def test_a_row_that_was_not_unpacked_is_told(unpacked):
    with pytest.raises(KeyError, match=r"rows 2–5 are not all"):
        unpacked(np.array([2, 5]))
    with pytest.raises(KeyError):
        unpacked(np.array([N + 6]))


def test_the_file_has_no_name_and_is_gone(array, tmp_path):
    with unpacked_rows(array, np.arange(5), tmp_path):
        assert list(tmp_path.iterdir()) == []
    nowhere = unpacked_rows(array, np.arange(5), tmp_path / "nowhere")
    with pytest.raises(OSError, match="No such file"), nowhere:
        pass


def test_rows_in_another_order_are_refused(array, tmp_path):
    descending = unpacked_rows(array, np.array([3, 1]), tmp_path)
    with pytest.raises(ValueError, match="ascend"), descending:
        pass
