"""Small pictures: what is drawn is where the numbers are."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from spexplain.dashboard.figures.svg.svg_spectra import (
    Frame,
    band,
    ends,
    painted_pieces,
    picture,
    polyline,
    strips,
)

WAVE = np.linspace(3600.0, 7200.0, 400)
VALUES = 1 + 0.2 * np.sin(WAVE / 150)
spectra = hnp.arrays(np.float64, st.integers(3, 900), elements=st.floats(-5, 50))


def drawn_points(svg: str) -> np.ndarray:
    """(n, 2) of the first line or area in a picture."""
    found = re.search(r'points="([^"]+)"', svg)
    assert found
    return np.array([[float(part) for part in pair.split(",")] for pair in found[1].split()])


def parsed(content: str) -> ElementTree.Element:
    return ElementTree.fromstring(picture([content]))


@given(spectra)
def test_a_line_stays_in_its_frame_from_edge_to_edge(values: np.ndarray) -> None:
    wave = np.linspace(4000.0, 5000.0, len(values))
    x, y = drawn_points(polyline(Frame(wave, values), wave, values)).T
    assert x.min() >= 0
    assert x.max() <= 100
    assert (np.diff(x) >= 0).all()
    assert y.min() >= -2.0
    assert y.max() <= 42.0


@given(spectra.filter(lambda values: np.ptp(values) > 1e-3))
def test_higher_flux_is_never_drawn_lower(values: np.ndarray) -> None:
    wave = np.linspace(4000.0, 5000.0, len(values))
    heights = Frame(wave, values).y(values)
    order = np.argsort(values)
    assert (np.diff(heights[order]) <= 1e-9).all()


def test_the_ends_of_the_wavelengths_are_the_sides_and_the_clipped_ends_top_and_bottom() -> None:
    frame = Frame(WAVE, VALUES, clip=(0, 100))
    np.testing.assert_allclose(frame.x(WAVE[[0, -1]]), [0, 100])
    np.testing.assert_allclose(frame.y(np.array([VALUES.max(), VALUES.min()])), [0, 40])
    np.testing.assert_allclose(frame.x(np.array([5400.0])), 50)


def test_what_runs_over_the_top_is_held_just_outside() -> None:
    values = VALUES.copy()
    values[200] = 500.0
    frame = Frame(WAVE, values)
    assert frame.y(values).min() == pytest.approx(-2)
    # One strong line does not flatten the rest.
    assert np.ptp(frame.y(VALUES)) > 30


def test_a_flat_spectrum_can_be_drawn() -> None:
    flat = np.ones(50)
    heights = Frame(WAVE[:50], flat).y(flat)
    assert np.isfinite(heights).all()
    assert np.ptp(heights) == 0


@given(spectra)
def test_of_many_pixels_the_highest_and_the_lowest_stay(values: np.ndarray) -> None:
    many = np.tile(values, 1 + 1500 // len(values))
    wave = np.linspace(4000.0, 9000.0, len(many))
    frame = Frame(wave, many, clip=(0, 100))
    x, y = drawn_points(polyline(frame, wave, many)).T
    assert len(x) <= 2 * 360
    every = frame.y(many)
    assert y.min() == pytest.approx(every.min(), abs=0.06)  # a tenth is drawn
    assert y.max() == pytest.approx(every.max(), abs=0.06)


def test_few_pixels_are_all_drawn() -> None:
    assert len(drawn_points(polyline(Frame(WAVE, VALUES), WAVE, VALUES))) == len(WAVE)


def test_an_area_holds_what_lies_between_its_lines() -> None:
    low, high = VALUES - 0.1, VALUES + 0.1
    frame = Frame(WAVE, np.concatenate([low, high]), clip=(0, 100))
    points = drawn_points(band(frame, WAVE, low, high))
    upper, lower = points[: len(points) // 2], points[len(points) // 2 :][::-1]
    np.testing.assert_allclose(upper[:, 0], lower[:, 0])
    assert (upper[:, 1] < lower[:, 1]).all()  # up is a smaller number
    middle = np.interp(upper[:, 0], frame.x(WAVE), frame.y(VALUES))
    assert (upper[:, 1] <= middle).all()
    assert (lower[:, 1] >= middle).all()


LABELS = (np.arange(400) // 100).astype(np.int32)


def pieces(*shares: float) -> list[ElementTree.Element]:
    frame = Frame(WAVE, VALUES)
    return list(parsed(painted_pieces(frame, WAVE, VALUES, LABELS, np.array(shares))))


def test_a_piece_is_as_strong_as_its_share_and_on_the_side_of_its_sign() -> None:
    first, second = pieces(1.0, -0.25, 0.0, 0.0)
    assert first.get("class") == "glow"
    assert second.get("class") == "glow lower"
    assert first.get("style") == "stroke-opacity:1.00"
    assert second.get("style") == "stroke-opacity:0.25"


def test_pieces_stand_where_their_segments_are() -> None:
    for number in range(4):
        shares = np.zeros(4)
        shares[number] = 1.0
        (piece,) = pieces(*shares)
        x = [float(pair.split(",")[0]) for pair in piece.get("points", "").split()]
        assert x[0] == pytest.approx(100 * (100 * number) / 399, abs=0.01)
        assert x[-1] == pytest.approx(min(100 * (100 * (number + 1)) / 399, 100), abs=0.01)
        assert len(x) <= 12


def test_what_hardly_matters_is_not_painted() -> None:
    assert pieces(0.0, 0.019, -0.019, 0.0) == []
    assert len(pieces(0.0, 0.021, -0.021, 0.0)) == 2


@given(hnp.arrays(np.bool_, st.integers(2, 300)))
def test_strips_cover_what_is_marked_and_nothing_else(marked: np.ndarray) -> None:
    wave = 4000.0 + np.arange(len(marked))
    frame = Frame(wave, np.linspace(0, 1, len(marked)))
    found = list(parsed(strips(frame, wave, marked)))
    covered = np.zeros(len(marked), bool)
    x = frame.x(wave)
    for one in found:
        left, width = float(one.get("x", "")), float(one.get("width", ""))
        covered |= (x >= left - 0.006) & (x <= left + width + 0.02)
        assert one.get("height") == "40"
    np.testing.assert_array_equal(covered, marked)
    runs = np.sum(np.diff(np.concatenate([[0], marked.astype(int)])) == 1)
    assert len(found) == runs


def test_a_picture_says_what_it_is_to_those_who_do_not_see_it() -> None:
    svg = ElementTree.fromstring(picture([polyline(Frame(WAVE, VALUES), WAVE, VALUES)], label="a"))
    assert svg.get("role") == "img"
    assert svg.get("aria-label") == "a"
    assert svg.get("viewBox") == "0 0 100 40"


def test_what_is_under_a_picture_says_its_first_and_last_wavelength() -> None:
    said = re.findall(r"<span>([^<]+)</span>", ends(WAVE))
    assert said == ["3600 Å", "rest, vacuum", "7200 Å"]


@given(spectra)
def test_the_edges_a_frame_tells_are_where_they_are_drawn(values: np.ndarray) -> None:
    frame = Frame(np.arange(float(len(values))), values)
    assert frame.y(np.array([frame.low, frame.top])) == pytest.approx([40.0, 0.0], abs=1e-4)
