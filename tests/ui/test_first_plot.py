"""What comes first: the plane is seen ahead of the parts around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
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


@pytest.fixture(scope="module")
def asked() -> list[str]:
    """Every address that the page has asked for."""
    return []


@pytest.fixture(scope="module")
def opened(tabs: Callable[[], AbstractContextManager[Any]], asked: list[str]) -> Iterator[Any]:
    """A page that is only looked at."""
    with tabs() as new_tab:
        tab = new_tab()
        tab.page.add_init_script(_WATCH)
        tab.page.on("request", lambda request: asked.append(request.url))
        tab.open()
        yield tab


def test_the_plane_is_seen_before_any_part_is_drawn(opened: Any) -> None:
    assert opened.page.evaluate("window.standing") == 1


def test_the_spectrum_has_its_figures_once_the_page_listens(opened: Any) -> None:
    assert opened.data("pixels")["x"] == []
    boxes = [
        opened.page.locator(f"{place} .bk-Figure").bounding_box()
        for place in ("#flux-plot", "#weight-plot")
    ]
    assert all(box["width"] > 300 and box["height"] > 60 for box in boxes)


def test_the_parts_come_as_one_script_that_nobody_compiles(opened: Any, asked: list[str]) -> None:
    assert [url.removeprefix(opened.url) for url in asked if "bundle.js" in url] == [BUNDLE_AT]
    kinds = "[...Bokeh.documents[0].all_models].filter(m => m.esm).map(m => m.bundle)"
    assert set(opened.page.evaluate(f"() => [...new Set({kinds})]")) == {"url"}


def test_a_figure_is_framed_as_long_as_the_keyboard_is_on_it(opened: Any) -> None:
    framed = (
        "seen => { const plane = Bokeh.documents[0].get_model_by_name('plane-figure');"
        " const { outline, outlineOffset } ="
        " Bokeh.index.find_one(plane).canvas_view.events_el.style;"
        " return outline.includes('solid') === seen && outlineOffset === '-2px' }"
    )
    opened.page.get_by_role("radio", name="Lasso").focus()
    for seen in (True, False):
        opened.page.keyboard.press("Tab")
        opened.wait(framed, seen)


def test_a_page_with_a_connection_says_nothing_of_it(opened: Any) -> None:
    assert not opened.page.locator(".refusal >> visible=true").count()
