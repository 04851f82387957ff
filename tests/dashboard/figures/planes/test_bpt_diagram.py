"""The BPT diagram: points where the ratios put them, curves as published, in either theme."""

from __future__ import annotations

from typing import Any

import holoviews as hv
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from spexplain.dashboard.figures.planes.bpt_diagram import bpt_figure, bpt_points
from spexplain.dashboard.figures.theme import THEMES, category_colours

NAMES = ["clipped lines", "cluster 1", "blue"]
ratios = st.floats(-2, 20) | st.sampled_from([np.nan, np.inf, 0.0])


def table(x: Any, y: Any, x_limit: Any = 0, y_limit: Any = 0) -> pd.DataFrame:
    found = pd.DataFrame({"nii_ha": x, "oiii_hb": y})
    found["row"] = 10 * np.arange(len(found))
    return found.assign(nii_ha_limit=x_limit, oiii_hb_limit=y_limit)


@pytest.fixture
def points() -> pd.DataFrame:
    lines = table([0.1, 0.5, 1.0, 2.0], [1.0, 0.5, 3.0, 8.0])
    return bpt_points(lines, np.array([0, 1, 2, 2]))


@settings(max_examples=40)
@given(st.data(), st.integers(1, 20))
def test_a_point_is_there_exactly_if_both_ratios_are_measured_and_positive(
    data: Any, n: int
) -> None:
    x, y = (data.draw(hnp.arrays(np.float64, n, elements=ratios)) for _ in range(2))
    limits = [data.draw(hnp.arrays(np.int64, n, elements=st.integers(-1, 1))) for _ in range(2)]
    numbers = np.arange(n) % 3
    found = bpt_points(table(x, y, *limits), numbers).set_index("row")
    for at in range(n):
        there = all(
            np.isfinite(value) and value > 0 and limit == 0
            for value, limit in ((x[at], limits[0][at]), (y[at], limits[1][at]))
        )
        assert (10 * at in found.index) == there
        if there:
            one = found.loc[10 * at]
            assert 10 ** one["x"] == pytest.approx(x[at])
            assert 10 ** one["y"] == pytest.approx(y[at])
            assert one["cluster"] == numbers[at]


def test_the_curves_are_those_of_the_papers(points: pd.DataFrame) -> None:
    kauffmann, kewley, _ = bpt_figure(points, NAMES)
    dashes = [
        part.opts.get("style", backend="bokeh").kwargs["line_dash"] for part in (kauffmann, kewley)
    ]
    assert dashes == ["dashed", "solid"]
    x, y = kauffmann.dimension_values(0), kauffmann.dimension_values(1)
    np.testing.assert_allclose(y, 0.61 / (x - 0.05) + 1.3)  # Kauffmann et al. 2003, eq. 1
    assert x.max() < 0.05
    x, y = kewley.dimension_values(0), kewley.dimension_values(1)
    np.testing.assert_allclose(y, 0.61 / (x - 0.47) + 1.19)  # Kewley et al. 2001, eq. 5
    assert x.max() < 0.47


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_dots_have_the_colours_and_names_of_their_clusters(
    points: pd.DataFrame, theme: Any
) -> None:
    dots = next(part for part in bpt_figure(points, NAMES, theme=theme) if type(part) is hv.Points)
    data = dots.data.set_index("row")
    colours = category_colours(tuple(NAMES), theme)
    for row, one in points.set_index("row").iterrows():
        assert data["name"][row] == NAMES[int(one["cluster"])]
        assert data["colour"][row] == colours[int(one["cluster"])]


def test_the_two_themes_differ_in_every_colour(points: pd.DataFrame) -> None:
    light, dark = (
        next(part for part in bpt_figure(points, NAMES, theme=theme) if type(part) is hv.Points)
        for theme in ("light", "dark")
    )
    assert set(light.data["colour"]).isdisjoint(dark.data["colour"])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_drawn_it_says_what_its_axes_are_in_the_colours_of_the_page(
    points: pd.DataFrame, theme: Any
) -> None:
    drawn = hv.render(bpt_figure(points, NAMES, theme=theme), backend="bokeh")
    assert drawn.xaxis[0].axis_label == "log [N II] 6583 / Hα"
    assert drawn.yaxis[0].axis_label == "log [O III] 5007 / Hβ"
    assert drawn.xaxis[0].axis_label_text_color in (THEMES[theme].text, THEMES[theme].muted)
    assert drawn.title.text == "dashed Kauffmann+ 2003, solid Kewley+ 2001"
    assert drawn.title.text_color == THEMES[theme].muted
    assert (drawn.x_range.start, drawn.x_range.end) == (-2.0, 0.8)
    assert (drawn.y_range.start, drawn.y_range.end) == (-1.3, 1.5)


def test_no_measured_spectrum_still_gives_the_curves() -> None:
    nothing = bpt_points(table([np.nan], [1.0]), np.array([0]))
    assert len(nothing) == 0
    drawn = list(bpt_figure(nothing, NAMES))
    assert [len(part) > 0 for part in drawn] == [True, True, False]
