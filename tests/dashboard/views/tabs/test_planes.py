"""Tab “Planes”: each embedding with its measure; a click takes it as the plane."""

import dataclasses

import pytest
from bokeh.events import Tap
from bokeh.plotting import figure
from spexplain.dashboard.figures.theme import THEMES
from spexplain.dashboard.session.visitor import Visitor
from spexplain.dashboard.views.tabs import planes as tab
from spexplain.dashboard.workspace.workspace import Workspace

NAMES = ("agn-three-raw-5", "agn-three-raw-50", "agn-two-raw-5")


@pytest.fixture
def several(workspace, pool):
    """A session on a collection with three more planes."""
    one = workspace.planes["agn"]
    quality = {"trustworthiness": 0.97, "knn_recall": 0.38}
    more = {
        name: dataclasses.replace(
            one, name=name, metrics=quality, settings={"perplexity": float(name.split("-")[-1])}
        )
        for name in NAMES
    }
    space = Workspace(workspace.collection, workspace.lenses, workspace.planes | more)
    made = Visitor(space, pool, lambda callback: callback())
    yield made
    made.close()


def figures(part):
    """The figures of the row, by the perplexity in their titles."""
    drawn = part.get_root().select({"type": figure})
    return {one.title.text.splitlines()[0]: one for one in drawn}


def test_every_plane_of_a_set_is_drawn_with_its_measure(several):
    part = tab.show(several)
    drawn = figures(part)
    assert sorted(drawn) == ["perplexity 5", "perplexity 50"]
    for one in drawn.values():
        assert one.title.text.splitlines()[1] == "trust 0.97, recall 0.38"
    ranges = {id(one.x_range) for one in drawn.values()}
    assert len(ranges) == 2  # each has units of its own
    head = dict(part[0].sections)
    assert "Types 1 and 2, flux as it is" in head["menu"]
    assert head["legend"].index("type 1") < head["legend"].index("intermediate")


def test_a_click_takes_a_plane_and_frames_it(several):
    part = tab.show(several)
    drawn, accent = figures(part), THEMES["light"].accent
    assert all(one.outline_line_color != accent for one in drawn.values())
    drawn["perplexity 50"]._trigger_event(Tap(model=drawn["perplexity 50"], x=0, y=0))
    assert several.view.plane == "agn-three-raw-50"
    assert drawn["perplexity 50"].outline_line_color == accent
    assert drawn["perplexity 5"].outline_line_color != accent


def test_the_menu_changes_the_set(several):
    part = tab.show(several)
    part[0].on_message({"set": "planes", "value": "agn-two-raw-"})
    assert sorted(figures(part)) == ["perplexity 5"]
    part[0].on_message({"set": "planes", "value": "no such set"})
    assert sorted(figures(part)) == ["perplexity 5"]
    several.view.theme = "dark"
    (one,) = figures(part).values()
    assert one.border_fill_color == THEMES["dark"].surface


def test_without_planes_it_says_how_to_get_them(session):
    assert "build DIR --planes" in tab.show(session).object


def test_without_types_it_says_that_types_are_needed(workspace, pool):
    bare = dataclasses.replace(workspace.collection, catalog=workspace.catalog.assign(label=""))
    space = Workspace(bare, workspace.lenses, workspace.planes)
    made = Visitor(space, pool, lambda callback: callback())
    said = tab.show(made).object
    made.close()
    assert "--labels FILE" in said
    assert "--planes" not in said
