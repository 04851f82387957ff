"""The page's own components: what they run and wear is there, and nothing ends the page early."""

from __future__ import annotations

import re
from typing import Any

import pytest
from bokeh.core.serialization import Serializer
from bokeh.document import Document
from panel.io.state import set_curdoc
from spexplain.dashboard.views.widgets import browser_component as part_model
from spexplain.dashboard.views.widgets.browser_component import PartModel, Told, parts_script
from spexplain.dashboard.views.widgets.components import ASSETS, LegendPart, Part, WordsPart
from spexplain.dashboard.views.widgets.drop_zone import DropPart
from spexplain.dashboard.views.widgets.html_sections import SectionsPart


def every(kind: type) -> list[type]:
    """Classes below a class."""
    return [found for below in kind.__subclasses__() for found in (below, *every(below))]


def test_each_part_has_its_script_in_the_page() -> None:
    named = {str(part._esm).rsplit("/", 1)[-1].removesuffix(".js") for part in every(Part)}
    assert named == set(part_model._SCRIPTS)
    script = parts_script()
    assert all(f'spexplain.scripts["{name}"]' in script for name in named)
    assert not re.search(r"^\s*(export|import)\b", script, re.MULTILINE)


def test_the_script_does_not_end_the_element_it_stands_in() -> None:
    assert "</" not in parts_script().replace("<\\/", "")


@pytest.mark.parametrize("made", [DropPart(), SectionsPart("trust", print), LegendPart()])
def test_what_a_part_wears_is_there(made: Part) -> None:
    assert set(made.sheets) <= set(part_model._SHEETS)
    assert all((ASSETS / name).exists() for name in made.sheets)


def test_the_document_holds_names_instead_of_scripts_and_sheets() -> None:
    doc = Document()
    with set_curdoc(doc):
        model = WordsPart(html="a word").get_root(doc)
    assert isinstance(model, PartModel)
    assert (model.esm, model.sheets, model.data.html) == ("words", ["parts.css"], "a word")
    assert not model.stylesheets
    assert len(str(Serializer().encode(model))) < 2000


def test_a_message_to_a_part_carries_its_data() -> None:
    told: Any = Serializer().encode(Told(None, {"name": "list.csv"}))
    assert told["name"] == "spexplain_told"
    assert "list.csv" in str(told["values"])
