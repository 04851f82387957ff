"""Views in the cells of a notebook: two frames on one page, which talk, and tell Python."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import spexplain as sx
from playwright.sync_api import Browser

OPENED = "Bokeh.documents[0]?.get_model_by_name('pixels')?.tags[0]"


@pytest.fixture
def c(small_demo: Path) -> Iterator[Any]:
    opened = sx.open(small_demo)
    yield opened
    opened.views.stop()


def test_the_plane_and_the_spectrum_talk_in_cells_and_to_python(c: Any, browser: Browser) -> None:
    first = str(c.catalog["id"].iloc[0])
    cells = [c.plane(), c.spectrum(first)]
    assert c.opened == first
    context, wrong = browser.new_context(viewport={"width": 1200, "height": 1000}), []
    page = context.new_page()
    page.set_default_timeout(90_000)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.set_content("".join(cell._repr_html_() for cell in cells))
    frames = [page.wait_for_selector(f"iframe[src*='/{name}']") for name in ("plane", "spectrum")]
    plane, spectrum = (frame.content_frame() for frame in frames)
    spectrum.wait_for_function(f"id => {OPENED} === id", arg=first)
    second = str(c.catalog["id"].iloc[1])
    c.spectrum(second)
    spectrum.wait_for_function(f"id => {OPENED} === id", arg=second)
    ring = "Bokeh.documents[0]?.get_model_by_name('plane-ring')?.data.x.length"
    plane.wait_for_function(f"{ring} === 1")
    shaded = "Bokeh.documents[0].get_model_by_name('plane-image').data.image.length"
    plane.wait_for_function(f"{shaded} === 1")
    at = plane.evaluate(
        """() => {
            const find = name => Bokeh.documents[0].get_model_by_name(name)
            const image = find("plane-image").data.image[0]
            const [height, width] = image.shape
            const drawn = [...image.keys()].filter(at => image[at] >>> 24)
            const pixel = drawn[Math.floor(drawn.length / 3)]
            const view = Bokeh.index.find_one(find("plane-figure"))
            const box = view.canvas_view.el.getBoundingClientRect()
            return [box.x + (pixel % width) * box.width / width,
                    box.y + (height - Math.floor(pixel / width)) * box.height / height]
        }"""
    )
    box = page.locator("iframe").first.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + at[0], box["y"] + at[1])
    spectrum.wait_for_function(f"id => {OPENED} !== id", arg=second)
    assert c.opened == spectrum.evaluate(OPENED)
    context.close()
    assert wrong == []
