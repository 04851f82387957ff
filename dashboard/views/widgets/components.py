"""Base of the page's own components: a script, parameters, one style sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from functools import cache, partial, wraps
from pathlib import Path
from typing import Any

import panel as pn
import param
from bokeh.model import Model
from panel.custom import JSComponent

__all__ = [
    "BUNDLE",
    "BUNDLE_AT",
    "LegendPart",
    "ShellPart",
    "TablePart",
    "WordsPart",
    "added_at_once",
    "asset",
    "html_sheet",
    "in_one_patch",
    "invitation",
    "once_a_patch",
    "one_patch",
    "script",
    "sheet",
    "turn",
]

ASSETS = Path(__file__).parents[2] / "assets"
# The scripts of all parts as one module (see bundle.py), and where Panel answers with it.
BUNDLE = Path(__file__).with_name("parts.bundle.js")
BUNDLE_AT = f"components/{__name__}/Part/_bundle_path/{BUNDLE.name}"

Handler = Callable[[dict[str, Any]], None]
Redrawing = dict[Callable[[], None], None]
# What is called at the end of the patch that is being made, in any order; None between patches.
_AT_ITS_END: ContextVar[Redrawing | None] = ContextVar("at_its_end", default=None)


@cache
def asset(name: str) -> str:
    """The text of a file of the page."""
    return (ASSETS / name).read_text(encoding="utf-8")


def script(*names: str) -> str:
    """The module of a part, of one file or more, with what several parts need in front of it."""
    return "\n".join(asset(f"{name}.js") for name in ("part", *names))


def sheet() -> list[str]:
    """The style sheets of a component that lives in its own shadow root."""
    return [asset("parts.css")]


@contextmanager
def one_patch() -> Iterator[None]:
    """All that changes within travels to the browser as one message, and is drawn once."""
    # A page that is still loading may have been sent already without saying so: panel would drop
    # what is held for it.
    with pn.io.hold() if pn.state.loaded else nullcontext():
        if _AT_ITS_END.get() is not None:  # within another
            yield
            return
        waiting: Redrawing = {}
        token = _AT_ITS_END.set(waiting)
        try:
            yield
        finally:
            try:
                while waiting:
                    waiting.popitem()[0]()
            finally:
                _AT_ITS_END.reset(token)


def once_a_patch(callback: Callable[[], None]) -> Callable[..., None]:
    """Watches what changes: called at the end of a patch, however much changes within it."""

    def watch(*_: object) -> None:
        waiting = _AT_ITS_END.get()
        if waiting is None:
            callback()
        else:
            waiting[callback] = None

    return watch


def in_one_patch(callback: Callable[..., None]) -> Callable[..., None]:
    """Wrap a Bokeh callback so that its changes are sent as one message, in order.

    Panel keeps a message back while another is being written: what Bokeh sends by itself
    meanwhile would overtake it, and the older value would be the last that the browser hears.
    """

    @wraps(callback)
    def patch(*args: Any) -> None:
        with one_patch():
            callback(*args)

    return patch


def added_at_once(figure: Model) -> AbstractContextManager[object]:
    """Context manager in which additions to figures are traversed once, not for every part."""
    return nullcontext() if figure.document is None else figure.document.models.freeze()


def turn(place: pn.layout.Panel, *, on: bool) -> None:
    """Show a place of the page or hide it; the page gives it room while it is open."""
    place.param.update(visible=on, css_classes=["is-open"] if on else [])


def html_sheet(html: str) -> pn.pane.HTML:
    """HTML that fills its place, styled by the page's sheet."""
    return pn.pane.HTML(html, stylesheets=sheet(), margin=0, sizing_mode="stretch_both")


def invitation(html: str) -> pn.pane.HTML:
    """Hint in the middle of an empty area."""
    return html_sheet(f'<div class="invite"><div>{html}</div></div>')


class Part(JSComponent):
    """A component that tells Python what happened in it by messages.

    Parameters
    ----------
    on_message
        Called with each message, a dict.
    sheets
        Style sheets of the page that it wears, by name.
    params
        Its parameters.
    """

    _bundle = BUNDLE.name

    def __init__(
        self,
        *,
        on_message: Handler | None = None,
        sheets: Sequence[str] = ("parts.css",),
        **params: Any,
    ) -> None:
        given = {"sizing_mode": "stretch_width", "stylesheets": [asset(name) for name in sheets]}
        super().__init__(**given | params)
        self.on_message = on_message

    @classmethod
    def module(cls) -> str:
        """Script of the component: shared code, and its own ``render``."""
        return str(cls._esm)

    def tell(self, data: dict[str, Any]) -> None:
        """Send a message to the part in the browser."""
        self._send_msg(data)

    def _handle_msg(self, data: dict[str, Any]) -> None:
        if self.on_message is None:
            return
        if not pn.state.loaded:  # nothing may be changed yet: it is heard once the page is there
            pn.state.onload(partial(self.on_message, data))
            return
        with one_patch():
            self.on_message(data)


class FormPart(Part):
    """Native controls; see :mod:`.form_fields`, which generates the fields from parameters."""

    fields = param.List(default=[], doc="Descriptions of the controls, in order.")
    values = param.Dict(default={}, doc="What is chosen: name → value.")
    inert = param.List(default=[], doc="Names of the controls that have no effect now; hidden.")
    found = param.Dict(default={}, doc="What a search offers for what has been typed.")

    _esm = script("form")


class TablePart(Part):
    """A list to step through; sends {open: row}, {sort: key}, {tagged: which} or {export: true}.

    Each message says ``of`` which list it is: one that is seen no longer changes nothing.
    """

    page = param.Dict(
        default={},
        doc="All that is seen of a list, so that rows, headings and footer are of the same: list "
        "(its name), columns (dicts of key, title and kind), rows (cells as text; first the row of "
        "the collection), choices (tags: pairs of a value and its words), tagged (the chosen one), "
        "sort (column of the order, '-' in front for falling), note (what it is, or why empty).",
    )
    selected = param.Integer(default=-1, doc="Row of the collection that is open; -1 for none.")

    _esm = script("table")


class WordsPart(Part):
    """Words that change with every answer; an element with ``data-do`` is a button of the page."""

    html = param.String(default="", doc="What is said, as HTML.")

    _esm = script("words")


class LegendPart(Part):
    """What the plane's colours mean; sends {toggle: name}, {alone: name, or "" for all} or
    {select: name}."""

    entries = param.List(default=[], doc="Categories: dicts of name, count, colour and on.")
    bar = param.List(default=[], doc="Colours of a colour bar; empty for categories.")
    ends = param.List(default=[], doc="Texts at the ends of the bar.")

    _esm = script("legend")


class ShellPart(Part):
    """The page as a whole; sends {step: ±1}, {theme: name}, {do: button},
    {ratio: device pixels per CSS pixel} or {query: address}."""

    problem = param.String(default="", doc="What went wrong, shown at the corner of the page.")
    theme = param.String(default="light", doc="Light or dark.")
    query = param.String(default="", doc="The address of what is seen, after the '?'.")
    ready = param.Boolean(default=False, doc="All that the page starts with has been made.")

    _esm = script("panes", "shell")
