"""Box, lasso, legend, matrix and clusters select; the list is stepped, kept and saved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
from spexplain.data.collection.collection import Collection

COUNT = "() => Bokeh.documents[0].get_model_by_name('plane-selected').data.x.length"


def _drag(tab: Any, points: list[tuple[float, float]], *keys: str) -> None:
    """Draw over the plane, through these parts of its width and height, with keys held down."""
    page = tab.page
    box = page.locator("#plane-plot").bounding_box()
    for key in keys:
        page.keyboard.down(key)
    for at, (x, y) in enumerate(points):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=6)
        if at == 0:
            page.mouse.down()
    page.mouse.up()
    for key in keys:
        page.keyboard.up(key)


def _told(tab: Any, n: int) -> None:
    words = "1 spectrum" if n == 1 else f"{n} spectra"
    tab.page.get_by_role("heading", name=words, exact=True).wait_for()


def test_a_lasso_selects_keys_change_it_and_the_list_is_stepped(
    tab: Any, small_demo: Path, tmp_path: Path
) -> None:
    page = tab.page
    tab.open("?tab=selected")
    tab.settled_plane()
    page.get_by_text("Nothing is selected").first.wait_for()
    page.get_by_role("radio", name="Lasso").click()
    half = [(0.02, 0.02), (0.5, 0.02), (0.5, 0.98), (0.02, 0.98), (0.02, 0.03)]
    _drag(tab, half)
    tab.wait(f"() => ({COUNT})() > 0")
    left = page.evaluate(COUNT)
    _told(tab, left)
    page.get_by_text("16–84 %").wait_for()

    page.get_by_role("radio", name="Box").click()
    _drag(tab, [(0.5, 0.02), (0.98, 0.98)], "Shift")
    tab.wait(f"n => ({COUNT})() > n", left)
    both = page.evaluate(COUNT)
    _drag(tab, [(0.5, 0.02), (0.98, 0.98)], "Alt")
    tab.wait(f"n => ({COUNT})() === n", left)
    page.get_by_role("radio", name="Add").click()  # the switch does as Shift does
    _drag(tab, [(0.5, 0.02), (0.98, 0.98)])
    tab.wait(f"n => ({COUNT})() === n", both)

    collection = Collection.open(small_demo)
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV", exact=True).click()
    download.value.save_as(tmp_path / "few.csv")
    saved = pd.read_csv(tmp_path / "few.csv")
    assert len(saved) == both
    assert set(saved["id"]) <= set(collection.catalog["id"])

    page.keyboard.press("ArrowDown")
    page.locator(".verdict .id", has_text=saved["id"][0]).wait_for()
    page.keyboard.press("ArrowDown")
    page.locator(".verdict .id", has_text=saved["id"][1]).wait_for()

    page.keyboard.press("Escape")
    tab.wait(f"() => ({COUNT})() === 0")
    page.get_by_role("button", name="Undo", exact=True).first.click()
    tab.wait(f"n => ({COUNT})() === n", both)


def test_legend_matrix_and_clusters_select(tab: Any) -> None:
    page = tab.page
    tab.open("?tab=selected")
    tab.settled_plane()
    entry = page.locator("button.entry", has_text="type 1")
    n = int(entry.locator("b").inner_text())
    page.get_by_role("button", name="Select type 1").click()
    _told(tab, n)
    page.get_by_role("radio", name="Confusion", exact=True).click()
    page.get_by_role("button", name="Select", exact=True).click()
    page.get_by_text("Confusion: misclassified").wait_for()
    page.get_by_role("radio", name="Clusters", exact=True).click()
    page.get_by_role("button", name="Select", exact=True).last.click()
    page.get_by_text("clusters of reasons").last.wait_for()
    # Members of a cluster are stepped through, and what the build knows of them is summed up.
    page.locator("select[name=lens]").select_option("anomaly")
    page.get_by_text("explained by the build: MSE").wait_for()
    page.get_by_text("[N II] / Hα").first.wait_for()
    cut = """() => {
        const find = (root) => [...root.querySelectorAll("*")].flatMap((one) =>
            [...(one.matches(".sections.selected") ? [one] : []),
             ...(one.shadowRoot ? find(one.shadowRoot) : [])])
        const [all] = find(document)
        return all.scrollWidth - all.clientWidth
    }"""
    assert page.evaluate(cut) <= 0
    first = page.locator("tbody tr td").first.inner_text()
    page.keyboard.press("ArrowDown")
    page.locator(".verdict .id", has_text=first).wait_for()


def test_a_lasso_lists_what_it_selects_and_the_list_keeps_its_columns(tab: Any) -> None:
    page = tab.page
    tab.open("?tab=unsure")
    tab.settled_plane()
    page.get_by_role("radio", name="Lasso").click()
    _drag(tab, [(0.02, 0.02), (0.98, 0.02), (0.98, 0.98), (0.02, 0.98)])
    tab.wait("() => location.search.includes('tab=selected')")
    page.get_by_role("heading", name="spectra").wait_for()
    # Which columns are seen stays so from row to row.
    scroller = page.locator(".scroller:visible").first
    scroller.evaluate("one => { one.scrollLeft = 12 }")
    left = scroller.evaluate("one => one.scrollLeft")
    page.keyboard.press("ArrowDown")
    page.locator("tbody tr[aria-selected=true]:visible").first.wait_for()
    assert scroller.evaluate("one => one.scrollLeft") == left


def test_a_selection_is_explained_on_the_spot(tab: Any) -> None:
    page = tab.page
    tab.open("?tab=selected&filter=label%20%3D%20%27type%201%27&n_samples=200")
    ask = page.get_by_role("button", name="Explain", exact=False).first
    ask.wait_for()
    asked = ask.inner_text()
    ask.click()
    page.get_by_text("explained as the sliders stand: log-odds (predicted)").wait_for()
    n = asked.split()[1 if asked.split()[1] != "all" else 2]
    page.get_by_text(f"of {n} ").first.wait_for()
    page.get_by_label("mean explanation of the selection").wait_for()


def test_a_selections_mean_is_laid_over_the_spectrum_told_exported_and_taken_off(
    tab: Any, small_demo: Path, tmp_path: Path
) -> None:
    page = tab.page
    first = str(Collection.open(small_demo).catalog["id"].iloc[0])
    tab.open(f"?id={first}&tab=selected&filter=label%20%3D%20%27type%201%27&n_samples=200")
    tab.painted(first)
    page.get_by_role("button", name="Lay the mean over the spectrum").click()
    drawn = "() => Bokeh.documents[0].get_model_by_name('mean-line')?.data.x.length > 0"
    tab.wait(drawn)
    band = tab.data("mean-band")
    mean = tab.data("mean-line")
    reach = page.evaluate("() => Bokeh.documents[0].get_model_by_name('flux-figure').y_range.end")
    assert max(mean["y"]) <= reach  # fitted: the mean is not cut
    inside = [
        low <= y <= high for low, y, high in zip(band["low"], mean["y"], band["high"], strict=True)
    ]
    assert sum(inside) > 0.9 * len(inside)  # a mean is not a median
    noted = page.evaluate("() => Bokeh.documents[0].get_model_by_name('over-note').text")
    noted = " ".join(noted.split())  # on two lines where one is too short
    assert "magenta: mean of" in noted
    page.get_by_text(f"on its {len(mean['x']):,} wavelengths").wait_for()
    page.locator("summary", has_text="Save").last.click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Figure (SVG)").click()
    download.value.save_as(tmp_path / "seen.svg")
    assert noted in (tmp_path / "seen.svg").read_text(encoding="utf-8")
    page.get_by_role("button", name="Take it off").click()
    tab.wait(drawn.replace("> 0", "=== 0"))


def test_all_selected_are_tagged_at_once_and_taken_back(new_tab: Any) -> None:
    tab = new_tab()
    page = tab.page
    tab.open("?tab=selected&filter=label%20%3D%20%27type%201%27")
    menu = page.locator("select[name=tag]")
    menu.select_option("7")
    page.get_by_text("tag 7: ").wait_for()
    page.get_by_role("button", name="Undo tag").click()
    page.get_by_text("None of these has a tag.").wait_for()


def test_kept_selections_colour_the_plane_each_in_its_own_colour(tab: Any) -> None:
    page = tab.page
    tab.open("?tab=selected")
    tab.settled_plane()
    for kind, name in (("type 1", "broad"), ("type 2", "narrow")):
        page.get_by_role("button", name=f"Select {kind}").click()
        page.get_by_label("Keep the selection as").fill(name)
        page.keyboard.press("Enter")
        page.get_by_label(f"Colour of {name}").wait_for()
    # One that has all spectra of the first too: these are of a class of their own.
    tab.open("?tab=selected&filter=label%20IN%20(%27type%201%27%2C%20%27intermediate%27)")
    page.get_by_label("Keep the selection as").fill("not narrow")
    page.keyboard.press("Enter")
    page.get_by_label("Colour of not narrow").wait_for()
    page.get_by_role("button", name="Colour the plane by these").click()
    entry = page.locator("button.entry", has_text="in several")
    entry.wait_for()
    several = int(entry.locator("b").inner_text())
    assert page.locator("button.entry", has_text="broad").count() == 0  # all are in two
    page.get_by_label("Colour of narrow").fill("#123456")
    dot = "() => [...document.querySelectorAll('*')].flatMap(e => e.shadowRoot ? [...e.shadowRoot"
    dot += ".querySelectorAll('.entry i')] : []).map(e => e.style.getPropertyValue('--dot'))"
    tab.wait(f"() => ({dot})().includes('#123456')")
    page.get_by_role("button", name="Select in several").click()
    _told(tab, several)
    for name in ("broad", "narrow", "not narrow"):
        page.get_by_role("button", name=f"Forget {name}", exact=True).click()
        page.get_by_label(f"Colour of {name}", exact=True).wait_for(state="detached")


def test_long_names_and_counts_have_room_on_a_small_screen(new_tab: Any) -> None:
    tab = new_tab()
    page = tab.page
    page.set_viewport_size({"width": 1024, "height": 768})
    tab.open("?tab=selected&filter=label%20%3D%20%27type%201%27")
    name = "of " + "m" * 57
    page.get_by_label("Keep the selection as").fill(name)
    page.keyboard.press("Enter")
    forget = page.get_by_role("button", name=f"Forget {name}")
    forget.scroll_into_view_if_needed()
    assert forget.bounding_box()["x"] < 990  # all that is done with it is in sight
    forget.click()
    forget.wait_for(state="detached")
    heights = page.locator("button.entry").first.evaluate("""entry => {
        const [, name, count] = entry.children
        name.textContent = "intermediate"
        return ["680", "712,345"].map(n => { count.textContent = n; return name.offsetHeight })
    }""")
    assert heights[0] == heights[1] < 20  # a count that has no room stands below


def test_what_another_visitor_kept_under_the_name_or_forgot_is_put_back(new_tab: Any) -> None:
    mine, theirs = new_tab(), new_tab()

    def keep(tab: Any, kind: str) -> str:
        tab.page.get_by_role("button", name=f"Select {kind}").click()
        tab.page.get_by_label("Keep the selection as").fill("of both")
        tab.page.keyboard.press("Enter")
        tab.page.get_by_text("Kept as “of both”").wait_for()
        return tab.page.get_by_role("heading", name="spectra").first.inner_text()

    for tab in (mine, theirs):
        tab.open("?tab=selected")
        tab.settled_plane()
    n = keep(mine, "type 1")
    theirs.page.get_by_role("button", name="of both", exact=True).wait_for()  # at once, by itself
    m = keep(theirs, "type 2")
    mine.page.get_by_role("cell", name=m.split()[0], exact=True).wait_for()
    theirs.page.get_by_text(f"“of both” was {n} until now: Type: type 1.").wait_for()
    theirs.page.get_by_role("button", name="Put it back").click()
    theirs.page.get_by_role("cell", name=n.split()[0], exact=True).wait_for()
    theirs.page.get_by_role("button", name="Forget of both").click()
    theirs.page.get_by_label("Colour of of both").wait_for(state="detached")
    mine.page.get_by_label("Colour of of both").wait_for(state="detached")
    theirs.page.get_by_role("button", name="Put it back").click()
    theirs.page.get_by_label("Colour of of both").wait_for()
    theirs.page.get_by_role("button", name="Forget of both").click()
