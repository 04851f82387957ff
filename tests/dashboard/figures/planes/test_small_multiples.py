"""Planes side by side: each with its own points, colours and quality."""

from __future__ import annotations

from typing import Any

import holoviews as hv
import numpy as np
import pytest
from spexplain.dashboard.figures.planes.small_multiples import planes_layout
from spexplain.dashboard.figures.theme import THEMES, category_colours
from spexplain.data.lenses.plane_points import Plane

LABELS = np.array(["type 1", "type 2", "intermediate", ""] * 10)
BACKENDS = ("bokeh", "matplotlib")


def plane(perplexity: float, rows: np.ndarray) -> Plane:
    xy = np.random.default_rng(int(perplexity)).normal(size=(len(rows), 2)).astype(np.float32)
    quality = {"trustworthiness": 0.9 + perplexity / 1000, "knn_recall": perplexity / 100}
    return Plane(f"p{perplexity:g}", "t-SNE", rows, xy, quality, {"perplexity": perplexity})


@pytest.fixture
def planes() -> list[Plane]:
    return [plane(5, np.arange(40)), plane(30, np.arange(0, 40, 2)), plane(50, np.arange(7))]


def title(part: Any, backend: str) -> str:
    return hv.Store.lookup_options(backend, part, "plot").kwargs["title"]


@pytest.mark.parametrize("backend", BACKENDS)
def test_every_plane_is_there_in_order_with_its_points_and_types(
    planes: list[Plane], backend: Any
) -> None:
    layout = planes_layout(planes, LABELS, backend=backend)
    for part, one in zip(layout, planes, strict=True):
        np.testing.assert_array_equal(part["x"], one.xy[:, 0])
        np.testing.assert_array_equal(part["y"], one.xy[:, 1])
        expected = np.where(LABELS[one.rows] == "", "unlabelled", LABELS[one.rows])
        assert part["type"].tolist() == expected.tolist()


@pytest.mark.parametrize("backend", BACKENDS)
def test_titles_say_perplexity_and_how_far_to_believe_it(planes: list[Plane], backend: Any) -> None:
    layout = planes_layout(planes, LABELS, backend=backend)
    trust = "trust" if backend == "bokeh" else "trustworthiness"  # a page's planes are narrow
    assert [title(part, backend).replace("\n", ": ") for part in layout] == [
        f"perplexity {p:g}: {trust} {0.9 + p / 1000:.2f}, recall {p / 100:.2f}" for p in (5, 30, 50)
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_types_have_the_colours_they_have_everywhere(planes: list[Plane], theme: Any) -> None:
    (part,) = planes_layout(planes[:1], LABELS, theme=theme)
    key = hv.Store.lookup_options("bokeh", part, "style").kwargs["cmap"]
    names = ("intermediate", "type 1", "type 2", "unlabelled")
    assert key == dict(zip(names, category_colours(names, theme), strict=True))
    assert key["unlabelled"] == THEMES[theme].quiet


def test_the_two_themes_share_no_colour(planes: list[Plane]) -> None:
    keys = []
    for theme in ("light", "dark"):
        (part,) = planes_layout(planes[:1], LABELS, theme=theme)
        keys.append(hv.Store.lookup_options("bokeh", part, "style").kwargs["cmap"])
    assert set(keys[0].values()).isdisjoint(keys[1].values())


def test_a_type_has_the_same_colour_on_a_plane_that_lacks_another(planes: list[Plane]) -> None:
    few = plane(5, np.flatnonzero(LABELS == "type 2"))
    (part,) = planes_layout([few], LABELS)
    (other,) = planes_layout(planes[:1], LABELS)
    keys = [hv.Store.lookup_options("bokeh", one, "style").kwargs["cmap"] for one in (part, other)]
    assert keys[0]["type 2"] == keys[1]["type 2"]


def test_each_plane_has_axes_of_its_own(planes: list[Plane]) -> None:
    drawn = hv.render(planes_layout(planes, LABELS, columns=3), backend="bokeh")
    figures = [item[0] for item in drawn.children]
    assert len({id(fig.x_range) for fig in figures}) == len(planes)


@pytest.mark.parametrize("columns", [1, 2, 3])
def test_they_are_laid_out_in_as_many_columns_as_asked(planes: list[Plane], columns: int) -> None:
    drawn = hv.render(planes_layout(planes, LABELS, columns=columns), backend="bokeh")
    assert max(column for _, _, column, *_ in drawn.children) + 1 == columns


def test_many_points_become_an_image_of_the_same_counts() -> None:
    n = 61_000
    rows = np.arange(n)
    xy = np.random.default_rng(3).normal(size=(n, 2)).astype(np.float32)
    labels = np.where(xy[:, 0] > 0, "type 1", "type 2")
    quality = {"trustworthiness": 0.9, "knn_recall": 0.3}
    (image,) = planes_layout([Plane("a", "t", rows, xy, quality, {"perplexity": 5.0})], labels)
    assert isinstance(image, hv.RGB)
    red, _, blue, *_ = (image.dimension_values(at, flat=False) for at in range(2, 6))
    there = image.dimension_values(5, flat=False) > 0
    right = np.zeros_like(there)
    right[:, there.shape[1] // 2 + 5 :] = True
    # Type 1, to the right, is blue; type 2, to the left, is yellow.
    assert (blue > red)[there & right].mean() > 0.95
    assert (red > blue)[there & ~right].mean() > 0.9


def test_no_plane_says_how_to_get_one() -> None:
    with pytest.raises(ValueError, match="spexplain build DIR --planes"):
        planes_layout([], LABELS)
