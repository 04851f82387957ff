"""The population: sizes, order, independence of batches, what a catalog needs."""

from itertools import zip_longest
from typing import get_args

import numpy as np
import pytest
from spexplain.core.spectra.grid import COLLECTION_GRID, WaveGrid
from spexplain.core.spectra.prepare.recipes import O25Recipe, P21Recipe
from spexplain.data.demo.simulate import AnomalyKind, PopulationSizes, population

TINY = PopulationSizes(
    type_1=4, type_2=5, intermediate=4, passive=4, star_forming=4, composite=3, per_anomaly=1
)


def everything(**settings):
    batches = list(population(grid=COLLECTION_GRID, sizes=TINY, **settings))
    flux = np.concatenate([batch.flux for batch in batches])
    ivar = np.concatenate([batch.ivar for batch in batches])
    rows = [row for batch in batches for row in batch.catalog.to_dict("records")]
    return rows, flux, ivar


@pytest.fixture(scope="module")
def tiny():
    return everything(seed=3)


def test_default_sizes_are_those_of_p21_and_4000_galaxies():
    sizes = PopulationSizes()
    assert (sizes.type_1, sizes.type_2, sizes.intermediate) == (680, 2145, 521)
    assert sizes.passive + sizes.star_forming + sizes.composite == 4000
    assert sizes.per_anomaly * len(get_args(AnomalyKind)) == 160
    assert sizes.total == 680 + 2145 + 521 + 4000 + 160


def test_sizes_are_exact(small):
    sizes, catalog = PopulationSizes.small(), small.catalog
    assert len(catalog) == sizes.total == len(small.flux) == len(small.ivar)
    labels = catalog["label"].value_counts()
    assert labels["type 1"] == sizes.type_1
    assert labels["type 2"] == sizes.type_2
    assert labels["intermediate"] == sizes.intermediate
    planted = catalog.loc[catalog["planted_kind"] != "", "planted_kind"].value_counts()
    assert planted.to_dict() == dict.fromkeys(get_args(AnomalyKind), sizes.per_anomaly)
    plain = catalog[catalog["planted_kind"] == ""]["kind"].value_counts()
    assert (plain["passive"], plain["composite"]) == (sizes.passive, sizes.composite)


@pytest.mark.parametrize("n_spectra", [1000, 7506, 60_000, 728_133])
def test_a_population_of_any_size_has_every_kind_in_its_share(n_spectra):
    sizes, usual = PopulationSizes.scaled(n_spectra), PopulationSizes()
    assert sizes.total == n_spectra
    assert set(sizes.kinds()) == set(usual.kinds())
    assert sizes.type_2 / n_spectra == pytest.approx(usual.type_2 / usual.total, abs=1e-3)
    assert sizes.star_forming / n_spectra == pytest.approx(
        usual.star_forming / usual.total, abs=0.01
    )
    with pytest.raises(ValueError, match="999 spectra are too few"):
        PopulationSizes.scaled(999)


def test_negative_size_is_refused():
    with pytest.raises(ValueError, match="type_2=-1"):
        PopulationSizes(type_2=-1)


def test_same_seed_gives_the_same_bytes(tiny):
    again = everything(seed=3)
    assert again[1].tobytes() == tiny[1].tobytes()
    assert again[2].tobytes() == tiny[2].tobytes()
    assert str(again[0]) == str(tiny[0])


@pytest.mark.parametrize("batch", [1, 7, 1024])
def test_an_object_is_the_same_whatever_the_batch(tiny, batch):
    rows, flux, ivar = everything(seed=3, batch=batch)
    assert flux.tobytes() == tiny[1].tobytes()
    assert ivar.tobytes() == tiny[2].tobytes()
    assert str(rows) == str(tiny[0])


def test_a_population_can_begin_anywhere_and_be_made_in_turns(tiny):
    sizes = {"grid": COLLECTION_GRID, "sizes": TINY, "seed": 3, "batch": 3}
    turns = [list(population(**sizes, start=4, turn=(turn, 2))) for turn in range(2)]
    batches = [batch for pair in zip_longest(*turns) for batch in pair if batch is not None]
    assert np.concatenate([b.flux for b in batches]).tobytes() == tiny[1][4:].tobytes()
    assert [name for b in batches for name in b.catalog["id"]] == [r["id"] for r in tiny[0][4:]]


def test_another_seed_gives_another_population(tiny):
    rows, flux, _ = everything(seed=4)
    assert [row["kind"] for row in rows] != [row["kind"] for row in tiny[0]]
    assert not np.array_equal(flux, tiny[1], equal_nan=True)


def test_batches_have_the_size_asked_for():
    sizes = PopulationSizes(2, 0, 0, 3, 0, 0, 0)
    lengths = [
        len(batch.catalog)
        for batch in population(grid=COLLECTION_GRID, seed=0, sizes=sizes, batch=2)
    ]
    assert lengths == [2, 2, 1]
    with pytest.raises(ValueError, match="batch=0"):
        next(population(grid=COLLECTION_GRID, seed=0, sizes=sizes, batch=0))


