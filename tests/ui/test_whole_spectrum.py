"""All that was observed of a spectrum, round what the model saw of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from spexplain.core.spectra.air_vacuum import vacuum_to_air
from spexplain.data.collection.collection import Collection
from spexplain.data.lenses.lenses import open_lenses
from spexplain.data.lenses.one_spectrum.whole_spectrum import whole_of_row

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


def test_errors_can_be_taken_away_and_the_axis_goes_to_air_and_the_lines_by_kind(
    tab: Any, opened: tuple[str, int]
) -> None:
    tab.open(f"?lens=anomaly&id={opened[0]}&n_samples=300&beside=true")
    known(tab)
    tab.wait("() => Bokeh.documents[0].get_model_by_name('error-band').data.xs.length > 0")
    tab.page.get_by_role("button", name="Errors").click()
    tab.wait("() => Bokeh.documents[0].get_model_by_name('error-band').data.xs.length === 0")
    tab.wait("() => location.search.includes('errors=False')")
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


def test_a_redshift_is_tried_by_slider_number_and_line_and_one_key_takes_it_back(
    tab: Any, small_demo: Path, opened: tuple[str, int]
) -> None:
    z = float(Collection.open(small_demo).catalog["z"][opened[1]])
    tab.open(f"?lens=agn&id={opened[0]}&n_samples=300&beside=true")
    tab.painted(opened[0])
    before = tab.data("pixels")["y"]
    # A slider leaves the page its keys, and what is refused is not shown.
    tab.page.get_by_label("Redshift", exact=True).first.press("ArrowRight")
    tab.page.locator(".about", has_text="tried at z").wait_for()
    tab.page.keyboard.press("z")
    tab.page.locator(".about", has_text="tried at z").wait_for(state="detached")
    number = tab.page.get_by_label("Redshift, value")
    own = number.input_value()
    assert float(own) == pytest.approx(z, abs=1e-4)
    number.fill("-1")
    number.press("Enter")
    tab.page.get_by_text("Redshift cannot be -1").wait_for()
    assert number.input_value() == own
    number.fill(f"{z + 0.004:.4f}")
    number.press("Enter")
    tab.page.locator(".about", has_text="tried at z").wait_for()
    tab.painted(opened[0])  # the explanation follows
    assert tab.data("pixels")["y"] != before
    tab.wait("() => new URLSearchParams(location.search).has('z')")
    tab.page.keyboard.press("z")  # at once: the entry lets go of the keys
    tab.page.locator(".about", has_text=f"z {z:.4f}").wait_for()
    tab.page.locator(".about", has_text="tried at z").wait_for(state="detached")
    tab.painted(opened[0])
    assert tab.data("pixels")["y"] == before
    # Chosen, then clicked 20 Å to the red of where it was: it is there then.
    tab.page.locator("select[name=line]").select_option("oiii5007")
    at = tab.page.evaluate(
        """wave => {
            const view = Bokeh.index.find_one(Bokeh.documents[0].get_model_by_name("flux-figure"))
            const box = view.canvas_view.el.getBoundingClientRect()
            return [box.x + view.frame.x_scale.compute(wave), box.y + box.height / 2]
        }""",
        5028.24,
    )
    tab.page.mouse.click(*at)
    tab.page.locator(".about", has_text="tried at z").wait_for()
    wanted = 5028.24 * (1 + z) / 5008.24 - 1
    tab.wait(
        "z => Math.abs(Number(new URLSearchParams(location.search).get('z')) - z) < 0.001", wanted
    )


def test_what_the_cursor_reads_is_of_the_spectrum_that_is_open(
    tab: Any, opened: tuple[str, int]
) -> None:
    tab.open(f"?lens=anomaly&id={opened[0]}&n_samples=300&tab=anomalous")
    tab.painted(opened[0])
    known(tab)
    box = tab.page.locator("#flux-plot").bounding_box()
    tab.page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.5 * box["height"])
    reads = """() => {
        const [, wave, flux] = document.getElementById("readout").textContent
            .match(/^([\\d.]+) Å\\s+·\\s+flux ([\\d.−e]+)/) ?? []
        const { x, y } = Bokeh.documents[0].get_model_by_name("pixels").data
        const away = Array.from(x, (at) => Math.abs(at - wave))
        const at = away.indexOf(Math.min(...away))
        return Math.abs(Number(flux?.replaceAll("−", "-")) - y[at]) < 2e-3 * Math.abs(y[at]) + 1e-9
    }"""
    tab.wait(reads)
    tab.page.keyboard.press("ArrowDown")
    second = tab.page.locator("tbody tr[aria-selected=true] td").nth(1)
    tab.wait("old => Bokeh.documents[0].get_model_by_name('pixels').tags[0] !== old", opened[0])
    tab.painted(second.inner_text())
    tab.wait(reads)


def test_two_windows_a_second_spectrum_and_a_smoothed_line_stand_in_a_link(
    tab: Any, small_demo: Path, opened: tuple[str, int]
) -> None:
    collection = Collection.open(small_demo)
    lens = open_lenses(collection)["agn"]
    other = str(collection.catalog["id"][next(r for r in lens.rows if r != opened[1])])
    link = f"?lens=agn&id={opened[0]}&n_samples=300&zooms=true&pinned={other}&smooth=2"
    tab.open(link)
    known(tab)
    for name in ("zoom-Hβ", "zoom-Hα", "smooth-line", "pinned-line"):
        tab.wait(f"() => Bokeh.documents[0].get_model_by_name('{name}')?.data.x.length > 0")
    hbeta = tab.data("zoom-Hβ")["x"]
    assert 4780 <= min(hbeta) < max(hbeta) <= 5080
    note = "Bokeh.documents[0].get_model_by_name('over-note').text"
    assert "for the eye" in tab.page.evaluate(note)
    assert other in tab.page.evaluate(note)


def test_with_all_beside_it_on_a_small_screen_the_spectrum_is_seen_and_nothing_is_cut(
    new_tab: Any, opened: tuple[str, int]
) -> None:
    tab = new_tab(1024, 768)
    tab.open(
        f"?lens=agn&id={opened[0]}&n_samples=300&beside=true&zooms=true&residual=true"
        "&tab=selected&filter=z%20%3C%201"
    )
    known(tab)
    tab.wait("() => Bokeh.documents[0].get_model_by_name('flux-figure').inner_height >= 85")
    for name in ("zoom-Hβ-figure", "zoom-Hα-figure"):
        below = f"Bokeh.documents[0].get_model_by_name('{name}').below[0].axis_label"
        assert tab.page.evaluate(below) == "rest, vacuum (Å)"
    tab.page.get_by_role("radio", name="Within").wait_for()
    out = """() => {
        const all = (root) => [...root.children].flatMap((one) => one.matches(".beside, .menu") ? []
            : [one, ...all(one), ...(one.shadowRoot ? all(one.shadowRoot) : [])])
        return [".plane", ".spectrum"].flatMap((name) => {
            const pane = document.querySelector(name), box = pane.getBoundingClientRect()
            return all(pane).filter((one) => {
                const { right, bottom } = one.getBoundingClientRect()
                return one.matches("button") && one.checkVisibility()
                    && (right > box.right + 1 || bottom > box.bottom + 1)
            }).map((one) => one.textContent)
        })
    }"""
    assert tab.page.evaluate(out) == []


def test_the_figure_and_the_plane_are_saved_as_they_are_seen(
    tab: Any, opened: tuple[str, int]
) -> None:
    tab.open(f"?lens=agn&id={opened[0]}&n_samples=300&unit=nm")
    tab.painted(opened[0])
    known(tab)
    tab.page.evaluate(
        "() => Bokeh.documents[0].get_model_by_name('flux-figure').x_range"
        ".setv({ start: 480, end: 510 })"
    )
    saved = {}
    for pane, button in (("spectrum", "Figure (SVG)"), ("plane", "Plane (SVG)")):
        tab.page.locator(f".{pane} .head summary").click()
        with tab.page.expect_download() as download:
            tab.page.get_by_role("button", name=button).click()
        saved[pane] = Path(download.value.path()).read_text(encoding="utf-8")
    assert "Rest wavelength in vacuum (nm)" in saved["spectrum"]  # as text
    assert "[O III] 5007" in saved["spectrum"]
    assert "[O II] 3727" not in saved["spectrum"]  # beyond what is in view
    assert "type 2" in saved["plane"]
    assert "<image" in saved["plane"]


def test_panes_are_dragged_and_stand_so_when_one_comes_back(tab: Any) -> None:
    tab.open("")
    width = "() => document.querySelector('.plane').getBoundingClientRect().width"
    before = tab.page.evaluate(width)
    bar = tab.page.locator(".split.upright").bounding_box()
    x, y = bar["x"] + bar["width"] / 2, bar["y"] + bar["height"] / 2
    tab.page.mouse.move(x, y)
    tab.page.mouse.down()
    tab.page.mouse.move(x - 120, y, steps=4)
    tab.page.mouse.up()
    tab.wait(f"old => ({width})() < old - 100", before)
    narrow = tab.page.evaluate(width)
    tab.open("")
    assert tab.page.evaluate(width) == pytest.approx(narrow, abs=2)
    tab.page.locator(".split.upright").press("Home")
    tab.wait(f"old => Math.abs(({width})() - old) < 2", before)
    lists = tab.page.locator(".split:not(.upright)")
    height = "() => document.querySelector('.drawer').getBoundingClientRect().height"
    low = tab.page.evaluate(height)
    lists.press("ArrowUp")
    tab.wait(f"old => ({height})() > old + 10", low)


@pytest.mark.parametrize("size", [(1024, 768), (1440, 900)])
def test_a_list_shows_eight_rows(new_tab: Any, size: tuple[int, int]) -> None:
    tab = new_tab(*size)
    tab.open("?lens=anomaly")
    tab.page.locator("tbody tr").nth(8).wait_for(state="attached")
    seen = tab.page.locator("tbody").first.evaluate(
        """body => {
            const frame = body.closest(".scroller").getBoundingClientRect()
            return [...body.rows].filter(row => row.getBoundingClientRect().bottom
                <= frame.bottom + 1).length
        }"""
    )
    assert seen >= 8
