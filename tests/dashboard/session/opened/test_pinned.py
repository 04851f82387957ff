"""A second spectrum is pinned, and let go."""

from __future__ import annotations

from spexplain.dashboard.session.visitor import Visitor


def test_the_open_spectrum_is_pinned_and_let_go(session: Visitor) -> None:
    session.pinned.press()
    assert "Open a spectrum of the collection first" in session.outcome.problem
    session.open(3)
    session.pinned.press()
    assert session.view.pinned == session.outcome.open_spectrum.id
    session.pinned.press()
    assert session.view.pinned == ""


def test_with_another_open_it_is_let_go_first_of_all_by_its_own(session: Visitor) -> None:
    session.open(3)
    session.pinned.press()
    session.open(4)
    session.pinned.press()
    assert session.view.pinned == session.outcome.open_spectrum.id


def test_an_id_that_is_not_there_is_told(session: Visitor) -> None:
    session.view.pinned = "nobody"
    assert "no spectrum 'nobody'" in session.outcome.problem
    assert session.outcome.pinned is None
