"""A linear target is the same from its pieces, and every method gives its own weights back."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from spexplain.core.explain.entry import ExplainSettings, explain
from spexplain.core.neighbourhood.masks import BinaryMasks
from spexplain.core.neighbourhood.neighbourhood import Neighbourhood
from spexplain.core.targets.linear import LinearTarget

D = 24


def target(seed: int) -> tuple[LinearTarget, np.ndarray]:
    rng = np.random.default_rng(seed)
    return LinearTarget(rng.normal(size=D), float(rng.normal()), "linear"), rng.normal(size=D)


@given(st.integers(0, 99), st.integers(1, D))
def test_from_its_pieces_it_is_what_it_is_of_the_spectra(seed: int, n_segments: int) -> None:
    linear, x = target(seed)
    labels = (np.arange(D) * n_segments // D).astype(np.int32)
    masks = BinaryMasks.random(40, n_segments, seed=seed)
    around = Neighbourhood(x, 0.1 * x, labels, masks)
    found = linear.on_neighbourhood(around)(slice(5, 25))
    np.testing.assert_allclose(found, linear(around.spectra(slice(5, 25))), atol=1e-12)


@given(st.integers(0, 99))
def test_saliency_and_its_gradient_are_the_weights(seed: int) -> None:
    linear, x = target(seed)
    np.testing.assert_array_equal(linear.gradient(x), linear.weights)
    found = explain(x, linear, ExplainSettings(method="saliency"))
    np.testing.assert_allclose(found.weights, linear.weights, rtol=1e-5, atol=1e-7)


def test_lime_follows_it_without_a_residual() -> None:
    linear, x = target(3)
    found = explain(x, linear, ExplainSettings(n_segments=6, n_samples=500))
    assert found.r2 > 0.999
