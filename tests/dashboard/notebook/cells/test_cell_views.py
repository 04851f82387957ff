"""What a view in a cell can be asked for, the same in Python, and as HoloViews objects."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import holoviews as hv
import numpy as np
import pytest
import spexplain as sx
from bokeh.models import Plot
from spexplain.dashboard.export.stored_spectrum import explain_stored
from spexplain.dashboard.figures.theme import THEMES
from spexplain.dashboard.notebook.composable import plane_points
from spexplain.dashboard.workspace.colouring import Values
from spexplain.data.explanations.fits_file import replay
from spexplain.data.lenses.lenses import LensError


@pytest.fixture(scope="module")
def c(small_demo: Path) -> Iterator[Any]:
    opened = sx.open(small_demo)
    yield opened
    opened.views.stop()


@pytest.fixture(scope="module")
def first(c: Any) -> str:
    return str(c.catalog["id"].iloc[int(c.rows(label=True)[0])])


def test_what_is_asked_for_stands_in_the_address_and_what_is_not_there_is_told(c: Any, first: str):
    assert c.plane(colour="z", theme="dark").url.endswith("/plane?colour=z&dress=dark")
    asked = c.explain(first, "mse", n_samples=500).url
    assert "lens=anomaly&target=mse&n_samples=500" in asked
    with pytest.raises(ValueError, match="no colour 'zz' here; there are"):
        c.plane(colour="zz")
    with pytest.raises(ValueError, match="no plane 'nowhere'"):
        c.plane("nowhere")
    with pytest.raises(ValueError, match="no theme 'blue'"):
        c.spectrum(theme="blue")
    with pytest.raises(LensError, match="no target 'type 9'"):
        c.explain(first, "type 9")
    with pytest.raises(TypeError, match=r"unknown settings \['segmets'\]"):
        c.explain(first, segmets=3)
    with pytest.raises(ValueError, match="n_samples"):
        c.explain(first, n_samples=1)


def test_an_explanation_in_python_is_the_commands_to_the_last_bit(
    c: Any, first: str, tmp_path: Path
):
    made = c.explain(first, "type 1", n_samples=300).explained()
    theirs = explain_stored(
        c.collection.path, first, "type 1", sx.ExplainSettings(n_samples=300)
    )  # fmt: skip
    assert made.weights.tobytes() == theirs.saved.explanation.weights.tobytes()
    assert set(made.answers) == set(theirs.verdict.probabilities)
    made.save(tmp_path / "why.fits")
    row = c.collection.row_of(first)
    again = replay(tmp_path / "why.fits", c.lenses["agn"].target("type 1", row))
    assert again.weights.tobytes() == made.weights.tobytes()


def test_a_plane_composes_with_ones_own_points(c: Any):
    points = c.plane(colour="type").holoviews()
    plane = next(iter(c.planes.values()))
    assert len(points) == len(plane.rows)
    np.testing.assert_array_equal(points["x"], plane.xy[:, 0])
    assert points["id"][5] == c.catalog["id"].iloc[plane.rows[5]]
    own = hv.Points([(0.0, 0.0)])
    drawn = hv.render(points * own, backend="bokeh")
    assert len(drawn.renderers) == 2
    assert hv.render(c.plane(colour="z").holoviews() + own, backend="bokeh") is not None


def test_beside_a_plane_ones_own_axes_stay_and_no_point_is_below_its_legend(c: Any):
    whole = hv.render(c.plane(colour="type").holoviews() + hv.Curve([1, 2, 3]), backend="bokeh")
    plane, own = sorted(whole.select({"type": Plot}), key=lambda one: not one.right)
    assert (own.x_range.start, own.x_range.end) == (0, 2)
    assert plane.x_range is not own.x_range
    assert [type(part).__name__ for part in plane.right] == ["Legend"]


def test_a_lenders_points_lie_grey_below_ones_own(c: Any):
    plane, behind = next(iter(c.planes.values())), np.array([[1.0, 2.0], [3.0, 4.0]])
    lent = dataclasses.replace(plane, lender="the demo's plane", behind=behind)
    colouring = Values("z", "Redshift", c.catalog["z"].to_numpy(), 0.0, 1.0, False)
    theirs, own = plane_points(lent, c.catalog, colouring)
    assert theirs.array().tolist() == behind.tolist()
    assert theirs.label == "the demo's plane"
    assert len(own) == len(plane.rows)
    drawn = hv.render(plane_points(lent, c.catalog, colouring), backend="bokeh")
    assert drawn.renderers[0].glyph.fill_color == THEMES["light"].quiet


def test_points_beyond_number_are_counted_and_compose_alike(c: Any, monkeypatch: Any):
    monkeypatch.setattr("spexplain.dashboard.notebook.composable._SHADED_FROM", 10)
    counted = c.plane().holoviews()
    assert isinstance(counted, hv.DynamicMap)
    assert isinstance(counted * hv.Points([(0.0, 0.0)]), hv.DynamicMap)  # compiled when drawn


def test_a_painted_spectrum_has_a_piece_a_segment_in_its_colour_and_composes(c: Any, first: str):
    view = c.explain(first, "type 1", n_samples=300)
    made = view.explained()
    painted = view.holoviews()
    ribbon, line = painted
    pieces = ribbon.split(datatype="dictionary")
    assert len(pieces) == len(made.weights)
    np.testing.assert_array_equal(line["flux"], made.flux)
    strongest = max(pieces, key=lambda piece: abs(piece["weight"]))
    top = made.table().iloc[0]
    assert strongest["wave_rest"][0] == pytest.approx(top["wave_min_rest_aa"], abs=3)
    own = hv.Curve((made.wave_rest_aa, made.flux + 1))
    assert len(hv.render(painted * own, backend="bokeh").renderers) == 3
    assert hv.render(made.holoviews() + own, backend="bokeh") is not None


def test_in_python_too_any_change_is_said_and_the_domain_before_the_value(c: Any):
    table = c.lenses["agn"].domain.table
    row = int(table.index[table["outside"]][0])
    id, settings = str(c.catalog["id"].iloc[row]), {"n_samples": 300, "factor": 1.1}
    made = c.explain(id, "mse", **settings).explained()
    theirs = explain_stored(c.collection.path, id, "mse", sx.ExplainSettings(**settings)).saved
    said = [theirs.effects.in_words(number) for number in range(len(made.weights))]
    assert made.table().set_index("segment").sort_index()["change"].tolist() == said
    assert any(words.startswith("any change") for words in said)
    values = [piece["weight"] for piece in made.holoviews().get(0).split(datatype="dictionary")]
    assert np.isnan(values).tolist() == theirs.effects.either.tolist()
    hv.render(made.holoviews(), backend="bokeh")
    top = int(made.explanation.top(1)[0])
    assert f"{theirs.effects.values[top]:+.3g} at " in repr(made)

    typed = c.explain(id, "predicted", **settings).explained()
    warning = f"outside the model's domain: {table['why'].loc[row]}"
    assert warning in repr(typed)
    page = typed._repr_html_()
    assert page.index("outside the model&#x27;s domain") < page.index("<b>log-odds(")
    texts = [" ".join(text.get_text().split("\n")) for text in typed.plot().texts]
    assert any(text.startswith(warning) for text in texts)


def test_without_an_open_spectrum_there_is_none_to_paint(small_demo: Path):
    fresh = sx.open(small_demo)
    try:
        with pytest.raises(ValueError, match="no spectrum is open"):
            fresh.explain().explained()
        with pytest.raises(ValueError, match="no spectrum is open"):
            fresh.spectrum().holoviews()
    finally:
        fresh.views.stop()


def test_the_page_in_a_cell_is_a_frame(c: Any):
    page = c.app()
    try:
        assert f'<iframe src="{page.url}"' in page._repr_html_()
    finally:
        page.stop()
