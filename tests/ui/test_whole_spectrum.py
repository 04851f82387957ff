"""All that was observed of a spectrum, round what the model saw of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from spexplain.core.spectra.air_vacuum import vacuum_to_air
from spexplain.data.collection.collection import Collection
from spexplain.data.lenses.lenses import open_lenses
from spexplain.data.lenses.whole_spectrum import whole_of_row

RANGE = "[f => [f.x_range.start, f.x_range.end]][0](Bokeh.documents[0].get_model_by_name('{}'))"


@pytest.fixture(scope="module")
def opened(small_demo: Path) -> tuple[str, int]:
    """A spectrum that both lenses take."""
    collection = Collection.open(small_demo)
    agn, anomaly = open_lenses(collection).values()
    row = int(np.intersect1d(agn.rows, anomaly.rows)[0])
    return str(collection.catalog["id"][row]), row


def in_view(tab: Any) -> list[float]:
    return tab.page.evaluate(RANGE.format("flux-figure"))


def known(tab: Any) -> None:
    """Wait until all that was observed is drawn."""
    tab.wait(
        "() => Bokeh.documents[0].get_model_by_name('observed')?.data.x.length > 0"
        " && Bokeh.documents[0].get_model_by_name('beside')?.data.x.length > 0"
    )


@pytest.mark.parametrize("name", ["agn", "anomaly"])
def test_every_lens_shows_all_that_was_observed_and_marks_what_the_model_saw(
    tab: Any, small_demo: Path, opened: tuple[str, int], name: str
) -> None:
    collection = Collection.open(small_demo)
    lens = open_lenses(collection)[name]
    whole = whole_of_row(collection, lens, opened[1], lens.prepared(opened[1]))
    tab.open(f"?lens={name}&id={opened[0]}&n_samples=300")
    known(tab)
    assert in_view(tab) == pytest.approx(lens.wave_rest_aa[[0, -1]], abs=0.01)
    tab.page.get_by_role("radio", name="Whole").click()
    ends = sorted([*whole.wave_rest_aa[[0, -1]], *lens.wave_rest_aa[[0, -1]]])
    tab.wait(
        "([low, high]) => { const x = Bokeh.documents[0].get_model_by_name('flux-figure').x_range;"
        " return Math.abs(x.start - low) < 1 && Math.abs(x.end - high) < 1 }",
        [ends[0], ends[-1]],
    )
    window = tab.data("window")
    assert [window["left"][0], window["right"][-1]] == pytest.approx(lens.wave_rest_aa[[0, -1]])
    # The line beside the window is what was observed there, and none of it within.
    beside = tab.data("beside")
    drawn = [(x, y) for x, y in zip(beside["x"], beside["y"], strict=True) if y is not None]
    known_flux = dict(zip(whole.wave_rest_aa.round(3), whole.flux, strict=True))
    out = [(x, y) for x, y in drawn if not np.isnan(y)]
    assert out
    assert all(known_flux[round(x, 3)] == pytest.approx(y, rel=1e-5) for x, y in out)
    tab.wait("() => new URLSearchParams(location.search).get('range') === 'whole'")


def test_what_was_filled_in_is_dashed_and_not_part_of_the_line(tab: Any, small_demo: Path) -> None:
    collection = Collection.open(small_demo)
    lens = open_lenses(collection)["anomaly"]
    row = next(r for r in lens.rows if _filled(collection, lens, int(r)).sum() > 5)
    filled = lens.wave_rest_aa[_filled(collection, lens, int(row))]
    tab.open(f"?lens=anomaly&id={collection.catalog['id'][row]}&n_samples=300&paint=band")
    known(tab)
    strips = tab.data("filled")
    inside = [
        any(a <= wave <= b for a, b in zip(strips["left"], strips["right"], strict=True))
        for wave in filled
    ]
    assert all(inside)
    line = tab.data("trace")
    there = [
        y
        for x, y in zip(line["x"], line["y"], strict=True)
        if any(a <= x <= b for a, b in zip(strips["left"], strips["right"], strict=True))
    ]
    assert all(y is None or np.isnan(y) for y in there)
    dashes = tab.data("dashes")
    assert any(y is not None and np.isfinite(y) for y in dashes["y"])


def _filled(collection: Collection, lens: Any, row: int) -> np.ndarray:
    return whole_of_row(collection, lens, row, lens.prepared(row)).filled


def test_errors_are_a_band_that_a_switch_takes_away(tab: Any, opened: tuple[str, int]) -> None:
    tab.open(f"?lens=anomaly&id={opened[0]}&n_samples=300&beside=true")
    known(tab)
    tab.wait("() => Bokeh.documents[0].get_model_by_name('error-band').data.xs.length > 0")
    tab.page.get_by_role("button", name="Errors").click()
    tab.wait("() => Bokeh.documents[0].get_model_by_name('error-band').data.xs.length === 0")
    tab.wait("() => location.search.includes('errors=False')")


def test_the_axis_goes_to_air_and_the_lines_by_kind(tab: Any, opened: tuple[str, int]) -> None:
    tab.open(f"?lens=anomaly&id={opened[0]}&n_samples=300&beside=true")
    known(tab)
    names = "() => Bokeh.documents[0].get_model_by_name('lines').data.name"
    assert "Ca K" in tab.page.evaluate(names)
    tab.page.get_by_role("button", name="Absorption").click()
    tab.wait(f"() => !({names})().includes('Ca K')")
    tab.page.get_by_role("button", name="Sky").click()
    tab.wait(f"() => ({names})().includes('[O I] 5577')")
    before = tab.data("pixels")["x"][0]
    tab.page.get_by_role("radio", name="Air").click()
    tab.wait(
        "([old]) => Math.abs(Bokeh.documents[0].get_model_by_name('pixels').data.x[0] - old) > 0.5",
        [before],
    )
    assert tab.data("pixels")["x"][0] == pytest.approx(float(vacuum_to_air(before)), abs=1e-6)
    tab.wait("() => location.search.includes('medium=air') && location.search.includes('sky=True')")
    label = "Bokeh.documents[0].get_model_by_name('weight-figure').below[0].axis_label"
    assert tab.page.evaluate(label) == "rest wavelength in air (Å)"
