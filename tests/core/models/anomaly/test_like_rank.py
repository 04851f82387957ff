import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spexplain.core.models.anomaly.like_rank import LikeSpectra


def drawn(n, seed=0):
    rng = np.random.default_rng(seed)
    return np.exp(rng.uniform(0, 4, n)), rng.normal(size=n)


@given(st.integers(200, 3000), st.integers(0, 10**6))
@settings(max_examples=30)
def test_the_rank_is_that_among_the_nearest_in_log_sn(n, seed):
    sn, scores = drawn(n, seed)
    own = seed % n
    found = LikeSpectra(sn).rank(scores, scores[own], sn[own], own=own)
    assert found.n == min(500, n // 4)
    nearest = np.argsort(np.abs(np.log(sn) - np.log(sn[own])), kind="stable")[: found.n]
    assert own in nearest
    assert found.rank == 1 + np.sum(scores[nearest] > scores[own])
    assert found.sn_low == pytest.approx(sn[nearest].min())
    assert found.sn_high == pytest.approx(sn[nearest].max())


def test_every_rank_of_one_window_is_given_once():
    sn, scores = np.full(400, 7.0), np.arange(400.0)
    like = LikeSpectra(sn)
    for own in (0, 150, 399):
        found = like.rank(scores, scores[own], 7.0, own=own)
        assert found.n == 100
        assert 1 <= found.rank <= 100
    assert like.rank(scores, 399.0, 7.0, own=399).rank == 1


def test_a_spectrum_from_outside_is_one_of_those_compared():
    sn, scores = drawn(2400)
    found = LikeSpectra(sn).rank(scores, 99.0, 10.0)
    assert (found.rank, found.n) == (1, 500)
    assert found.sn_low < 10 < found.sn_high
    assert LikeSpectra(sn).rank(scores, -99.0, 10.0).rank == 500


def test_noise_that_raises_all_scores_raises_no_rank():
    sn, scores = drawn(4000)
    noisy = scores + 50 / sn
    like = LikeSpectra(sn)
    faint = np.flatnonzero(sn < np.quantile(sn, 0.1))
    ranks = [like.rank(noisy, noisy[at], sn[at], own=at) for at in faint[::8]]
    assert np.median([one.rank / one.n for one in ranks]) == pytest.approx(0.5, abs=0.15)


@pytest.mark.parametrize("sn", [np.nan, 0.0, -3.0, np.inf])
def test_an_unknown_sn_has_no_like(sn):
    sns, scores = drawn(400)
    assert LikeSpectra(sns).rank(scores, 1.0, sn) is None


def test_spectra_without_sn_are_compared_with_nothing():
    sn, scores = drawn(400)
    sn[::2] = np.nan
    scores[::2] = 1e9
    found = LikeSpectra(sn).rank(scores, scores[1], sn[1], own=1)
    assert found.n == 50
    assert found.rank <= 50
    assert LikeSpectra(sn[:300]).rank(scores[:300], 0.0, 5.0) is None
