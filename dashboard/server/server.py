"""Serving the page of a collection on this machine."""

from __future__ import annotations

import errno
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, Request, build_opener

import panel as pn
from panel.io.application import build_applications
from tornado.httputil import HTTPServerRequest
from tornado.ioloop import PeriodicCallback
from tornado.iostream import StreamClosedError
from tornado.websocket import WebSocketClosedError

from ...data.collection import Collection
from ...data.lenses import open_lenses, open_planes, open_reasons, outdated, outdated_domain
from ..figures import THEMES
from ..session import Session
from ..session.background.worker_share import SharedWorkers
from ..workspace import Workspace
from .access.doors import Door, OAuthDoor, PasswordDoor, own_pass
from .access.known_hosts import OnlyKnownHosts, answer_only
from .access.login import PasswordLogin
from .access.refusals import Refusing
from .access.terms import Terms
from .answers import Dressed
from .deeds import deeds_written
from .gate import Gate
from .limits.backlog import EVERY_S, Backlog
from .limits.room_for_files import RoomForFiles, most_connections
from .limits.short_logs import keep_logs_short
from .limits.small_arrays import hold_arrays
from .old_objects import OldObjects
from .page import build_app
from .process_exit import THREADS
from .reachable import REACHABLE
from .scripts_first import ScriptsFirst
from .service import Service
from .warm_up import warm

__all__ = ["open_workspace", "serve"]

_ANSWER_S = 30.0  # a server that has been stopped meanwhile never answers
# A socket without an answer for so long is dead: its session ends, and its memory is freed.
# tornado sends the pings, not Bokeh, whose ping to a closing socket ends its session twice.
_SILENCE_S = 40.0
# Largest message of drop.js: 12 MB in base64, with its envelope.
_LARGEST_MESSAGE = 17 * 2**20
_LOCAL = {"0.0.0.0": "127.0.0.1", "::": "::1"}

_log = logging.getLogger(__name__)


def open_workspace(path: str | Path) -> Workspace:
    """Open a collection with all lenses and planes that have been built for it.

    Raises
    ------
    CollectionError
        There is no readable collection at this path.
    """
    collection = Collection.open(path)
    return Workspace(
        collection,
        open_lenses(collection),
        open_planes(collection, unfinished=True),
        open_reasons(collection),
    )


def serve(
    collection_path: str | Path, terms: Terms, *, open_browser: bool = True, log: str = ""
) -> None:
    """Serve the page until interrupted.

    Parameters
    ----------
    collection_path
        Folder of the collection.
    terms
        Address, access and permissions.
    open_browser
        Open the page in the visitor's browser.
    log
        File to which the visitors' actions are logged, ``-`` for standard error; "" for none.

    Raises
    ------
    CollectionError
        There is no readable collection at this path.
    OSError
        The port is in use, the address is not this machine's, or a file cannot be read.
    ValueError
        The password file is malformed.
    """
    workspace = open_workspace(collection_path)
    for old in (outdated(workspace.collection), outdated_domain(workspace.collection)):
        if old:
            print(old, file=sys.stderr, flush=True)
    with deeds_written(log):
        run(workspace, terms, open_browser=open_browser)


def run(workspace: Workspace, terms: Terms, *, open_browser: bool) -> None:
    """Serve an open workspace until interrupted; the address is printed once it answers."""
    port, address = _own_port(terms.address, terms.port), terms.address
    secret = terms.secret()
    door = terms.door(secret)
    _expect_closing_tabs()
    keep_logs_short()
    hold_arrays()
    # The HTML is the same for every visitor and sent at once, while the session is being created.
    pn.config.reuse_sessions = "warm"
    pn.config.session_key_func = _html_of
    stopping, opened = threading.Event(), set[Session]()
    service = Service(lambda: len(opened), lambda: pool.n_waiting)
    pool = SharedWorkers(_n_workers(), THREADS, service.worked)
    try:
        pages: Any = {"/": build_app(workspace, pool, opened, logout=door.has_login)}
        apps: Any = build_applications(pages, "spexplain", location=False)
        scripts = ScriptsFirst(door)
        old = OldObjects(lambda: len(opened))
        apps["/"].add(scripts)
        apps["/"].add(old)
        workspace.compiled.clear()
        own = _own_page(port, address, terms.path, own_pass(door))
        prepared = pool.submit(partial(_prepare, workspace, own, stopping, old.put_aside))
        prepared.add_done_callback(partial(_report, stopping))
        server: Any = pn.serve(
            apps,
            port=port,
            address=address,
            show=open_browser,
            start=False,
            websocket_origin=_origins(terms, port),
            verbose=False,
            liveness=True,  # what a page that lost its server asks until that is back
            log_function=scripts.sent,
            extra_patterns=REACHABLE,
            **_options(terms, door, secret, service),
        )
        gate = Gate(
            terms.path, door, service, lambda: len(opened) + len(scripts.making),
            terms.most_sessions, lambda id: any(one.id == id for one in server.get_sessions()),
            secret,
        )  # fmt: skip
        answer_only(
            server,
            partial(RoomForFiles, most=most_connections()),
            partial(Dressed, seen=service.answered, path=terms.path),
            partial(OnlyKnownHosts, hosts=terms.hosts),
            partial(Refusing, reason=gate),
        )
        look = PeriodicCallback(Backlog(pool), 1000 * EVERY_S)
        server.io_loop.add_callback(look.start)
        _until_stopped(server, _serving(workspace, terms, port))
    except KeyboardInterrupt:
        pass  # stopped, perhaps before the page was put together
    finally:
        stopping.set()
        workspace.drawn.set()  # release whatever waits for a visitor
        for session in tuple(opened):  # stop their computations
            session.close()
        pool.shutdown()


