"""Messages to a page that Panel has left unsent.

Panel keeps a message that it may not write at once, and a task writes it. A task that begins just
as the one before it ends takes the page for done and leaves the message until something else
changes: under load a page stayed without its reasons.
"""

from __future__ import annotations

from bokeh.document import Document
from panel.io.document import schedule_write_events

__all__ = ["send_what_waits"]


def send_what_waits(doc: Document) -> None:
    """Write what is left unsent for a page; nothing happens where all has gone."""
    schedule_write_events(doc, [], [])
