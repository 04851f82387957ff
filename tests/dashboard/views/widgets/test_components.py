"""The page's own components are Panel's, with scripts and sheets of the page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from bokeh.core.serialization import Serializer
from bokeh.document import Document
from panel.custom import JSComponent
from panel.io.state import set_curdoc
from spexplain.dashboard import views
from spexplain.dashboard.views.widgets.components import (
    FormPart,
    LegendPart,
    Part,
    ShellPart,
    TablePart,
    WordsPart,
    asset,
    once_a_patch,
    one_patch,
)
from spexplain.dashboard.views.widgets.drop_zone import DropPart
from spexplain.dashboard.views.widgets.html_sections import SectionsPart

VIEWS = Path(views.__file__).parent
KINDS = (DropPart, FormPart, LegendPart, SectionsPart, ShellPart, TablePart, WordsPart)


def model_of(part: Part) -> Any:
    document = Document()
    with set_curdoc(document):
        return part.get_root(document)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_each_part_is_panels_with_one_module_that_draws_it(kind: type[Part]) -> None:
    assert issubclass(kind, JSComponent)
    module = str(kind._esm)
    assert module.count("export function render(") == 1
    assert "\nimport " not in module  # nothing is fetched from elsewhere
    assert module.startswith(asset("part.js"))


def test_the_model_is_panels_and_carries_the_parameters_and_sheets() -> None:
    model = model_of(WordsPart(html="a word"))
    assert type(model).__module__.startswith("panel.")
    assert model.data.html == "a word"
    assert asset("parts.css") in model.stylesheets


@pytest.mark.parametrize(
    ("part", "names"),
    [
        (DropPart(sheets=["parts.css", "agn.css"]), ["parts.css", "agn.css"]),
        (SectionsPart("trust", print), ["parts.css", "sections.css"]),
        (SectionsPart("whatif", print, sheets=["agn.css"]), ["sections.css", "agn.css"]),
        (LegendPart(), ["parts.css"]),
    ],
)
def test_a_part_wears_the_sheets_it_names(part: Part, names: list[str]) -> None:
    assert {asset(name) for name in names} <= set(part.stylesheets)


def test_what_happens_in_the_browser_is_heard() -> None:
    heard: list[dict[str, Any]] = []
    part = LegendPart(on_message=heard.append)
    part._handle_msg({"toggle": "type 1"})
    assert heard == [{"toggle": "type 1"}]
    LegendPart()._handle_msg({"toggle": "type 1"})  # nobody listens


def test_a_file_for_the_visitor_goes_out_as_one_message() -> None:
    part = SectionsPart("trust", print)
    document = Document()
    sent: list[Any] = []
    with set_curdoc(document):
        document.add_root(part.get_root(document))
        document.callbacks.on_message("bokeh_event", print)
        document.callbacks.on_change(sent.append)
        part.download("list.csv", "id\n")
    assert "list.csv" in str([Serializer().encode(event.msg_data) for event in sent])


@pytest.mark.parametrize("path", sorted(VIEWS.rglob("*.py")), ids=lambda path: path.stem)
def test_what_bokeh_calls_answers_in_turn(path: Path) -> None:
    """Sent at once, an axis would overtake the one of before that waits, and keep its name."""
    code = " ".join(path.read_text(encoding="utf-8").split())
    called = re.findall(r"\.on_(?:event|change)\((.{60})", code)
    assert all("in_one_patch(" in arguments for arguments in called), called


def test_what_watches_many_changes_of_a_patch_is_called_once_at_its_end() -> None:
    calls: list[str] = []
    changed = once_a_patch(lambda: calls.append("drawn"))
    changed("an event")  # between patches at once
    assert calls == ["drawn"]
    with one_patch():
        changed()
        with one_patch():
            changed()
        assert calls == ["drawn"]
    assert calls == ["drawn", "drawn"]


def test_what_a_patch_has_changed_is_drawn_though_it_fails() -> None:
    calls: list[str] = []
    changed = once_a_patch(lambda: calls.append("drawn"))
    with pytest.raises(ZeroDivisionError), one_patch():
        print(changed(), 1 / 0)
    assert calls == ["drawn"]
    changed()
    assert calls == ["drawn", "drawn"]
