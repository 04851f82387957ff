"""What comes first: the plane is seen ahead of the parts around it."""

from __future__ import annotations

from typing import Any

from spexplain.dashboard.views.widgets.components import BUNDLE_AT

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


def test_the_parts_come_as_one_script_that_nobody_compiles(tab: Any) -> None:
    asked: list[str] = []
    tab.page.on("request", lambda request: asked.append(request.url))
    tab.open()
    assert [url.removeprefix(tab.url) for url in asked if "bundle.js" in url] == [BUNDLE_AT]
    kinds = "[...Bokeh.documents[0].all_models].filter(m => m.esm).map(m => m.bundle)"
    assert set(tab.page.evaluate(f"() => [...new Set({kinds})]")) == {"url"}
