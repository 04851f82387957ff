"""Keys tag the open spectrum, and undo."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from spexplain.dashboard.session.choices.person import Person
from spexplain.dashboard.session.session import Session
from spexplain.dashboard.session.visitor import Visitor
from spexplain.dashboard.views.spectrum.texts.verdict import verdict_pane
from spexplain.dashboard.views.tabs.lists import show
from spexplain.dashboard.workspace.workspace import Workspace
from spexplain.data.collection.annotations.tags import Annotations
from spexplain.data.selections.kept_selections import KeptSelections


@pytest.fixture
def visitor(workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.setattr(workspace, "annotations", Annotations(tmp_path))

    class Idle(ThreadPoolExecutor):
        def submit(self, *args: Any, **kwargs: Any) -> Any:
            return SimpleNamespace(add_done_callback=lambda callback: None)

    return Visitor(workspace, Idle(1), lambda callback: callback())


def test_a_digit_tags_and_again_takes_it_away(visitor: Session, tmp_path: Path) -> None:
    visitor.open(7)
    visitor.tagging.press(4)
    assert Annotations(tmp_path).tags() == {"sim-00007": 4}
    visitor.tagging.press(2)
    assert visitor.tagging.tags == {"sim-00007": 2}
    visitor.tagging.press(2)
    assert visitor.tagging.tags == {}
    for tags in ({"sim-00007": 2}, {"sim-00007": 4}, {}, {}):
        visitor.tagging.undo()
        assert visitor.tagging.tags == tags


def test_what_others_tag_and_keep_is_noticed_once_and_ones_own_is_no_news(
    visitor: Visitor, tmp_path: Path
) -> None:
    relisted: list[object] = []
    visitor.outcome.param.watch(relisted.append, "relisted")
    visitor.open(7)
    visitor.tagging.press(4)
    relisted.clear()
    visitor.notice_others()
    assert not relisted

    Annotations(tmp_path).tag("sim-00009", 3)
    visitor.notice_others()
    assert visitor.tagging.tags == {"sim-00007": 4, "sim-00009": 3}
    assert len(relisted) == 1
    visitor.notice_others()
    assert len(relisted) == 1

    KeptSelections(tmp_path).keep("odd", "a lasso", ["sim-00001"])
    visitor.notice_others()
    assert len(relisted) == 2


def test_tags_are_on_the_page_and_hold_the_list(visitor: Session) -> None:
    pane, table = verdict_pane(visitor), show(visitor)
    assert table.page["choices"] == []
    visitor.step(1)
    visitor.tagging.press(0)
    assert "tag 0" in pane.html
    assert [value for value, _ in table.page["choices"]] == ["", "any", "0"]
    table.on_message({"tagged": "0"})
    assert [line[1] for line in table.page["rows"]] == [visitor.outcome.open_spectrum.id]
    assert table.page["rows"][0][-1] == "0"
    assert visitor.listing.csv().count("\n") == 2  # the heading and the one that is tagged
    visitor.tagging.undo()
    assert "tag 0" not in pane.html


def test_a_tag_needs_a_spectrum_and_a_place(
    visitor: Session, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    visitor.tagging.press(1)
    assert "Open a spectrum first" in visitor.outcome.problem
    visitor.open(7)
    monkeypatch.setattr(visitor.workspace, "annotations", Annotations(tmp_path / "nowhere"))
    visitor.tagging.press(1)
    assert "The tag was not kept" in visitor.outcome.problem
    assert visitor.tagging.tags == {}


def test_all_of_a_selection_are_tagged_and_undone_as_one(visitor: Session, tmp_path: Path) -> None:
    visitor.open(7)
    visitor.tagging.press(4)
    visitor.tagging.tag_rows(np.array([6, 7, 8]), 2)
    assert Annotations(tmp_path).tags() == dict.fromkeys(("sim-00006", "sim-00007", "sim-00008"), 2)
    visitor.tagging.tag_rows(np.array([8]), None)
    assert "sim-00008" not in visitor.tagging.tags
    visitor.tagging.undo()
    visitor.tagging.undo()
    assert visitor.tagging.tags == {"sim-00007": 4}
    assert visitor.tagging.can_undo
    visitor.tagging.undo()
    assert not visitor.tagging.can_undo


def test_too_many_at_once_are_not_tagged_and_who_may_not_is_told(
    visitor: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("spexplain.dashboard.session.browsing.tags._MOST_AT_ONCE", 2)
    visitor.tagging.tag_rows(np.arange(3), 1)
    assert "At most 2 are tagged at once, and 3 are selected" in visitor.outcome.problem
    visitor.person = Person(name="ann", role="look")
    visitor.tagging.tag_rows(np.arange(2), 1)
    assert "ann may look" in visitor.outcome.problem
    assert visitor.tagging.tags == {}


def test_old_undos_are_let_go_before_they_fill_the_memory(
    visitor: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("spexplain.dashboard.session.browsing.tags._MOST_UNDONE", 5)
    for tag in (1, 2):
        visitor.tagging.tag_rows(np.arange(3), tag)
    visitor.tagging.undo()
    assert set(visitor.tagging.tags.values()) == {1}
    assert not visitor.tagging.can_undo
