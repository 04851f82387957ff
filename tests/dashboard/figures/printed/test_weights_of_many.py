import numpy as np
import pytest
from matplotlib.collections import QuadMesh
from spexplain.core.explain.entry import ExplainSettings, explain
from spexplain.core.targets import CallableTarget
from spexplain.dashboard.figures.printed.weights_of_many import weights_of_many_figure

WAVE = 4500 * 10 ** (2.5e-4 * np.arange(400))
FLUX = 1 + np.exp(-0.5 * ((WAVE - 5008.24) / 8) ** 2)
NEAR = np.abs(WAVE - 5008.24) < 12


def explained(sign: float):
    target = CallableTarget(lambda x: sign * x[:, NEAR].mean(axis=1), name="log p(type 2)")
    return explain(FLUX, target, ExplainSettings(n_segments=20, n_samples=400))


def shares(fig) -> np.ma.MaskedArray:
    (mesh,) = [each for each in fig.axes[0].collections if isinstance(each, QuadMesh)]
    return mesh.get_array()


def test_each_row_is_coloured_by_its_own_largest_weight_whatever_the_size_of_the_others():
    fig = weights_of_many_figure(WAVE, [explained(1e-3), explained(-50.0)], ["a", "b"])
    up, down = shares(fig)
    assert up.max() == 1
    assert down.min() == -1
    np.testing.assert_allclose(up, -down, atol=1e-4)
    assert up[~NEAR & (np.abs(WAVE - 5008) > 100)].max() < 0.05
    (words,) = [text.get_text() for text in fig.texts]
    assert "blue raises, orange lowers log p(type 2)" in words


def test_where_any_change_does_the_same_no_direction_is_painted():
    up = explained(1.0)
    both = [up.weights, -up.weights]  # of 1.1 where the others are of 0.9
    fig = weights_of_many_figure(WAVE, [up, up], ["a", "b"], mirrored=both)
    either, directed = shares(fig)
    assert either.max() == 3  # the end of the violet arm
    assert either[NEAR].min() > 2
    assert directed.max() == 1
    (words,) = [text.get_text() for text in fig.texts]
    assert "violet: any change does the same" in words


def test_what_could_not_be_explained_leaves_a_row_and_no_colour():
    fig = weights_of_many_figure(WAVE, [None, explained(1.0)], ["0266-51602-0001", "lost"])
    assert shares(fig).mask.all(axis=1).tolist() == [True, False]
    named = [label.get_text() for label in fig.axes[0].get_yticklabels()]
    assert named == ["0266-51602-0001", "lost"]


def test_lines_are_named_where_they_lie_and_other_pixels_are_refused():
    fig = weights_of_many_figure(WAVE, [explained(1.0)], ["a"])
    named = {text.get_text() for text in fig.axes[0].texts}
    assert "[O III] 5007" in named
    assert "Hα" not in named
    with pytest.raises(ValueError, match="400 pixels, not of 399"):
        weights_of_many_figure(WAVE[1:], [explained(1.0)], ["a"])
    with pytest.raises(ValueError, match="no explanations"):
        weights_of_many_figure(WAVE, [], [])
