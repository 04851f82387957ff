"""Lines that nearly all of a sample show are found, and that a spectrum lacks one is seen."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from spexplain.core.spectra.lines.seen import STRONG_LINES, expected_lines, strong_lines_sn

WAVE = np.arange(3600.0, 5300.0, 1.5)
PLACES = {"oii": 3728.5, "hbeta": 4862.68, "oiii5007": 5008.24, "oiii4959": 4960.30}


def spectra(n: int, heights: dict[str, float], seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    flux = np.ones((n, len(WAVE)))
    for name, height in heights.items():
        flux += height * np.exp(-0.5 * ((WAVE - PLACES[name]) / 3) ** 2)
    return flux + 0.05 * rng.normal(size=flux.shape), np.full(flux.shape, 400.0)


def test_a_line_that_all_show_is_expected_and_one_that_half_show_is_not() -> None:
    flux, ivar = spectra(60, {"oiii5007": 2.0, "oiii4959": 0.67, "hbeta": 0.6})
    flux[:30], ivar[:30] = spectra(30, {"oiii5007": 2.0, "oiii4959": 0.67}, seed=1)
    sn = strong_lines_sn(WAVE, flux, ivar)
    assert set(sn) == set(STRONG_LINES)
    assert set(expected_lines(sn)) == {"oiii5007"}
    assert expected_lines(sn)["oiii5007"] == (60, 60)


@given(st.integers(0, 49))
def test_of_too_few_nothing_is_expected(n: int) -> None:
    sn = {name: np.full(n, 9.0) for name in STRONG_LINES}
    assert expected_lines(sn) == {}


def test_what_was_not_observed_is_neither_seen_nor_lacking() -> None:
    flux, ivar = spectra(3, {"hbeta": 1.0})
    ivar[:, WAVE > 4700] = 0
    sn = strong_lines_sn(WAVE, flux, ivar)
    assert np.isnan(sn["oiii5007"]).all()
    assert np.isnan(sn["hbeta"]).all()
    for wave in (WAVE + 3000, WAVE[:3] + 100):
        found = strong_lines_sn(wave, flux[:, : len(wave)], ivar[:, : len(wave)])
        assert np.isnan(found["hbeta"]).all()
    assert strong_lines_sn(WAVE, flux[:0], ivar[:0])["oii"].shape == (0,)
