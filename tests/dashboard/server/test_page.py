"""The page as a document: complete, and asking nothing of the rest of the world."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from bokeh.document import Document
from bokeh.models import ImportedStyleSheet
from jinja2 import Template
from panel.io.state import set_curdoc
from spexplain.dashboard.server import page as app
from spexplain.dashboard.views.widgets.components import ASSETS
from spexplain.dashboard.workspace.workspace import Workspace


@pytest.fixture(scope="module")
def doc(workspace: Workspace, pool: ThreadPoolExecutor) -> Document:
    document = Document()
    with set_curdoc(document):
        app.build_app(workspace, pool, set())()
    return document


def test_an_open_page_is_known_until_it_is_closed(workspace: Workspace, pool: Any) -> None:
    opened: set[Any] = set()
    document = Document()
    with set_curdoc(document):
        app.build_app(workspace, pool, opened)()
        (session,) = opened
        closed = []
        session.on_close(lambda: closed.append(True))
        context: Any = SimpleNamespace(id="one", _document=document)
        for tell in tuple(document.callbacks.session_destroyed_callbacks):
            tell(context)
    assert closed == [True]
    assert not opened


def test_every_part_of_the_page_has_its_place(doc: Document) -> None:
    html = (ASSETS / "page.html").read_text(encoding="utf-8")
    placed = set(re.findall(r"embed\(roots\.(\w+)\)", html))
    assert placed == {root.name for root in doc.roots}


@pytest.mark.parametrize("opening", ["<script>", '<script type="text/javascript">'])
def test_bokehs_own_script_bears_the_mark_however_bokeh_spells_it(opening: str) -> None:
    html = (ASSETS / "page.html").read_text(encoding="utf-8")
    (own,) = re.findall(r"\{\{ plot_script.*\}\}", html)
    models = '<script type="application/json">{}</script>'
    written = Template(own).render(
        plot_script=f"{models}{opening}start()</script>", nonce=lambda: "mark"
    )
    marked = opening.replace("<script", '<script nonce="mark"')
    assert written == f"{models}{marked}start()</script>"


def test_the_page_knows_its_collection(doc: Document) -> None:
    words = doc.template_variables
    assert words["collection_name"] == "fake"
    assert (words["counts"], words["n_rejected"]) == ("300 spectra", 3)


def test_both_themes_define_the_same_colours(doc: Document) -> None:
    light, dark = doc.template_variables["theme_css"].splitlines()
    names = [set(re.findall(r"(--[\w-]+):", text)) for text in (light, dark)]
    assert names[0] == names[1]
    used = set(re.findall(r"var\((--[\w-]+)", "".join(p.read_text() for p in ASSETS.glob("*.css"))))
    of_the_page = {"--font", "--small", "--radius", "--dot", "--at", "--scale", "--weights"}
    dragged = {"--plane", "--spectrum", "--drawer"}  # sizes of panes, set by a hand
    assert used - of_the_page - dragged <= names[0]


def test_the_page_is_made_of_bokehs_and_panels_models_alone(doc: Document) -> None:
    data = {type(model.data) for model in doc.models if hasattr(model, "esm")}
    others = {type(model) for model in doc.models} - data
    homes = {kind.__module__.split(".")[0] for kind in others}
    assert homes == {"bokeh", "panel"}


def test_no_style_sheet_is_asked_of_another_host(doc: Document) -> None:
    found: Any = doc.select({"type": ImportedStyleSheet})
    assert all("//" not in sheet.url for sheet in found)


@pytest.mark.parametrize("asset", sorted(ASSETS.iterdir()), ids=lambda path: path.name)
def test_nothing_is_fetched_from_elsewhere(asset: Path) -> None:
    text = asset.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "a name")
    assert "//" not in re.sub(r"^\s*//.*$|\s// .*$", "", text, flags=re.MULTILINE)
