"""Narrow lines: places on the BPT diagram, ratios fixed by physics, dust."""

import astropy.units as u
import numpy as np
import pytest
from dust_extinction.parameter_averages import O94
from hypothesis import given, settings
from hypothesis import strategies as st
from spexplain.core.spectra.lines.bpt import kauffmann_2003, kewley_2001
from spexplain.data.demo.simulate.components.bpt import draw_position
from spexplain.data.demo.simulate.components.emission import NARROW_LINES, line_fluxes
from spexplain.data.demo.simulate.components.reddening import attenuation, milky_way_extinction


def positions(kind, n=400):
    rng = np.random.default_rng(11)
    return np.array([draw_position(rng, kind) for _ in range(n)]).T


def test_star_forming_galaxies_lie_below_kauffmann():
    x, y = positions("star-forming")
    assert np.all(y < kauffmann_2003(x))
    assert np.corrcoef(x, y)[0, 1] < -0.7  # a sequence, not a cloud


def test_composites_lie_between_the_divides():
    x, y = positions("composite")
    assert np.all(y > kauffmann_2003(x))
    assert np.all(y < kewley_2001(x))


@pytest.mark.parametrize("kind", ["seyfert", "liner"])
def test_nuclei_lie_above_kewley(kind):
    x, y = positions(kind)
    assert np.all(y > kewley_2001(x))
    above = y > 1.05 * x + 0.45  # Schawinski et al. 2007
    assert above.mean() > 0.99 if kind == "seyfert" else above.mean() < 0.25


@given(
    x=st.floats(-1.3, 0.3),
    y=st.floats(-0.9, 1.2),
    ionisation=st.sampled_from(["star-forming", "agn"]),
    seed=st.integers(0, 99),
)
@settings(max_examples=60, deadline=None)
def test_ratios_without_dust_are_those_asked_for(x, y, ionisation, seed):
    rng = np.random.default_rng(seed)
    flux = line_fluxes(x, y, ionisation=ionisation, ebv=0.0, scatter=rng)
    assert set(flux) == set(NARROW_LINES)
    assert min(flux.values()) >= 0
    assert np.log10(flux["nii6583"] / flux["halpha"]) == pytest.approx(x)
    assert np.log10(flux["oiii5007"] / flux["hbeta"]) == pytest.approx(y)
    assert flux["oiii5007"] / flux["oiii4959"] == pytest.approx(2.98)
    assert flux["halpha"] in (2.86, 3.1)


def test_dust_steepens_the_balmer_decrement():
    rng = np.random.default_rng(0)
    flux = line_fluxes(-0.4, -0.3, ionisation="star-forming", ebv=0.3, scatter=rng)
    expected = 2.86 * 10 ** (0.4 * 0.3 * (attenuation(4862.68) - attenuation(6564.61)))
    assert flux["halpha"] == pytest.approx(expected)
    assert 3.8 < flux["halpha"] < 4.2
    assert flux["hbeta"] == 1.0
    assert flux["hgamma"] < 0.468


def test_only_nuclei_have_lines_of_high_ionisation():
    spectra = [
        line_fluxes(-0.3, 0.4, ionisation=kind, ebv=0.0, scatter=np.random.default_rng(0))
        for kind in ("star-forming", "agn")
    ]
    for name in ("nev3426", "heii4686", "fevii6087"):
        assert spectra[0][name] == 0 < spectra[1][name]
    assert spectra[1]["oi6300"] > 2 * spectra[0]["oi6300"]


def test_dust_laws_are_normalised():
    assert attenuation(5500.0) == pytest.approx(4.05, abs=0.02)  # R_V of Calzetti's law
    assert milky_way_extinction(1e4 / 1.82) == pytest.approx(3.1)
    wave = np.arange(3000.0, 9200.0, 10.0)
    assert np.all(np.diff(attenuation(wave)) < 0.02)  # its two formulae meet within that
    assert np.all(np.diff(milky_way_extinction(wave)) < 0.01)


def test_the_milky_ways_law_is_the_librarys():
    # Written out: every simulated spectrum asks for it, and the library takes three times as long.
    wave = np.linspace(3040.0, 9090.0, 500)  # its optical part
    expected = 3.1 * O94(Rv=3.1)(wave * u.AA)
    np.testing.assert_allclose(milky_way_extinction(wave), expected, rtol=1e-9)


def test_simulated_spectra_show_their_lines_where_vacuum_puts_them(small):
    """[O III] 5007 of bright type 2 objects, by centroid, on the rest-frame grid."""
    catalog = small.catalog
    wave = np.arange(small.flux.shape[1]) + 2700.0
    near = np.abs(wave - 5008.24) < 12
    offsets = []
    for row in np.flatnonzero(catalog["label"] == "type 2"):
        flux = small.flux[row, near] - np.median(small.flux[row, np.abs(wave - 5040) < 20])
        peak = flux.max() * np.sqrt(small.ivar[row, near].min())
        if peak > 20:
            weight = np.where(flux > 0.3 * flux.max(), flux, 0)
            offsets.append(np.sum(wave[near] * weight) / weight.sum() - 5008.24)
    assert len(offsets) > 10
    assert np.median(offsets) == pytest.approx(0.0, abs=0.35)  # air would be 1.4 Å off
