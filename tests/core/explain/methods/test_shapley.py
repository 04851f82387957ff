"""Shapley values from samples: without bias, adding up, with an error that tells the truth."""

import dataclasses

import numpy as np
import pytest
from spexplain.core.explain.entry import Cancelled, ExplainSettings, explain, explain_progressively
from spexplain.core.explain.methods.shapley import shapley_neighbourhood
from spexplain.core.explain.methods.shapley_samples import (
    draw_coalitions,
    shapley_error,
    shapley_fit,
)
from spexplain.core.surrogate.influential import Underdetermined
from spexplain.core.targets import CallableTarget
from spexplain.core.trust.trust import assess

S = 8
RNG = np.random.default_rng(1)
LINEAR, PAIRS, TRIPLES = RNG.normal(size=S), RNG.normal(size=(S, S)), RNG.normal(size=(S, S, S))
DENSE = np.dtype(np.float64)


def game(z):
    """Of third degree, so that its Shapley values can be written down."""
    pairs = np.einsum("ni,nj,ij->n", z, z, np.triu(PAIRS, 1))
    return 2 + z @ LINEAR + pairs + np.einsum("ni,nj,nk,ijk->n", z, z, z, _ordered(TRIPLES))


def _ordered(cube):
    i, j, k = np.indices(cube.shape)
    return np.where((i < j) & (j < k), cube, 0)


def truth():
    """Every interaction is shared evenly."""
    pairs, triples = np.triu(PAIRS, 1), _ordered(TRIPLES)
    by_pair = (pairs.sum(0) + pairs.sum(1)) / 2
    by_triple = (triples.sum((0, 1)) + triples.sum((0, 2)) + triples.sum((1, 2))) / 3
    return LINEAR + by_pair + by_triple


def estimates(n, seeds):
    for seed in seeds:
        masks = draw_coalitions(n, S, seed=seed)
        values = game(masks.dense(slice(0, n), DENSE))
        yield masks, values


def test_over_many_seeds_they_are_right_and_their_error_is_what_it_says():
    found = [
        (shapley_fit(masks, values), shapley_error(masks, values))
        for masks, values in estimates(202, range(400))
    ]
    weights = np.array([one for one, _ in found])
    errors = np.array([error.standard_error for _, error in found])
    spread = weights.std(axis=0)
    # The directions of products follow from the same pairs: a bias, well below the error.
    allowed = 4 * spread / np.sqrt(len(found)) + 0.25 * spread
    assert (np.abs(weights.mean(axis=0) - truth()) < allowed).all()
    np.testing.assert_allclose(errors.mean(axis=0), weights.std(axis=0), rtol=0.12)
    covered = np.abs(weights - truth()) < 1.98 * errors
    assert 0.92 < covered.mean() < 0.97


def test_what_segments_do_in_pairs_has_no_error():
    for masks, _ in estimates(60, range(3)):
        z = masks.dense(slice(0, 60), DENSE)
        values = 1 + z @ LINEAR + np.einsum("ni,nj,ij->n", z, z, np.triu(PAIRS, 1))
        pairs = np.triu(PAIRS, 1)
        expected = LINEAR + (pairs.sum(0) + pairs.sum(1)) / 2
        np.testing.assert_allclose(shapley_fit(masks, values), expected, atol=1e-9)
        np.testing.assert_allclose(shapley_error(masks, values).standard_error, 0, atol=1e-6)


def test_threes_that_depend_on_how_many_are_present_have_no_error():
    """The cube of the sum of signs is among the products; some pairs are too few to fit them."""
    for n, exact in ((202, True), (60, False)):
        masks = draw_coalitions(n, S, seed=1)
        z = masks.dense(slice(0, n), DENSE)
        values = z @ LINEAR + (2 * z - 1).sum(axis=1) ** 3
        found, error = shapley_fit(masks, values), shapley_error(masks, values).standard_error
        assert np.allclose(found, LINEAR + 2 * S**2, atol=1e-8) == exact
        assert (error.max() < 1e-6) == exact


def test_they_add_up_with_however_few_samples():
    for n in (2, 4, 10, 40):
        ((masks, values),) = estimates(n, [5])
        assert shapley_fit(masks, values).sum() == pytest.approx(values[0] - values[1])
    with pytest.raises(Underdetermined, match="4 pairs"):
        shapley_error(*next(estimates(10, [5])))


def test_masks_come_in_pairs_of_all_sizes_and_fewer_are_a_prefix():
    masks = draw_coalitions(20_001, S, seed=3)
    assert masks.shape == (20_000, S)
    z = masks.dense(slice(0, 20_000), DENSE)
    assert z[0].all()
    np.testing.assert_array_equal(z[::2], 1 - z[1::2])
    shares = np.bincount(z[2:].sum(axis=1).astype(int), minlength=S + 1) / (len(z) - 2)
    np.testing.assert_allclose(shares[1:-1], 1 / (S - 1), atol=0.015)
    assert shares[0] == shares[-1] == 0
    few = draw_coalitions(50, S, seed=3)
    np.testing.assert_array_equal(few.bits, masks.bits[:50])
    assert draw_coalitions(50, 1, seed=3).shape == (2, 1)


X = (1 + RNG.gamma(1, 1, 64)).astype(np.float32)
CURVED = CallableTarget(lambda s: np.log1p((s @ np.arange(64)) ** 2 / 1e5) + s[:, :3].prod(axis=1))
SETTINGS = ExplainSettings(method="shapley", n_segments=S, n_samples=601, factor=0.5)


def test_early_answers_are_those_of_fewer_samples_and_one_may_give_up():
    early, later, last = explain_progressively(X, CURVED, SETTINGS, counts=(51, 200))
    assert [one.n_samples for one in (early, later, last)] == [50, 200, 600]
    assert [one.complete for one in (early, later, last)] == [False, False, True]
    fewer = explain(X, CURVED, dataclasses.replace(SETTINGS, n_samples=200))
    np.testing.assert_allclose(later.weights, fewer.weights, rtol=1e-9)
    for one in (early, last):
        assert one.weights.sum() == pytest.approx(one.value - one.intercept)
    base = shapley_neighbourhood(X, SETTINGS).base
    assert last.intercept == pytest.approx(CURVED(base[None])[0], rel=1e-5)
    with pytest.raises(Cancelled):
        list(explain_progressively(X, CURVED, SETTINGS, cancelled=lambda: True))


def test_their_error_and_order_are_judged():
    found = explain(X, CURVED, SETTINGS)
    trust = assess(found, X, CURVED, k=3)
    assert not trust.exact
    assert trust.intervals is not None
    assert trust.stability is not None
    assert "segments keep their order" in trust.sentence()
    assert "R²" not in trust.sentence()
    lost = dataclasses.replace(found, sample_values=None)
    again = assess(lost, X, CURVED, k=3)
    np.testing.assert_allclose(again.intervals.low, trust.intervals.low)
    few = explain(X, CURVED, dataclasses.replace(SETTINGS, n_samples=12))
    assert "do not determine Shapley values" in assess(few, X, CURVED).sentence()


def test_one_segment_has_it_all():
    found = explain(X, CURVED, dataclasses.replace(SETTINGS, n_segments=1))
    assert found.weights == pytest.approx([found.value - found.intercept])
