"""Planted anomalies: the window recorded holds what was changed, and it is a lot."""

from typing import get_args

import numpy as np
import pytest
from spexplain.core.spectra.grid import COLLECTION_GRID
from spexplain.data.demo.simulate import AnomalyKind, PopulationSizes, SimSpectrum
from spexplain.data.demo.simulate.anomalies import plant
from spexplain.data.demo.simulate.objects import simulate_object

WAVE = COLLECTION_GRID.wave_rest_aa
KINDS = get_args(AnomalyKind)
SEED = 7  # of the small population
# Share of the squared change outside the window that each kind may have: most have none; lines
# come with other lines.
ELSEWHERE = {"extreme emission lines": 0.6, "broad-line galaxy": 0.2, "clipped [O III]": 0.7}


def galaxy(seed=0, z=0.1083):
    return SimSpectrum(WAVE, seed=seed, z=z).power_law(1.0, -0.5).scaled(10.0).noise(20.0)


def rows_of(small, kind):
    return np.flatnonzero(small.catalog["planted_kind"] == kind)


@pytest.fixture(scope="module")
def plain(small, templates):
    """{row: (record, flux)} of the anomalies and a few others, with nothing planted in them."""
    sizes = PopulationSizes.small()
    kinds = np.array(sizes.kinds(), dtype=object)
    shuffled = kinds[np.random.default_rng(SEED).permutation(sizes.total)]
    rows = [*np.flatnonzero(small.catalog["planted_kind"] != ""), *range(8)]
    objects = {
        row: simulate_object(templates, seed=SEED, number=row, kind=shuffled[row], planted=False)
        for row in map(int, rows)
    }
    return {row: (found.record, found.spectrum.flux) for row, found in objects.items()}


def change_of(small, plain, row):
    """What planting changed, and the level of the spectrum."""
    flux = plain[int(row)][1].astype(np.float32)
    return np.nan_to_num(small.flux[row].astype(float) - flux), np.nanmedian(flux)


@pytest.mark.parametrize("kind", KINDS)
def test_the_window_holds_the_deviation(small, plain, kind):
    rows = rows_of(small, kind)
    assert rows.size == 3
    for row in rows:
        change, level = change_of(small, plain, row)
        low, high = small.catalog.loc[row, ["planted_min_aa", "planted_max_aa"]]
        inside = (low <= WAVE) & (high >= WAVE)
        energy = change**2
        assert energy[~inside].sum() <= ELSEWHERE.get(kind, 0.001) * energy.sum()
        assert np.abs(change[inside]).max() > 0.3 * level


@pytest.mark.parametrize("kind", KINDS)
def test_the_window_has_data(small, kind):
    for row in np.flatnonzero(small.catalog["planted_kind"] == kind):
        low, high = small.catalog.loc[row, ["planted_min_aa", "planted_max_aa"]]
        inside = (low <= WAVE) & (high >= WAVE)
        assert 2 <= inside.sum() < 1500
        assert (small.ivar[row, inside] > 0).mean() > 0.99


def test_nothing_else_differs_plain(small, plain):
    for row, (record, flux) in plain.items():
        found = small.catalog.loc[row]
        assert record["planted_kind"] == ""
        assert np.isnan(record["planted_min_aa"])
        same = ["id", "ra", "dec", "z", "kind", "label"]
        assert [record[name] for name in same] == [found[name] for name in same]
        if found["planted_kind"] == "":
            assert np.array_equal(flux.astype(np.float32), small.flux[row], equal_nan=True)


@pytest.mark.parametrize("kind", KINDS)
def test_planting_is_seeded_and_leaves_its_input(kind):
    spectrum = galaxy()
    before = spectrum.flux.copy()
    first, again = (plant(kind, spectrum, np.random.default_rng(4)) for _ in range(2))
    assert np.array_equal(spectrum.flux, before, equal_nan=True)
    assert first.spectrum.flux.tobytes() == again.spectrum.flux.tobytes()
    assert (first.min_aa, first.max_aa) == (again.min_aa, again.max_aa)


