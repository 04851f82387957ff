"""The page of one collection: views put together, once for every browser tab."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, get_args
from urllib.parse import parse_qsl, urlencode

import panel as pn
from bokeh.document import Document
from panel.io.resources import LOCAL_DIST

from ...core.settings import WeightSign
from ...core.words import counted
from ..export import SavedFile
from ..export.file_requests import FileRequests
from ..figures import THEMES, ThemeName, category_colours
from ..session import Session, Visitor, apply_query, to_query
from ..session.background.worker_share import SharedWorkers
from ..session.choices.person import Person
from ..views.plane.marks import attach_marks
from ..views.plane.plane import PlaneView
from ..views.plane.select_tools import plane_tools
from ..views.spectrum.beside import ChoicesBeside
from ..views.spectrum.texts.explanation_state import state_pane
from ..views.spectrum.texts.veil import veil_pane
from ..views.spectrum.texts.verdict import verdict_pane
from ..views.spectrum.when_opened import SpectrumWhenOpened
from ..views.tabs.drawer import Drawer
from ..views.widgets.components import BUNDLE_AT, ShellPart, asset
from ..views.widgets.controls import bar_form, drawing_form, find_form, legend_part, tabs_form
from ..views.widgets.drop_zone import drop_part
from ..views.widgets.filter_field import filter_part
from ..views.widgets.knob_controls import controls_form
from ..workspace import Workspace
from ..workspace.selections_colouring import SELECTIONS_COLOUR
from .answers import nonce
from .page_thread import schedule_of

__all__ = ["build_app", "theme_css"]

_LOOK_MS = 2000
_TYPES = ("type 1", "type 2", "intermediate", "correct", "wrong")


def build_app(
    workspace: Workspace,
    pool: Executor | SharedWorkers,
    opened: set[Session],
    *,
    logout: bool = False,
) -> Callable[[], None]:
    """The application that ``panel.serve`` calls for every visitor.

    Parameters
    ----------
    workspace
        The collection with its lenses and planes, shared between visitors.
    pool
        Worker threads for explanations, shared and bounded.
    opened
        Set of open sessions, updated as pages open and close.
    logout
        Whether to show a logout link.

    Returns
    -------
    A function that makes a new page in the current Bokeh document.
    """
    template = pn.io.resources.parse_template(asset("page.html"))

    def page() -> None:
        doc = pn.state.curdoc
        if doc is not None:
            # Panel's style sheets refer to a CDN until HTML is rendered; a session recreated
            # for the socket of a slow browser never renders any, and would use the CDN.
            doc.template_variables.setdefault("dist_url", LOCAL_DIST)
        own = pool.share() if isinstance(pool, SharedWorkers) else pool
        session = Visitor(workspace, own, schedule_of(doc), person=_person_of(doc))
        session.follow_up()
        if doc is not None:
            pn.state.add_periodic_callback(session.notice_others, period=_LOOK_MS)
        session.person.did("opened a page")
        opened.add(session)

        def close(_: object) -> None:
            opened.discard(session)
            session.person.did("left a page")
            session.close()

        pn.state.on_session_destroyed(close)
        made = _assemble(session, template)
        made.add_variable("logout", logout)
        made.add_variable("nonce", nonce)
        if doc is not None:
            # Bokeh traverses all models again for every root added; once is enough.
            with doc.models.freeze():
                made.server_doc(doc, title="spexplain", location=False)

    return page


def _person_of(doc: Document | None) -> Person:
    """The person in the server's signed token; without a server, one with all permissions."""
    context = None if doc is None else doc.session_context
    person = getattr(context, "token_payload", {}).get("person")
    return Person(**person) if isinstance(person, dict) else Person()


class _Page(pn.Template):
    """Panel's template, without its quadratic cost in the number of parts."""

    def __repr__(self) -> str:
        # Panel serializes all parts again for every part added.
        return type(self).__name__


def _assemble(session: Visitor, template: Any) -> pn.Template:
    view, space = session.view, session.workspace
    cookies = pn.state.cookies or {}
    args = pn.state.session_args or {}
    query = {name: values[0].decode(errors="replace") for name, values in args.items()}
    for theme in (query.get("theme"), cookies.get("spexplain-theme")):
        if theme in THEMES:
            view.theme = theme
            break
    _follow_link(session, query)
    plane, spectrum, drawer = PlaneView(session), SpectrumWhenOpened(session), Drawer(session)
    attach_marks(session, plane.figure)
    parts = {
        "plane": plane,  # the first that the browser draws
        "plane_note": plane.note,
        "plane_tools": plane_tools(session),
        "find": find_form(session),
        "filter": filter_part(session),
        "bar": bar_form(session),
        "legend": legend_part(session),
        "verdict": verdict_pane(session),
        "drawing": drawing_form(session),
        "flux": spectrum.flux,
        "weight": spectrum.weight,
        "residual": spectrum.residual,
        "zooms": spectrum.zooms,
        "veil": veil_pane(session),
        "state": state_pane(session),
        "controls": controls_form(session),
        "choices": ChoicesBeside(session).place,
        "tabs": tabs_form(session),
        "drawer": drawer,
        "drop": drop_part(session),
        "shell": _shell(session, plane, spectrum),
    }
    page = _Page(template)
    page.add_variable("drawn_theme", view.theme)
    for name, part in parts.items():
        page.add_panel(name, part)
    for name, value in _words(space).items():
        page.add_variable(name, value)
    return page


