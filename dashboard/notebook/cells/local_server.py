"""A local server beside a notebook."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

__all__ = ["HERE", "PageServer", "free_port", "serve_here", "until_it_answers"]

HERE = "127.0.0.1"
"""Where it listens: never for another machine."""

_PAGE_PX = 820  # of the page in a cell


@dataclass(frozen=True, slots=True, eq=False)
class PageServer:
    """The page while it is served; ``url`` is where."""

    url: str
    served: Any
    pool: ThreadPoolExecutor

    def stop(self) -> None:
        """Serve it no longer."""
        self.served.stop()
        self.pool.shutdown(wait=False, cancel_futures=True)

    def __repr__(self) -> str:
        return f"<page served at {self.url}; stop() ends it>"

    def _repr_html_(self) -> str:
        return (
            f'<iframe src="{self.url}" width="100%" height="{_PAGE_PX}" style="border: 0"></iframe>'
            f'<p>The page, in a tab of its own: <a href="{self.url}" target="_blank">{self.url}</a>'
            "</p>"
        )


def free_port(port: int = 0) -> int:
    """The port, for 0 one that nobody listens on.

    Raises
    ------
    OSError
        It is taken.
    """
    with socket.socket() as free:
        free.bind((HERE, port))
        return free.getsockname()[1]


def until_it_answers(port: int) -> None:
    """Wait for a server in a thread of its own.

    Raises
    ------
    TimeoutError
        Half a minute has gone by.
    """
    for _ in range(600):
        with socket.socket() as asking:
            if asking.connect_ex((HERE, port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"the page at {HERE}:{port} does not answer")


def serve_here(
    pages: Mapping[str, Callable[[], None]], *, port: int = 0, show: bool = False
) -> tuple[Any, str]:
    """Serve pages in a thread of its own.

    Parameters
    ----------
    pages
        What makes each, by its path.
    port
        For 0 one that nobody listens on.
    show
        Whether to open it in the browser.

    Returns
    -------
    served, url
        What stops it, and where it is served, without a slash at the end.

    Raises
    ------
    OSError
        The port is taken.
    """
    import panel as pn

    # A frame that a notebook has closed is no news in the next cell.
    logging.getLogger("bokeh.server.views.ws").setLevel(logging.ERROR)
    port = free_port(port)
    routes: Any = dict(pages)
    started: list[Any] = []

    def start() -> None:
        started.append(pn.serve(
            routes, port=port, address=HERE, show=show, threaded=True, verbose=False,
            websocket_origin=[f"{HERE}:{port}", f"localhost:{port}"], title="spexplain",
        ))  # fmt: skip

    # A thread is a daemon if what starts it is: the server must not keep a program from ending.
    starter = threading.Thread(target=start, daemon=True)
    starter.start()
    starter.join()
    until_it_answers(port)
    return started[0], f"http://{HERE}:{port}"
