"""What the night sky leaves is drawn over, at whatever redshift, and nothing else."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from spexplain.core.spectra.night_sky import NIGHT_SKY_OBS_AA, over_night_sky

WAVE = np.arange(3700.0, 5300.0)


def in_window(z: float) -> np.ndarray:
    observed = WAVE * (1 + z)
    return np.any([(observed >= a) & (observed < b) for a, b in NIGHT_SKY_OBS_AA], axis=0)


@given(st.lists(st.floats(-0.02, 1.2), min_size=1, max_size=4))
def test_a_residual_of_any_size_is_gone_and_all_else_stays(redshifts: list[float]) -> None:
    z = np.array(redshifts)
    smooth = np.broadcast_to(1 + (WAVE - 4000) / 2000, (len(z), len(WAVE)))
    sky = np.stack([in_window(one) for one in redshifts])
    found = over_night_sky(smooth - 30 * sky, WAVE, z)
    np.testing.assert_array_equal(found[~sky], smooth[~sky])
    at_an_end = sky[:, 0] | sky[:, -1]  # there it goes on level from the one neighbour it has
    np.testing.assert_allclose(found[~at_an_end], smooth[~at_an_end], rtol=1e-12)
    assert np.abs(found - smooth).max() < 0.02


def test_without_a_redshift_nothing_is_known_to_be_sky() -> None:
    flux = np.random.default_rng(1).normal(size=(1, len(WAVE))).astype(np.float32)
    found = over_night_sky(flux, WAVE, np.array([np.nan]))
    np.testing.assert_array_equal(found, flux)
    assert found is not flux
    assert found.dtype == np.float32
