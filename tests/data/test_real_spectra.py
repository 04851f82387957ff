"""The real spectra, where they are at hand: what is read agrees with their index."""

import numpy as np
import pandas as pd
import pytest
from spexplain.core.prepare import O25Recipe, P21Recipe
from spexplain.data.collection import Collection
from spexplain.data.ingest import ingest
from spexplain.data.readers import read


@pytest.fixture(scope="session")
def index(real_spectra):
    table = pd.read_csv(real_spectra / "index.csv", dtype={"object_id": str})
    return table[table["file"].str.startswith("sdss/")].fillna({"subclass": ""})


@pytest.fixture(scope="session")
def ingested(real_spectra, tmp_path_factory):
    out = tmp_path_factory.mktemp("real") / "c"
    return ingest([real_spectra / "sdss"], out), Collection.open(out)


def test_every_sdss_file_reads_as_its_index_says(real_spectra, index):
    for row in index.itertuples():
        spectrum = read(real_spectra / row.file)
        assert spectrum.id == row.object_id
        assert spectrum.z == pytest.approx(row.z, abs=1e-6)
        assert (spectrum.spectral_class, spectrum.subclass) == (row[5], row.subclass)
        assert spectrum.flux.size == row.npix
        assert spectrum.wave_obs_aa[[0, -1]] == pytest.approx([row.wave_min, row.wave_max], abs=0.1)
        assert spectrum.sn_median == pytest.approx(row.snr_median, rel=0.02)
        assert [spectrum.ra, spectrum.dec] == pytest.approx([row.ra, row.dec], abs=1e-4)


def test_exactly_the_galaxies_and_qsos_up_to_the_bound_are_taken(index, ingested):
    report, collection = ingested
    star, far = index["class"] == "STAR", index["z"] > 0.8
    expected = index[~star & ~far & (index["z"] > 0)]
    assert set(collection.catalog["id"]) == set(expected["object_id"])
    assert report.rejected == {
        "redshift too high": int((far & ~star).sum()),
        "star": int(star.sum()),
    }


def test_other_surveys_files_are_refused_with_a_reason_and_never_crash(real_spectra, tmp_path):
    others = [real_spectra / name for name in ("sixdf", "desi", "lamost", "gama")]
    report = ingest(others, tmp_path / "c")
    assert report.n_taken + report.n_rejected == report.n_files
    assert set(report.rejected) <= {"unknown format", "no errors", "star", "redshift missing"}


def test_most_serve_p21_and_each_that_does_not_says_why(ingested):
    _, collection = ingested
    for recipe, share in ((P21Recipe(), 0.95), (O25Recipe(), 0.6)):
        for rows, flux, ivar in collection.chunks():
            z = collection.catalog["z"].to_numpy()[rows]
            on_grid, reasons = recipe.to_grid(collection.wave_rest_aa, flux, ivar, z)
            usable = reasons == ""
            assert usable.mean() > share
            kept = recipe.kept_wavelengths(np.isnan(on_grid[usable]).sum(axis=0), usable.sum())
            finished = recipe.finish(on_grid[usable][:, kept])
            assert np.isfinite(finished).all()
            assert all("Å" in reason for reason in reasons[~usable])
