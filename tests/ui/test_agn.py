"""The tabs of AGN types, and a file dropped on the page, as a visitor uses them."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from spexplain.data.collection.collection import Collection
from spexplain.data.lenses.lenses import open_lenses

HBETA_AA = (4800.0, 4920.0)
_DROP = """([name, content]) => {
    const bytes = Uint8Array.from(atob(content), c => c.charCodeAt(0))
    const carried = new DataTransfer()
    carried.items.add(new File([bytes], name))
    for (const kind of ["dragover", "drop"]) {
        document.body.dispatchEvent(
            new DragEvent(kind, { dataTransfer: carried, bubbles: true, cancelable: true }))
    }
}"""
_HAS = "([name, n]) => (Bokeh.documents[0].get_model_by_name(name)?.data.x?.length ?? -1) === n"


@pytest.fixture(scope="module")
def collection(small_demo: Path) -> Collection:
    return Collection.open(small_demo)


@pytest.fixture(scope="module")
def right(collection: Collection) -> int:
    """Row of a correctly classified spectrum that its classifier has not seen."""
    said = open_lenses(collection)["agn"].columns
    good = said["correct"].fillna(False).to_numpy(bool) & (said["split"] == "test").to_numpy()
    return int(said.index[np.flatnonzero(good)[0]])


def test_a_cell_of_the_confusion_matrix_selects_on_the_plane_and_in_the_list(
    tab: Any, collection: Collection
) -> None:
    page = tab.page
    lens = open_lenses(collection)["agn"]
    said = lens.columns[lens.columns["split"] == "test"]
    true = collection.catalog["label"].to_numpy()[said.index]
    n = int(np.sum((true == "type 2") & (said["predicted"] == "type 2").to_numpy()))
    tab.open("?lens=agn&tab=confusion")
    cell = page.locator("button.cell[title*='of true type 2 called type 2']")
    assert cell.inner_text() == f"{n:,}"
    cell.click()
    tab.wait(_HAS, ["plane-chosen", n])
    tab.wait(_HAS, ["plane-numbers", min(n, 6)])
    assert page.get_by_text(f"{n:,} spectra, true type 2 called type 2").is_visible()
    page.locator(".maps svg").first.wait_for()
    first = page.locator("button.link").first
    id = first.inner_text()
    first.click()
    tab.painted(id)
    page.keyboard.press("ArrowRight")
    tab.painted(page.locator("button.link").nth(1).inner_text())
    cell.click()
    tab.wait(_HAS, ["plane-chosen", 0])


def test_a_brushed_stretch_is_edited_and_model_and_plane_follow(
    tab: Any, collection: Collection, right: int
) -> None:
    page, id = tab.page, str(collection.catalog["id"][right])
    tab.open(f"?lens=agn&tab=whatif&id={id}")
    tab.painted(id)
    ends = page.evaluate(
        """waves => {
            const figure = Bokeh.documents[0].get_model_by_name("flux-figure")
            const view = Bokeh.index.find_one(figure)
            const box = view.canvas_view.el.getBoundingClientRect()
            const { x_scale } = view.frame
            return [...waves.map(at => box.x + x_scale.compute(at)), box.y + box.height / 2]
        }""",
        list(HBETA_AA),
    )
    page.mouse.move(ends[0], ends[2])
    page.mouse.down()
    page.mouse.move(ends[1], ends[2], steps=6)
    page.mouse.up()
    low = page.locator("input[name=low]")
    page.locator("input[name=low]:not([value=''])").wait_for()
    assert float(low.input_value()) == pytest.approx(HBETA_AA[0], abs=8)
    page.locator("input[name=amount]").fill("2")
    tab.wait(_HAS, ["edited", 1000])
    tab.wait(_HAS, ["plane-placed", 1])
    page.get_by_text("◆ on the plane").wait_for()
    assert page.locator(".whatif .answer tbody tr").count() == 3
    # The slider has still the focus: what can be done with the edit is there all the same.
    page.get_by_role("button", name="Keep").click()
    page.locator(".whatif ol li", has_text="Scale the flux").wait_for()
    page.get_by_role("button", name="Undo").click()
    tab.wait(_HAS, ["edited", 0])


def test_another_kind_of_edit_is_chosen_while_the_slider_has_the_focus(
    tab: Any, collection: Collection, right: int
) -> None:
    page, id = tab.page, str(collection.catalog["id"][right])
    tab.open(f"?lens=agn&tab=whatif&id={id}")
    tab.painted(id)
    for name, at in zip(("low", "high"), HBETA_AA, strict=True):
        page.locator(f"input[name={name}]").fill(f"{at:.0f}")
        page.keyboard.press("Enter")
        page.locator(f"input[name={name}][value='{at:.1f}']").wait_for()
    amount = page.locator("input[name=amount]")
    amount.press("ArrowRight")
    tab.wait(_HAS, ["edited", 1000])
    page.locator("select[name=kind]").select_option("broaden")  # which leaves the focus there
    page.locator(".whatif .controls", has_text="km/s FWHM").wait_for()
    assert amount.get_attribute("max") == "10000"
    assert amount.input_value() == "0"
    amount.press("ArrowRight")
    assert amount.input_value() == "100"
    # Back with the keys alone: the menu keeps the focus though all about it is written anew.
    menu = page.locator("select[name=kind]")
    menu.focus()
    menu.press("ArrowDown")
    page.locator(".whatif .controls", has_text="σ, in units of the flux").wait_for()
    assert menu.evaluate("menu => menu.getRootNode().activeElement === menu")
    page.locator(".whatif ol li", has_text="100 km/s FWHM").wait_for()


def test_an_edit_can_be_kept_on_a_low_page_without_scrolling(
    new_tab: Callable[..., Any], collection: Collection, right: int
) -> None:
    tab = new_tab(width=1024, height=768)
    tab.open(f"?lens=agn&tab=whatif&id={collection.catalog['id'][right]}")
    keep = tab.page.get_by_role("button", name="Keep")
    keep.wait_for()
    assert keep.is_disabled()
    box = keep.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 700


def test_the_whole_matrix_is_in_sight_on_a_low_page(new_tab: Callable[..., Any]) -> None:
    tab = new_tab(width=1024, height=768)
    tab.open("?lens=agn&tab=confusion")
    last = tab.page.locator("button.cell").last
    last.wait_for()
    box = last.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 760


def test_a_dropped_file_is_opened_explained_and_placed_and_junk_is_not(
    tab: Any, collection: Collection, right: int, tmp_path: Path, as_file: Callable[..., str]
) -> None:
    page = tab.page
    tab.open("?lens=agn")
    page.evaluate(_DROP, ["spec-0001-50000-0042.fits", as_file(collection, right, tmp_path / "a")])
    page.get_by_text("from a file, not kept in the collection").wait_for()
    tab.wait(_HAS, ["plane-placed", 1])
    tab.wait("() => Bokeh.documents[0].get_model_by_name('bands').data.weight.some(w => w !== 0)")
    assert collection.n_spectra == Collection.open(collection.path).n_spectra
    page.evaluate(_DROP, ["notes.fits", base64.b64encode(b"no spectrum").decode()])
    page.locator("#problem", has_text="not a FITS file").wait_for()
