"""Test websocket, by which a page without a session checks whether websockets reach the server.

A gateway that does not forward websockets, or a refused origin, leaves Bokeh's page empty. The page
then opens this websocket, which does nothing, and reports if it fails as well.
"""

from __future__ import annotations

from typing import Any

from tornado.websocket import WebSocketHandler

__all__ = ["REACHABLE", "Reachable"]


class Reachable(WebSocketHandler):
    """Websocket that opens and closes, without a session."""

    async def get(self, *args: Any, **kwargs: Any) -> None:
        """Open the websocket; plain requests get a short answer."""
        if "Upgrade" not in self.request.headers:
            self.set_status(204)
            return
        await super().get(*args, **kwargs)

    def check_origin(self, origin: str) -> bool:
        """True: hosts and origins are checked earlier (known_hosts.py)."""
        return True

    def open(self, *args: str, **kwargs: str) -> None:
        """Nothing to do: opening is the answer."""
        self.close()


REACHABLE: list[Any] = [(r"/reachable", Reachable)]