def _serving(workspace: Workspace, terms: Terms, port: int) -> str:
    """What is served, where, and on which terms."""
    host = f"[{terms.address}]" if ":" in terms.address else terms.address
    at = f"http://{host}:{port}{terms.path}/"
    return "\n".join([f"Serving {workspace.collection.path} at {at}", *terms.words()])


def _html_of(request: HTTPServerRequest) -> tuple[str, str]:
    """Key of requests with the same HTML: Panel keeps one session per key for ever."""
    theme = request.arguments.get("theme", [b""])[-1].decode(errors="replace")
    return request.path, theme if theme in THEMES else ""


def _options(terms: Terms, door: Door, secret: str, service: Service) -> dict[str, Any]:
    """Keyword arguments of ``pn.serve``: limits, signatures and authentication."""
    options: dict[str, Any] = {
        "prefix": terms.path,
        "use_xheaders": terms.proxy,
        "cookie_path": f"{terms.path}/",
        # A session belongs to one person: its id and person are signed and cannot be forged.
        "cookie_secret": secret,
        "secret_key": secret.encode(),
        "sign_sessions": True,
        # Headers of the request that the page's token holds, readable in the page.
        "include_headers": [],
        "include_cookies": ["spexplain-theme"],
        "websocket_max_message_size": _LARGEST_MESSAGE,
        "keep_alive_milliseconds": 0,
        "websocket_ping_interval": _SILENCE_S,
        "websocket_ping_timeout": _SILENCE_S,
        "http_server_kwargs": {
            "max_body_size": 2**16,  # a login form; files come by the websocket
            "max_header_size": 2**16,
            "idle_connection_timeout": 120.0,
            "body_timeout": 30.0,
        },
    }
    if isinstance(door, PasswordDoor):
        options["auth_provider"] = PasswordLogin(door, service.logged_in)
    elif isinstance(door, OAuthDoor):
        options |= door.options
    return options


def _until_stopped(server: Any, announcement: str) -> None:
    """Serve until Ctrl-C or SIGTERM; Bokeh's own handler prints, and continues if that fails."""
    server.start()
    loop = server.io_loop
    if sys.platform != "win32":
        loop.asyncio_loop.add_signal_handler(signal.SIGTERM, loop.stop)
    try:
        print(announcement, flush=True)  # a reader of it may stop the server at once
        loop.start()
    finally:
        server.stop()


def _prepare(
    workspace: Workspace,
    own: Request | None,
    stopping: threading.Event,
    put_aside: Callable[[], None],
) -> None:
    """Run everything that is slow the first time; finally render the HTML that visitors share."""
    warm(workspace, stopping=stopping.is_set)
    if stopping.is_set():
        return
    put_aside()
    if own is None:
        return
    straight = build_opener(ProxyHandler({}))  # without the user's proxy
    try:
        with straight.open(own, timeout=_ANSWER_S) as page:
            page.read()
    except (OSError, HTTPException) as gone:
        _log.info("The server was stopped before it was warm: %s", gone)


def _own_page(port: int, address: str, path: str, cookie: str | None) -> Request | None:
    """The server's request for its own page; None if it cannot be authenticated."""
    host = _LOCAL.get(address, address)
    at = f"http://{f'[{host}]' if ':' in host else host}:{port}{path}/"
    return None if cookie is None else Request(at, headers={"Cookie": cookie} if cookie else {})


def _expect_closing_tabs() -> None:
    """Silence errors of tabs that are closed during a response."""
    logging.getLogger("bokeh.server.views.ws").setLevel(logging.ERROR)
    gone = (WebSocketClosedError, StreamClosedError)
    logging.getLogger("asyncio").addFilter(
        lambda record: not (record.exc_info and record.exc_info[0] in gone)
    )


def _report(stopping: threading.Event, done: Future[None]) -> None:
    """Log the exception of a background task, unless the server is stopping."""
    error = done.exception()
    if error is not None and not stopping.is_set():
        _log.error("The page could not be prepared: %s", error, exc_info=error)


def _n_workers() -> int:
    """One worker per core, at least two, so that one visitor cannot block another.

    More workers would be slower: each takes the interpreter from the thread of all pages.
    """
    return max(2, os.cpu_count() or 1)


def _own_port(address: str, port: int) -> int:
    """The port to listen on; for 0, a free one.

    Needed beforehand for the list of allowed origins; a port in use is also reported before
    anything is loaded.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        if sys.platform != "win32":  # as the server does: a port just released can be reused
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            at = f"{address}, port {port}" if port else address
            free = "; port 0 takes a free one" if error.errno == errno.EADDRINUSE else ""
            text = f"cannot listen on {at}: {error.strerror}{free}"
            raise OSError(error.errno, text) from error
        return probe.getsockname()[1]


def _origins(terms: Terms, port: int) -> list[str] | str:
    """Origins that Bokeh accepts: any if on all addresses, as hosts are checked earlier."""
    if terms.address in _LOCAL:
        return "*"
    named = [urlsplit(origin).netloc for origin in terms.hosts.origins]
    return [f"{terms.address}:{port}", f"localhost:{port}", *named]
