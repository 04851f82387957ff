import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from spexplain.core.explain.entry import ExplainSettings, explain
from spexplain.core.neighbourhood.segments import segment
from spexplain.core.neighbourhood.slic import slic
from spexplain.core.targets import CallableTarget

FLUX = st.floats(-(2.0**100), 2.0**100, width=32)


def line_spectrum(seed=0, n_pixels=3773):
    rng = np.random.default_rng(seed)
    wave = np.linspace(3500, 7270, n_pixels)
    lines = 3 * np.exp(-0.5 * ((wave - 5008) / 4) ** 2) + np.exp(-0.5 * ((wave - 6564) / 5) ** 2)
    return 1 + 0.2 * np.sin(wave / 300) + lines + rng.normal(0, 0.03, n_pixels)


def assert_dense(labels, n_pixels, at_most):
    """Contiguous runs numbered 0, 1, 2, … without a hole: every segment can be perturbed."""
    assert labels.dtype == np.int32
    assert labels.shape == (n_pixels,)
    assert labels[0] == 0
    assert set(np.diff(labels)) <= {0, 1}
    assert np.bincount(labels).min() > 0
    assert labels.max() + 1 <= at_most


@settings(max_examples=60, deadline=None)
@given(hnp.arrays(np.float32, st.integers(1, 300), elements=FLUX), st.data())
def test_labels_are_dense_from_zero_and_never_more_than_asked(x, data):
    n_segments = data.draw(st.integers(1, len(x)))
    assert_dense(slic(x, n_segments), len(x), n_segments)


@pytest.mark.parametrize("n_segments", [1, 2, 11, 77, 150, 943, 3772, 3773])
def test_of_a_spectrum_there_are_nearly_as_many_as_asked(n_segments):
    labels = slic(line_spectrum(), n_segments)
    assert_dense(labels, 3773, n_segments)
    if n_segments > 11:  # seeded on a regular grid, small pieces then joined
        assert labels.max() + 1 > 0.8 * n_segments


def test_borders_follow_a_step_that_uniform_segments_would_cut():
    x = np.where(np.arange(400) < 137, 1.0, 3.0)
    borders = np.flatnonzero(np.diff(slic(x, 8, sigma=0))) + 1
    assert 137 in borders
    assert 137 not in np.flatnonzero(np.diff(segment(x, n_segments=8))) + 1


def test_a_constant_spectrum_is_cut_evenly():
    sizes = np.bincount(slic(np.full(100, 7.0), 10))
    assert sizes.max() <= 2 * sizes.min()


@given(st.floats(1e-6, 1e6), st.floats(-10, 10))
@settings(max_examples=20, deadline=None)
def test_the_unit_and_the_zero_of_the_flux_do_not_matter(unit, zero):
    x = line_spectrum(n_pixels=500)
    np.testing.assert_array_equal(slic(x, 30), slic((x + zero) * unit, 30))


def test_the_same_spectrum_gives_the_same_segments():
    np.testing.assert_array_equal(slic(line_spectrum(), 77), slic(line_spectrum(), 77))


def test_it_is_one_of_the_segmentations_and_explains_where_the_target_looks():
    x = line_spectrum(n_pixels=600)
    looks = slice(230, 250)  # the [O III] line
    target = CallableTarget(lambda spectra: spectra[:, looks].sum(axis=1))
    settings_ = ExplainSettings(segmentation="slic", n_segments=40, n_samples=400)
    found = explain(x, target, settings_)
    np.testing.assert_array_equal(
        found.labels, segment(x.astype(np.float32), method="slic", n_segments=40)
    )
    assert set(found.top(1)) <= set(found.labels[looks])


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"n_segments": 0}, "1 to 10.*got 0"),
        ({"n_segments": 11}, "1 to 10.*got 11"),
        ({"n_segments": 2, "compactness": 0}, "compactness > 0.*got 0"),
        ({"n_segments": 2, "sigma": -1}, "sigma ≥ 0.*-1"),
    ],
)
def test_errors_quote_what_was_given(kwargs, message):
    with pytest.raises(ValueError, match=message):
        slic(np.arange(10.0), **kwargs)


def test_flux_that_is_not_finite_is_refused():
    with pytest.raises(ValueError, match=r"finite.*\(3,\)"):
        slic(np.array([1.0, np.nan, 2.0]), 2)
