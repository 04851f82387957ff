"""A spectrum at another redshift: at its own it is itself."""

import numpy as np
import pytest
from spexplain.data.lenses.lenses import LensError, open_lenses
from spexplain.data.lenses.one_spectrum.tried_redshift import look_at_redshift

ROW = 3


@pytest.fixture(scope="session")
def lenses(built):
    return open_lenses(built)


@pytest.mark.parametrize("name", ["agn", "anomaly"])
def test_at_its_own_redshift_it_is_what_the_lens_has(name, built, lenses):
    lens, z = lenses[name], float(built.catalog["z"][ROW])
    found = look_at_redshift(built, lens, ROW, z)
    assert found.reason == ""
    np.testing.assert_allclose(found.flux, lens.prepared(ROW), rtol=1e-4, atol=1e-4)
    assert found.lens is lens
    assert found.tried
    own = lens.verdict(ROW)
    assert found.verdict.predicted == own.predicted
    assert found.z == z


def test_at_another_it_moves_by_as_much(built, lenses):
    lens, z = lenses["anomaly"], float(built.catalog["z"][ROW])
    found = look_at_redshift(built, lens, ROW, z + 0.01)
    wave = lens.wave_rest_aa
    moved = np.interp(wave * (1 + z + 0.01) / (1 + z), wave, lens.prepared(ROW))
    inside = wave * (1 + z + 0.01) / (1 + z) < wave[-1]
    both = np.corrcoef(moved[inside], found.flux[inside])[0, 1]
    assert both > 0.9
    assert found.exposures.z == z + 0.01


def test_no_redshift_is_refused(built, lenses):
    with pytest.raises(LensError, match="does not bring it to rest"):
        look_at_redshift(built, lenses["anomaly"], ROW, 0.0)