def test_population_can_be_streamed_without_making_it_all():
    sizes = PopulationSizes(type_2=700_000)
    first = next(population(grid=COLLECTION_GRID, seed=0, sizes=sizes, batch=2))
    assert list(first.catalog["id"]) == ["demo-000000", "demo-000001"]


def test_kinds_are_mixed_throughout(small):
    halves = np.array_split(small.catalog["label"].to_numpy(object), 2)
    for half in halves:
        assert {"type 1", "type 2", "intermediate", ""} <= set(half)


def test_catalog_has_what_a_collection_asks_for(small):
    catalog = small.catalog
    assert catalog["id"].is_unique
    assert catalog["id"].str.fullmatch(r"demo-\d{6}").all()
    assert catalog["ra"].between(0, 360).all()
    assert catalog["dec"].between(-90, 90).all()
    assert set(catalog["label"]) == {"type 1", "type 2", "intermediate", ""}
    assert set(catalog["spectral_class"]) <= {"GALAXY", "QSO"}
    assert (catalog["survey"] == "simulated").all()
    assert (catalog["file"] == "").all()
    on_grid = np.nanmedian(
        np.where(small.ivar > 0, small.flux * np.sqrt(small.ivar), np.nan), axis=1
    )
    # Interpolating between SDSS's pixels lowers the noise by up to a third.
    ratio = on_grid / catalog["sn_median"]
    assert ratio.between(1.0, 1.8).mean() > 0.98
    assert 1.2 < ratio.median() < 1.5


def test_redshifts_are_those_of_the_real_samples(small):
    z = small.catalog.groupby("label")["z"]
    assert z.min()["type 1"] >= 0.4
    assert z.max()["type 1"] <= 0.75
    assert z.min()[["type 2", "intermediate"]].min() >= 0.02
    assert z.max()[["type 2", "intermediate"]].max() <= 0.1
    galaxies = small.catalog.loc[small.catalog["label"] == "", "z"]
    assert galaxies.between(0.01, 0.30).all()
    assert galaxies.between(0.05, 0.2).mean() > 0.6


def test_signal_to_noise_is_that_of_the_real_samples(small):
    sn = small.catalog["sn_median"]
    assert sn.min() > 4
    assert 10 < sn.median() < 20
    assert 17 < sn[sn > sn.quantile(0.75)].median() < 28  # O25: about 22


def test_no_data_outside_the_observed_window(small):
    observed = (1 + small.catalog["z"].to_numpy())[:, None] * COLLECTION_GRID.wave_rest_aa
    outside = (observed < 3800) | (observed > 9200)
    assert np.isnan(small.flux[outside]).all()
    assert (small.ivar[outside] == 0).all()
    well_inside = (observed > 3801) & (observed < 9195)
    well_inside[:, [0, 1, -2, -1]] = False  # between a detector pixel on the grid and one beyond
    assert np.isfinite(small.flux[well_inside]).all()
    assert (small.ivar[well_inside] > 0).all()


def test_every_agn_serves_p21_and_all_but_type_1_serve_o25(small):
    wave, catalog = COLLECTION_GRID.wave_rest_aa, small.catalog
    z = catalog["z"].to_numpy()
    _, why = P21Recipe().to_grid(wave, small.flux, small.ivar, z)
    assert (why[(catalog["label"] != "").to_numpy()] == "").all()
    _, why = O25Recipe().to_grid(wave, small.flux, small.ivar, z)
    near = (catalog["label"] != "type 1").to_numpy()
    assert (why[near] == "").mean() > 0.98
    assert (why[~near] != "").all()


def test_another_grid_can_be_asked_for():
    grid = WaveGrid(3600.0, 7600.0, 2.0)
    batch = next(population(grid=grid, seed=0, sizes=TINY, batch=64))
    assert batch.flux.shape == (TINY.total, 2000)
    with pytest.raises(ValueError, match="need 3800–7300 Å"):
        next(population(grid=WaveGrid(4000.0, 5200.0), seed=0, sizes=TINY))
    assert batch.flux.dtype == batch.ivar.dtype == np.float32


def test_subtypes_of_intermediates_are_graded(small):
    hbeta = small.catalog.groupby("kind")["broad_hbeta"].median()
    assert hbeta["1"] > hbeta["1.2"] > hbeta["1.5"] > hbeta["1.8"] > hbeta["1.9"]
    assert hbeta["2"] == 0


def test_broad_lines_have_the_widths_of_broad_lines(small):
    fwhm = small.catalog.groupby("label")["fwhm_broad_kms"]
    assert fwhm.min()["type 1"] >= 1000
    assert fwhm.max()["type 1"] <= 10000
    assert np.isnan(fwhm.max()["type 2"])
