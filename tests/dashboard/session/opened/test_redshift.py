"""Another redshift is tried on the open spectrum, and taken back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from spexplain.core.spectra.lines.line_list import PAGE_LINES
from spexplain.dashboard.session.choices.address import apply_query, to_query
from spexplain.dashboard.session.visitor import Visitor
from spexplain.data.lenses.one_spectrum import tried_redshift
from spexplain.data.lenses.one_spectrum.open_spectrum import OpenSpectrum

HALPHA = next(line for line in PAGE_LINES if line.name == "halpha")


@pytest.fixture
def tried(session: Visitor, monkeypatch: pytest.MonkeyPatch) -> Visitor:
    """A visitor whose spectra are brought to rest by any redshift as they are."""

    def look(collection: Any, lens: Any, row: int, z: float) -> OpenSpectrum:
        return OpenSpectrum(
            str(row), row, lens, z, "", lens.wave_rest_aa, lens.prepared(row), lens.verdict(row),
            outside=FakeOutside(lens),  # type: ignore[arg-type]
        )  # fmt: skip

    monkeypatch.setattr(tried_redshift, "look_at_redshift", look)
    session.open(3)
    return session


class FakeOutside:
    def __init__(self, lens: Any) -> None:
        self.lens = lens

    def target(self, name: str, flux: np.ndarray, sn_median: float) -> Any:
        return self.lens.target(name, 3)


def own(visitor: Visitor) -> float:
    return float(visitor.workspace.catalog["z"][3])


def test_it_begins_with_the_spectrums_own_and_follows_what_is_opened(tried: Visitor) -> None:
    assert tried.redshift.z == own(tried)
    low, high = tried.redshift.param["z"].softbounds
    assert low < own(tried) < high
    tried.open(4)
    assert tried.redshift.z == float(tried.workspace.catalog["z"][4])
    assert tried.view.z is None


def test_a_number_is_tried_and_taken_back(tried: Visitor) -> None:
    tried.redshift.z = own(tried) + 0.002
    assert tried.outcome.open_spectrum.z == own(tried) + 0.002
    assert tried.outcome.open_spectrum.tried
    assert tried.outcome.open_spectrum.row == 3
    tried.view.z = None
    assert tried.outcome.open_spectrum.z == own(tried)
    assert not tried.outcome.open_spectrum.tried
    assert tried.redshift.z == own(tried)


def test_its_own_number_is_nothing_tried(tried: Visitor) -> None:
    tried.redshift.z = own(tried) + 0.002
    tried.redshift.z = own(tried)
    assert tried.view.z is None


def test_a_click_where_a_line_is_makes_it_that_line(tried: Visitor) -> None:
    tried.redshift.choose("halpha")
    clicked = HALPHA.wave_vac_aa * 1.001
    tried.redshift.place(clicked)
    assert tried.redshift.line == ""
    expected = clicked * (1 + own(tried)) / HALPHA.wave_vac_aa - 1
    assert tried.view.z == pytest.approx(expected, abs=1e-6)
    tried.redshift.place(clicked)  # a click without a line chosen says nothing
    assert tried.view.z == pytest.approx(expected, abs=1e-6)


def test_a_line_that_would_come_towards_us_too_fast_is_told(tried: Visitor) -> None:
    tried.redshift.choose("halpha")
    tried.redshift.place(1000.0)
    assert "Hα there would be at a redshift of -" in tried.outcome.problem
    assert tried.view.z is None


def test_the_link_holds_it_and_the_next_spectrum_does_not(tried: Visitor) -> None:
    tried.redshift.z = own(tried) + 0.002
    query = to_query(tried.view, tried.knobs)
    assert float(query["z"]) == own(tried) + 0.002
    tried.open(4)
    assert "z" not in to_query(tried.view, tried.knobs)
    assert not apply_query(tried.view, tried.knobs, query)
    assert tried.outcome.open_spectrum.z == own(tried) + 0.002
    apply_query(tried.view, tried.knobs, {k: v for k, v in query.items() if k != "z"})
    assert not tried.outcome.open_spectrum.tried


def test_a_file_from_outside_keeps_its_own(tried: Visitor) -> None:
    spectrum = tried.outcome.open_spectrum
    tried.present(
        OpenSpectrum(
            "mine", -1, spectrum.lens, 0.1, "",
            spectrum.wave_rest_aa, spectrum.flux, spectrum.verdict,
            outside=FakeOutside(spectrum.lens),  # type: ignore[arg-type]
        )
    )  # fmt: skip
    tried.redshift.z = 0.2
    assert tried.view.z is None
    assert "on spectra of the collection only" in tried.outcome.problem
