"""The plane is saved as it is seen."""

from __future__ import annotations

import pytest
from spexplain.dashboard.export.plane_file import plane_file
from spexplain.dashboard.figures.shade import Window
from spexplain.dashboard.session.session import Session

WINDOW = Window((-5.0, 5.0), (-4.0, 4.0), 120, 90)


def test_the_file_has_the_key_of_what_is_shown(session: Session) -> None:
    names = session.workspace.colouring(session.view.colour).names
    session.view.hidden = [names[0]]
    (found,) = plane_file(session, WINDOW, "svg")(lambda: False)
    drawn = found.content.decode()
    assert found.name == f"{session.view.plane}-{session.view.colour}.svg"
    assert f">{names[1]}" in drawn
    assert f">{names[0]}" not in drawn


def test_nothing_is_written_for_nobody(session: Session) -> None:
    assert list(plane_file(session, WINDOW, "png")(lambda: True)) == []


def test_another_kind_is_refused(session: Session) -> None:
    with pytest.raises(ValueError, match="got 'gif'"):
        plane_file(session, WINDOW, "gif")
