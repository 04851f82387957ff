"""File upload by button or drag and drop."""

from __future__ import annotations

from typing import Any

from ...session.visitor import Visitor
from .components import Part, script

__all__ = ["DropPart", "drop_part"]


class DropPart(Part):
    """Sends {name, content} of a file, {refused, size} of one that is too large, or {unread: name}
    of what the browser cannot read."""

    _esm = script("drop")


def drop_part(session: Visitor) -> DropPart:
    """The button; what is dropped is opened through the session's lens."""

    def take(message: dict[str, Any]) -> None:
        if "refused" in message:
            size = int(message["size"]) / 2**20
            session.complain(f"{message['refused']} has {size:.0f} MB; a spectrum has at most 12.")
        elif "unread" in message:
            session.complain(
                f"{message['unread']} cannot be read: it is a folder, or no longer there."
            )
        else:
            session.dropped.receive(str(message["name"]), str(message["content"]))

    return DropPart(on_message=take, sheets=["parts.css", "agn.css"])
