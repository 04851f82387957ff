"""The views draw what the state says; driven through the state, read from the figures."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import panel as pn
import pytest
from spexplain.core.explain.entry import ExplainSettings, explain
from spexplain.core.models.anomaly.like_rank import LikeRank
from spexplain.dashboard.figures.bokeh_style import letter_name, plain_figure
from spexplain.dashboard.figures.theme import THEMES, painting
from spexplain.dashboard.session.choices.tabs import all_tabs
from spexplain.dashboard.session.session import Session
from spexplain.dashboard.session.visitor import Visitor
from spexplain.dashboard.views.plane.plane import PlaneView
from spexplain.dashboard.views.spectrum.brush import Brush
from spexplain.dashboard.views.spectrum.spectrum import SpectrumView
from spexplain.dashboard.views.spectrum.texts.explanation_state import state_pane
from spexplain.dashboard.views.spectrum.texts.veil import veil_pane
from spexplain.dashboard.views.spectrum.texts.verdict import (
    _below,
    _class_verdict,
    _score,
    verdict_pane,
)
from spexplain.dashboard.views.tabs.drawer import Drawer
from spexplain.dashboard.views.widgets.controls import (
    bar_form,
    legend_part,
    tabs_form,
    toggled,
)
from spexplain.dashboard.views.widgets.form_fields import Field, form
from spexplain.dashboard.views.widgets.knob_controls import controls_form
from spexplain.dashboard.workspace.listing import Listing
from spexplain.dashboard.workspace.workspace import Workspace
from spexplain.data.collection.trained.class_sets import ClassSet
from spexplain.data.lenses.lenses import Verdict
from spexplain.data.selections.selection import Selection


@pytest.fixture
def still(workspace: Workspace) -> Any:
    """A session whose explanations the test sets itself."""

    class Idle(ThreadPoolExecutor):
        def submit(self, *args: Any, **kwargs: Any) -> Any:
            return SimpleNamespace(add_done_callback=lambda callback: None)

    return Visitor(workspace, Idle(1), lambda callback: callback())


def source(fig: Any, name: str) -> dict[str, np.ndarray]:
    (found,) = (s for s in fig.references() if getattr(s, "name", None) == name)
    return {key: np.asarray(values) for key, values in found.data.items()}


def explain_now(session: Session, **settings: Any) -> Any:
    spectrum = session.outcome.open_spectrum
    target = spectrum.lens.target(session.view.target, spectrum.row)
    found = explain(spectrum.flux, target, ExplainSettings(n_samples=300, **settings))
    session.outcome.explanation = found
    return found


# --- the plane


def test_the_plane_is_drawn_before_the_browser_has_told_its_size(still: Session) -> None:
    still.workspace.drawn.set()
    fig = PlaneView(still).figure
    image = source(fig, "plane-image")
    assert image["image"].shape[1:] == (540, 540)
    assert (image["image"] != 0).sum() > 300


def test_the_first_page_goes_out_before_its_plane_is_drawn(still: Session) -> None:
    still.workspace.drawn.clear()
    view = PlaneView(still)
    assert len(source(view.figure, "plane-image")["image"]) == 0
    view._resized("inner_width", None, 500)
    view._resized("inner_height", None, 400)
    assert source(view.figure, "plane-image")["image"].shape[1:] == (400, 500)
    assert still.workspace.drawn.is_set()


def test_the_first_page_holds_of_the_plane_its_points_alone(
    still: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    later: list[Any] = []
    monkeypatch.setattr(type(pn.state), "onload", lambda _, callback: later.append(callback))
    view = PlaneView(still)
    still.view.param.update(theme="dark", drag="lasso")
    still.selected.take(Selection("few", "box", np.arange(4)))
    assert [kind.glyph.__class__.__name__ for kind in view.figure.renderers] == ["ImageRGBA"]
    for callback in later:  # the page is there
        callback()
    assert len(view.figure.renderers) == 6
    assert len(source(view.figure, "plane-selected")["x"]) == 4
    assert view.figure.tags == ["lasso"]


def test_the_plane_says_how_far_to_believe_it(still: Session) -> None:
    said = PlaneView(still).note.html
    said = said.replace("\N{NO-BREAK SPACE}", " ")
    assert "295 points · trustworthiness 0.98, recall 0.40<" in said


def test_the_plane_takes_the_frames_size_with_equal_scales(still: Session) -> None:
    view = PlaneView(still)
    view.sharpen(2.0)
    view._resized("inner_width", None, 600)
    view._resized("inner_height", None, 300)
    x, y = view.figure.x_range, view.figure.y_range
    assert source(view.figure, "plane-image")["image"].shape[1:] == (600, 1200)
    assert (x.end - x.start) / 600 == pytest.approx((y.end - y.start) / 300)
    (left, right), (bottom, top) = still.workspace.on_plane("agn").extent()
    assert x.start <= left < right <= x.end
    assert y.start <= bottom < top <= y.end


def test_resizing_keeps_what_is_in_view(still: Session) -> None:
    view = PlaneView(still)
    view._resized("inner_width", None, 600)
    view._resized("inner_height", None, 300)
    view._frame((0.0, 4.0), (0.0, 2.0))
    view._resized("inner_width", 600, 500)
    assert (view.figure.x_range.start + view.figure.x_range.end) / 2 == pytest.approx(2.0)
    assert view.figure.x_range.end - view.figure.x_range.start < 6


def test_a_click_opens_the_nearest_spectrum_and_rings_it(still: Session) -> None:
    view = PlaneView(still)
    x, y = still.workspace.on_plane("agn").place(33)
    view._marks.tap(SimpleNamespace(x=x, y=y))
    assert still.outcome.open_spectrum.row == 33
    ring = source(view.figure, "plane-ring")
    assert (ring["x"][0], ring["y"][0]) == (x, y)


def test_a_click_far_from_every_point_opens_nothing(still: Session) -> None:
    view = PlaneView(still)
    view._marks.tap(SimpleNamespace(x=1e4, y=1e4))
    view._marks.tap(SimpleNamespace(x=None, y=None))
    assert still.outcome.open_spectrum is None


def test_a_click_passes_through_hidden_points(still: Session) -> None:
    view = PlaneView(still)
    row = int(np.flatnonzero(still.workspace.catalog["label"] == "type 1")[0])
    still.view.hidden = ["type 1"]
    view._marks.tap(
        SimpleNamespace(**dict(zip("xy", still.workspace.on_plane("agn").place(row), strict=True)))
    )
    assert still.outcome.open_spectrum is None or still.outcome.open_spectrum.row != row


def test_a_resting_pointer_is_told_what_it_is_on(still: Session) -> None:
    view = PlaneView(still)
    x, y = still.workspace.on_plane("agn").place(33)
    view._marks.look("data", {}, {"x": [x], "y": [y]})
    (text,) = source(view.figure, "plane-ghost")["text"]
    assert text == f"sim-00033  ·  {still.workspace.colouring('type').label(33)}"
    view._marks.look("data", {}, {"x": [], "y": []})
    assert len(source(view.figure, "plane-ghost")["text"]) == 0


@pytest.mark.parametrize("colour", ["type", "predicted", "correct", "score", "cluster", "z"])
def test_every_colouring_is_drawn_and_none_alike(still: Session, colour: str) -> None:
    still.workspace.drawn.set()
    view = PlaneView(still)
    before = source(view.figure, "plane-image")["image"]
    still.view.colour = colour
    after = source(view.figure, "plane-image")["image"]
    assert (before != after).any() == (colour != "type")


def test_the_plane_follows_the_theme_and_the_legend(still: Session) -> None:
    view = PlaneView(still)
    light = source(view.figure, "plane-image")["image"]
    still.view.theme = "dark"
    dark = source(view.figure, "plane-image")["image"]
    still.view.hidden = ["type 1", "type 2", "unlabelled"]
    alone = source(view.figure, "plane-image")["image"]
    assert (light != dark).any()
    strong = [int((picture.view(np.uint8)[..., 3::4] > 100).sum()) for picture in (alone, dark)]
    assert 0 < strong[0] < strong[1]


# --- the spectrum


def test_the_spectrum_is_drawn_at_its_own_wavelengths(still: Session) -> None:
    view = SpectrumView(still)
    still.open(7)
    pixels = source(view.flux, "pixels")
    lens = still.workspace.lenses["agn"]
    np.testing.assert_allclose(pixels["x"], lens.wave_rest_aa)
    np.testing.assert_array_equal(pixels["y"], lens.prepared(7))
    assert view.flux.x_range.start == lens.wave_rest_aa[0]
    assert view.flux.yaxis.axis_label == "flux / f(5100 Å)"
    assert view.weight.xaxis.axis_label == "rest wavelength in vacuum (Å)"


def test_units_and_frames_move_the_whole_drawing(still: Session) -> None:
    view = SpectrumView(still)
    still.open(7)
    explain_now(still)
    still.view.param.update(unit="nm", frame="observed")
    stretch = 0.1 * (1 + still.outcome.open_spectrum.z)
    wave = still.workspace.lenses["agn"].wave_rest_aa
    np.testing.assert_allclose(source(view.flux, "pixels")["x"], wave * stretch)
    lines = source(view.flux, "lines")
    np.testing.assert_allclose(lines["x"], lines["wave_aa"] * stretch)
    bands = source(view.flux, "bands")
    assert bands["left"][0] == pytest.approx(wave[0] * stretch, rel=1e-3)
    assert view.weight.xaxis.axis_label == "observed wavelength in vacuum (nm)"


def test_an_explanation_touches_only_colours_and_weights(still: Session) -> None:
    view = SpectrumView(still)
    still.open(7)
    before = source(view.flux, "pixels")
    found = explain_now(still, n_segments=25)
    after = source(view.flux, "pixels")
    for name in ("x", "y"):
        np.testing.assert_array_equal(before[name], after[name])
    bands = source(view.weight, "bands")
    np.testing.assert_allclose(bands["weight"], found.weights, rtol=1e-6)
    assert (bands["left"][1:] == bands["right"][:-1]).all()
    most = np.abs(found.weights).max()
    np.testing.assert_allclose(bands["shade"], found.weights / most, atol=1e-6)
    assert (view.sources.colours.low, view.sources.colours.high) == (-1.0, 3.0)
    assert view.weight.yaxis.axis_label == "Δ log-odds"


def test_a_new_spectrum_is_uncoloured_until_its_own_explanation_comes(still: Session) -> None:
    view = SpectrumView(still)
    still.open(7)
    explain_now(still)
    still.open(8)
    assert len(source(view.flux, "bands")["weight"]) == 0


def test_stepping_keeps_the_stretch_zoomed_in_on(still: Session) -> None:
    view = SpectrumView(still)
    still.open(7)
    view.flux.x_range.update(start=4800.0, end=5050.0)
    still.open(8)
    assert (view.flux.x_range.start, view.flux.x_range.end) == (4800.0, 5050.0)
    inside = still.outcome.open_spectrum.flux[
        np.abs(still.outcome.open_spectrum.wave_rest_aa - 4925) < 125
    ]
    assert view.flux.y_range.end > inside.max()
    still.view.lens = "anomaly"
    assert view.flux.x_range.end > 7000


@pytest.mark.parametrize("height", [80, 130, 300, 700])
def test_the_highest_line_ends_below_the_names_of_lines(still: Session, height: int) -> None:
    view = SpectrumView(still)
    still.open(7)
    view._flux.resized("inner_width", None, 500)
    view._flux.resized("inner_height", None, height)
    axis, names = view.flux.y_range, source(view.flux, "line-labels")
    depth_px = (
        height * (axis.end - still.outcome.open_spectrum.flux.max()) / (axis.end - axis.start)
    )
    row_px = 13  # 11 px of text with what is around it
    assert depth_px > max(names["down"]) + row_px or height < 100
    assert depth_px < 0.5 * height


def test_an_edited_spectrum_is_in_sight_whole(
    still: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = SimpleNamespace(can_place=lambda *_: False)
    monkeypatch.setattr(type(still.workspace), "placer", nowhere)
    view = SpectrumView(still)
    Brush(still, view.flux, view.fit)
    still.open(7)
    whole = view.flux.y_range.end
    still.view.tab = "whatif"
    still.edits.renormalise(False)
    still.edits.brush(4800.0, 4920.0)
    still.edits.turn(3.0)
    assert view.flux.y_range.end > still.edits.edited.max() > whole
    still.view.tab = "trust"
    assert view.flux.y_range.end == whole
    still.view.tab = "whatif"
    still.edits.undo()
    assert view.flux.y_range.end == whole


def test_clipping_fits_the_continuum(still: Session) -> None:
    view = SpectrumView(still)
    still.open(7)
    whole = view.flux.y_range.end
    still.view.clip = True
    assert view.flux.y_range.end < 0.7 * whole
    assert view.flux.y_range.end > np.median(still.outcome.open_spectrum.flux)


def test_a_spectrum_the_lens_cannot_take_leaves_the_figure_empty(still: Session) -> None:
    view, veil = SpectrumView(still), veil_pane(still)
    assert "Click a point" in veil.html
    still.open(7)
    assert veil.html == ""
    still.open(299)
    assert len(source(view.flux, "pixels")["x"]) == 0
    assert "cannot serve this lens: it covers 4100–8000 Å" in veil.html


def test_the_figures_follow_the_theme(still: Session) -> None:
    view = SpectrumView(still)
    still.view.theme = "dark"
    assert view.sources.colours.palette == painting("dark")
    assert view.plain_lines[0].line_color == THEMES["dark"].line
    still.view.paint = "band"
    assert view._flux._strips.visible
    assert not view._flux._pieces.visible


# --- words


def test_the_verdict_has_both_types_and_all_probabilities(still: Session) -> None:
    pane = verdict_pane(still)
    assert "No spectrum is open" in pane.html
    row = int(still.listing.table["row"].iat[0])
    still.open(row)
    said = still.workspace.lenses["agn"].verdict(row)
    assert f">{said.true} →" in pane.html
    assert f"{said.predicted} ✗" in pane.html
    assert pane.html.count("0.800") == 1
    assert pane.html.index(">type 1<") < pane.html.index(">intermediate<")


def test_a_type_the_classifier_was_not_taught_is_neither_right_nor_wrong(still: Session) -> None:
    pane = verdict_pane(still)
    lens = still.workspace.lenses["agn"]
    row = int(lens.columns.index[lens.columns["correct"].eq(True)][0])
    still.open(row)
    spectrum = still.outcome.open_spectrum
    assert f"{spectrum.verdict.predicted} ✓" in pane.html
    still.outcome.open_spectrum = replace(spectrum, verdict=replace(spectrum.verdict, true="LINER"))
    assert "LINER →" in pane.html
    assert "✗" not in pane.html
    assert "✓" not in pane.html


def test_without_a_label_only_the_predicted_type_is_named(session: Session) -> None:
    catalog, agn = session.workspace.catalog, session.workspace.lenses["agn"]
    row = next(row for row in agn.rows if not catalog["label"].iat[row])
    session.open(int(row))
    html = verdict_pane(session).html
    assert "<small>predicted</small>" in html
    assert "<small>true</small>" not in html
    assert "→" not in html


@pytest.mark.parametrize(
    ("medium", "said"),
    [("air", "taken from air to vacuum"), ("not said", "vacuum assumed"), ("vacuum", "")],
)
def test_what_is_known_of_air_is_said_of_a_spectrum(
    still: Session, monkeypatch: pytest.MonkeyPatch, medium: str, said: str
) -> None:
    told = still.workspace.catalog.assign(medium=medium)
    monkeypatch.setattr(still.workspace, "catalog", told)
    still.open(0)
    html = verdict_pane(still).html
    assert said in html
    assert ("vacuum" in html) == bool(said)


def test_the_verdict_of_a_score_has_its_rank(still: Session) -> None:
    pane = verdict_pane(still)
    still.view.lens = "anomaly"
    still.view.tab = "anomalous"
    still.step(1)
    assert "rank 1 of 300" in pane.html
    assert "more anomalous than 99.7 %" in pane.html
    # Of a few the rank says all; a share to a tenth of a percent would not be known.
    few = SimpleNamespace(of="mse", rank=4, n_ranked=5, score=0.012, like=None)
    assert "rank 4 of 5<" in _score("", few, "")
    few.like_lender, few.lender = LikeRank(14, 500, 14, 17), "the demo"
    lent = _score("", few, "")
    assert "<span>higher than 97.3 % of the demo at like S/N</span><span>rank 4 of 5 here<" in lent
    assert "width:97.4%" in lent


@pytest.mark.parametrize(
    ("share", "said"),
    [(0.4567, "45.7"), (0.9989, "99.9"), (0.99971, "99.97"), (0.9999999, "99.99")],
)
def test_only_what_tops_all_would_read_100_percent(share: float, said: str) -> None:
    assert _below(share) == said


def test_names_from_a_file_cannot_become_markup(still: Session) -> None:
    pane = verdict_pane(still)
    still.workspace.catalog.loc[7, "subclass"] = "<script>alert(1)</script>"
    still.open(7)
    still.workspace.catalog.loc[7, "subclass"] = ""
    assert "<script>" not in pane.html


def test_the_state_names_what_the_colours_mean(still: Session) -> None:
    pane = state_pane(still)
    still.workspace.loaded.add(still.view.lens)
    still.open(7)
    assert "computing" in pane.html
    explain_now(still)
    assert "raises the log-odds of predicted" in pane.html
    assert "300 of 300 samples" in pane.html


# --- tabs


def test_a_tab_is_made_when_first_opened_and_seen_alone(still: Session) -> None:
    drawer = Drawer(still)
    for n_made, name in enumerate(("misclassified", "model", "clusters"), 1):
        still.view.tab = name
        assert len(drawer.holder) == n_made
        assert [made for made in drawer.holder if made.visible] == [drawer.of(name)]
    still.view.tab = "anomalous"
    assert len(drawer.holder) == 3  # the lists share one table
    assert drawer.of("anomalous").visible


def test_every_tab_shows_something_and_is_in_the_state(still: Session) -> None:
    drawer = Drawer(still)
    assert still.view.param["tab"].objects == [tab.name for tab in all_tabs()]
    for tab in all_tabs():
        still.view.tab = tab.name
        assert drawer.of(tab.name) in list(drawer.holder)
        assert len(still.listing.columns) > 0


def test_a_list_that_has_changed_is_filled_anew(
    still: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = Drawer(still).of("misclassified")
    half = Listing(still.listing.table.iloc[::2], still.listing.columns, "")
    monkeypatch.setattr(still.workspace, "listing", lambda tab: half)
    still.relist()
    assert [line[0] for line in table.page["rows"]] == half.table["row"].tolist()


def test_a_collection_without_anything_built_still_has_a_page(workspace: Workspace) -> None:
    bare = Visitor(
        Workspace(workspace.collection, {}, {}), ThreadPoolExecutor(1), lambda callback: callback()
    )
    plane, veil, drawer = PlaneView(bare), veil_pane(bare), Drawer(bare)
    SpectrumView(bare), legend_part(bare), controls_form(bare), bar_form(bare)
    assert "spexplain build" in plane.note.html
    assert "spexplain build" in veil.html
    assert "spexplain build" in drawer.of("misclassified").page["note"]
    plane._marks.tap(SimpleNamespace(x=0.0, y=0.0))
    plane.reset()


# --- lists and controls


def test_the_list_shows_what_it_lists_and_marks_the_open_one(still: Session) -> None:
    drawn, table = Drawer(still).of("misclassified"), still.listing.table
    assert [line[0] for line in drawn.page["rows"]] == table["row"].tolist()
    assert drawn.page["rows"][0][1] == table["id"].iat[0]
    still.step(1)
    assert drawn.selected == table["row"].iat[0]
    assert drawn.page["note"] == f"{len(table)} spectra"


def test_the_list_counts_what_the_classifier_has_not_seen(
    workspace: Workspace, pool: ThreadPoolExecutor
) -> None:
    lens = workspace.lenses["agn"]
    seen = np.where(lens.columns.index % 30 == 0, "train", "test")
    split = replace(lens, columns=lens.columns.assign(split=seen))
    space = Workspace(workspace.collection, {"agn": split}, workspace.planes)
    made = Visitor(space, pool, lambda callback: callback())
    drawn, table = Drawer(made).of("misclassified"), made.listing.table
    made.close()
    unseen = int((table["row"] % 30 != 0).sum())
    assert 0 < unseen < len(table)
    assert drawn.page["note"].startswith(f"{len(table)} spectra, {unseen} of them of the test set")
    assert drawn.page["columns"][-1]["title"] == "Part"


def test_a_long_list_turns_its_page_as_one_steps(still: Session) -> None:
    drawn = Drawer(still).of("misclassified")
    still.view.tab = "anomalous"
    assert len(drawn.page["rows"]) == 200
    still.open(int(still.listing.table["row"].iat[250]))
    assert [line[0] for line in drawn.page["rows"]] == still.listing.table["row"][200:].tolist()
    assert drawn.page["note"].startswith("201–300 of 300")


def test_clicks_on_the_list_open_and_sort(still: Session) -> None:
    drawn = Drawer(still).of("misclassified")
    row = int(still.listing.table["row"].iat[2])
    drawn.on_message({"open": row})
    assert still.outcome.open_spectrum.row == row
    orders = []
    for _ in range(3):
        drawn.on_message({"sort": "z"})
        orders.append(still.view.sort)
    assert orders == ["z", "-z", ""]


def test_the_list_is_exported_whole(still: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn, sent = Drawer(still).of("misclassified"), []
    monkeypatch.setattr(drawn, "_send_msg", sent.append)
    drawn.on_message({"export": True})
    assert sent[0]["name"] == "fake-misclassified.csv"
    assert sent[0]["text"] == still.listing.csv()


def test_the_model_tab_counts_as_the_catalog_does(still: Session) -> None:
    drawer = Drawer(still)
    still.view.tab = "model"
    said = still.workspace.lenses["agn"].columns["predicted"]
    label = still.workspace.catalog["label"].iloc[said.index]
    both = int(((said == "type 2") & (label == "type 2")).sum())
    assert f">{both}</td>" in dict(drawer.of("model").sections)["report"]


def test_controls_set_the_knobs_and_follow_them(still: Session) -> None:
    part = controls_form(still)
    part.on_message({"name": "n_segments", "value": 33})
    assert still.knobs.n_segments == 33
    assert part.values["n_segments"] == 33
    still.knobs.factor = 1.1
    assert part.values["factor"] == 1.1


def test_a_value_that_cannot_be_taken_is_explained_and_put_back(still: Session) -> None:
    part = controls_form(still)
    part.on_message({"name": "n_samples", "value": "a few"})
    assert still.knobs.n_samples == 5000
    assert still.outcome.problem == "Samples cannot be 'a few': it must be a whole number."


def test_each_method_shows_the_knobs_it_heeds(still: Session) -> None:
    part = controls_form(still)
    assert "step" in part.inert
    still.knobs.method = "saliency"
    heeded = {"method", "step", "gradient", "smoothing", "smoothing_px"}
    not_of_lens = {"rebuilt"}  # the AGN lens has nothing to rebuild a spectrum by
    assert set(part.inert) == (set(still.knobs.names()) - heeded) | not_of_lens


def test_the_words_of_a_control_are_those_of_its_parameter(still: Session) -> None:
    about = Field(still.knobs, "n_segments", "range", log=True).describe()
    assert about["doc"] == still.knobs.param["n_segments"].doc
    assert (about["span"], about["integer"], about["log"]) == ([5, 943], True, True)
    part = tabs_form(still)
    assert part.fields[0]["options"][0] == ["misclassified", "Misclassified"]


def test_choices_that_change_are_drawn_anew(still: Session) -> None:
    part = form([Field(still.view, "target", "select")], still.complain)
    still.view.lens = "anomaly"
    assert part.fields[0]["options"] == [["mse", "mse"]]
    assert part.values == {"target": "mse"}


def test_the_legend_counts_and_switches(still: Session) -> None:
    part = legend_part(still)
    on_plane = still.workspace.catalog["label"].iloc[still.workspace.planes["agn"].rows]
    assert part.entries[0]["count"] == f"{(on_plane == 'type 1').sum():,}"
    part.on_message({"toggle": "type 2"})
    assert [entry["on"] for entry in part.entries] == [True, False, True, True]
    part.on_message({"alone": "type 1"})
    assert [entry["on"] for entry in part.entries] == [True, False, False, False]
    part.on_message({"alone": ""})
    assert [entry["on"] for entry in part.entries] == [True, True, True, True]
    part.on_message({"select": "type 2"})
    assert still.selected.current.origin == "Type: type 2"
    chosen = still.workspace.planes["agn"].rows[on_plane == "type 2"]
    assert still.selected.rows.tolist() == chosen.tolist()
    part.on_message({"toggle": "<no such thing>"})
    still.view.colour = "score"
    assert len(part.bar) == 16
    assert [end[:2] for end in part.ends] == ["≤ ", "lo", "≥ "]  # some lie beyond the colours
    assert still.view.hidden == []


def test_a_click_hides_what_is_shown_and_shows_what_is_hidden() -> None:
    names = ("a", "b", "c")
    assert toggled("a", [], names) == ["a"]
    assert toggled("b", ["b", "c"], names) == ["c"]
    assert toggled("a", ["b", "c"], names) == ["a", "b", "c"]


def test_the_weight_axis_has_a_number_above_and_below_zero(still: Session) -> None:
    ticker: Any = SpectrumView(still).weight.yaxis[0].ticker
    steps = np.array([ticker.mantissas[-1] / 10, *ticker.mantissas, 10 * ticker.mantissas[0]])
    for most in np.geomspace(1e-5, 1e2, 999):
        span, wanted = 2 * 1.08 * most, ticker.desired_num_ticks
        # As Bokeh's adaptive ticker chooses its interval.
        magnitude = 10.0 ** np.floor(np.log10(span / wanted))
        interval = magnitude * steps[np.abs(wanted - span / (steps * magnitude)).argmin()]
        assert interval <= span / 2


def test_the_weight_axis_has_no_numbers_until_there_are_weights(still: Session) -> None:
    view = SpectrumView(still)
    still.open(33)
    assert len(source(view.flux, "pixels")["x"])  # the spectrum itself waits for nothing
    assert not view.weight.yaxis[0].visible
    explain_now(still)
    assert view.weight.yaxis[0].visible
    still.open(34)
    assert view.weight.yaxis[0].visible  # it does not come and go with every spectrum


@pytest.mark.parametrize("height", [20, 45, 85, 300])
def test_the_name_of_an_axis_is_as_long_as_its_frame_at_most(height: int) -> None:
    fig = plain_figure()
    fig.yaxis.axis_label = "Δ log-odds"
    letter_name(fig, height)
    size = float(fig.yaxis[0].axis_label_text_font_size.removesuffix("px"))
    assert 8 <= size <= 12
    assert size == 8 or 10 * 0.54 * size <= height + 6.5
    assert (size == 12) == (height >= 85)


def test_the_menu_of_planes_leaves_out_what_all_of_them_are(session: Session) -> None:
    menu = next(field for field in bar_form(session).fields if field["name"] == "plane")
    assert menu["options"] == [["agn", "AGN spectra"], ["anomaly", "Galaxy spectra"]]


@pytest.mark.parametrize(
    ("members", "visible"),
    [
        (("type 2", "intermediate"), "type 2 intermediate"),
        (("intermediate",), "intermediate, not type 2"),
        ((), "no type reaches the level"),
    ],
)
def test_a_set_says_in_words_what_it_leaves_out(members: tuple[str, ...], visible: str) -> None:
    kinds = {"type 1": 0.01, "type 2": 0.73, "intermediate": 0.26}
    said = Verdict("type", "", "type 2", kinds, float("nan"), 0, 0)
    html = _class_verdict("", replace(said, class_set=ClassSet(0.9, members)))
    words = re.sub("<[^>]*>", "", html.partition("90 % set</button>")[2])
    assert words == visible
    assert ("Type 2 is the likeliest, but" in html) == (members == ("intermediate",))


def test_votes_that_go_elsewhere_stand_beside_the_predicted_type() -> None:
    kinds = {"type 1": 0.0002, "type 2": 0.565, "intermediate": 0.4348}
    said = Verdict("type", "intermediate", "type 2", kinds, float("nan"), 0, 0, votes="type 2")
    assert "votes" not in _class_verdict("", said)
    html = _class_verdict("", replace(said, votes="intermediate"))
    assert "intermediate: most pairwise decisions of the machine" in html
    assert "&lt; 0.001" in html


# --- alone, beside a user's own


def test_the_plane_and_the_spectrum_are_viewers_that_compose_and_talk(still: Session) -> None:
    still.workspace.drawn.set()
    plane, spectrum = PlaneView(still), SpectrumView(still)
    assert all(isinstance(view, pn.viewable.Viewer) for view in (plane, spectrum))
    root = pn.Row(plane, spectrum).get_root()
    drawn = {getattr(model, "name", None) for model in root.references()}
    assert {"plane-figure", "flux-figure", "weight-figure"} <= drawn
    still.open(3)
    assert len(source(plane.figure, "plane-ring")["x"]) == 1
    assert len(source(spectrum.flux, "pixels")["x"]) > 100


def test_the_ends_of_the_colours_follow_what_is_in_view(still: Session) -> None:
    part, plane = legend_part(still), PlaneView(still)
    still.workspace.drawn.set()
    still.view.colour = "z"
    whole = still.outcome.stretch
    assert whole[0] == "z"
    assert [text.lstrip("≤≥ ") for text in part.ends[::2]] == [f"{end:.2g}" for end in whole[1:]]
    x, y = still.workspace.on_plane(still.view.plane).extent()
    middle = (0.5 * sum(x), 0.5 * sum(y))
    plane.figure.x_range.update(start=x[0], end=middle[0])
    plane.figure.y_range.update(start=y[0], end=middle[1])
    plane.sharpen(1.0)
    points = still.workspace.points(still.view.plane, "z")
    near = points[points["x"].le(middle[0]) & points["y"].le(middle[1])]["value"]
    assert still.outcome.stretch[1:] == pytest.approx(np.nanpercentile(near, [1.0, 99.5]), rel=1e-5)
    assert still.outcome.stretch != whole
    still.view.colour = "type"
    assert still.outcome.stretch is None
    assert part.ends == []
