"""Repeats of an object are grouped by position, and later rows change nothing."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from spexplain.data.collection.lookup.same_object import same_object

ARCSEC = 1 / 3600


def test_repeats_within_an_arcsecond_belong_to_the_first():
    ra = np.array([10.0, 10.0 + 0.9 * ARCSEC, 10.0, 50.0, np.nan, np.nan, 10.0 + 2.5 * ARCSEC])
    assert same_object(ra, np.zeros(7)).tolist() == [0, 0, 0, 3, 4, 5, 6]


def test_near_a_pole_and_across_zero_hours():
    ra = np.array([0.0, 359.9999, 200.0])
    assert same_object(ra, np.full(3, 89.9999)).tolist() == [0, 0, 0]
    assert same_object(ra, np.zeros(3)).tolist() == [0, 0, 2]


def test_the_nearest_earlier_row_decides():
    ra = np.array([0.0, 1.5, 0.9]) * ARCSEC + 20
    assert same_object(ra, np.zeros(3)).tolist() == [0, 1, 1]


@given(st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=1, max_size=30), st.data())
def test_rows_that_are_added_change_nothing_before(drawn, data):
    ra = np.array([np.nan if none else 20 + 0.6 * place * ARCSEC for place, none in drawn])
    whole = same_object(ra, np.zeros(len(ra)))
    n = data.draw(st.integers(1, len(ra)))
    np.testing.assert_array_equal(same_object(ra[:n], np.zeros(n)), whole[:n])
    assert (whole <= np.arange(len(ra))).all()
    np.testing.assert_array_equal(whole[whole], whole)


def test_thousands_at_one_place_are_no_matter():
    assert not same_object(np.full(20_000, 5.0), np.full(20_000, 5.0)).any()


def test_nothing_and_no_position():
    assert same_object(np.empty(0), np.empty(0)).size == 0
    assert same_object(np.array([np.nan]), np.array([1.0])).tolist() == [0]
