"""Asked to save before there is an explanation, the page says what is missing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from spexplain.dashboard.export.file_requests import FileRequests
from spexplain.dashboard.session.visitor import Visitor
from spexplain.dashboard.workspace.workspace import Workspace


class Idle(ThreadPoolExecutor):
    """Never gets to work."""

    def submit(self, *args: Any, **kwargs: Any) -> Any:
        return SimpleNamespace(add_done_callback=lambda callback: None)


def _not_seen() -> None:
    pass


def test_a_figure_asked_for_too_soon_says_why_there_is_none(workspace: Workspace) -> None:
    session = Visitor(workspace, Idle(1), lambda callback: callback())
    written: list[object] = []
    files = FileRequests(session, _not_seen, _not_seen, written.append)
    files.ask("keep-png")
    assert "Open a spectrum first" in session.outcome.problem
    session.open(7)
    files.ask("keep-png")
    assert "on its way" in session.outcome.problem
    session.open(299)
    assert session.outcome.open_spectrum.reason
    files.ask("keep-png")
    assert session.outcome.open_spectrum.reason in session.outcome.problem
    assert written == []


def test_no_lines_are_given_that_could_not_find_their_spectrum(workspace: Workspace) -> None:
    """A file from outside is in no collection, from which the lines would begin."""
    session = Visitor(workspace, Idle(1), lambda callback: callback())
    written: list[object] = []
    files = FileRequests(session, _not_seen, _not_seen, written.append)
    session.open(7)
    visitor = replace(session.outcome.open_spectrum, row=-1, outside=SimpleNamespace())
    session.outcome.param.update(open_spectrum=visitor, explanation=SimpleNamespace())
    files.ask("keep-py")
    assert "is in none" in session.outcome.problem
    assert written == []
    tried = replace(session.outcome.open_spectrum, row=7)
    session.outcome.param.update(open_spectrum=tried, explanation=SimpleNamespace())
    files.ask("keep-py")
    assert "at its own redshift" in session.outcome.problem
    assert written == []
