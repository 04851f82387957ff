"""The plane is saved as it is seen."""

from __future__ import annotations

import re

import pytest
from spexplain.dashboard.export.plane_file import plane_file
from spexplain.dashboard.figures.shade import Window
from spexplain.dashboard.session.session import Session
from spexplain.data.selections.selection import Selection

WINDOW = Window((-5.0, 5.0), (-4.0, 4.0), 120, 90)


def test_the_file_has_the_key_of_what_is_shown(session: Session) -> None:
    names = session.workspace.colouring(session.view.colour).names
    session.view.hidden = [names[0]]
    (found,) = plane_file(session, WINDOW, "svg")(lambda: False)
    drawn = found.content.decode()
    collection = session.workspace.collection.path.name
    assert found.name == f"{collection}-{session.view.plane}-{session.view.colour}.svg"
    assert f">{collection} · " in drawn
    assert f">{names[1]}" in drawn
    assert f">{names[0]}" not in drawn


def test_what_is_selected_keeps_its_colours_in_the_file_and_is_counted(session: Session) -> None:
    plane = session.workspace.planes[session.view.plane]
    few = plane.rows[:3]
    window = Window(
        *(tuple(side) for side in session.workspace.extent(session.view.plane)), 120, 90
    )
    (all_of_them,) = plane_file(session, window, "svg")(lambda: False)
    session.selected.take(Selection("lasso", "lasso", few))
    (found,) = plane_file(session, window, "svg")(lambda: False)
    drawn, before = found.content.decode(), all_of_them.content.decode()
    assert f"{plane.title} · 3 selected" in drawn
    assert drawn.count("<use ") == before.count("<use ") + 3  # a ring each
    picture = re.compile('data:image/png[^"]*')
    assert picture.findall(drawn) != picture.findall(before)  # the others are grey


def test_nothing_is_written_for_nobody(session: Session) -> None:
    assert list(plane_file(session, WINDOW, "png")(lambda: True)) == []


def test_another_kind_is_refused(session: Session) -> None:
    with pytest.raises(ValueError, match="got 'gif'"):
        plane_file(session, WINDOW, "gif")
