"""The server's half of the page's own components; the browser's is ``assets/parts.js``."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import bokeh.core.properties as bp
from bokeh.events import ModelEvent
from bokeh.model import DataModel, Model
from bokeh.models import LayoutDOM

__all__ = ["PartModel", "Told", "parts_script"]

_ASSETS = Path(__file__).parents[2] / "assets"
# What parts run and wear; a name here is the name of the file.
_SCRIPTS = ("drop", "form", "legend", "sections", "shell", "table", "words")
_SHEETS = ("parts.css", "sections.css", "agn.css")


class PartModel(LayoutDOM):
    """One part in the document.

    Attributes
    ----------
    data
        Its parameters, as Panel keeps them in step.
    esm
        Name of the script that draws it.
    sheets
        Names of the style sheets it wears.
    """

    __qualified_model__ = "spexplain.Part"
    __view_module__ = "bokeh"  # whose script is there already: none of ours is looked for on disk

    _defs: Any = bp.List(bp.Any)
    class_name: Any = bp.String()
    children: Any = bp.List(bp.String)
    data: Any = bp.Instance(DataModel)
    esm: Any = bp.String()
    events: Any = bp.List(bp.String)
    sheets: Any = bp.List(bp.String)


class Told(ModelEvent):
    """A message to a part in the browser.

    Parameters
    ----------
    model
        The part.
    data
        What JSON can say.
    """

    event_name = "spexplain_told"

    def __init__(self, model: Model | None, data: Any = None) -> None:
        self.data = data
        super().__init__(model=model)

    def event_values(self) -> dict[str, Any]:
        """What goes over the wire."""
        return dict(super().event_values(), data=self.data)


@cache
def parts_script() -> str:
    """The script that makes parts known to Bokeh in the browser, with what they run and wear."""
    sheets = {name: (_ASSETS / name).read_text(encoding="utf-8") for name in _SHEETS}
    scripts = "\n".join(_wrapped(name) for name in _SCRIPTS)
    # No text of ours may end the script element it stands in.
    said = json.dumps(sheets).replace("</", "<\\/")
    frame = (_ASSETS / "parts.js").read_text(encoding="utf-8")
    return f"Object.assign(spexplain, {{ scripts: {{}}, sheets: {said} }})\n{scripts}\n{frame}"


def _wrapped(name: str) -> str:
    """A module of the page as a function of its own: what it names stays within."""
    text = (_ASSETS / f"{name}.js").read_text(encoding="utf-8")
    body = text.replace("export function render", "return function render")
    return f'spexplain.scripts["{name}"] = (() => {{\n{body}\n}})()'
