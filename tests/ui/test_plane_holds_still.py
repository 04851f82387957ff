"""Only the visitor changes what the plane shows."""

from __future__ import annotations

import re
from typing import Any

RANGES = """() => {
    const { x_range, y_range } = Bokeh.documents[0].get_model_by_name("plane-figure")
    return [x_range.start, x_range.end, y_range.start, y_range.end].map(v => +v.toPrecision(9))
}"""
SIZE = """() => {
    const figure = Bokeh.documents[0].get_model_by_name("plane-figure")
    return [figure.inner_width, figure.inner_height]
}"""


def _rest(tab: Any) -> list[float]:
    tab.settled_plane()
    return tab.page.evaluate(RANGES)


def test_tabs_and_windows_of_another_size_leave_the_plane_as_it_was(tab: Any) -> None:
    page = tab.page
    tab.open()
    whole, size = _rest(tab), page.evaluate(SIZE)
    for _ in range(2):
        for width, height in ((1024, 768), (1600, 700), (1440, 900)):
            page.set_viewport_size({"width": width, "height": height})
            tab.wait(
                f"([w, h]) => innerWidth === w && innerHeight === h && ({SIZE})()[0] > 0",
                [width, height],
            )
        tab.wait(f"size => JSON.stringify(({SIZE})()) === JSON.stringify(size)", size)
        tab.wait(f"whole => JSON.stringify(({RANGES})()) === JSON.stringify(whole)", whole)
        for name in ("Confusion", "Misclassified"):  # a tall tab and a low one
            page.get_by_role("radio", name=name, exact=True).click()
            if name == "Confusion":
                tab.wait(f"size => JSON.stringify(({SIZE})()) !== JSON.stringify(size)", size)
        tab.wait(f"size => JSON.stringify(({SIZE})()) === JSON.stringify(size)", size)
        tab.wait(f"whole => JSON.stringify(({RANGES})()) === JSON.stringify(whole)", whole)


def test_what_was_zoomed_to_is_kept_through_tabs(tab: Any) -> None:
    page = tab.page
    tab.open()
    whole, size = _rest(tab), page.evaluate(SIZE)
    box = page.locator("#plane-plot").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 3, box["y"] + box["height"] / 3)
    page.mouse.wheel(0, -400)
    tab.wait(f"whole => ({RANGES})()[0] > whole[0]", whole)
    zoomed = _rest(tab)
    tab.wait(  # the server has heard of it
        "() => { const { image, x } = Bokeh.documents[0].get_model_by_name('plane-image').data;"
        f" return Math.abs(x[0] - ({RANGES})()[0]) < 1e-6 }}"
    )
    page.get_by_role("radio", name="Confusion", exact=True).click()
    tab.wait(f"size => JSON.stringify(({SIZE})()) !== JSON.stringify(size)", size)
    page.get_by_role("radio", name="Misclassified", exact=True).click()
    tab.wait(f"zoomed => JSON.stringify(({RANGES})()) === JSON.stringify(zoomed)", zoomed)


HEIGHTS = """() => {
    const seen = window.heightsSeen = []
    const figure = Bokeh.documents[0].get_model_by_name("flux-figure")
    seen.push(figure.inner_height)
    figure.properties.inner_height.change.connect(() => seen.push(figure.inner_height))
}"""


def test_the_spectrum_keeps_its_height_from_one_to_the_next(tab: Any) -> None:
    """While its explanation is awaited, and when its sentence is there."""
    page = tab.page
    for width, height in ((1440, 900), (1024, 768)):
        page.set_viewport_size({"width": width, "height": height})
        tab.open()
        rows = page.locator("tbody tr")
        rows.nth(3).wait_for()
        ids = [re.search(r"demo-\d+", rows.nth(i).inner_text()).group() for i in range(4)]
        rows.nth(0).click()
        tab.painted(ids[0])
        page.evaluate(HEIGHTS)
        for id, row in zip(ids[1:], range(1, 4), strict=True):
            rows.nth(row).click()
            tab.painted(id)
        assert len(set(page.evaluate("() => window.heightsSeen"))) == 1
