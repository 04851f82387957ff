import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spexplain.core.neighbourhood.masks import BinaryMasks, OneHotMasks
from spexplain.core.neighbourhood.neighbourhood import Neighbourhood
from spexplain.core.neighbourhood.segments import uniform


def neighbourhood(n=30, n_pixels=40, n_segments=7, seed=0, shuffled=False):
    rng = np.random.default_rng(seed)
    labels = uniform(n_pixels, n_segments)
    if shuffled:
        rng.shuffle(labels)
    masks = BinaryMasks.random(n, n_segments, seed=seed)
    return Neighbourhood(rng.normal(size=n_pixels), rng.normal(size=n_pixels), labels, masks)


@given(st.integers(0, 1000), st.booleans())
def test_spectra_are_the_base_plus_the_pieces_of_the_mask(seed, shuffled):
    nb = neighbourhood(seed=seed, shuffled=shuffled)
    z = nb.masks.dense(slice(None), np.dtype(float))
    expected = [
        nb.base + sum(z[i, k] * nb.delta * (nb.labels == k) for k in range(7)) for i in range(30)
    ]
    np.testing.assert_allclose(nb.spectra(), expected)
    np.testing.assert_allclose(nb.spectra(slice(4, 9)), expected[4:9])


@given(st.integers(0, 1000), st.booleans())
def test_projections_follow_from_segment_sums_alone(seed, shuffled):
    nb = neighbourhood(seed=seed, shuffled=shuffled)
    columns = np.random.default_rng(seed).normal(size=(40, 3))
    pieces = nb.segment_sums(columns)
    projected = nb.base @ columns + nb.masks.apply(pieces, slice(None))
    np.testing.assert_allclose(projected, nb.spectra() @ columns, atol=1e-12)
    np.testing.assert_allclose(nb.segment_sums(columns[:, 0]), pieces[:, 0])


def test_restricted_pixels_are_those_pixels_of_the_same_samples():
    nb = neighbourhood()
    pixels = np.array([0, 3, 17, 39])
    np.testing.assert_array_equal(nb.restricted(pixels).spectra(), nb.spectra()[:, pixels])
    assert nb.restricted(slice(None)).n == nb.n


@pytest.mark.parametrize("n", [1, 200, 250, 251, 499, 500, 999, 1000, 5000, 5001])
def test_blocks_tile_the_rows_and_do_not_depend_on_how_many_there_are(n):
    blocks = list(neighbourhood(n=n, n_pixels=2, n_segments=2).blocks())
    assert [rows.start for rows in blocks] == [0, *(rows.stop for rows in blocks[:-1])]
    assert blocks[-1].stop == n
    longer = list(neighbourhood(n=n + 700, n_pixels=2, n_segments=2).blocks())
    assert blocks[:-1] == longer[: len(blocks) - 1]


def test_one_pixel_each_raises_the_diagonal():
    x, steps = np.arange(5.0), np.full(5, 0.5)
    np.testing.assert_allclose(
        Neighbourhood.one_pixel_each(x, steps).spectra(), x + 0.5 * np.eye(5)
    )


def test_one_segment_each_takes_that_segment_from_the_perturbed_spectrum():
    x, perturbed = np.ones(4), np.zeros(4)
    spectra = Neighbourhood.one_segment_each(x, perturbed, uniform(4, 2)).spectra()
    np.testing.assert_allclose(spectra, [[0, 0, 1, 1], [1, 1, 0, 0]])


def test_pieces_that_do_not_fit_are_refused_with_their_shapes():
    labels = np.zeros(3, np.int32)
    with pytest.raises(ValueError, match=r"share one shape.*\(3,\), \(2,\), \(3,\)"):
        Neighbourhood(np.ones(3), np.ones(2), labels, OneHotMasks(1, 1))
    with pytest.raises(ValueError, match="labels span 0 to 0, masks have 0 segments"):
        Neighbourhood(np.ones(3), np.ones(3), labels, OneHotMasks(0, 0))


def test_pixel_by_pixel_is_what_changes_each_pixel_alone():
    x = np.linspace(1, 2, 6)
    assert Neighbourhood.one_pixel_each(x, 0.01 * x).pixel_by_pixel
    by_segment = Neighbourhood.one_segment_each(x, 0.9 * x, np.array([0, 0, 1, 1, 2, 2], np.int32))
    turned = Neighbourhood.one_segment_each(x, 0.9 * x, np.arange(6, dtype=np.int32)[::-1].copy())
    random = Neighbourhood(x, x, np.arange(6, dtype=np.int32), BinaryMasks.random(6, 6, seed=0))
    assert not any(other.pixel_by_pixel for other in (by_segment, turned, random))
