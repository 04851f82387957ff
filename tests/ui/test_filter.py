"""Filtering as a visitor does it: typed, completed, mended, brushed, ticked, linked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from astropy.coordinates import SkyCoord
from spexplain.data.collection.collection import Collection


@pytest.fixture(scope="module")
def catalog(small_demo: Path) -> Any:
    return Collection.open(small_demo).catalog


def entry(tab: Any) -> Any:
    return tab.page.get_by_role("combobox", name="Filter")


def count(tab: Any, n: int, of: int) -> None:
    tab.page.locator(".said", has_text=f"{n:,} of {of:,} spectra").wait_for()


def test_a_clause_is_typed_completed_linked_and_mended(tab: Any, catalog: Any) -> None:
    tab.open()
    tab.page.keyboard.press("f")
    entry(tab).press_sequentially("z < 0.1 & sn_m")
    tab.page.locator("[role=option]", has_text="sn_median").wait_for()
    entry(tab).press("Tab")
    assert entry(tab).input_value() == "z < 0.1 & sn_median "
    entry(tab).press_sequentially('> 20 & label == "type 2"')
    entry(tab).press("Enter")
    held = catalog["z"].lt(0.1) & catalog["sn_median"].gt(20) & catalog["label"].eq("type 2")
    count(tab, held.sum(), len(catalog))
    tab.wait("() => new URLSearchParams(location.search).get('filter')?.includes('sn_median')")
    tab.page.reload()
    tab.page.wait_for_selector("html[data-ready=true]", state="attached")
    count(tab, held.sum(), len(catalog))
    assert entry(tab).input_value() == 'z < 0.1 & sn_median > 20 & label == "type 2"'
    tab.page.get_by_role("button", name="Clear the filter").click()
    tab.wait("() => !location.search.includes('filter')")
    assert entry(tab).input_value() == ""
    # An error is told at its word, and mended by a click.
    entry(tab).fill("z < 0.1 & sn_medain > 20")
    entry(tab).press("Enter")
    tab.page.locator(".said mark", has_text="sn_medain").wait_for()
    assert tab.page.get_by_text("There is no column").is_visible()
    entry(tab).press("End")
    entry(tab).press("5")  # no word on what is not asked any more
    tab.page.locator(".said mark").wait_for(state="detached")
    assert entry(tab).get_attribute("aria-invalid") == "false"
    entry(tab).press("Backspace")
    tab.page.locator(".said mark", has_text="sn_medain").wait_for()
    assert "filter=" not in tab.page.url
    tab.page.get_by_role("button", name="sn_median").click()
    count(tab, (catalog["z"].lt(0.1) & catalog["sn_median"].gt(20)).sum(), len(catalog))


def test_a_brush_and_boxes_write_the_clause_and_a_place_on_the_sky_is_found(
    tab: Any, catalog: Any
) -> None:
    tab.open()
    column = tab.page.get_by_role("combobox", name="Column to brush")
    column.select_option("z")
    high = tab.page.get_by_role("slider", name="High end of z")
    high.focus()
    high.press("PageDown")
    tab.page.locator("textarea.held").wait_for()
    end = float(entry(tab).input_value().removeprefix("z <= "))
    count(tab, catalog["z"].le(end).sum(), len(catalog))
    column.select_option("label")
    box = tab.page.get_by_role("checkbox", name="type 2")
    box.click()
    tab.wait("() => new URLSearchParams(location.search).get('filter')?.includes('label')")
    clause = entry(tab).input_value()
    assert clause.endswith(" AND label = 'type 2'")
    end = float(clause.split()[2])
    held = catalog["z"].le(end) & catalog["label"].eq("type 2")
    count(tab, held.sum(), len(catalog))
    box.click()
    tab.page.locator("textarea.held").wait_for()
    count(tab, catalog["z"].le(end).sum(), len(catalog))
    ra, dec, id = (catalog[name].iat[17] for name in ("ra", "dec", "id"))
    words = SkyCoord(ra, dec, unit="deg").to_string("hmsdms", sep=":", precision=1)
    find = tab.page.get_by_role("combobox", name="Find", exact=True)
    find.fill(f"{words} 5'")
    tab.page.get_by_text("1 within 5′, the nearest first").wait_for()
    find.press("Enter")
    tab.page.locator(".verdict .id", has_text=id).wait_for()
