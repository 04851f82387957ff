"""What simulated objects are made of follows what is known of real ones."""

from __future__ import annotations

import dataclasses
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spexplain.core.spectra.lines.bpt import kauffmann_2003, kewley_2001
from spexplain.data.demo.simulate.agn import draw_agn
from spexplain.data.demo.simulate.anomalies import AnomalyKind
from spexplain.data.demo.simulate.assemble import assemble
from spexplain.data.demo.simulate.draws import bounded_normal, lognormal, observing
from spexplain.data.demo.simulate.galaxies import draw_galaxy
from spexplain.data.demo.simulate.ingredients import Ingredients
from spexplain.data.demo.simulate.objects import draw_ingredients, simulate_object

WAVE = np.arange(2700.0, 8400.0)
AGN = ("type 1", "type 2", "intermediate")
GALAXIES = ("passive", "star-forming", "composite")
N = 250


def drawn(kind: str, n: int = N, seed: int = 5) -> list[Ingredients]:
    rng = np.random.default_rng(seed)
    return [draw_ingredients(rng, kind) for _ in range(n)]


def rank_correlation(x, y) -> float:
    ranks = [np.argsort(np.argsort(values)) for values in (x, y)]
    return float(np.corrcoef(*ranks)[0, 1])


@given(
    kind=st.sampled_from([*AGN, *GALAXIES, *get_args(AnomalyKind)]),
    seed=st.integers(0, 2**31),
)
@settings(deadline=None, max_examples=120)
def test_every_object_is_within_physical_bounds(kind, seed):
    found = draw_ingredients(np.random.default_rng(seed), kind)
    assert (found.stars >= 0).all()
    assert found.stars.sum() + found.power_law == pytest.approx(1)
    assert 0.01 <= found.z <= 0.75
    assert 4 < found.sn_median <= 70
    assert found.flux_5100 > 0
    assert 0 <= found.ebv_milky_way <= 0.2
    assert 0 <= found.ebv_stars < 0.6
    assert 40 < found.stellar_sigma_kms < 500
    if found.narrow is not None:
        assert min(found.narrow.flux.values()) >= 0
        assert 30 < found.narrow.sigma_kms < 520
        assert 0 <= found.narrow.wing_fraction < 1
        assert found.narrow.wing_shift_kms <= 0  # outflows towards us are the ones seen
    if found.broad is not None:
        assert 1000 <= found.broad.fwhm_kms <= 10000
        assert min(found.broad.flux.values()) > 0


@pytest.mark.parametrize("kind", [*AGN, *GALAXIES])
def test_only_nuclei_that_should_have_broad_lines_have_them(kind):
    with_broad = [found.broad is not None for found in drawn(kind)]
    assert all(with_broad) if kind in ("type 1", "intermediate") else not any(with_broad)


def test_labels_are_given_to_nuclei_alone():
    for kind in (*AGN, *GALAXIES):
        labels = {found.label for found in drawn(kind, 30)}
        assert labels == ({kind} if kind in AGN else {""})
    for kind in get_args(AnomalyKind):
        assert {found.label for found in drawn(kind, 10)} == {""}


def test_quasars_lie_along_eigenvector_1():
    """Boroson & Green 1992: strong Fe II goes with narrow Hβ and weak [O III]."""
    quasars = drawn("type 1")
    hbeta = np.array([q.broad.flux[4862.7] for q in quasars])
    iron = np.array([q.broad.iron for q in quasars]) / hbeta
    fwhm = np.array([q.broad.fwhm_kms for q in quasars])
    oiii = np.array([q.narrow.flux["oiii5007"] for q in quasars])
    assert rank_correlation(iron, fwhm) < -0.3
    assert rank_correlation(iron, oiii) < -0.2
    assert 0.1 < np.median(iron) < 0.6
    assert {q.broad.shape for q in quasars if q.broad.fwhm_kms < 4000} == {"A"}
    assert {q.broad.shape for q in quasars if q.broad.fwhm_kms >= 4000} == {"B"}


def test_quasars_are_blue_and_outshine_their_hosts():
    quasars = drawn("type 1")
    assert min(q.power_law for q in quasars) >= 0.6
    assert np.median([q.slope for q in quasars]) == pytest.approx(-1.6, abs=0.15)
    assert all(q.z >= 0.4 for q in quasars)


