"""Closed forms of every kernel against all masks there are."""

import itertools
from math import factorial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spexplain.core.neighbourhood.masks import BinaryMasks
from spexplain.core.neighbourhood.neighbourhood import Neighbourhood
from spexplain.core.surrogate.closed_form import NoClosedForm, lime_limit, shapley_values
from spexplain.core.targets.svm.closed_machines import closed_form
from spexplain.core.targets.svm.svm_kernels import Linear, Polynomial, Rbf, Standardised

S, D, PAIRS = 10, 30, 3
EVERY = np.array(list(itertools.product([0, 1], repeat=S)))
SIZES = EVERY.sum(axis=1)
# Of a mask without k in the Shapley value of k.
SHARE = np.array([factorial(s) * factorial(S - s - 1) / factorial(S) for s in range(S)])


def machine(kind, rng, *, gamma=0.02, power=2):
    intercept = rng.normal(size=PAIRS)
    if kind == "linear":
        return Linear(rng.normal(size=(D, PAIRS)), intercept)
    vectors, alpha = 1 + rng.normal(size=(D, 12)), rng.normal(size=(12, PAIRS))
    if kind == "poly":
        return Polynomial(vectors, alpha, intercept, gamma, 0.3, power)
    rbf = Rbf(vectors, alpha, intercept, gamma, (vectors**2).sum(axis=0))
    if kind == "rbf":
        return rbf
    return Standardised(rbf, rng.normal(size=D), rng.uniform(0.5, 2, D))


def around(rng, *, factor=0.6, labels=None):
    x = 1 + rng.normal(size=D)
    labels = np.repeat(np.arange(S), D // S) if labels is None else labels
    return Neighbourhood(
        factor * x, x - factor * x, labels.astype(np.int32), BinaryMasks.pack(EVERY)
    )


def brute_limit(values, presence):
    odds = np.where(EVERY, presence, 1 - presence).prod(axis=1)
    mean = odds @ values
    slopes = (odds * (values - mean)) @ (EVERY - presence) / (presence * (1 - presence))
    variance = odds @ (values - mean) ** 2
    return slopes, mean, slopes**2 @ (presence * (1 - presence)) / variance


def brute_shapley(values):
    table = values.reshape((2,) * S)
    found = []
    for k in range(S):
        gains = (np.take(table, 1, axis=k) - np.take(table, 0, axis=k)).ravel()
        sizes = SIZES.reshape((2,) * S).take(0, axis=k).ravel()
        found.append(SHARE[sizes] @ gains)
    return np.array(found)


KINDS = st.sampled_from(["linear", "rbf", "poly", "standardised"])


@settings(deadline=None)
@given(KINDS, st.integers(0, 10**6), st.floats(0.001, 0.3), st.integers(1, 4))
def test_they_are_what_all_masks_give(kind, seed, gamma, power):
    rng = np.random.default_rng(seed)
    made, near = machine(kind, rng, gamma=gamma, power=power), around(rng)
    chosen, presence = rng.normal(size=PAIRS), rng.uniform(0.5, 0.99, S)
    values = made.on_neighbourhood(near)(slice(0, len(EVERY))) @ chosen
    form = closed_form(made, near, chosen)
    scale = np.abs(values).max()
    slopes, mean, r2 = brute_limit(values, presence)
    fit = lime_limit(form, presence)
    np.testing.assert_allclose(fit.coefficients, slopes, atol=1e-10 * scale)
    assert fit.intercept + fit.coefficients @ presence == pytest.approx(mean, abs=1e-10 * scale)
    assert fit.r2 == pytest.approx(r2, abs=1e-6)
    shares = shapley_values(form)
    np.testing.assert_allclose(shares, brute_shapley(values), atol=1e-10 * scale)
    whole, nothing = form.value(True), form.value(False)
    np.testing.assert_allclose([nothing, whole], values[[0, -1]], atol=1e-10 * scale)
    assert shares.sum() == pytest.approx(whole - nothing, abs=1e-10 * scale)
    assert form.least() <= values.min() + 1e-9 * scale


@given(st.sampled_from(["rbf", "poly"]), st.integers(0, 10**6))
def test_a_segment_that_changes_nothing_has_no_share_and_twins_share_alike(kind, seed):
    rng = np.random.default_rng(seed)
    made, near = machine(kind, rng), around(rng)
    # Segments 2 and 3 are the same to the machine, and segment 5 is left as it is.
    made.vectors[9:12] = made.vectors[6:9]
    if kind == "rbf":
        made.squares[:] = (made.vectors**2).sum(axis=0)
    near.base[9:12], near.delta[9:12] = near.base[6:9], near.delta[6:9]
    near.delta[15:18] = 0
    shares = shapley_values(closed_form(made, near, np.array([1.0, 0, 0])))
    assert shares[2] == pytest.approx(shares[3], abs=1e-12 * np.abs(shares).max())
    assert shares[5] == pytest.approx(0, abs=1e-14 * np.abs(shares).max())


@given(KINDS, st.integers(0, 10**6))
def test_shares_in_a_sum_are_the_sum_of_shares(kind, seed):
    rng = np.random.default_rng(seed)
    made, near = machine(kind, rng), around(rng, labels=np.arange(D) * 3 % S)
    one, other = np.eye(PAIRS)[0], rng.normal(size=PAIRS)
    found = [shapley_values(closed_form(made, near, c)) for c in (one, other, one + other)]
    np.testing.assert_allclose(found[0] + found[1], found[2], atol=1e-10 * np.abs(found).max())


def test_vectors_out_of_reach_neither_overflow_nor_divide_by_nothing():
    rng = np.random.default_rng(0)
    made, near = machine("rbf", rng, gamma=1e4), around(rng, factor=0.0)
    form = closed_form(made, near, np.ones(PAIRS))
    with np.errstate(divide="raise", invalid="raise", over="raise"):
        fit = lime_limit(form, np.full(S, 1.0))
        assert np.isfinite([*fit.coefficients, fit.intercept, fit.r2, form.least()]).all()
        assert np.isfinite(shapley_values(form)).all()


def test_another_kernel_is_said_to_have_none():
    with pytest.raises(NoClosedForm, match="type object"):
        closed_form(object(), around(np.random.default_rng(0)), np.ones(PAIRS))