def test_clipped_oiii_is_cut_at_the_sky_line(small, plain):
    for row in np.flatnonzero(small.catalog["planted_kind"] == "clipped [O III]"):
        z = small.catalog.loc[row, "z"]
        assert min(abs(z - 0.1083), abs(z - 0.1181)) < 5e-4
        change, level = change_of(small, plain, row)
        observed = WAVE * (1 + z)
        assert not change[(observed > 5551) & (observed < 5599)].any()
        near = np.abs(WAVE - 5008.24) < 8
        assert change[near].max() > level  # the other half of the line is there
        assert change[np.abs(WAVE - 4960.3) < 4].max() > 0.3 * level


def test_spike_is_narrow_and_away_from_strong_lines(small, plain):
    for row in np.flatnonzero(small.catalog["planted_kind"] == "single spikes"):
        change, _ = change_of(small, plain, row)
        at = WAVE[np.argmax(change)]
        assert (change > change.max() / 2).sum() <= 3
        assert min(abs(at - line) for line in (4862.7, 5008.2, 6564.6)) > 50


def test_dip_is_at_380_to_400_nm(small):
    dips = small.catalog[small.catalog["planted_kind"] == "continuum dip"]
    assert dips["planted_min_aa"].between(3795, 3860).all()
    assert dips["planted_max_aa"].between(3940, 4005).all()


def test_noisy_red_end_is_not_told_by_ivar():
    spectrum = galaxy(z=0.1)
    noisy = plant("noisy red end", spectrum, np.random.default_rng(0))
    red = (noisy.min_aa + 100 < WAVE) & (spectrum.ivar > 0)
    scatter = np.std(np.diff(noisy.spectrum.flux[red]))
    assert scatter > 3 * np.std(np.diff(spectrum.flux[red]))
    assert np.array_equal(noisy.spectrum.ivar, spectrum.ivar)


def test_calibration_step_scales_errors_with_the_flux():
    spectrum = galaxy(z=0.1)
    stepped = plant("flux calibration step", spectrum, np.random.default_rng(1)).spectrum
    seen = spectrum.ivar > 0
    before = spectrum.flux[seen] * np.sqrt(spectrum.ivar[seen])
    after = stepped.flux[seen] * np.sqrt(stepped.ivar[seen])
    np.testing.assert_allclose(after, before, rtol=1e-9)
    jump = np.abs(np.diff(stepped.flux[seen] / spectrum.flux[seen]))
    assert 5850 <= WAVE[seen][np.argmax(jump)] * 1.1 <= 6151


def test_irregular_wing_leaves_halpha_alone():
    spectrum = galaxy()
    wing = plant("irregular Hα wing", spectrum, np.random.default_rng(2))
    change = np.nan_to_num(wing.spectrum.flux - spectrum.flux)
    assert wing.max_aa < 6564.6
    assert np.abs(change[np.abs(WAVE - 6564.6) < 3]).max() < 0.1 * np.abs(change).max()


def test_unknown_kind_is_refused():
    with pytest.raises(ValueError, match=r"kind must be one of .*got 'supernova'"):
        plant("supernova", galaxy(), np.random.default_rng(0))  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", [*KINDS, "type 1", "passive"])
def test_another_exposure_is_the_same_object_with_other_noise(templates, kind):
    made = {"seed": SEED, "number": 5, "kind": kind}
    first, *others = (simulate_object(templates, **made, exposure=i) for i in range(8))
    assert all(str(other.record) == str(first.record) for other in others)
    again = simulate_object(templates, **made, exposure=3)
    assert again.spectrum.flux.tobytes() == others[2].spectrum.flux.tobytes()
    seen = first.spectrum.ivar > 0
    error = first.spectrum.ivar[seen] ** -0.5
    for other in others:
        np.testing.assert_array_equal(other.spectrum.ivar, first.spectrum.ivar)
        pull = (other.spectrum.flux - first.spectrum.flux)[seen] / error
        assert pull.std() == pytest.approx(np.sqrt(2), rel=0.05)
        assert abs(pull.mean()) < 0.15


def test_there_is_no_exposure_before_the_first(templates):
    with pytest.raises(ValueError, match="exposure -1 is below 0"):
        simulate_object(templates, seed=SEED, number=5, kind="passive", exposure=-1)
