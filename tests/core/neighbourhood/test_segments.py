import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spexplain.core.neighbourhood.segments import segment, uniform


@given(st.data(), st.integers(1, 4000))
def test_uniform_gives_exactly_s_contiguous_segments_of_equal_size(data, n_pixels):
    n_segments = data.draw(st.integers(1, n_pixels))
    labels = uniform(n_pixels, n_segments)
    sizes = np.bincount(labels)
    assert len(sizes) == n_segments
    assert sizes.max() - sizes.min() <= 1
    assert (np.diff(labels) >= 0).all()
    assert labels.dtype == np.int32


def test_the_papers_example_is_49_pixels_in_each_of_77_segments():
    assert (np.bincount(uniform(3773, 77)) == 49).all()


def test_segments_that_do_not_divide_the_pixels_leave_no_short_extra_one():
    # O25's released code makes 65 of 64 here.
    assert len(np.bincount(uniform(3773, 64))) == 64


@pytest.mark.parametrize("n_segments", [0, -1, 11])
def test_a_number_of_segments_that_does_not_fit_is_named(n_segments):
    with pytest.raises(ValueError, match=f"1 to 10.*got {n_segments}"):
        uniform(10, n_segments)


def test_an_unknown_segmentation_is_named_with_the_known_ones():
    with pytest.raises(ValueError, match=r"'uniform'.*got 'voronoi'"):
        segment(np.ones(10), method="voronoi", n_segments=2)
