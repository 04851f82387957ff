import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spexplain.data.collection.lookup.sky_search import Cone, SkySearch
from spexplain.data.fetch.archives.skyserver import box, distance_deg

RA, DEC = st.floats(0, 360), st.floats(-90, 90)


@given(RA, DEC, st.floats(1e-4, 60), RA, DEC)
def test_the_box_of_a_cone_holds_all_of_it(ra, dec, radius, ra_there, dec_there):
    cone = Cone(ra, dec, radius)
    stretches, (low, high) = box(cone)
    if distance_deg(cone, ra_there, dec_there) <= radius * (1 - 1e-9):
        assert low - 1e-9 <= dec_there <= high + 1e-9
        at_pole = abs(dec_there) > 90 - 1e-7
        assert at_pole or any(a - 1e-6 <= ra_there <= b + 1e-6 for a, b in stretches)


@given(RA, DEC, RA, DEC)
def test_distances_are_those_of_the_search_in_a_collection(ra, dec, ra_there, dec_there):
    cone = Cone(ra, dec)
    _, far = SkySearch(np.array([ra_there]), np.array([dec_there])).around(cone, limit=1)
    assert distance_deg(cone, ra_there, dec_there) == pytest.approx(float(far[0]), abs=2e-6)
    assert np.isnan(distance_deg(cone, np.nan, 0.0))
