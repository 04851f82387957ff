"""Serving the page of a collection on this machine."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import signal
import socket
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener

import panel as pn
from bokeh.application.application import SessionContext
from bokeh.application.handlers.handler import Handler
from bokeh.document import Document
from panel.io.application import build_applications
from tornado.web import RequestHandler
from tornado.websocket import WebSocketClosedError

from ...data.collection.collection import Collection
from ...data.lenses.explained_anomalies import open_reasons
from ...data.lenses.lenses import open_lenses, outdated, outdated_domain
from ...data.lenses.plane_points import open_planes
from ..session.session import Session
from ..workspace.workspace import Workspace
from .known_hosts import KnownHosts, answer_only
from .page import build_app
from .process_exit import THREADS
from .warm_up import warm

__all__ = ["open_workspace", "serve"]

# A browser that has kept the page's scripts asks for none; this is less than it takes to read them.
_HEAD_START_S = 0.5
_ANSWER_S = 30.0  # a server that has been stopped meanwhile never answers
_LAST_SCRIPT = "/panel.min.js"
_LOCAL = {"0.0.0.0": "127.0.0.1", "::": "::1"}

_log = logging.getLogger(__name__)


def open_workspace(path: str | Path) -> Workspace:
    """Open a collection with whatever lenses and planes have been built for it.

    Raises
    ------
    CollectionError
        There is no readable collection at this path.
    """
    collection = Collection.open(path)
    return Workspace(
        collection,
        open_lenses(collection),
        open_planes(collection),
        open_reasons(collection),
    )


def serve(
    collection_path: str | Path,
    *,
    port: int = 5006,
    address: str = "127.0.0.1",
    open_browser: bool = True,
) -> None:
    """Serve the page until interrupted.

    Parameters
    ----------
    collection_path
        Folder of the collection.
    port
        To listen on; 0 takes any free one.
    address
        To listen on; only this machine can connect unless told otherwise.
    open_browser
        Open the page in the visitor's browser.

    Raises
    ------
    CollectionError
        There is no readable collection at this path.
    OSError
        The port is taken, or the address not this machine's.
    """
    workspace = open_workspace(collection_path)
    for old in (outdated(workspace.collection), outdated_domain(workspace.collection)):
        if old:
            print(old, file=sys.stderr, flush=True)
    run(workspace, port=port, address=address, open_browser=open_browser)


def run(workspace: Workspace, *, port: int, address: str, open_browser: bool) -> None:
    """Serve an open workspace until interrupted; the address is printed once it answers."""
    port = _own_port(address, port)
    _expect_closing_tabs()
    # The HTML is the same for every visitor and goes out at once; each session is made meanwhile.
    pn.config.reuse_sessions = "warm"
    stopping, opened = threading.Event(), set[Session]()
    pool = ThreadPoolExecutor(_n_workers(), thread_name_prefix=THREADS)
    try:
        pages: Any = {"/": build_app(workspace, pool, opened)}
        apps: Any = build_applications(pages, "spexplain", location=False)
        scripts = _ScriptsFirst()
        apps["/"].add(scripts)
        workspace.compiled.clear()
        pool.submit(_prepare, workspace, port, address, stopping).add_done_callback(_report)
        server: Any = pn.serve(
            apps,
            port=port,
            address=address,
            show=open_browser,
            start=False,
            websocket_origin=_origins(address, port),
            verbose=False,
            liveness=True,  # what a page that lost its server asks until that is back
            log_function=scripts.sent,
        )
        answer_only(server, KnownHosts.of(address))
        _until_stopped(server, f"Serving {workspace.collection.path} at http://{address}:{port}/")
    except KeyboardInterrupt:
        pass  # told to stop, perhaps before all was put together
    finally:
        stopping.set()
        workspace.drawn.set()  # nothing waits for a visitor any more
        for session in tuple(opened):  # nor computes for one, or asks the threads for more
            session.close()
        pool.shutdown(wait=False, cancel_futures=True)


def _until_stopped(server: Any, announcement: str) -> None:
    """Serve until Ctrl-C or SIGTERM; Bokeh's own way prints then, and goes on where that fails."""
    server.start()
    loop = server.io_loop
    if sys.platform != "win32":
        loop.asyncio_loop.add_signal_handler(signal.SIGTERM, loop.stop)
    try:
        print(announcement, flush=True)  # whoever reads it may stop the server at once
        loop.start()
    finally:
        server.stop()


class _ScriptsFirst(Handler):
    """Lets the browser fetch the page's scripts before its session keeps the server busy."""

    def __init__(self) -> None:
        super().__init__()
        self._first = True
        self._waiting: set[asyncio.Event] = set()

    async def on_session_created(self, session_context: SessionContext) -> None:
        if self._first:  # its HTML is made from the session itself, and no script is asked for yet
            self._first = False
            return
        mine = asyncio.Event()
        self._waiting.add(mine)
        with suppress(TimeoutError):
            await asyncio.wait_for(mine.wait(), _HEAD_START_S)
        self._waiting.discard(mine)

    def sent(self, request: RequestHandler) -> None:
        """Called for every request that has been answered."""
        if request.request.path.endswith(_LAST_SCRIPT):
            for event in self._waiting:
                event.set()

    def modify_document(self, doc: Document) -> None:
        """Leave it as it is."""


def _prepare(workspace: Workspace, port: int, address: str, stopping: threading.Event) -> None:
    """Do what is slow the first time, the HTML that all visitors share at the end."""
    warm(workspace, stopping=stopping.is_set)
    if stopping.is_set():
        return
    host = _LOCAL.get(address, address)
    straight = build_opener(ProxyHandler({}))  # a proxy of the user's does not know this server
    try:
        at = f"http://{f'[{host}]' if ':' in host else host}:{port}/"
        with straight.open(at, timeout=_ANSWER_S) as page:
            page.read()
    except (OSError, HTTPException) as gone:
        _log.info("The server was stopped before it was warm: %s", gone)


def _expect_closing_tabs() -> None:
    """A tab that is closed while an answer is on its way is nothing to report."""
    logging.getLogger("bokeh.server.views.ws").setLevel(logging.ERROR)
    logging.getLogger("asyncio").addFilter(
        lambda record: not (record.exc_info and record.exc_info[0] is WebSocketClosedError)
    )


def _report(done: Future[None]) -> None:
    error = done.exception()
    if error is not None:
        _log.error("The page could not be prepared: %s", error, exc_info=error)


def _n_workers() -> int:
    """One explanation at a time per core, two at least so that one visitor cannot block another."""
    return max(2, os.cpu_count() or 1)


def _own_port(address: str, port: int) -> int:
    """The port to listen on, for 0 one that nobody does.

    Needed beforehand, to say which pages may talk to the server; and one that is taken is told
    before anything is loaded.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        if sys.platform != "win32":  # as the server will: one that has just ended holds no port
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            at = f"{address}, port {port}" if port else address
            free = "; port 0 takes a free one" if error.errno == errno.EADDRINUSE else ""
            told = f"cannot listen on {at}: {error.strerror}{free}"
            raise OSError(error.errno, told) from error
        return probe.getsockname()[1]


def _origins(address: str, port: int) -> list[str] | str:
    """Which pages may talk to the server: its own. Bound to all addresses, its name is unknown."""
    return "*" if address in _LOCAL else [f"{address}:{port}", f"localhost:{port}"]
