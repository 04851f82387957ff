"""The command that opens the page."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .options import Address, Directory, NoBrowser, Port

__all__ = ["lasting", "serve", "serve_page"]


def serve(
    directory: Directory,
    port: Port = 5006,
    address: Address = "127.0.0.1",
    no_browser: NoBrowser = False,
) -> None:
    """Open the page on a collection. Listens on this machine only, unless told otherwise."""
    serve_page(directory, port=port, address=address, no_browser=no_browser)


def serve_page(path: Path, *, port: int, address: str, no_browser: bool) -> None:
    """Serve the page of a collection until told to stop."""
    with lasting():
        from ..server.server import serve as serve_collection

    serve_collection(path, port=port, address=address, open_browser=not no_browser)


@contextmanager
def lasting() -> Iterator[None]:
    """Import without looking for garbage: what modules hold stays, and looking takes an eighth."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
