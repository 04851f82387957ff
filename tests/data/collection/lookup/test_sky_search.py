"""Places are read as people write them; what lies within a radius is found, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import SkyCoord
from hypothesis import given
from hypothesis import strategies as st
from spexplain.data.collection.lookup.sky_search import Cone, SkySearch, angle_text, read_cone


@pytest.mark.parametrize(
    ("text", "ra", "dec", "radius"),
    [
        ("146.7 +0.5", 146.7, 0.5, None),
        (" 146.7, -0.5 ", 146.7, -0.5, None),
        ("146.7 −0.5", 146.7, -0.5, None),
        ("146.7° +0.5°", 146.7, 0.5, None),
        ("09:46:48.2 +00:30:00", 146.700833, 0.5, None),
        ("09 46 48.2 -00 30 00", 146.700833, -0.5, None),
        ("9h46m48.2s +0d30m", 146.700833, 0.5, None),
        ("9h46m48.2s +0°30'00\"", 146.700833, 0.5, None),
        ("J094648.20+003000.0", 146.700833, 0.5, None),
        ("SDSS J094648.20-003000.0", 146.700833, -0.5, None),
        ("146.7 +0.5 2'", 146.7, 0.5, 2 / 60),
        ("146.7 +0.5 r=30 arcsec", 146.7, 0.5, 30 / 3600),
        ('146.7 0.5, 30"', 146.7, 0.5, 30 / 3600),
        ("146.7 +0.5 radius 0.1 deg", 146.7, 0.5, 0.1),
        ("09:46:48.2 +00:30:00 5″", 146.700833, 0.5, 5 / 3600),
        ("146.7 0.5 1°", 146.7, 0.5, 1.0),
        ("09 46 48 +00 30 00 1d", 146.7, 0.5, 1.0),
        ("(146.7, 0.5)", 146.7, 0.5, None),
        ("146.7d 0.5d", 146.7, 0.5, None),
        ("ra=146.7 dec=+0.5", 146.7, 0.5, None),
        ("RA: 09:46:48 Dec: -00:30:00 2'", 146.7, -0.5, 2 / 60),
        ("RA 146 DEC 1", 146.0, 1.0, None),
        ("l=0 b=0", 266.404988, -28.936178, None),
        ("galactic 0, -90 5'", 12.859478, -27.128252, 5 / 60),
    ],
)
def test_places_as_people_write_them(text, ra, dec, radius):
    found = read_cone(text)
    assert (found.ra_deg, found.dec_deg) == pytest.approx((ra, dec), abs=1e-6)
    assert found.radius_deg == (None if radius is None else pytest.approx(radius))
    assert found.sure


@pytest.mark.parametrize(
    "text",
    [
        "", "demo-000123", "0651-52141-0072", "spec-0651-52141-0072.fits", "651 52141 72",
        "39627658462594817", "651 52141", "NGC 4151", "09:46:61 +00:30:00", "9h46m", "z < 0.1",
        "1.5e3 2", "266 31 2", "galaxy-1 2", "radio 12 dec", "l 1", "lens 12 b",
    ],
)  # fmt: skip
def test_what_is_no_place_is_none(text):
    assert read_cone(text) is None


def test_two_whole_numbers_may_be_plate_and_fiber():
    assert read_cone("266 31") == Cone(266.0, 31.0, None, sure=False)
    assert read_cone("266 31 2'").sure


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("146.7 +95", "declination.*95"),
        ("361.5 +2", "right ascension.*361.5"),
        ("146.7 +0.5 r=2", "unit: 2', 2\" or 2 deg"),
        ("l=18 b=99", "galactic latitude.*99"),
        ("ra=400 dec=1", "right ascension.*400"),
    ],
)
def test_a_place_outside_the_sky_is_told(text, says):
    with pytest.raises(ValueError, match=says):
        read_cone(text)


@given(st.integers(0, 2**32 - 1), st.floats(0, 360), st.floats(-90, 90), st.floats(1e-4, 180))
def test_all_within_a_radius_are_found_as_astropy_finds_them(seed, ra, dec, radius):
    rng = np.random.default_rng(seed)
    n = 60
    ras, decs = rng.uniform(0, 360, n), np.degrees(np.arcsin(rng.uniform(-1, 1, n)))
    ras[:5], decs[:5] = ra, np.clip(dec + np.array([0, 1e-6, 1e-4, -1e-4, 0.01]), -90, 90)
    decs[7] = np.nan
    rows, away = SkySearch(ras, decs).around(Cone(ra, dec, radius))
    known = np.flatnonzero(np.isfinite(decs))
    right = SkyCoord(ras[known], decs[known], unit="deg").separation(
        SkyCoord(ra * u.deg, dec * u.deg)
    )
    clear = np.abs(right.deg - radius) > 1e-9
    wanted = set(known[(right.deg <= radius) & clear].tolist())
    assert wanted <= set(rows.tolist()) <= wanted | set(known[~clear].tolist())
    place = np.searchsorted(known, rows)
    np.testing.assert_allclose(away, right.deg[place], atol=1e-7)
    assert np.all(np.diff(away) >= 0)


def test_without_a_radius_the_nearest_are_given():
    search = SkySearch(np.arange(20.0), np.zeros(20))
    rows, away = search.around(Cone(7.2, 0.0), limit=3)
    assert rows.tolist() == [7, 8, 6]
    np.testing.assert_allclose(away, [0.2, 0.8, 1.2])
    assert SkySearch(np.full(3, np.nan), np.zeros(3)).around(Cone(1.0, 1.0))[0].size == 0
    assert SkySearch(np.array([1.0, np.nan]), np.zeros(2)).n_known == 1


def test_angles_have_the_unit_that_suits_them():
    assert [angle_text(a) for a in (0.00012, 0.05, 12.345)] == ["0.43″", "3′", "12.3°"]
