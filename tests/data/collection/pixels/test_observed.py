"""Spectra are given back as they were observed."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from spexplain.data.collection import Collection, CollectionWriter
from spexplain.data.collection.pixels.observed import observed_from_rest

WAVE = np.arange(4000.0, 4020.0)


@given(z=st.floats(-0.01, 5.0), data=st.lists(st.booleans(), min_size=20, max_size=20))
def test_what_is_stored_at_rest_is_taken_back_from_first_to_last_pixel_with_data(z, data):
    good = np.array(data)
    flux = np.where(good, WAVE - 3990, np.nan).astype(np.float32)
    found = observed_from_rest(WAVE, flux, good.astype(np.float32), z=z)
    assert (found.z, found.model, found.own_pixels) == (z, None, False)
    if not good.any():
        assert found.mask.all()
        return
    assert not found.mask[0]
    assert not found.mask[-1]
    assert (~found.mask).sum() == good.sum()
    kept = found.wave_obs_aa[~found.mask]
    assert np.allclose(kept / (1 + z), WAVE[good])
    assert np.array_equal(found.flux[~found.mask], flux[good])
    assert np.array_equal(found.ivar > 0, ~found.mask)


def test_a_collection_at_rest_gives_observed_spectra(tmp_path):
    flux = np.full((1, 20), np.nan)
    flux[0, 3:9] = 2.0
    table = pd.DataFrame({"id": ["a"], "z": [0.25], "flux_unit": ["counts"]})
    with CollectionWriter.create(tmp_path / "c", WAVE, {}) as writer:
        writer.append(table, flux, np.ones((1, 20)))
    found = Collection.open(tmp_path / "c").observed(0)
    assert np.array_equal(found.wave_obs_aa, WAVE[3:9] * 1.25)
    assert not found.mask.any()
    assert (found.z, found.flux_unit) == (0.25, "counts")
