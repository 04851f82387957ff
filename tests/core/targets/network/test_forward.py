"""Samples taken through the steps of a network, tile by tile, by the variables that move."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from spexplain.core.compute.blas import one_blas_thread
from spexplain.core.neighbourhood.masks import BinaryMasks, Factors
from spexplain.core.targets.network.folded import Folded, Whole
from spexplain.core.targets.network.forward import LANES, at_rest, forward_tile, room
from spexplain.core.targets.network.quadratic_form import QuadraticForm
from spexplain.core.targets.network.ranges import unwatched
from spexplain.core.targets.network.steps import ASLEEP, BENDS, LINEAR, PLAIN, Packed, Step

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


def program(rng, n_entered, n_steps):
    """Steps at random: of any kinds, some of nothing new, that keep what there is or do not."""
    kind = np.full(n_entered, BENDS, np.int8)
    wide = np.full(n_entered, 1e9)
    at = slice(0, n_entered)
    steps = [Step(None, rng.normal(size=n_entered), kind, -wide, wide, slice(0, 0), at, False)]
    for _ in range(n_steps):
        kind = rng.choice([BENDS, PLAIN, LINEAR, ASLEEP], rng.integers(1, 7)).astype(np.int8)
        n_new, keeps = np.count_nonzero(kind <= PLAIN), bool(rng.integers(2))
        if not keeps and not n_new:
            continue
        wide = np.full(n_new, 1e9)
        writes = slice(at.stop, at.stop + n_new)
        weight = rng.normal(size=(at.stop - at.start, len(kind)))
        weight[rng.random(len(weight)) < 0.3] = 0
        floor = rng.normal(size=len(kind)) - 50 * (rng.random(len(kind)) < 0.4)
        steps.append(Step(weight, floor, kind, -wide, wide, at, writes, keeps))
        at = steps[-1].leaves
    return steps


def interpreted(steps, entering):
    """The variables behind the steps, unit by unit."""
    found = np.zeros((steps[-1].writes.stop, entering.shape[1]))
    for step in steps:
        enters = entering if step.weight is None else step.weight.T @ found[step.reads]
        rows = iter(range(step.writes.start, step.writes.stop))
        for row, base, kind in zip(enters, step.floor, step.kind, strict=True):
            if kind == PLAIN:
                found[next(rows)] = row
            elif kind == BENDS:
                found[next(rows)] = np.maximum(base + row, 0) - max(base, 0)
    return found[steps[-1].leaves]


@given(seed=st.integers(0, 99_999), n=st.sampled_from([1, 40, LANES + 3]))
@settings(deadline=None, max_examples=150)
def test_any_steps_leave_what_they_say_whatever_rests_or_is_lost(seed, n):
    rng = np.random.default_rng(seed)
    n_entered = int(rng.integers(1, 8))
    steps = program(rng, n_entered, int(rng.integers(0, 7)))
    left, right = rng.normal(size=(n_entered, 5)), rng.integers(0, 2, (5, n)).astype(float)
    left[rng.random(n_entered) < 0.3] = 0
    expected = interpreted(steps, left @ right)
    nothing, packed = np.zeros(1), Packed.of(steps)
    way = Folded(nothing, packed, np.arange(n_entered), len(expected))
    variables, _ = way.values(Factors(left, right))
    np.testing.assert_allclose(variables, expected, atol=1e-9)
    ours = QuadraticForm(
        square=np.eye(len(expected)),
        along=np.zeros(len(expected)),
        mixing=np.ones((len(expected), 5)),
        own=np.ones(5),
        alone=False,
    )
    masks = BinaryMasks.pack(right.T)
    found, _ = ours.evaluate(way, Factors(left, right), masks, slice(0, n))
    known = right.sum(axis=0)
    np.testing.assert_allclose(
        found, (expected * (expected + known)).sum(axis=0) + known, atol=1e-6
    )


def test_a_variable_at_rest_throughout_a_tile_is_left_out_of_it():
    layers = network(3, sleepy=0.5)
    base, units = np.ones(WIDTHS[0]), np.arange(WIDTHS[0])
    way = Whole(layers).at(base, units)
    left, right = np.random.default_rng(0).normal(size=(WIDTHS[0], 30)), np.empty((0, 30))
    here = room(way.steps.plan, 0, 30, left)
    with one_blas_thread():
        behind = forward_tile(
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
