"""Air and vacuum wavelengths."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spexplain.core.spectra.air_vacuum import air_to_vacuum, vacuum_to_air


@pytest.mark.parametrize(
    ("vacuum", "air"),
    [  # the table on the SDSS page on vacuum wavelengths
        (4862.721, 4861.363),
        (4960.295, 4958.911),
        (5008.239, 5006.843),
        (6549.86, 6548.05),
        (6564.61, 6562.80),
        (6718.29, 6716.44),
        (6732.68, 6730.82),
    ],
)
def test_the_published_pairs_agree_to_a_hundredth(vacuum, air):
    assert vacuum_to_air(vacuum) == pytest.approx(air, abs=0.011)
    assert air_to_vacuum(air) == pytest.approx(vacuum, abs=0.011)


@given(st.floats(2001.0, 30_000.0))
def test_there_and_back_is_exact(wave):
    assert float(vacuum_to_air(air_to_vacuum(wave))) == pytest.approx(wave, abs=1e-8)
    assert float(air_to_vacuum(vacuum_to_air(wave + 1))) == pytest.approx(wave + 1, abs=1e-8)


def test_the_difference_is_the_83_km_s_that_a_mask_must_not_be_off_by():
    shift_kms = (air_to_vacuum(6562.787) / 6562.787 - 1) * 299_792.458
    assert shift_kms == pytest.approx(83, abs=1)


def test_below_2000_angstrom_air_is_vacuum_by_convention():
    assert vacuum_to_air(1215.67) == 1215.67
    assert air_to_vacuum(1215.67) == 1215.67


def test_arrays_keep_their_shape():
    assert air_to_vacuum(np.full((2, 3), 5000.0)).shape == (2, 3)


@pytest.mark.parametrize("wrong", [0.0, -5000.0, float("nan"), float("inf")])
def test_impossible_wavelengths_are_quoted(wrong):
    with pytest.raises(ValueError, match=f"{wrong}"):
        vacuum_to_air([5000.0, wrong])
