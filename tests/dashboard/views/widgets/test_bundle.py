"""The one script that a browser loads is made of those that are written."""

from __future__ import annotations

import re

from bokeh.document import Document
from panel.io.state import set_curdoc
from spexplain.dashboard.views.widgets.bundle import PARTS, bundled
from spexplain.dashboard.views.widgets.components import BUNDLE, BUNDLE_AT, Part, WordsPart, asset


def test_the_file_is_made_of_the_scripts_as_they_are() -> None:
    assert BUNDLE.read_text(encoding="utf-8") == bundled(), "run make parts"


def test_it_gives_every_part_by_its_class() -> None:
    ours = [kind for kind in Part.__subclasses__() if kind.__module__.startswith("spexplain.")]
    kinds = {kind.__name__: kind.module() for kind in ours if kind._bundle == Part._bundle}
    assert set(kinds) == {kind.__name__ for kind in PARTS}
    text = bundled()
    (names,) = re.findall(r"^export default \{ (.*) \}$", text, re.MULTILINE)
    assert set(names.split(", ")) == set(kinds)
    assert text.count(asset("part.js")) == 1
    for script in kinds.values():
        inner = script.removeprefix(asset("part.js")).partition("export function render(")
        assert inner[0].rstrip() in text
        assert inner[2].rstrip() in text


def test_a_served_part_names_its_address_and_any_other_carries_it() -> None:
    document = Document()
    with set_curdoc(document):
        carried = WordsPart().get_root(document)
    assert carried.esm == bundled()
    assert carried.bundle
    assert BUNDLE_AT.startswith("components/spexplain.dashboard.")
