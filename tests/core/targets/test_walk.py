"""Samples taken through the steps of a network, tile by tile, by the variables that move."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from spexplain.core.masks import Factors
from spexplain.core.one_blas_thread import one_blas_thread
from spexplain.core.targets.folded import Whole
from spexplain.core.targets.ranges import unwatched
from spexplain.core.targets.walk import LANES, at_rest, room, walk_tile

WIDTHS = (20, 16, 9, 4, 9, 16)


def network(seed, *, sleepy=0.0):
    """Layers behind the first, of which a share of the units never wakes."""
    rng = np.random.default_rng(seed)
    layers = []
    for before, after in pairwise(WIDTHS):
        bias = rng.normal(size=after) - 100 * (rng.random(after) < sleepy)
        layers.append((rng.normal(size=(before, after)), bias, after != min(WIDTHS)))
    return layers


def activations(layers, entered):
    """Behind the last layer, (n, H), of what enters the first (n, H')."""
    found = np.maximum(entered, 0)
    for weight, bias, rectified in layers:
        found = found @ weight + bias
        found = np.maximum(found, 0) if rectified else found
    return found


@given(
    seed=st.integers(0, 999),
    sleepy=st.sampled_from([0.0, 0.5, 0.9, 1.0]),
    n=st.sampled_from([1, 7, LANES, LANES + 1, 2 * LANES + 50]),
)
@settings(deadline=None, max_examples=40)
def test_variables_are_the_activations_less_those_at_the_base(seed, sleepy, n):
    layers, rng = network(seed, sleepy=sleepy), np.random.default_rng(seed + 1)
    base, units = rng.normal(size=WIDTHS[0]), np.flatnonzero(rng.random(WIDTHS[0]) < 0.5)
    moved = np.zeros((n, WIDTHS[0]))
    moved[:, units] = rng.normal(size=(n, len(units)))
    # Units that are not said to be entered sleep, as they must.
    base[np.setdiff1d(np.arange(WIDTHS[0]), units)] = -1
    way = Whole(layers).at(base, units)
    entering = Factors(np.ascontiguousarray(moved[:, units].T), np.empty((0, n)))
    variables, astray = way.values(entering)
    expected = activations(layers, base + moved) - activations(layers, base[None])
    np.testing.assert_allclose(variables.T, expected, atol=1e-9)
    assert not len(astray)


def test_a_variable_at_rest_throughout_a_tile_is_left_out_of_it():
    layers = network(3, sleepy=0.5)
    base, units = np.ones(WIDTHS[0]), np.arange(WIDTHS[0])
    way = Whole(layers).at(base, units)
    left, right = np.random.default_rng(0).normal(size=(WIDTHS[0], 30)), np.empty((0, 30))
    here = room(way.steps.plan, 0, 30, left)
    with one_blas_thread():
        behind = walk_tile(
            *way.steps, units, left, right, 0, 30, way.n_variables, here, np.zeros(30),
            *unwatched(left.dtype),
        )  # fmt: skip
    variables, _ = way.values(Factors(left, right))
    moving = np.flatnonzero(np.abs(variables).max(axis=1))
    assert 0 < len(moving) < way.n_variables
    np.testing.assert_array_equal(here.held[: len(behind)], moving)
    np.testing.assert_array_equal(behind, variables[moving])


def test_nothing_moves_where_nothing_enters():
    layers = network(1)
    way = Whole(layers).at(-np.ones(WIDTHS[0]), np.arange(0))
    variables, astray = way.values(Factors(np.empty((0, 5)), np.empty((0, 5))))
    assert (variables == 0).all()
    assert not len(astray)


def test_at_rest_is_zero_of_either_sign_and_no_nan():
    assert at_rest(np.array([0.0, -0.0]))
    assert not at_rest(np.array([0.0, 1e-300]))
    assert not at_rest(np.array([0.0, np.nan]))
