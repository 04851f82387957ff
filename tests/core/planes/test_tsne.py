"""A layout that is broken off goes on to the very plane, and says what it cost on the way."""

import numpy as np
import pytest
from spexplain.core.planes.tsne import EmbedSettings, LayoutState, lay_out

STEPS = EmbedSettings(perplexity=10, early=60, iterations=80)


class Memory:
    """Keeps a layout here, and breaks it off when asked for the n-th time."""

    def __init__(self, last: int | None = None) -> None:
        self.state: LayoutState | None = None
        self.n, self.last = 0, last

    def load(self) -> LayoutState | None:
        return self.state

    def save(self, state: LayoutState) -> None:
        self.state = state
        self.n += 1
        if self.n == self.last:
            raise KeyboardInterrupt


def points(n):
    rng = np.random.default_rng(0)
    return (rng.normal(size=(n, 5)) + 4 * np.eye(5)[np.arange(n) % 5]).astype(np.float32)


# Trees up to 6000 points, above the grid of Fourier transforms.
@pytest.mark.parametrize(("n", "last"), [(200, 1), (200, 2), (200, 3), (200, 5), (6100, 3)])
def test_a_layout_that_was_broken_off_ends_at_the_same_bytes(n, last):
    scores, undisturbed, broken = points(n), Memory(), Memory(last)
    whole, _ = lay_out(scores, STEPS, store=undisturbed)
    with pytest.raises(KeyboardInterrupt):
        lay_out(scores, STEPS, store=broken)
    seen: list[int] = []
    gone_on, _ = lay_out(scores, STEPS, store=broken, callback=lambda done, _: seen.append(done))
    assert gone_on.tobytes() == whole.tobytes()
    # Exaggeration, the first 60 steps, begins anew.
    assert seen == [25, 50, 85, 110, 135, 140][last if last > 2 else 0 :]
    assert broken.state is not None
    assert undisturbed.state is not None
    assert broken.state.costs.tobytes() == undisturbed.state.costs.tobytes()


def test_what_it_costs_falls_and_is_told_with_its_step():
    kept = Memory()
    lay_out(points(200), STEPS, store=kept)
    assert kept.state is not None
    step, cost = kept.state.costs.T
    assert step.tolist() == [25, 50, 85, 110, 135]
    assert (np.diff(cost[2:]) < 0).all()
    assert (cost > 0).all()


def test_what_was_kept_of_other_points_is_not_gone_on_from():
    kept = Memory()
    lay_out(points(200), STEPS, store=kept)
    fewer, _ = lay_out(points(150), STEPS, store=kept)
    anew, _ = lay_out(points(150), STEPS)
    assert fewer.tobytes() == anew.tobytes()


@pytest.mark.parametrize("n", [5, 8, 13, 25])
@pytest.mark.parametrize("seed", [0, 1])
def test_few_points_do_not_fall_into_one(n, seed):
    scores = np.random.default_rng(seed).normal(size=(n, 8))
    kept = Memory()
    xy, _ = lay_out(scores, EmbedSettings(), store=kept)
    apart = np.linalg.norm(xy[:, None] - xy, axis=-1)[~np.eye(n, dtype=bool)]
    assert apart.min() > 0.01 * apart.max() > 0.01
    again, _ = lay_out(scores, EmbedSettings(), store=kept)
    np.testing.assert_array_equal(again, xy)