def test_intermediate_types_are_a_sequence_of_hidden_nuclei():
    """Osterbrock 1981: from 1.2 to 1.9 less nuclear light and steeper broad Balmer decrements."""
    by_type: dict[str, list[Ingredients]] = {}
    for found in drawn("intermediate", 600):
        by_type.setdefault(found.kind, []).append(found)
    order = ["1.2", "1.5", "1.8", "1.9"]
    assert sorted(by_type) == order
    share = [np.median([found.power_law for found in by_type[kind]]) for kind in order]
    steep = [
        np.median([f.broad.flux[6564.6] / f.broad.flux[4862.7] for f in by_type[kind]])
        for kind in order
    ]
    assert share == sorted(share, reverse=True)
    assert steep == sorted(steep)
    assert steep[0] < 4.5 < 10 < steep[-1]
    shares = {kind: len(by_type[kind]) / 600 for kind in order}
    assert shares["1.9"] < shares["1.2"] < shares["1.5"]


def test_hidden_nuclei_are_mostly_starlight():
    assert max(found.power_law for found in drawn("type 2")) <= 0.2
    mean = np.mean([found.stars for found in drawn("type 2")], axis=0)
    assert mean[0] < 0.2 < mean[2] + mean[3]


@pytest.mark.parametrize(
    ("kind", "below", "above"),
    [
        ("star-forming", kauffmann_2003, None),
        ("composite", kewley_2001, kauffmann_2003),
        ("type 2", None, kewley_2001),
    ],
)
def test_line_fluxes_put_a_galaxy_where_its_kind_lies(kind, below, above):
    for found in drawn(kind, 150):
        flux = found.narrow.flux
        x = np.log10(flux["nii6583"] / flux["halpha"])
        y = np.log10(flux["oiii5007"] / flux["hbeta"])
        # Dust of the gas reddens Hα and [N II] alike, and hardly Hβ beside [O III].
        assert below is None or y < below(x) + 0.03
        assert above is None or y > above(x) - 0.03


def test_metal_rich_galaxies_are_dustier_and_have_weaker_lines():
    galaxies = drawn("star-forming")
    nii = [g.narrow.flux["nii6583"] / g.narrow.flux["halpha"] for g in galaxies]
    decrement = [g.narrow.flux["halpha"] / g.narrow.flux["hbeta"] for g in galaxies]
    halpha = [g.narrow.flux["halpha"] for g in galaxies]
    assert rank_correlation(nii, decrement) > 0.3
    assert rank_correlation(nii, halpha) < -0.1
    assert min(decrement) >= 2.85  # no dust: case B
    assert 3.2 < np.median(decrement) < 5.0


def test_passive_galaxies_are_old_and_quiet():
    galaxies = drawn("passive")
    assert np.mean([g.stars[2] + g.stars[3] for g in galaxies]) > 0.9
    lit = [g for g in galaxies if g.narrow is not None]
    assert 0.25 < len(lit) / len(galaxies) < 0.55
    assert np.median([g.narrow.flux["halpha"] for g in lit]) < 2.0


def test_anomalies_are_planted_where_they_show():
    clipped = drawn("clipped [O III]", 60)
    sky_aa = 5008.24 * (1 + np.array([found.z for found in clipped]))
    assert np.all(np.abs(sky_aa - 5575) < 35)  # [O III] 5007 at the masked sky line
    for kind in get_args(AnomalyKind):
        assert min(found.sn_median for found in drawn(kind, 40)) >= 8


def test_flux_goes_with_signal_to_noise():
    rng = np.random.default_rng(2)
    sky = np.array([observing(rng, 15.0, 0.2) for _ in range(400)])
    assert rank_correlation(sky[:, 0], sky[:, 1]) > 0.8
    near_10 = np.abs(sky[:, 0] - 10) < 1
    assert np.median(sky[near_10, 1]) == pytest.approx(10, rel=0.15)


@given(seed=st.integers(0, 1000), low=st.floats(-3, 0), width=st.floats(0.01, 3))
def test_bounded_numbers_stay_within_their_bounds(seed, low, width):
    rng = np.random.default_rng(seed)
    assert low <= bounded_normal(rng, 0.0, 2.0, low, low + width) <= low + width


def test_a_lognormal_scatters_evenly_about_its_median():
    rng = np.random.default_rng(0)
    numbers = np.log10([lognormal(rng, 50.0, 0.3) for _ in range(4000)])
    assert np.median(numbers) == pytest.approx(np.log10(50), abs=0.02)
    assert numbers.std() == pytest.approx(0.3, rel=0.05)


# --- assembled, before noise ------------------------------------------------------------------


def flat(found: Ingredients, **changes) -> Ingredients:
    """Without what redshift, our galaxy and its dust do to a spectrum."""
    still = {"ebv_milky_way": 0.0, "flux_5100": 1.0, "z": 0.05}
    return dataclasses.replace(found, **(still | changes))


