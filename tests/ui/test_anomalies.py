"""Scores, clusters and comparisons as a visitor uses them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from spexplain.data.collection.collection import Collection
from spexplain.data.lenses.lenses import open_lenses


@pytest.fixture(scope="module")
def strangest(small_demo: Path) -> str:
    """Id of the spectrum of the highest mean squared error."""
    collection = Collection.open(small_demo)
    row = int(open_lenses(collection)["anomaly"].columns["score"].idxmax())
    return str(collection.catalog["id"].iat[row])


def test_comparing_settings_and_taking_one_over(tab: Any, strangest: str) -> None:
    page = tab.page
    tab.open(f"?id={strangest}&lens=anomaly&tab=compare&n_samples=200")
    tab.painted(strangest)
    panels = page.locator(".multiples button")
    panels.first.wait_for()
    page.get_by_text("computed").wait_for(state="detached")
    assert page.locator(".multiples .waiting").count() == 0
    assert panels.count() > 15
    slic = page.locator(".row", has_text="SLIC segments").locator("button").nth(1)
    slic.click()
    tab.wait("() => new URLSearchParams(location.search).get('segmentation') === 'slic'")
    page.locator(".row", has_text="SLIC segments").locator("button.now").wait_for()
    tab.wait(
        "() => { const bands = Bokeh.documents[0].get_model_by_name('bands');"
        " return bands.data.weight.length > 2 && bands.data.weight.length < 77 }"
    )


def test_choosing_how_many_clusters_naming_one_and_colouring_the_plane(
    tab: Any, small_demo: Path
) -> None:
    page = tab.page
    named = small_demo / "annotations.sqlite"
    named.unlink(missing_ok=True)
    try:
        tab.open("?lens=anomaly&tab=clusters")
        cards = page.locator("section.cards button")
        cards.first.wait_for()
        page.locator("section.choose").get_by_role("button", name="4", exact=True).click()
        tab.wait("() => new URLSearchParams(location.search).get('k') === '4'")
        expect(cards).to_have_count(4)
        page.get_by_role("button", name="Colour the plane").click()
        page.locator("select[name=colour]").get_by_text("4 clusters of reasons").wait_for(
            state="attached"
        )
        cards.nth(1).click()
        name = page.locator("input[name=name]")
        name.fill("odd ones")
        name.press("Enter")
        cards.get_by_text("odd ones").wait_for()
        # Without the signs of the weights as in the paper, and back.
        page.get_by_role("button", name="without", exact=True).click()
        page.get_by_text("up or down").wait_for()
        tab.wait("() => new URLSearchParams(location.search).get('sign') === 'drop'")
        page.get_by_role("button", name="with signs").click()
        page.get_by_text("orange: it rises").wait_for()
        # The legend of the plane has the name too, and so has the page when it is opened again.
        page.locator("[class*=in-legend]").get_by_text("odd ones").wait_for()
        assert named.is_file()
        address = page.url.partition("?")[2]
        tab.open(f"?{address}")
        cards.get_by_text("odd ones").wait_for()
        member = page.locator(".members button").first
        id = member.inner_text()
        member.click()
        tab.painted(id)
    finally:
        named.unlink(missing_ok=True)


def test_a_click_on_the_last_cluster_shows_it_where_one_looks(tab: Any) -> None:
    for width, height in ((1440, 900), (1024, 768)):
        tab.page.set_viewport_size({"width": width, "height": height})
        tab.open("?lens=anomaly&tab=clusters")
        last = tab.page.locator("section.cards button").last
        last.scroll_into_view_if_needed()
        title = last.locator("b").inner_text()
        last.click()
        tab.page.locator(f"input[name=name][placeholder='{title}']").wait_for()
        below = "e => e.getBoundingClientRect().top - innerHeight"
        name = tab.page.locator("input[name=name]")
        # In sight beside the cards, or, where there is no room beside them, right beneath.
        assert name.evaluate(below) < (0 if width == 1440 else 150)


def test_moving_the_filter_changes_score_and_explanation(tab: Any, strangest: str) -> None:
    page = tab.page
    tab.open(f"?id={strangest}&lens=anomaly&target=filtered-trimmed-mse&tab=scores&n_samples=200")
    tab.painted(strangest)
    said = page.locator("section.said")
    said.get_by_text(re.compile("rank [0-9,]+ of")).wait_for()
    before, bands = said.inner_text(), tab.data("bands")["weight"]
    for name, key in (("width_kms", "End"), ("trimmed", "Home")):
        page.locator(f"input[name={name}]").focus()
        page.keyboard.press(key)
    said.get_by_text("with the paper").wait_for()
    tab.wait("() => new URLSearchParams(location.search).get('width') === '1000.0'")
    tab.wait(
        "before => JSON.stringify(Array.from(Bokeh.documents[0].get_model_by_name('bands')"
        ".data.weight)) !== before",
        str(bands),
    )
    tab.painted(strangest)
    assert said.inner_text() != before
    assert tab.data("bands")["weight"] != bands
    # Another score has another ranking, whose first a click opens.
    page.locator("select[name=score]").select_option("chi2")
    said.get_by_text("χ²").wait_for()
    first = page.locator("section.list button").first
    id = first.inner_text()
    first.click()
    tab.painted(id)
    said.get_by_text("rank 1 of").wait_for()
    page.get_by_role("button", name="Reconstruction above").click()
    tab.wait("() => Bokeh.documents[0].get_model_by_name('rebuilt-line')?.data.x.length > 0")
