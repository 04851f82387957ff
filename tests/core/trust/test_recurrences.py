"""What other exposures would say, from weights alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spexplain.core.trust.recurrences import noise_intervals, recurrence

S, R = 12, 30


def scatter(seed: int, size: float = 1.0, n: int = R) -> np.ndarray:
    return size * np.random.default_rng(seed).standard_normal((n, S))


def truth(*strong: float) -> np.ndarray:
    weights = np.zeros(S)
    weights[2 : 2 + len(strong)] = strong
    return weights


@given(seed=st.integers(0, 10_000), raised=st.floats(-50, 50))
def test_strong_reasons_are_seen_again_whatever_the_redraws_are_raised_by(
    seed: int, raised: float
) -> None:
    weights = truth(40.0, -30.0, 20.0)
    found = recurrence(weights, weights + scatter(seed) + raised)
    assert found.top.tolist() == [2, 3, 4]
    assert found.seen_again.all()
    assert (found.share[5:] < 0.95).all()


def test_reasons_of_noise_alone_are_rarely_seen_again() -> None:
    passed = 0
    for seed in range(200):
        one, *redrawn = scatter(seed, n=1 + R)
        passed += recurrence(one, one + np.array(redrawn)).seen_again[0]
    assert passed <= 4


@given(seed=st.integers(0, 10_000), gap=st.floats(0.5, 4.0))
def test_the_share_is_of_redraws_centred_and_wider_by_root_two(seed: int, gap: float) -> None:
    weights, redrawn = truth(6.0 + gap, 6.0), scatter(seed) + 3.0
    other = weights + np.sqrt(2) * (redrawn - redrawn.mean(axis=0))
    first = np.argmax(np.abs(other), axis=1)
    expected = np.mean((first == 2) & (other[:, 2] > 0))
    found = recurrence(weights, redrawn, k=1)
    assert found.share[2] == expected
    # As seldom as two exposures that are both noisy agree.
    assert found.share.sum() <= 1.0


@pytest.mark.parametrize("rest", [0.0, 1e-15])
def test_what_weighs_nothing_is_no_reason_that_would_be_seen_again(rest: float) -> None:
    """As of a model that looks at one place, by occlusion or by Shapley values."""
    weights = np.where(np.arange(S) == 2, 5.0, rest)
    found = recurrence(weights, np.tile(weights, (R, 1)))
    assert found.seen_again.tolist() == [True, False, False]
    assert found.sentence() == "1 of the top 3 reasons would be seen again in another exposure"


def test_a_reason_of_the_other_sign_is_another_reason() -> None:
    weights = truth(1.0)
    redrawn = scatter(1, 0.01)
    redrawn[:, 2] = np.where(np.arange(R) % 2, 9.0, -9.0)
    assert recurrence(weights, redrawn, k=1).share[2] == 0.5


@given(seed=st.integers(0, 10_000))
def test_the_interval_is_that_of_another_exposure(seed: int) -> None:
    redrawn = scatter(seed)
    weights = truth(5.0)
    found = noise_intervals(weights, redrawn)
    np.testing.assert_allclose(found.standard_error, np.sqrt(2) * redrawn.std(axis=0, ddof=1))
    np.testing.assert_allclose((found.low + found.high) / 2, weights, atol=1e-12)
    np.testing.assert_allclose(found.high - found.low, 2 * 2.045 * found.standard_error, rtol=1e-3)


def test_intervals_hold_another_exposure_as_often_as_they_say() -> None:
    rng = np.random.default_rng(3)
    held = []
    for _ in range(800):
        one, other = rng.standard_normal((2, S))
        bounds = noise_intervals(one, one + rng.standard_normal((R, S)))
        held.append((bounds.low <= other) & (other <= bounds.high))
    assert np.mean(held) == pytest.approx(0.95, abs=0.01)


def test_more_than_noise_is_five_deviations_above_it() -> None:
    null = scatter(4)
    mean, error = null.mean(axis=0), null.std(axis=0, ddof=1)
    weights = mean.copy()
    weights[[0, 1, 2]] += np.array([5.5, 4.5, -40.0]) * error[:3]
    found = recurrence(weights, weights + scatter(5, 0.01), null)
    assert found.beyond is not None
    np.testing.assert_allclose(found.beyond[:3], [5.5, 4.5, -40.0])
    more = dict(zip(found.top.tolist(), found.more_than_noise, strict=True))
    assert more == {2: False, 0: True, 1: False}
    assert found.seen_again.all()
    assert found.holds.tolist() == [more[segment] for segment in found.top.tolist()]


def test_where_noise_moves_nothing_any_excess_is_more() -> None:
    null = np.zeros((R, S))
    found = recurrence(truth(1.0, -1.0), scatter(6, 1e-9), null)
    assert found.beyond is not None
    assert found.beyond[[0, 2, 3]].tolist() == [0.0, np.inf, -np.inf]


def test_sentences() -> None:
    weights = truth(40.0, 30.0, 1.0)
    redrawn = weights + scatter(7)
    assert recurrence(weights, redrawn).sentence() == (
        "2 of the top 3 reasons would be seen again in another exposure"
    )
    early = recurrence(weights, redrawn[:10], scatter(8)[:10], n_refused=2, n_asked=30)
    assert not early.complete
    assert early.sentence() == (
        "2 of the top 3 reasons would be seen again and are more than noise, "
        "after 10 of 30 redraws; 2 of 12 redraws cannot be used"
    )
    none = recurrence(scatter(9)[0], scatter(10), scatter(11))
    assert none.sentence() == (
        "none of the top 3 reasons would be seen again and is more than noise"
    )
    assert recurrence(weights, redrawn, k=2).sentence().startswith("all of the top 2 reasons")
    assert none.complete


def test_what_cannot_be_judged_is_refused() -> None:
    with pytest.raises(ValueError, match="need at least 5 redrawn spectra, got 4"):
        recurrence(truth(1.0), scatter(0, n=4))
    with pytest.raises(ValueError, match=r"null must be \(R, 12\), got \(5, 3\)"):
        recurrence(truth(1.0), scatter(0), np.zeros((5, 3)))
