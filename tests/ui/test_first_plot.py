"""What comes first: the document is asked for ahead of scripts, the plane seen ahead of parts."""

from __future__ import annotations

import json
from typing import Any

# Notes how many roots stand in the frame that first shows the plane.
_WATCH = """
const look = () => {
  const view = window.Bokeh?.index.find_one(
    Bokeh.documents[0]?.get_model_by_name("plane-figure"))
  if (view?.has_finished()) window.standing = [...Bokeh.index.roots].length
  else requestAnimationFrame(look)
}
look()
"""
# The first socket that is opened is closed again, as by a gateway that is still starting.
_CLOSE_FIRST = """
window.WebSocket = new Proxy(WebSocket, { construct(Socket, given) {
  const socket = new Socket(...given)
  if (!window.closed_one) { window.closed_one = true; socket.close() }
  return socket
} })
"""


def asked_for(tab: Any) -> list[str]:
    """Ids of the requests for a document, as they are sent."""
    ids: list[str] = []

    def note(frame: Any) -> None:
        if isinstance(frame, str) and "PULL-DOC-REQ" in frame:
            ids.append(json.loads(frame)["msgid"])

    tab.page.on("websocket", lambda socket: socket.on("framesent", note))
    return ids


def test_the_document_is_asked_for_once_and_ahead_of_the_scripts(tab: Any) -> None:
    asked = asked_for(tab)
    tab.open("?lens=anomaly&tab=anomalous")
    assert asked == ["ahead"]
    tab.page.locator("tbody tr").first.click()  # and what follows goes both ways
    tab.page.get_by_text("more anomalous than").wait_for()


def test_a_socket_that_is_gone_by_then_is_no_loss(tab: Any) -> None:
    tab.page.add_init_script(_CLOSE_FIRST)
    asked = asked_for(tab)
    tab.open()
    assert len(asked) == 1
    assert asked != ["ahead"]


def test_the_plane_is_seen_before_any_part_is_drawn(tab: Any) -> None:
    tab.page.add_init_script(_WATCH)
    tab.open()
    assert tab.page.evaluate("window.standing") == 1


def test_the_spectrum_has_its_figures_once_the_page_listens(tab: Any) -> None:
    tab.open()
    assert tab.data("pixels")["x"] == []
    boxes = [
        tab.page.locator(f"{place} .bk-Figure").bounding_box()
        for place in ("#flux-plot", "#weight-plot")
    ]
    assert all(box["width"] > 300 and box["height"] > 60 for box in boxes)
