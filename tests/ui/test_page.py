"""The page as a visitor uses it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.spatial import KDTree
from spexplain.data.collection.collection import Collection
from spexplain.data.explanations.fits_file import load_explanation
from spexplain.data.lenses.lenses import open_lenses
from spexplain.data.lenses.plane_points import open_planes


@pytest.fixture(scope="module")
def collection(small_demo: Path) -> Collection:
    return Collection.open(small_demo)


@pytest.fixture(scope="module")
def lonely(collection: Collection) -> tuple[str, float, float]:
    """Id and place of a spectrum of both lenses, far from its neighbours on the plane."""
    plane = open_planes(collection)["agn"]
    away = KDTree(plane.xy).query(plane.xy, k=2)[0][:, 1]
    away[~np.isin(plane.rows, open_lenses(collection)["anomaly"].rows)] = 0
    best = int(away.argmax())
    return str(collection.catalog["id"].iat[plane.rows[best]]), *plane.xy[best].tolist()


def test_from_a_click_on_the_plane_to_every_way_of_explaining(
    tab: Any, lonely: tuple[str, float, float], collection: Collection
) -> None:
    page, (id, x, y) = tab.page, lonely
    tab.open()
    assert page.get_by_text("Click a point on the plane").is_visible()
    tab.settled_plane()
    tab.click_point(x, y)
    tab.painted(id)
    tab.weights(77)
    page.get_by_text("5,000 of 5,000 samples").wait_for()

    # A hand on the segments slider: the overlay changes before it lets go.
    before = tab.data("ribbon")["shade"]
    slider = page.locator("input[type=range][name=n_segments]")
    box = slider.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.52, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.25, middle, steps=5)
    tab.wait(
        "() => { const s = Bokeh.documents[0].get_model_by_name('bands');"
        " return s.data.weight.length > 0 && s.data.weight.length < 40 }"
    )
    page.mouse.up()
    tab.painted(id)
    assert tab.data("ribbon")["shade"] != before

    page.get_by_role("radio", name="Saliency").click()
    page.get_by_text("each alone").wait_for()
    tab.weights(len(tab.data("pixels")["x"]))

    page.locator("select[name=lens]").select_option("anomaly")
    page.get_by_text("more anomalous than").wait_for()
    page.get_by_role("radio", name="LIME").click()
    page.get_by_text("5,000 of 5,000 samples").wait_for()
    tab.painted(id)

    # The arrow keys step through the list.
    page.get_by_role("radio", name="Most anomalous").click()
    page.get_by_text("Rank", exact=True).wait_for()
    ranked = page.locator("tbody tr")
    first, second = (ranked.nth(k).locator("td").nth(1).inner_text() for k in (0, 1))
    ranked.first.click()
    tab.painted(first)
    page.keyboard.press("ArrowDown")
    tab.painted(second)
    page.keyboard.press("ArrowLeft")
    tab.painted(first)
    assert ranked.first.get_attribute("aria-selected") == "true"


def test_a_link_reopens_the_view_whose_list_is_saved_and_the_back_button_returns(
    tab: Any, lonely: tuple[str, float, float], collection: Collection, tmp_path: Path
) -> None:
    page, id = tab.page, lonely[0]
    tab.open(f"?id={id}&method=occlusion&n_segments=20&lens=anomaly&unit=nm&tab=anomalous")
    tab.painted(id)
    tab.weights(20)
    assert tab.data("pixels")["x"][-1] < 1000  # nm
    with page.expect_download() as download:
        page.get_by_role("button", name="Export CSV").click()
    assert download.value.suggested_filename == "demo-small-anomalous.csv"
    download.value.save_as(tmp_path / "list.csv")
    saved = pd.read_csv(tmp_path / "list.csv")
    assert set(saved["id"]) <= set(collection.catalog["id"])
    assert saved["mse"].is_monotonic_decreasing
    top = page.locator("tbody tr").first
    other = top.locator("td").nth(1).inner_text()
    top.click()
    tab.painted(other)
    tab.wait("id => location.search.includes(id)", f"id={other}")
    assert "n_segments=20" in page.url
    page.go_back()
    tab.painted(id)


def test_a_link_reopens_what_one_has_zoomed_in_on(
    new_tab: Callable[..., Any], lonely: tuple[str, float, float]
) -> None:
    ends = """() => ["flux-figure", "plane-figure"].flatMap(name => {
        const { x_range } = Bokeh.documents[0].get_model_by_name(name)
        return [x_range.start, x_range.end]
    })"""
    first = new_tab()
    first.open(f"?id={lonely[0]}&n_samples=300")
    first.painted(lonely[0])
    first.settled_plane()
    whole = first.page.evaluate(ends)
    for plot in ("#flux-plot", "#plane-plot"):
        box = first.page.locator(plot).bounding_box()
        first.page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.5 * box["height"])
        for _ in range(3):
            first.page.mouse.wheel(0, -200)
    first.wait("() => location.search.includes('at=') && location.search.includes('window=')")
    first.wait(
        "() => { const { data } = Bokeh.documents[0].get_model_by_name('plane-image');"
        " const { x_range } = Bokeh.documents[0].get_model_by_name('plane-figure');"
        " return Math.abs(data.x[0] - x_range.start) < 1e-6 }"
    )
    first.page.wait_for_timeout(500)  # the address follows within a sixth of a second
    seen = first.page.evaluate(ends)
    assert seen[1] - seen[0] < 0.8 * (whole[1] - whole[0])
    assert seen[3] - seen[2] < 0.8 * (whole[3] - whole[2])

    second = new_tab()
    second.open(first.page.url.removeprefix(first.url))
    second.painted(lonely[0])
    second.settled_plane()
    assert second.page.evaluate(ends) == pytest.approx(seen, abs=0.01)
    # On another axis it is the same stretch; Reset shows all, and the address is short again.
    second.page.get_by_role("radio", name="nm", exact=True).click()
    second.wait(
        "end => Math.abs(Bokeh.documents[0].get_model_by_name('flux-figure').x_range.end - end)"
        " < 0.01",
        seen[1] / 10,
    )
    for reset in second.page.get_by_role("button", name="Reset", exact=True).all()[:2]:
        reset.click()
    second.wait("() => !/at=|window=/.test(location.search)")
    assert second.page.evaluate(ends)[2:] == pytest.approx(whole[2:])


def test_a_search_is_answered_while_one_types_and_keys_choose(
    tab: Any, lonely: tuple[str, float, float]
) -> None:
    tab.open()
    entry, found = tab.page.get_by_role("combobox", name="Find"), tab.page.get_by_role("option")
    entry.press_sequentially(f"x{lonely[0]}")
    tab.page.get_by_text(f"holds “x{lonely[0]}”. Similar:").wait_for()
    entry.fill("demo-")
    tab.page.get_by_text("the first 8 of").wait_for()
    entry.press("ArrowDown")
    tab.page.locator('[role="option"][aria-selected="true"]').wait_for()
    second = tab.page.locator('[role="option"][aria-selected="true"] span').inner_text()
    assert second == found.nth(1).locator("span").inner_text()
    entry.press("Enter")
    tab.page.locator(".verdict .id", has_text=second).wait_for()
    entry.fill(lonely[0])
    entry.press("Enter")  # at once: what is found is waited for
    tab.page.locator(".verdict .id", has_text=lonely[0]).wait_for()
    entry.fill("demo")
    found.first.wait_for()
    entry.press("Escape")
    tab.wait("() => document.activeElement === document.body")
    assert entry.input_value() == ""
    assert found.count() == 0 or not found.first.is_visible()
    tab.page.keyboard.press("/")
    tab.page.keyboard.type("demo/")
    assert entry.input_value() == "demo/"


def test_a_link_to_what_is_not_there_says_so_and_opens_the_rest(tab: Any) -> None:
    tab.open("?id=nowhere-1&n_segments=0&method=saliency")
    said = tab.page.locator("#problem")
    said.wait_for()
    assert "nowhere-1" in said.inner_text()
    assert "n_segments = '0'" in said.inner_text()
    assert tab.page.get_by_role("radio", name="Saliency").get_attribute("aria-checked") == "true"


def test_the_theme_is_remembered(tab: Any) -> None:
    tab.open()
    root = "document.documentElement.dataset.theme"
    assert tab.page.evaluate(root) == "light"
    tab.page.locator("[data-do=theme]").click()
    tab.wait("() => getComputedStyle(document.body).backgroundColor === 'rgb(14, 18, 24)'")
    tab.open()
    assert tab.page.evaluate(root) == "dark"


def test_the_systems_theme_is_the_first_choice(new_tab: Callable[..., Any]) -> None:
    tab = new_tab(color_scheme="dark")
    tab.open()
    assert tab.page.evaluate("document.documentElement.dataset.theme") == "dark"
    tab.wait(
        "() => Bokeh.documents[0].get_model_by_name('flux-figure').left[0].major_label_text_color"
        " === '#93a0b1'"
    )


@pytest.mark.parametrize("size", [(1440, 900), (1024, 768)])
def test_nothing_overlaps_or_scrolls_sideways_and_the_longest_names_are_whole(
    new_tab: Callable[..., Any], size: tuple[int, int], lonely: tuple[str, float, float]
) -> None:
    tab = new_tab(*size)
    long = "target=filtered-trimmed-chi2&colour=filtered-trimmed-mse"
    tab.open(f"?id={lonely[0]}&lens=anomaly&{long}")
    tab.painted(lonely[0])
    for name, words in (
        ("target", "Filtered, trimmed χ²"),
        ("plane", "Galaxy spectra"),
        ("colour", "Score: Filtered, trimmed MSE"),
    ):
        menu = tab.page.locator(f".chosen:has(select[name={name}])")
        shown = menu.locator(".words")
        assert shown.inner_text() == words
        frame, inner = menu.bounding_box(), shown.bounding_box()
        assert inner["x"] + inner["width"] <= frame["x"] + frame["width"]
        assert inner["y"] + inner["height"] <= frame["y"] + frame["height"]
        assert shown.evaluate("e => e.scrollWidth <= e.clientWidth || !e.clientWidth")
    wide, tall = tab.page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    )
    assert (wide, tall) == size
    names = (".bar", ".plane", ".spectrum", ".drawer")
    boxes = [tab.page.locator(f".page > {name}").bounding_box() for name in names]
    boxes = [(b["x"], b["y"], b["x"] + b["width"], b["y"] + b["height"]) for b in boxes]
    for i, (left, top, right, bottom) in enumerate(boxes):
        assert left >= 0
        assert top >= 0
        assert right <= size[0]
        assert bottom <= size[1]
        for other in boxes[:i]:
            apart = other[2] <= left or right <= other[0] or other[3] <= top or bottom <= other[1]
            assert apart
    for largest in (0.3, 4.3e-3, 4.3e-10):  # of the weights, whose numbers take room
        tab.page.evaluate(
            "most => { const figure = Bokeh.documents[0].get_model_by_name('weight-figure');"
            " figure.y_range.setv({ start: -most, end: most });"
            " return new Promise(done => requestAnimationFrame(() => setTimeout(done))) }",
            largest,
        )
        frames = [
            tab.page.evaluate(
                "name => { const find = name => Bokeh.documents[0].get_model_by_name(name);"
                " const box = Bokeh.index.find_one(find(name)).frame.bbox;"
                " return [box.left, box.right] }",
                name,
            )
            for name in ("flux-figure", "weight-figure")
        ]
        assert frames[0] == frames[1]  # the same wavelength stands above itself


@pytest.mark.parametrize("opened", ["", "&beside=true", "&beside=true&zooms=true&residual=true"])
def test_on_a_small_screen_sliders_stay_within_their_panel_under_the_longest_verdict(
    new_tab: Callable[..., Any], opened: str, lonely: tuple[str, float, float]
) -> None:
    tab = new_tab(1024, 768)
    tab.open(f"?id={lonely[0]}&n_samples=300{opened}")
    tab.painted(lonely[0])
    # As with a warning of two lines, votes for another type, and three lines on the model.
    tab.page.add_style_tag(content=".verdict { height: 150px }")
    tab.wait("() => document.querySelector('.verdict').offsetHeight > 140")
    panel, sliders, plots, drawer = (
        tab.page.locator(name).bounding_box()
        for name in (".spectrum", ".controls", "#flux-plot", ".drawer")
    )
    assert sliders["y"] + sliders["height"] <= panel["y"] + panel["height"]
    assert panel["y"] + panel["height"] <= drawer["y"]
    assert plots["height"] >= 70


def test_beside_another_window_every_tool_and_tab_is_in_sight(
    new_tab: Callable[..., Any], lonely: tuple[str, float, float]
) -> None:
    tab = new_tab(800, 900)
    tab.open(f"?id={lonely[0]}&n_samples=300")
    tab.painted(lonely[0])
    tools = [tab.page.locator(".spectrum .head summary")]
    tools += [tab.page.get_by_role("radio", name=n, exact=True) for n in ("Observed", "Model")]
    tools += [tab.page.locator(".spectrum .head").get_by_role("button", name="More")]
    for tool in tools:
        tool.click(trial=True)  # fails where another element would take the click
        box = tool.bounding_box()
        assert box["x"] + box["width"] <= 800


def test_the_legend_singles_a_type_out(tab: Any) -> None:
    tab.open()
    tab.settled_plane()
    count = (
        "() => Bokeh.documents[0].get_model_by_name('plane-image').data.image[0]"
        ".reduce((n, pixel) => n + (pixel >>> 24 > 100), 0)"
    )
    before = tab.page.evaluate(count)
    entries = tab.page.locator("button.entry")
    pressed = "entries => entries.map(one => one.getAttribute('aria-pressed') === 'true')"
    first = entries.filter(has_text="type 1")
    number = entries.all_inner_texts().index(first.inner_text())
    first.dblclick()  # alone
    tab.wait(f"before => ({count})() < before / 2", before)
    shown = entries.evaluate_all(pressed)
    assert [k for k, on in enumerate(shown) if on] == [number]
    first.dblclick()  # all again
    tab.wait(f"before => ({count})() === before", before)
    assert all(entries.evaluate_all(pressed))
    first.click()  # hidden
    tab.wait(f"before => ({count})() < before", before)
    shown = entries.evaluate_all(pressed)
    assert [k for k, on in enumerate(shown) if not on] == [number]
    first.click()  # shown
    tab.wait(f"before => ({count})() === before", before)


def test_the_verdict_leads_to_its_reasons_and_a_wider_kernel_is_taken_over(
    tab: Any, lonely: tuple[str, float, float]
) -> None:
    page = tab.page
    tab.open(f"?id={lonely[0]}&n_samples=900&kernel_width=0.3")
    tab.painted(lonely[0])
    page.get_by_role("button", name="How far to believe it").click()
    for words in (
        "Would more samples tell?",
        "Does the model follow the weights?",
        "Do other methods agree?",
        "Is it about this model?",
    ):
        page.get_by_text(words).wait_for()
    assert len(tab.data("spread")["x"]) == 77  # a whisker for each weight
    take = page.get_by_role("button", name="Take width")
    width = take.inner_text().split()[-1]
    take.click()
    tab.wait("width => new URLSearchParams(location.search).get('kernel_width') === width", width)
    assert page.url.count("tab=trust") == 1


def test_what_is_on_the_page_is_saved(
    tab: Any, lonely: tuple[str, float, float], tmp_path: Path
) -> None:
    page, id = tab.page, lonely[0]
    tab.open(f"?id={id}&n_samples=300")
    tab.painted(id)
    page.get_by_role("button", name="How far to believe it").wait_for()
    for button, suffix in (("Table (CSV)", "csv"), ("Explanation (FITS)", "fits")):
        page.get_by_title("Save what is on the page").click()
        with page.expect_download() as download:
            page.get_by_role("button", name=button).click()
        assert download.value.suggested_filename == f"{id}-lime.{suffix}"
        download.value.save_as(tmp_path / f"kept.{suffix}")
    kept = load_explanation(tmp_path / "kept.fits")
    assert kept.origin.spectrum_id == id
    assert kept.intervals is not None
    table = pd.read_csv(tmp_path / "kept.csv", converters={"weight": float})
    np.testing.assert_array_equal(table["weight"], kept.explanation.weights)


def test_keys_tag_the_open_spectrum_and_undo(tab: Any, lonely: tuple[str, float, float]) -> None:
    page = tab.page
    tab.open(f"?id={lonely[0]}&n_samples=300")
    tab.painted(lonely[0])
    pill = page.locator(".verdict .pill", has_text="tag")
    page.keyboard.press("7")
    pill.wait_for()
    assert pill.inner_text() == "tag 7"
    page.keyboard.press("u")
    pill.wait_for(state="detached")
    page.keyboard.press("?")
    page.get_by_text("undo the last tag").wait_for()
    page.keyboard.press("Escape")
    page.get_by_text("undo the last tag").wait_for(state="hidden")


def test_who_chooses_by_keys_goes_on_choosing_and_a_dialog_keeps_them(
    tab: Any, lonely: tuple[str, float, float]
) -> None:
    page = tab.page
    tab.open(f"?id={lonely[0]}&n_samples=300")
    tab.painted(lonely[0])
    page.keyboard.press("Tab")  # a mouse has not been used
    menu = page.locator("select[name=colour]")
    menu.focus()
    now = menu.input_value()
    for _ in range(2):
        before = menu.input_value()
        page.keyboard.press("ArrowDown")
        tab.wait("before => new URL(location).searchParams.get('colour') !== before", before)
    assert menu.input_value() not in (now, before)
    assert lonely[0] in page.url  # no key has stepped through the list
    page.get_by_role("button", name="Keys").focus()
    page.keyboard.press("?")
    page.get_by_text("undo the last tag").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    page.get_by_text("undo the last tag").wait_for(state="hidden")
    page.keyboard.press("z")  # is answered after what was pressed before
    page.wait_for_timeout(500)
    assert lonely[0] in page.url


def test_two_tabs_at_once_open_the_same_list(new_tab: Callable[..., Any]) -> None:
    tabs = [new_tab(), new_tab()]
    for tab in tabs:
        tab.open()
    for tab in tabs:
        tab.page.get_by_role("radio", name="Trust").click()
        tab.page.locator(".sections.trust").wait_for(state="attached")


def test_a_tab_that_is_closed_while_it_computes_leaves_the_others_alone(
    new_tab: Callable[..., Any], lonely: tuple[str, float, float]
) -> None:
    first, second = new_tab(), new_tab()
    first.open(f"?id={lonely[0]}&n_samples=100000")
    first.page.close()
    second.open(f"?id={lonely[0]}&n_samples=300")
    second.painted(lonely[0])


def test_a_page_whose_server_comes_back_shows_what_it_showed(
    browser: Any, restarting: Any, lonely: tuple[str, float, float]
) -> None:
    id, *_ = lonely
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(60_000)
    with restarting(0) as address:
        page.goto(f"{address}?id={id}&n_segments=40")
        page.locator(".verdict .id", has_text=id).wait_for()
    page.get_by_text("The connection was lost").wait_for()
    with restarting(int(address.rstrip("/").rsplit(":", 1)[1])):
        page.get_by_text("The connection was lost").wait_for(state="hidden")
        page.locator(".verdict .id", has_text=id).wait_for()
        page.wait_for_function(
            "() => Bokeh.documents[0]?.get_model_by_name('bands')?.data.weight.length === 40"
        )
        context.close()


def test_a_wrong_or_mistyped_number_is_quoted_until_it_is_mended(
    tab: Any, lonely: tuple[str, float, float]
) -> None:
    page, said = tab.page, tab.page.locator("#problem")
    tab.open(f"?id={lonely[0]}&n_samples=300&tab=whatif")
    tab.painted(lonely[0])
    entry = page.get_by_label("Segments, value")
    start = page.locator("input[name=low]")
    for where, wrong, right in ((entry, "many", "77"), (start, "Hβ", "4800")):
        where.fill(wrong)
        where.press("Enter")
        tab.wait("text => document.getElementById('problem').textContent.includes(text)", wrong)
        where.fill(right)
        where.press("Enter")
        said.wait_for(state="hidden")
    entry.fill("")
    entry.press("Enter")
    assert entry.input_value() == "77"
    assert "n_segments" not in page.url  # nothing was asked for
    entry.fill("3000")  # more than the spectrum has pixels
    entry.press("Enter")
    said.wait_for()
    assert "3000" in said.inner_text()
    entry.fill("30")
    entry.press("Enter")
    said.wait_for(state="hidden")
    tab.weights(30)


def test_a_menu_and_what_was_said_are_taken_away_and_can_come_again(tab: Any) -> None:
    page, said = tab.page, tab.page.locator("#problem")
    tab.open()
    summary = page.get_by_title("Save what is on the page")
    summary.click()
    assert summary.evaluate("summary => summary.parentElement.open")
    page.keyboard.press("Escape")
    assert not summary.evaluate("summary => summary.parentElement.open")
    for away in (lambda: said.click(), lambda: page.keyboard.press("Escape")):
        summary.click()
        page.get_by_role("button", name="Figure (PNG)").click()
        said.wait_for()
        assert "Open a spectrum first" in said.inner_text()
        away()
        said.wait_for(state="hidden")


def test_nothing_moves_as_tabs_change_and_nothing_is_left_at_the_planes_edge(tab: Any) -> None:
    page = tab.page
    tab.open()
    tabs = page.locator("[data-name=tab] button")
    before = [box["x"] for box in (one.bounding_box() for one in tabs.all()) if box]
    tabs.nth(2).click()
    page.locator('[data-name=tab] [aria-checked="true"]', has_text="Most anomalous").wait_for()
    assert [box["x"] for box in (one.bounding_box() for one in tabs.all()) if box] == before
    page.get_by_role("radio", name="Model").click()
    page.get_by_text("True type (rows) called (columns)").wait_for()
    assert page.get_by_text("mean (macro)").is_visible()

    # Points cross the edge while one zooms in, and are gone once the whole plane is shown again.
    tab.settled_plane()
    box = page.locator("#plane-plot").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    start = "Bokeh.documents[0].get_model_by_name('plane-figure').x_range.start"
    whole = page.evaluate(start)
    page.mouse.wheel(0, -600)
    tab.wait(f"whole => {start} > whole", whole)
    page.locator("button[data-do=reset-plane]").click()
    tab.wait(
        """() => {
            const figure = Bokeh.documents[0].get_model_by_name("plane-figure")
            const { canvas_view } = Bokeh.index.find_one(figure)
            const { width, height } = canvas_view.primary.canvas
            const { ctx } = canvas_view.primary
            const strips = [[0, 0, width, 1], [0, 0, 1, height]]
            return strips.every(at => ctx.getImageData(...at).data.every(part => part === 0))
        }"""
    )