def _shell(session: Visitor, plane: PlaneView, spectrum: SpectrumWhenOpened) -> ShellPart:
    buttons = {
        "reset-plane": plane.reset,
        "reset-spectrum": spectrum.reset,
        "untag": session.tagging.undo,
        "heard": lambda: session.complain(""),
        "believe": lambda: session.view.param.update(tab="trust"),
        "level": session.next_level,
        "pin": session.pinned.press,
        "unselect": session.selected.clear,
        "own-redshift": lambda: session.view.param.update(z=None),
    }

    def take(message: dict[str, Any]) -> None:
        if "step" in message:
            session.step(1 if message["step"] > 0 else -1)
        elif "tag" in message:
            session.tagging.press(int(message["tag"]))
        elif "query" in message:  # the browser's back and forward buttons
            _follow_link(session, dict(parse_qsl(message["query"].removeprefix("?"))))
        elif message.get("held") in session.selected.param["held"].objects:
            session.selected.held = message["held"]
        elif "ratio" in message:
            plane.sharpen(float(message["ratio"]))
        elif message.get("theme") in THEMES:
            session.view.theme = message["theme"]
        elif message.get("do") in buttons:
            buttons[message["do"]]()
        else:
            files.ask(str(message.get("do")))

    def hand_over(file: SavedFile) -> None:
        shell.tell({"name": file.name, "content": b64encode(file.content).decode()})

    files = FileRequests(session, plane.in_view, spectrum.sight, hand_over)
    shell = ShellPart(on_message=take, theme=session.view.theme, problem=session.outcome.problem)

    def address(*_: object) -> None:
        shell.query = urlencode(to_query(session.view, session.knobs))

    def stand() -> None:
        spectrum.draw()
        shell.ready = True

    pn.state.onload(stand)
    address()
    session.view.param.watch(address, [*session.view.param])
    session.knobs.param.watch(address, session.knobs.names())
    session.view.param.watch(lambda event: shell.param.update(theme=event.new), "theme")
    session.outcome.param.watch(lambda event: shell.param.update(problem=event.new), "problem")
    return shell


def _words(space: Workspace) -> dict[str, Any]:
    collection = space.collection
    colours = "\n".join(
        theme_css(name, ":root" if name == "light" else f':root[data-theme="{name}"]')
        for name in THEMES
    )
    return {
        "page_css": asset("page.css"),
        "theme_css": colours,
        "parts_at": BUNDLE_AT,
        "collection_name": collection.path.name,
        "collection_path": str(collection.path),
        "counts": counted(len(space.catalog), "spectrum", "spectra"),
        "n_rejected": collection.n_rejected,
        "rejections": space.rejections,
    }


def theme_css(name: ThemeName, selector: str) -> str:
    """Colours of a theme and of the types, as CSS custom properties of a selector."""
    types = " ".join(
        f"--type-{kind.replace(' ', '-')}: {colour};"
        for kind, colour in zip(_TYPES, category_colours(_TYPES, name), strict=True)
    )
    return f"{selector} {{ {THEMES[name].css()} {types} }}"


def _follow_link(session: Visitor, query: dict[str, str]) -> None:
    _offer_colour(session, query.get("colour", ""))
    session.steps.forget()
    problems = apply_query(session.view, session.knobs, query)
    if problems:
        session.complain(" ".join([*problems, session.outcome.problem]).strip())


def _offer_colour(session: Session, colour: str) -> None:
    """Add a colouring by clusters that were not built, if a link asks for it."""
    space, wanted = session.workspace, colour.removeprefix("clusters:")
    if colour == SELECTIONS_COLOUR and space.kept_selections.all():
        space.offer_selections()
        session.view.param["colour"].objects = [*space.colours]
        return
    k, _, sign = wanted.partition(":")
    if colour == wanted or space.reasons is None or not k.isdecimal():
        return
    if int(k) in space.reasons.scan["k"].tolist() and sign in ("", *get_args(WeightSign)):
        space.offer_clusters(space.partition(int(k), sign))
        session.view.param["colour"].objects = [*space.colours]
