"""Kernel expansions: the textbook's formula, whole or from the pieces of a neighbourhood."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics.pairwise import polynomial_kernel, rbf_kernel
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from spexplain.core.neighbourhood.masks import BinaryMasks
from spexplain.core.neighbourhood.neighbourhood import Neighbourhood
from spexplain.core.neighbourhood.segments import uniform
from spexplain.core.targets.svm.read_svm import kernel_machine_of
from spexplain.core.targets.svm.svm_kernels import Linear, Polynomial, Rbf, Standardised

N_PIXELS, N_VECTORS, N_PAIRS = 60, 35, 3
MACHINES = ["linear", "rbf", "poly2", "poly3", "standardised"]


def machine(kind: str, seed: int = 0):
    """A machine, and the same as a function written out with scikit-learn's kernels."""
    rng = np.random.default_rng(seed)
    vectors = 1 + 0.3 * rng.normal(size=(N_VECTORS, N_PIXELS))
    alpha, intercept = rng.normal(size=(N_VECTORS, N_PAIRS)), rng.normal(size=N_PAIRS)
    columns = np.ascontiguousarray(vectors.T)
    if kind == "linear":
        weights = columns @ alpha
        return Linear(weights, intercept), lambda x: x @ weights + intercept
    if kind == "rbf":
        squares = (vectors**2).sum(axis=1)
        return (
            Rbf(columns, alpha, intercept, 0.05, squares),
            lambda x: rbf_kernel(x, vectors, gamma=0.05) @ alpha + intercept,
        )
    if kind == "standardised":
        inner, plain = machine("rbf", seed)
        mean, scale = rng.normal(size=N_PIXELS), rng.uniform(0.5, 2, N_PIXELS)
        return Standardised(inner, mean, scale), lambda x: plain((x - mean) / scale)
    degree = int(kind[-1])
    return (
        Polynomial(columns, alpha, intercept, 0.02, 0.7, degree),
        lambda x: polynomial_kernel(x, vectors, degree, 0.02, 0.7) @ alpha + intercept,
    )


def neighbourhood(seed: int, n_segments: int, n: int = 300) -> Neighbourhood:
    rng = np.random.default_rng(seed)
    x = 1 + 0.3 * rng.normal(size=N_PIXELS)
    base = x * rng.uniform(0.5, 1.2)
    masks = BinaryMasks.random(n, n_segments, seed=seed)
    return Neighbourhood(base, x - base, uniform(N_PIXELS, n_segments), masks)


@pytest.mark.parametrize("kind", MACHINES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_decisions_are_those_of_the_formula(kind, dtype):
    ours, plain = machine(kind)
    spectra = (1 + 0.3 * np.random.default_rng(1).normal(size=(50, N_PIXELS))).astype(dtype)
    found = ours.decisions(spectra)
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, plain(spectra.astype(np.float64)), rtol=1e-10, atol=1e-10)


@given(
    kind=st.sampled_from(MACHINES),
    seed=st.integers(0, 1000),
    n_segments=st.integers(1, N_PIXELS),
    start=st.integers(0, 299),
    length=st.integers(1, 300),
)
@settings(deadline=None, max_examples=40)
def test_any_rows_of_a_neighbourhood_are_those_of_its_spectra(
    kind, seed, n_segments, start, length
):
    ours, plain = machine(kind, seed)
    pieces = neighbourhood(seed, n_segments)
    rows = slice(start, min(start + length, pieces.n))
    found = ours.on_neighbourhood(pieces)(rows)
    expected = plain(pieces.spectra(rows).astype(np.float64))
    scale = np.abs(expected).max()
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-10 * scale)


@pytest.mark.parametrize("kind", MACHINES)
def test_one_pixel_at_a_time_is_the_same_pieces_with_one_hot_masks(kind):
    ours, plain = machine(kind)
    x = 1 + 0.3 * np.random.default_rng(4).normal(size=N_PIXELS)
    pieces = Neighbourhood.one_pixel_each(x, 0.01 * x)
    found = ours.on_neighbourhood(pieces)(slice(0, N_PIXELS))
    raised = x + np.diag(0.01 * x)
    np.testing.assert_allclose(found, plain(raised), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("kind", MACHINES)
def test_evaluating_changes_neither_the_machine_nor_the_pieces(kind):
    ours, _ = machine(kind)
    pieces = neighbourhood(2, 7)
    before = pieces.base.copy(), pieces.delta.copy()
    evaluate = ours.on_neighbourhood(pieces)
    first = evaluate(slice(0, 100))
    again = evaluate(slice(0, 100))
    np.testing.assert_array_equal(first, again)
    np.testing.assert_array_equal(pieces.base, before[0])
    np.testing.assert_array_equal(pieces.delta, before[1])


@pytest.mark.parametrize("n_classes", [2, 3, 4])
@pytest.mark.parametrize("kernel", ["linear", "rbf", "poly"])
@pytest.mark.parametrize("scaled", [False, True])
def test_a_fitted_machine_is_read_to_the_last_vector(n_classes, kernel, scaled):
    rng = np.random.default_rng(n_classes)
    spectra = 1 + 0.3 * rng.normal(size=(90, N_PIXELS))
    labels = np.arange(90) % n_classes
    spectra[np.arange(90), labels] += 1
    svc = SVC(kernel=kernel, C=5.0, degree=2, coef0=0.5, decision_function_shape="ovo")
    estimator = (make_pipeline(StandardScaler(), svc) if scaled else svc).fit(spectra, labels)
    found = kernel_machine_of(estimator).decisions(spectra)
    expected = estimator.decision_function(spectra).reshape(90, -1)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9 * np.abs(expected).max())
