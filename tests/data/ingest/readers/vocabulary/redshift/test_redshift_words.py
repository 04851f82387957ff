import math

import numpy as np
import pytest
from spexplain.data.ingest.readers.vocabulary.redshift.redshift_words import (
    KEYWORDS,
    VELOCITIES,
    redshift_of,
)

RECESSION = tuple(name for name in KEYWORDS if name.startswith(("CZ", "HELIO_CZ")))


@pytest.mark.parametrize("name", [name for name in KEYWORDS if name not in RECESSION])
@pytest.mark.parametrize("value", [0.116, "0.116", "0,116", "0.116 +/- 0.001", "0.116(2)"])
def test_a_redshift_by_its_names_and_as_text(name, value):
    assert redshift_of([(name, value)]) == (0.116, "")


@pytest.mark.parametrize("nines", [9.999, 9.9999, float(np.float32(9.999)), 99.99])
def test_nines_stand_for_no_redshift(nines):
    z, why = redshift_of([("Z", nines)])
    assert math.isnan(z)
    assert "stands for no redshift" in why
    assert redshift_of([("Z", 9.99)]) == (9.99, "")


@pytest.mark.parametrize("name", RECESSION)
def test_cz_is_in_km_s_by_its_name(name):
    assert redshift_of([(name, 29979.2458)])[0] == pytest.approx(0.1)
    z, why = redshift_of([(name, 0.116)])
    assert math.isnan(z)
    assert "no velocity in km/s" in why


@pytest.mark.parametrize("name", VELOCITIES)
def test_velocities_and_photometric_redshifts_are_told_not_taken(name):
    z, why = redshift_of([(name, 0.116)])
    assert math.isnan(z)
    other_frame = "another frame" if name in ("Z_CMB", "ZCMB", "Z_LG") else "is a velocity"
    assert ("photometric" if "PHOT" in name else other_frame) in why
