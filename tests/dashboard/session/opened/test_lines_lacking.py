"""The lines that a spectrum lacks are measured behind the page, and are of the one that is open."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from spexplain.dashboard.session.opened import lines_lacking
from spexplain.dashboard.session.opened.lines_lacking import lacking_of
from spexplain.dashboard.session.opened.of_open_spectrum import OfOpenSpectrum
from spexplain.dashboard.session.visitor import Visitor


@pytest.fixture
def lens(session: Visitor, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The visitor's lens, whose spectra each lack a line called after their row."""
    own = session.lens
    monkeypatch.setattr(lines_lacking, "AgnLens", type(own))
    monkeypatch.setattr(type(own), "lines_lacking", lambda self, row: (str(row),), raising=False)
    return own


def test_they_follow_the_spectrum_that_is_open(session, lens, wait_until) -> None:
    OfOpenSpectrum(
        session, "lacking", lacking_of, "Its lines cannot be measured", pool=session.later
    )
    for row in (3, 4):
        session.open(row)
        wait_until(lambda: session.outcome.lacking is not None)
        assert session.outcome.lacking == (str(row),)
    session.view.spectrum = ""
    assert session.outcome.lacking is None


def test_what_was_measured_of_the_spectrum_before_is_not_said_of_the_next(
    session, lens, monkeypatch, wait_until
) -> None:
    may_go_on = threading.Event()

    def slow(self: Any, row: int) -> tuple[str, ...]:
        if row == 3:
            may_go_on.wait(20)
        return (str(row),)

    monkeypatch.setattr(type(lens), "lines_lacking", slow)
    OfOpenSpectrum(
        session, "lacking", lacking_of, "Its lines cannot be measured", pool=session.later
    )
    seen: list[Any] = []
    session.outcome.param.watch(lambda event: seen.append(event.new), "lacking")
    session.open(3)
    session.open(4)
    may_go_on.set()
    wait_until(lambda: session.outcome.lacking is not None)
    assert [one for one in seen if one is not None] == [("4",)]


def test_why_they_cannot_be_measured_is_told(session, lens, monkeypatch, wait_until) -> None:
    def broken(self: Any, row: int) -> tuple[str, ...]:
        raise ValueError(f"row {row} is damaged")

    monkeypatch.setattr(type(lens), "lines_lacking", broken)
    OfOpenSpectrum(
        session, "lacking", lacking_of, "Its lines cannot be measured", pool=session.later
    )
    session.open(3)
    wait_until(lambda: "row 3 is damaged" in session.outcome.problem)
    assert session.outcome.lacking is None


def test_a_score_expects_no_lines(session: Visitor) -> None:
    session.open(3)
    assert lacking_of(session.outcome.open_spectrum) == ()
