"""Arms joined by inverse variance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from spexplain.core.spectra.coaddition import coadd_arms

# As DESI's arms: one step throughout, and the ends of neighbours overlap.
GRIDS = [3600 + 0.8 * np.arange(*ends) for ends in ((0, 12), (8, 20), (17, 30))]
FLUX = st.one_of(st.floats(-(2.0**20), 2.0**20, width=32), st.sampled_from([np.nan, np.inf]))
IVAR = st.one_of(
    st.floats(2.0**-20, 2.0**20, width=32), st.sampled_from([0.0, -1.0, np.nan, np.inf])
)


@st.composite
def three_arms(draw):
    return [
        (wave, draw(arrays(np.float32, wave.size, elements=FLUX)),
         draw(arrays(np.float32, wave.size, elements=IVAR)))
        for wave in GRIDS
    ]  # fmt: skip


def has_data(flux, ivar):
    return np.isfinite(flux) & np.isfinite(ivar) & (ivar > 0)


@given(three_arms())
def test_every_pixel_is_the_weighted_mean_of_the_arms_that_have_data_there(arms):
    wave, flux, ivar = coadd_arms(arms)
    np.testing.assert_allclose(wave, 3600 + 0.8 * np.arange(30))
    for k, at in enumerate(wave):
        here = [
            (np.float64(f[i]), np.float64(v[i]))
            for w, f, v in arms
            for i in np.flatnonzero(np.abs(w - at) < 0.01)
            if has_data(f[i], v[i])
        ]
        total = sum(v for _, v in here)
        assert ivar[k] == pytest.approx(total, rel=1e-12)
        if here:
            expected = sum(f * v for f, v in here) / total
            assert flux[k] == pytest.approx(
                expected, rel=1e-9, abs=1e-9 * max(abs(f) for f, _ in here)
            )
        else:
            assert np.isnan(flux[k])


@given(three_arms(), st.permutations([0, 1, 2]))
def test_the_order_of_the_arms_does_not_matter(arms, order):
    for one, other in zip(coadd_arms(arms), coadd_arms([arms[k] for k in order]), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-6)


@given(three_arms())
def test_the_mean_lies_between_the_arms_and_knows_more_than_each(arms):
    wave, flux, ivar = coadd_arms(arms)
    for w, f, v in arms:
        at = np.searchsorted(wave, w - 0.01)
        good = has_data(f, v)
        assert (ivar[at][good] >= v[good].astype(np.float64) * (1 - 1e-12)).all()
        assert np.isfinite(flux[at][good]).all()


def test_noise_falls_as_the_inverse_variance_says():
    rng = np.random.default_rng(1)
    wave, sigmas = np.arange(4000.0, 24000.0), (1.0, 2.0)
    arms = [(wave, rng.normal(5, s, wave.size), np.full(wave.size, s**-2)) for s in sigmas]
    _, flux, ivar = coadd_arms(arms)
    assert flux.mean() == pytest.approx(5, abs=0.03)
    assert flux.std() == pytest.approx(1 / np.sqrt(1.25), rel=0.02)
    np.testing.assert_allclose(ivar, 1.25)


def test_pixels_that_do_not_coincide_stand_side_by_side():
    one = (np.array([4000.0, 4001.0]), np.array([1.0, 2.0]), np.ones(2))
    other = (np.array([4000.5, 4001.004]), np.array([3.0, 4.0]), np.ones(2))
    wave, flux, ivar = coadd_arms([one, other])
    np.testing.assert_allclose(wave, [4000.0, 4000.5, 4001.0])
    np.testing.assert_allclose(flux, [1, 3, 3])
    np.testing.assert_allclose(ivar, [1, 1, 2])


def test_huge_values_do_not_overflow():
    wave = np.array([4000.0, 4001.0])
    arm = (wave, np.full(2, 3e38, np.float32), np.full(2, 3e38, np.float32))
    _, flux, ivar = coadd_arms([arm, arm])
    np.testing.assert_allclose(flux, 3e38, rtol=1e-6)
    np.testing.assert_allclose(ivar, 6e38, rtol=1e-6)


def test_what_cannot_be_joined_is_refused_with_its_shapes():
    with pytest.raises(ValueError, match="at least one arm"):
        coadd_arms([])
    with pytest.raises(ValueError, match=r"wavelength \(3,\), flux \(2,\)"):
        coadd_arms([(np.arange(3.0), np.ones(2), np.ones(3))])
