"""The plane as a figure: points as an image, words as text."""

from pathlib import Path

import numpy as np
import pytest
from spexplain.dashboard.figures.printed.plane_figure import plane_figure
from spexplain.dashboard.figures.printed.saved_figure import save_figure


def picture() -> np.ndarray:
    """A red patch at the lower left of a plane twice as wide as high."""
    made = np.zeros((50, 100), np.uint32)
    made[:10, :20] = 0xFF0000FF
    return made


def test_the_picture_stands_upright_in_its_own_proportions() -> None:
    axes = plane_figure(picture(), title="t-SNE").axes[0]
    drawn = axes.images[0].get_array()
    assert tuple(drawn[-1, 0]) == (255, 0, 0, 255)  # the last row is the lowest
    assert drawn[0, 0, 3] == 0
    box = axes.get_position()
    fig = axes.figure
    width, height = fig.get_size_inches()
    assert box.width * width == pytest.approx(2 * box.height * height)


def test_what_is_ringed_lies_below_the_colours_and_moves_nothing() -> None:
    far = np.array([[0.1, 0.2], [1.2, 0.4]])
    axes = plane_figure(picture(), title="", ring=far[1], ringed=far).axes[0]
    below, above = axes.lines
    np.testing.assert_array_equal(below.get_xydata(), far)
    assert below.get_zorder() < axes.images[0].get_zorder() < above.get_zorder()
    assert (axes.get_xlim(), axes.get_ylim()) == ((0, 1), (0, 1))


def test_its_key_is_text_of_an_svg(tmp_path: Path) -> None:
    path = tmp_path / "plane.svg"
    key = [("type 1  680", "#1f66d6"), ("type 2  2,145", "#eeb000")]
    save_figure(plane_figure(picture(), title="t-SNE of AGN", key=key, named="Type"), path)
    drawn = path.read_text(encoding="utf-8")
    for words in ("t-SNE of AGN", "type 1  680", "type 2  2,145", "Type"):
        assert words in drawn
    save_figure(
        plane_figure(picture(), title="", bar=["#000000", "#ffffff"], ends=["≤ 1", "log", "≥ 9"]),
        path,
    )
    assert "≥ 9" in path.read_text(encoding="utf-8")


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(ValueError, match=r"a height and a width, got \(3,\)"):
        plane_figure(np.zeros(3, np.uint32), title="")
