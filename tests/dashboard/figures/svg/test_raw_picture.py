"""A spectrum that no model is given is drawn as observed."""

from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spexplain.dashboard.figures.svg.raw_picture import raw_picture
from spexplain.data.collection.pixels.observed import ObservedSpectrum


def observed(n=3000, gap=slice(1000, 1200), model=False, flux_unit="counts"):
    wave = np.linspace(3600.0, 9600.0, n)
    flux = (2 + np.sin(wave / 200)).astype(np.float32)
    ivar = np.full(n, 25.0, np.float32)
    ivar[gap] = 0
    mask = ivar == 0
    return ObservedSpectrum(
        wave, np.where(mask, np.nan, flux), ivar, mask, flux if model else None, np.nan, flux_unit
    )


def drawn(spectrum):
    picture, _, words = raw_picture(spectrum).partition("<p ")
    return ElementTree.fromstring(picture), words


@pytest.mark.parametrize("model", [False, True])
def test_flux_errors_model_and_gaps_are_there_and_the_unit_is_said(model):
    root, words = drawn(observed(model=model))
    paths = [one for one in root if one.tag == "path"]
    assert len(paths) == 2 + model
    (gap,) = [one for one in root if one.tag == "rect"]
    assert float(gap.get("x")) == pytest.approx(800 / 3, abs=2)
    assert float(gap.get("width")) == pytest.approx(800 * 199 / 2999, abs=2)
    across = [one.text for one in root if one.get("text-anchor") == "middle"]
    assert across == ["4000", "5000", "6000", "7000", "8000", "9000"]
    up = [float(one.text) for one in root if one.get("text-anchor") == "end"]
    assert up == [1.0, 1.5, 2.0, 2.5, 3.0]
    assert "flux in counts" in words
    assert ("pipeline" in words) == model


@pytest.mark.parametrize(
    ("unit", "says"),
    [
        ("relative", "Å, relative flux, ±"),
        ("", "flux in a unit not known"),
        ("Jy", "flux in Jy"),
        ("1e-17 erg/s/cm2/Å", "erg/s/cm²/Å"),
    ],
)
def test_the_flux_is_said_as_one_says_it(unit, says):
    assert says in drawn(observed(flux_unit=unit))[1]


@given(st.integers(2, 400), st.data())
def test_no_pixel_is_drawn_where_there_is_no_data(n, data):
    start = data.draw(st.integers(0, n - 1))
    stop = data.draw(st.integers(start, n))
    spectrum = observed(n, slice(start, stop))
    if spectrum.mask.all():
        assert raw_picture(spectrum) == ""
        return
    root, _ = drawn(spectrum)
    flux = [one for one in root if one.tag == "path"][-1].get("d")
    places = {float(move.split(",")[0]) for move in flux.split("M")[1:]}
    x = np.linspace(0, 800, n)
    expected = {min(int(at), 799) + 0.5 for at in x[~spectrum.mask]}
    assert len(places) <= int((~spectrum.mask).sum())
    assert all(min(abs(place - other) for other in expected) <= 1 for place in places)


def test_words_of_a_file_are_no_markup():
    _, words = drawn(observed(flux_unit="<b>"))
    assert "<b>" not in words


@pytest.mark.parametrize(
    ("medium", "words"),
    [("not said", "Å, vacuum assumed"), ("air", "vacuum Å, taken from air"), ("", ": vacuum Å,")],
)
def test_what_is_assumed_of_air_and_vacuum_is_said(medium, words):
    assert words in raw_picture(observed(), medium)
