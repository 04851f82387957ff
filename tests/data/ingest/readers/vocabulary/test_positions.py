import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spexplain.data.ingest.readers.vocabulary.positions import degrees_of, on_the_sky, position_of


@pytest.mark.parametrize(
    ("said", "hours", "degrees"),
    [("12:30:49.4", True, 187.705833), ("12 30 49.4", True, 187.705833),
     ("12h30m49.4s", True, 187.705833), ("-00:00:36", False, -0.01),
     ("−12 23 28", False, -12.391111),
     ("+12d23m28s", False, 12.391111), ("187.705833", True, 187.705833),
     (187.705833, True, 187.705833),
     ("12:30", True, 187.5), ("12h30m", True, 187.5), ("187.5d", True, 187.5),
     ("-20.5 deg", False, -20.5)],
)  # fmt: skip
def test_degrees_and_sexagesimals_are_read(said, hours, degrees):
    assert degrees_of(said, hours=hours) == pytest.approx(degrees, abs=1e-6)


@pytest.mark.parametrize("said", [None, True, "", "N/A", 9999.0, -9999, "12:3x", [1.0]])
def test_what_is_no_angle_is_not_known(said):
    assert math.isnan(degrees_of(said, hours=True))


@given(st.integers(0, 23), st.integers(0, 59), st.floats(0, 59.999))
def test_a_right_ascension_comes_back(h, m, s):
    text = f"{h:02}:{m:02}:{s:06.3f}"
    assert degrees_of(text, hours=True) == pytest.approx(15 * (h + m / 60 + s / 3600), abs=1e-5)


def test_the_first_name_that_says_a_position_counts():
    said = {"RA": "", "RA_TARG": 10.0, "OBJCTDEC": "-01 00 00"}
    assert position_of(said.get) == (10.0, -1.0)


@pytest.mark.parametrize("place", [(-99.0, -99.0), (0.0, 0.0), (-1.0, -1.0), (10.0, 95.0)])
def test_what_stands_for_no_position_is_none_of_the_sky(place):
    assert all(map(math.isnan, on_the_sky(*place)))
    assert all(map(math.isnan, position_of(dict(zip(("RA", "DEC"), place, strict=True)).get)))


@pytest.mark.parametrize(("ra", "turned"), [(-10.0, 350.0), (360.0, 0.0), (0.0, 0.0), (5.0, 5.0)])
def test_right_ascensions_are_within_one_turn(ra, turned):
    assert on_the_sky(ra, 5.0) == (turned, 5.0)
