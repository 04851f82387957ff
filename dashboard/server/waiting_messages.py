"""Messages to a page that wait for the one before them are sent when that has gone.

Panel keeps what it may not write at once, and has a task write it. A task that begins just as the
one before it ends takes the page for done and leaves the messages lying, until something else
changes: under load a page stayed without its reasons.
"""

from __future__ import annotations

from bokeh.document import Document
from panel.io import document

__all__ = ["send_all_that_waits"]

_write = document._dispatch_msgs


def send_all_that_waits() -> None:
    """Have no message left lying; once for all pages, more often is safe."""
    document._dispatch_msgs = _write_what_waits


async def _write_what_waits(doc: Document) -> None:
    if doc in document._WRITE_MSGS:
        document._WRITE_BLOCK[doc] = True
    await _write(doc)
