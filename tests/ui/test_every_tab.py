"""Every tab in light and dark: nothing that axe-core calls a fault of level A or AA, and a picture.

At the two sizes of screen that the page is made for, no word on them is cut.

``make screenshots`` keeps the pictures for the docs, in the folder that ``SPEXPLAIN_SCREENSHOTS``
names.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from spexplain.dashboard.session.choices.tabs import all_tabs
from spexplain.data.collection.collection import Collection

from .conftest import PATIENCE_MS, Tab

DOCS = Path(__file__).parents[2] / "docs" / "tabs"
LEVELS = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
CONTRAST = {"type": "rule", "values": ["color-contrast"]}  # all that another theme changes
CUT = Path(__file__).with_name("cut_words.js").read_text(encoding="utf-8")
SMALL_SCREEN: Any = {"width": 1024, "height": 768}
# All that opens beside the plot.
MORE = "&beside=true&zooms=true&residual=true"


def test_no_tab_shuts_anybody_out_or_is_cut_and_each_has_its_picture(
    new_tab: Callable[..., Tab], small_demo: Path, tmp_path: Path
) -> None:
    wanted = os.environ.get("SPEXPLAIN_SCREENSHOTS")
    folder = Path(wanted) if wanted else tmp_path
    folder.mkdir(parents=True, exist_ok=True)
    catalog = Collection.open(small_demo).catalog
    id = str(catalog["id"][catalog["label"] == "type 2"].iloc[0])
    tab = new_tab(color_scheme="light")
    tab.open(f"?id={id}{MORE}")
    tab.painted(id)
    wrong = {"with all beside the plot": faults(tab.page, None) + tab.page.evaluate(CUT)}
    tab.open(f"?id={id}")
    tab.settled_plane()
    tab.painted(id)
    wrong["page"] = faults(tab.page, None)
    for theme, rules in (("light", LEVELS), ("dark", CONTRAST)):
        if theme == "dark":
            tab.page.keyboard.press("Escape")  # nothing is selected, as at first
            tab.page.get_by_role("button", name="Theme").click()
            tab.wait("() => document.documentElement.dataset.theme === 'dark'")
            # The plots come with the page, not after it.
            axis = "Bokeh.documents[0].get_model_by_name('flux-figure').left[0]"
            assert tab.page.evaluate(f"{axis}.major_label_text_color") == "#93a0b1"
            wrong["page, dark"] = faults(tab.page, None, CONTRAST)
        for one in all_tabs():
            _show(tab, one)
            path = folder / f"{one.name}-{theme}.png"
            tab.page.screenshot(path=path)
            _checked(path, few_colours=wanted is not None)
            # All of the page once, then what each tab has of its own.
            wrong[f"{one.name}, {theme}"] = faults(tab.page, ".sheet", rules)
            if theme == "light":
                wrong[f"{one.name}, words"] = tab.page.evaluate(CUT)
    wrong |= _on_a_small_screen(tab)
    assert not any(wrong.values()), "\n".join(f"{at}: {said}" for at, said in wrong.items() if said)


def test_no_width_between_cuts_the_tabs_or_the_verdict(
    new_tab: Callable[..., Tab], small_demo: Path
) -> None:
    id = str(Collection.open(small_demo).catalog["id"].iloc[0])
    tab = new_tab()
    tab.open(f"?id={id}")
    tab.painted(id)
    wrong = {}
    for width in (1110, 1200, 1250, 1300, 1366):
        tab.page.set_viewport_size({"width": width, "height": 800})
        tab.wait("width => innerWidth === width", width)
        tab.settled_plane()
        wrong[width] = tab.page.evaluate(CUT)
    assert not any(wrong.values()), wrong


def test_the_docs_show_every_tab_in_light_and_dark() -> None:
    for one in all_tabs():
        for theme in ("light", "dark"):
            _checked(DOCS / f"{one.name}-{theme}.png")


def _on_a_small_screen(tab: Tab) -> dict[str, list[str]]:
    """What is cut there on each tab; all that the verdict names on a large screen is named here."""
    names = tab.page.locator(".bars .set")
    before = names.inner_text()
    tab.page.keyboard.press("Escape")
    tab.page.set_viewport_size(SMALL_SCREEN)
    tab.settled_plane()
    assert names.inner_text() == before
    plot = tab.page.locator("#flux-plot").bounding_box()
    assert plot is not None
    tab.page.mouse.move(plot["x"] + 0.6 * plot["width"], plot["y"] + 0.5 * plot["height"])
    # A line each, and so over no name of a line.
    tab.wait("""() => [...document.querySelectorAll(".readout")].every(
        (box) => box.textContent && box.offsetHeight < 20)""")
    wrong = {}
    for one in all_tabs():
        _show(tab, one)
        wrong[f"{one.name}, small"] = tab.page.evaluate(CUT)
    for more in ("More", "Residual", "Zoom windows"):
        tab.page.get_by_role("button", name=more, exact=True).click()
    tab.wait("""() => ["zoom-Hβ", "residual"].every((name) =>
        Bokeh.documents[0].get_model_by_name(`${name}-figure`)?.inner_height > 0)""")
    wrong["more, small"] = tab.page.evaluate(CUT)
    return wrong


def _show(tab: Tab, one: Any) -> None:
    """Open a tab and wait until it has all that it waits for."""
    page = tab.page
    page.get_by_role("radio", name=one.title, exact=True).click()
    tab.wait("name => new URL(location).searchParams.get('tab') === name", one.name)
    if one.name == "selected":
        page.get_by_role("button", name="Select type 1").click()
        page.get_by_text("Median of").locator("visible=true").first.wait_for()
    for busy in (".waiting:visible", ".busy:visible"):
        for _ in range(page.locator(busy).count()):
            page.locator(busy).first.wait_for(state="hidden", timeout=PATIENCE_MS)


def faults(page: Any, part: str | None, rules: Mapping[str, Any] = LEVELS) -> list[str]:
    """What axe-core finds wrong on the page or a part of it, each with where it is."""
    asked = {"runOnly": rules, "resultTypes": ["violations"]}
    found = Axe().run(page, context=part, options=asked).response["violations"]
    return [
        f"{one['id']}: {node['html'][:160]} {node['failureSummary']}"
        for one in found
        for node in one["nodes"]
    ]


def _checked(path: Path, *, few_colours: bool = False) -> None:
    """A whole page with something in its tab; in few colours, it has a third of the bytes."""
    with Image.open(path) as picture:
        assert picture.size == (1440, 900)
        plain = picture.convert("RGB")
    below = np.asarray(plain.convert("L"))[690:880, 240:1420]
    assert below.std() > 3, f"{path.name}: the tab is empty"
    if few_colours:
        # By this way rare colours stay what they are: orange is not type 2's yellow.
        of_256 = plain.quantize(method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        of_256.save(path, optimize=True)
