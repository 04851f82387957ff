"""The tab Selection lists, sums up, keeps and takes back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from spexplain.dashboard.session.choices.person import Person
from spexplain.dashboard.session.visitor import Visitor
from spexplain.dashboard.views.tabs.selection import show
from spexplain.data.selections.selection import Selection

from ...conftest import fake_workspace


@pytest.fixture
def visitor(tmp_path: Any, pool: Any) -> Any:
    made = Visitor(fake_workspace(tmp_path), pool, lambda callback: callback())
    made.view.tab = "selected"
    yield made
    made.close()


def _said(part: Any) -> str:
    return " ".join(html for _, html in part.sections)


def test_without_a_selection_it_says_what_to_do(visitor: Any) -> None:
    table, part, _ = show(visitor)
    assert "Nothing is selected" in table.page["note"]
    assert "lasso" in _said(part)
    part.on_message({"set": "name", "value": "nothing"})
    assert "Select spectra first" in visitor.outcome.problem


def test_it_lists_and_steps_counts_and_goes_back(visitor: Any) -> None:
    table, part, _ = show(visitor)
    visitor.selected.take(Selection("few", "lasso on <b>", np.array([7, 8, 30])))
    assert [line[0] for line in table.page["rows"]] == [7, 8, 30]
    assert table.page["note"] == "3 spectra"
    assert "3 spectra" in _said(part)
    assert "lasso on &lt;b&gt;" in _said(part)
    for row in (7, 8, 30, 30):
        visitor.step(1)
        assert visitor.outcome.open_spectrum.row == row
    part.on_message({"do": "clear"})
    assert table.page["rows"] == []
    assert "Undo" in _said(part)
    part.on_message({"do": "undo"})
    assert len(table.page["rows"]) == 3


def test_what_is_kept_comes_back_and_combines(visitor: Any) -> None:
    _, part, _ = show(visitor)
    visitor.selected.take(Selection("few", "lasso", np.arange(5)))
    part.on_message({"set": "name", "value": "first five"})
    visitor.selected.take(Selection("more", "box", np.arange(3, 9)))
    assert "first five" in _said(part)
    visitor.selected.how = "intersect"
    part.on_message({"take": "first five"})
    assert visitor.selected.rows.tolist() == [3, 4]
    visitor.selected.how = "new"
    part.on_message({"take": "first five"})
    assert visitor.selected.rows.tolist() == [0, 1, 2, 3, 4]
    part.on_message({"forget": "first five"})
    part.on_message({"take": "first five"})
    assert "no selection is called" in visitor.outcome.problem


def test_who_may_only_look_keeps_nothing(visitor: Any) -> None:
    _, part, _ = show(visitor)
    visitor.selected.take(Selection("few", "lasso", np.arange(5)))
    visitor.person = Person("Ada", "look")
    part.on_message({"set": "name", "value": "mine"})
    assert "Ada may look" in visitor.outcome.problem
    assert visitor.workspace.kept_selections.all() == []


def test_all_selected_are_tagged_from_the_tab_by_who_may(visitor: Any, monkeypatch: Any) -> None:
    _, part, _ = show(visitor)
    visitor.selected.take(Selection("few", "lasso", np.array([7, 8, 30])))
    assert "Tag all 3" in _said(part)
    assert "None of these has a tag." in _said(part)
    part.on_message({"set": "tag", "value": "5"})
    assert "tag 5: 3" in _said(part)
    part.on_message({"set": "tag", "value": ""})  # the menu's first line
    part.on_message({"do": "untag"})
    assert visitor.tagging.tags == {}
    assert "None of these has a tag." in _said(part)
    visitor.person = Person(name="ann", role="look")
    visitor.selected.take(Selection("fewer", "lasso", np.array([7])))
    assert "Tag this one" not in _said(part)


def test_the_diagram_has_its_place_before_it_is_measured(visitor: Any) -> None:
    *_, diagram = show(visitor)
    assert not diagram.visible
    placed: list[bool] = []
    diagram.param.watch(lambda event: placed.append(event.new), "visible")
    visitor.selected.take(Selection("few", "lasso", visitor.lens.rows[:5]))
    assert placed[0]  # whatever their measured lines say, perhaps already
    visitor.selected.clear()
    assert not diagram.visible


def test_a_mean_is_laid_from_the_tab_and_taken_off(visitor: Any, wait_until: Any) -> None:
    _, part, _ = show(visitor)
    visitor.selected.take(Selection("few", "lasso", np.arange(5)))
    wait_until(lambda: "Lay the mean over the spectrum" in _said(part))
    part.on_message({"set": "name", "value": "five"})
    part.on_message({"do": "lay"})
    wait_until(lambda: "magenta: mean of 5 spectra of “few”" in _said(part))
    part.on_message({"mean": "five"})  # as it is kept
    wait_until(lambda: "magenta: mean of 5 spectra of “five”" in _said(part))
    visitor.selected.clear()
    assert "mean of 5 spectra of “five”" in _said(part)
    part.on_message({"do": "lift"})
    assert "magenta" not in _said(part)
    part.on_message({"mean": "nobody"})
    assert "nobody" in visitor.outcome.problem
    assert visitor.outcome.mean is None