class Still:
    """No error of calibration."""

    def standard_normal(self, size):
        return np.zeros(size)


def spectrum_of(found: Ingredients, templates) -> np.ndarray:
    return assemble(found, templates, 0, Still()).flux


def within(centre_aa: float, half_aa: float) -> np.ndarray:
    return np.abs(WAVE - centre_aa) <= half_aa


def line_flux(flux: np.ndarray, continuum: np.ndarray, centre_aa: float, half_aa: float) -> float:
    return float((flux - continuum)[within(centre_aa, half_aa)].sum())


@pytest.mark.parametrize("line", [("oiii5007", 5008.24), ("hbeta", 4862.68), ("oii3729", 3729.88)])
def test_a_narrow_line_holds_the_flux_drawn_for_it(templates, line):
    name, centre = line
    found = flat(draw_agn(np.random.default_rng(3), "type 2"))
    only = {key: (value if key == name else 0.0) for key, value in found.narrow.flux.items()}
    bare = dataclasses.replace(found, narrow=None)
    lit = dataclasses.replace(
        found, narrow=dataclasses.replace(found.narrow, flux=only, wing_fraction=0.0)
    )
    gained = line_flux(spectrum_of(lit, templates), spectrum_of(bare, templates), centre, 40.0)
    # The continuum at 5100 Å is 1 but for lines drawn on top: flux is in its units.
    assert gained == pytest.approx(found.narrow.flux[name], rel=0.02)


def test_a_wing_shifts_the_line_to_the_blue_and_keeps_its_flux(templates):
    found = flat(draw_agn(np.random.default_rng(4), "type 2"))
    bare = spectrum_of(dataclasses.replace(found, narrow=None), templates)
    only = {key: (value if key == "oiii5007" else 0.0) for key, value in found.narrow.flux.items()}
    near, centroids, totals = within(5008.24, 45.0), [], []
    for fraction in (0.0, 0.5):
        narrow = dataclasses.replace(
            found.narrow, flux=only, wing_fraction=fraction, wing_shift_kms=-300.0
        )
        excess = spectrum_of(dataclasses.replace(found, narrow=narrow), templates) - bare
        totals.append(excess[near].sum())
        centroids.append((WAVE[near] * excess[near]).sum() / excess[near].sum())
    assert totals[1] == pytest.approx(totals[0], rel=0.01)
    assert centroids[1] - centroids[0] == pytest.approx(-0.5 * 300 / 299792 * 5008, rel=0.1)


def test_the_continuum_at_5100_is_the_unit(templates):
    rng = np.random.default_rng(6)
    for kind in ("passive", "star-forming", "composite"):
        flux = spectrum_of(flat(draw_galaxy(rng, kind), narrow=None), templates)
        assert np.median(flux[within(5100, 40)]) == pytest.approx(1, rel=0.05)


def test_old_galaxies_have_the_4000_angstrom_break_and_young_ones_do_not(templates):
    def strength(kind: str) -> float:
        flux = np.median([spectrum_of(flat(found), templates) for found in drawn(kind, 15)], axis=0)
        return flux[within(4050, 50)].mean() / flux[within(3900, 50)].mean()

    assert strength("passive") > 1.5 > strength("star-forming") > 1.0


def test_calibration_errors_are_smooth_and_about_one_per_cent(templates):
    found = flat(draw_galaxy(np.random.default_rng(8), "passive"))
    still = spectrum_of(found, templates)
    errors = np.stack(
        [
            assemble(found, templates, 0, np.random.default_rng(seed)).flux / still - 1
            for seed in range(40)
        ]
    )
    assert 0.008 < errors.std() < 0.014
    assert np.abs(np.diff(errors, axis=1)).max() < 5e-4  # nothing a line could be taken for


def test_leaving_the_anomaly_out_changes_nothing_else(templates):
    for number, kind in enumerate(get_args(AnomalyKind)):
        with_it = simulate_object(templates, seed=9, number=number, kind=kind)
        without = simulate_object(templates, seed=9, number=number, kind=kind, planted=False)
        changed = {"planted_kind", "planted_min_aa", "planted_max_aa"}
        same = {key: value for key, value in with_it.record.items() if key not in changed}
        kept = {key: value for key, value in without.record.items() if key not in changed}
        assert repr(same) == repr(kept)  # NaN is not equal to itself
        assert with_it.record["planted_kind"] == kind
        differs = WAVE[with_it.spectrum.flux != without.spectrum.flux]
        assert differs.size
