"""The plane is saved as it is seen."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from spexplain.dashboard.export.plane_file import plane_file
from spexplain.dashboard.figures.planes.shade import Window
from spexplain.dashboard.session.visitor import Visitor
from spexplain.data.selections.selection import Selection

WINDOW = Window((-5.0, 5.0), (-4.0, 4.0), 120, 90)


def test_the_file_has_the_key_of_what_is_shown(session: Visitor) -> None:
    names = session.workspace.colouring(session.view.colour).names
    session.view.hidden = [names[0]]
    (found,) = plane_file(session, WINDOW, "svg")(lambda: False)
    drawn = found.content.decode()
    collection = session.workspace.collection.path.name
    assert found.name == f"{collection}-{session.view.plane}-{session.view.colour}.svg"
    assert f">{collection} · " in drawn
    assert f">{names[1]}" in drawn
    assert f">{names[0]}" not in drawn


def test_a_lenders_plane_is_said_to_be_its_in_the_file(session: Visitor) -> None:
    space, name = session.workspace, session.view.plane
    own = space.planes[name]
    space.planes[name] = replace(own, lender="the demo", behind=own.xy[:7], far=own.rows[:2])
    try:
        (found,) = plane_file(session, WINDOW, "svg")(lambda: False)
    finally:
        space.planes[name] = own
    said = f"its 7 in grey, {len(own.rows)} own placed, 2 far from all"
    assert f">{said}<" in found.content.decode()


def test_what_is_selected_keeps_its_colours_in_the_file_and_is_counted(session: Visitor) -> None:
    plane = session.workspace.planes[session.view.plane]
    few = plane.rows[:3]
    window = Window(
        *(tuple(side) for side in session.workspace.on_plane(session.view.plane).extent()),
        120,
        90,
    )
    (all_of_them,) = plane_file(session, window, "svg")(lambda: False)
    session.selected.take(Selection("lasso", "lasso", few))
    (found,) = plane_file(session, window, "svg")(lambda: False)
    drawn, before = found.content.decode(), all_of_them.content.decode()
    assert f"{plane.title} · 3 selected" in drawn
    assert drawn.count("<use ") == before.count("<use ") + 3  # a ring each
    picture = re.compile('data:image/png[^"]*')
    assert picture.findall(drawn) != picture.findall(before)  # the others are grey


def test_what_the_open_tab_marks_is_in_the_file(session: Visitor) -> None:
    window = Window(
        *(tuple(side) for side in session.workspace.on_plane(session.view.plane).extent()), 120, 90
    )

    def drawn() -> str:
        (found,) = plane_file(session, window, "svg")(lambda: False)
        return found.content.decode()

    session.confusion.choose("type 2", "type 2")
    before = drawn()
    session.view.tab = "confusion"
    of_cell = drawn()
    assert {number: of_cell.count(f">{number}</text>") for number in "123456"} == {
        number: before.count(f">{number}</text>") + 1 for number in "123456"
    }
    # A ring for each of the cell, and another round those with a number.
    n = len(session.confusion.chosen) + 6
    assert of_cell.count("<use ") == before.count("<use ") + n
    session.dropped.place = session.workspace.on_plane(session.view.plane).place(0)
    assert drawn().count("<use ") == of_cell.count("<use ") + 1  # the mark of an outside spectrum


def test_nothing_is_written_for_nobody(session: Visitor) -> None:
    assert list(plane_file(session, WINDOW, "png")(lambda: True)) == []


def test_another_kind_is_refused(session: Visitor) -> None:
    with pytest.raises(ValueError, match="got 'gif'"):
        plane_file(session, WINDOW, "gif")
