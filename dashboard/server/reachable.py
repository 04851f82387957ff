"""Whether websockets get through to the server: what a page asks that stays without a session.

A gateway that passes on pages but no websockets, or an origin that is refused, leaves Bokeh's page
empty. The page then opens this websocket, which does nothing: if it is refused too, it says so.
"""

from __future__ import annotations

from typing import Any

from tornado.websocket import WebSocketHandler

__all__ = ["REACHABLE", "Reachable"]


class Reachable(WebSocketHandler):
    """Opens and closes; knows nothing of sessions."""

    async def get(self, *args: Any, **kwargs: Any) -> None:
        """Open; or answer that this can be asked, where no websocket is asked for."""
        if "Upgrade" not in self.request.headers:
            self.set_status(204)
            return
        await super().get(*args, **kwargs)

    def check_origin(self, origin: str) -> bool:
        """True: hosts and origins were checked before (known_hosts.py)."""
        return True

    def open(self, *args: str, **kwargs: str) -> None:
        """All that was asked is answered by having opened."""
        self.close()


REACHABLE: list[Any] = [(r"/reachable", Reachable)]
