"""Rows read one by one are those read together, in whatever order they are asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import zarr
from hypothesis import given, settings
from hypothesis import strategies as st
from spexplain.data.collection.pixels.stored_spectra import SpectraAtRest

_ROWS, _CHUNK = 10, 4


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> SpectraAtRest:
    path: Path = tmp_path_factory.mktemp("rest") / "spectra.zarr"
    group = zarr.open_group(path, mode="w", zarr_format=3)
    rng = np.random.default_rng(3)
    group.create_array("wavelength", data=np.linspace(3500.0, 7500.0, 6))
    for name in ("flux", "ivar"):
        data = rng.normal(size=(_ROWS, 6)).astype(np.float32)
        group.create_array(name, data=data, chunks=(_CHUNK, 6))
    return SpectraAtRest(path, pd.DataFrame({"z": np.linspace(0, 0.3, _ROWS)}))


@settings(deadline=None)
@given(asked=st.lists(st.integers(0, _ROWS - 1), min_size=1, max_size=30))
def test_a_row_by_itself_is_that_of_all(stored: SpectraAtRest, asked: list[int]) -> None:
    flux, ivar = stored.at_rest(0, _ROWS)
    for row in asked:
        one_flux, one_ivar = stored.at_rest(row, row + 1)
        np.testing.assert_array_equal(one_flux, flux[row : row + 1])
        np.testing.assert_array_equal(one_ivar, ivar[row : row + 1])


def test_what_was_given_out_is_the_callers(stored: SpectraAtRest) -> None:
    before, _ = stored.at_rest(2, 3)
    kept = before.copy()
    before[:] = 0
    np.testing.assert_array_equal(stored.at_rest(2, 3)[0], kept)
