"""Flush of messages that Panel has left unsent.

Panel queues messages that cannot be written at once, and a task writes them. A task that starts
just as the previous one ends takes the page for done and leaves the message queued until the next
change: under load, pages stayed without their explanation.
"""

from __future__ import annotations

from bokeh.document import Document
from panel.io.document import schedule_write_events

__all__ = ["send_what_waits"]


def send_what_waits(doc: Document) -> None:
    """Write the unsent messages of a page, if any."""
    schedule_write_events(doc, [], [])
