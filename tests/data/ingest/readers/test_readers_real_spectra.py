"""The real spectra, where they are at hand: what is read agrees with their index."""

import numpy as np
import pandas as pd
import pytest
from astropy.io import fits
from spexplain.core.spectra.air_vacuum import vacuum_to_air
from spexplain.core.spectra.prepare.recipes import O25Recipe, P21Recipe
from spexplain.data.collection.catalog_facts import for_lenses
from spexplain.data.collection.collection import Collection
from spexplain.data.ingest.readers import ReadError, read, read_all
from spexplain.data.ingest.to_collection import ingest


@pytest.fixture(scope="session")
def whole_index(real_spectra):
    table = pd.read_csv(real_spectra / "index.csv", dtype={"object_id": str})
    return table.rename(columns={"class": "kind"}).fillna({"subclass": "", "kind": ""})


@pytest.fixture(scope="session")
def index(whole_index):
    return whole_index[whole_index["file"].str.startswith("sdss/")]


@pytest.fixture(scope="session")
def of_survey(whole_index):
    return lambda survey: list(whole_index[whole_index["survey"] == survey].itertuples())


@pytest.fixture(scope="session")
def ingested(real_spectra, tmp_path_factory):
    out = tmp_path_factory.mktemp("real") / "c"
    return ingest([real_spectra / "sdss"], out), Collection.open(out)


def test_every_sdss_file_reads_as_its_index_says(real_spectra, index):
    for row in index.itertuples():
        spectrum = read(real_spectra / row.file)
        assert spectrum.id == row.object_id
        assert spectrum.z == pytest.approx(row.z, abs=1e-6)
        assert (spectrum.spectral_class, spectrum.subclass) == (row.kind, row.subclass)
        assert spectrum.flux.size == row.npix
        assert spectrum.wave_obs_aa[[0, -1]] == pytest.approx([row.wave_min, row.wave_max], abs=0.1)
        assert spectrum.sn_median == pytest.approx(row.snr_median, rel=0.02)
        assert [spectrum.ra, spectrum.dec] == pytest.approx([row.ra, row.dec], abs=1e-4)


def test_exactly_the_galaxies_and_qsos_up_to_the_bound_are_taken(index, ingested):
    report, collection = ingested
    star, far = index["kind"] == "STAR", index["z"] > 0.8
    expected = index[~star & ~far & (index["z"] > 0)]
    catalog = collection.catalog
    assert set(catalog["id"]) == set(index["object_id"])
    assert set(catalog["id"][for_lenses(catalog)]) == set(expected["object_id"])
    assert report.rejected == {}
    assert report.set_aside == {
        "redshift too high": int((far & ~star).sum()),
        "star": int(star.sum()),
    }


def test_each_is_kept_on_its_own_pixels_with_the_model_of_the_pipeline(ingested):
    _, collection = ingested
    for row, file in enumerate(collection.catalog["file"]):
        table, found = fits.getdata(file, 1), collection.observed(row)
        np.testing.assert_array_equal(found.wave_obs_aa, 10.0 ** table["loglam"].astype(np.float64))
        np.testing.assert_array_equal(found.flux[~found.mask], table["flux"][~found.mask])
        np.testing.assert_array_equal(found.ivar[~found.mask], table["ivar"][~found.mask])
        np.testing.assert_array_equal(found.model, table["model"])


def test_every_lamost_file_reads_as_its_index_says(real_spectra, of_survey):
    rows = of_survey("LAMOST")
    assert len(rows) == 12
    for row in rows:
        spectrum = read(real_spectra / row.file)
        assert f"{spectrum.id}.fits" == row.object_id
        assert spectrum.z == pytest.approx(row.z, abs=1e-9)
        assert (spectrum.spectral_class, spectrum.subclass) == (row.kind, row.subclass)
        assert spectrum.sn_median == pytest.approx(row.snr_median, rel=1e-3)
        assert [spectrum.ra, spectrum.dec] == pytest.approx([row.ra, row.dec], abs=1e-6)
        # The index took the third row, flux without continuum, for wavelengths and its positive
        # pixels for all; LAMOST covers 3700–9100 Å.
        assert spectrum.wave_obs_aa[[0, -1]] == pytest.approx([3700, 9089], abs=1)
        assert spectrum.flux.size == 3904 >= row.npix


def test_the_gama_file_reads_as_its_index_says(real_spectra, of_survey):
    (row,) = of_survey("GAMA")
    spectrum = read(real_spectra / row.file)
    assert (spectrum.id, spectrum.spectral_class) == ("G09_Y1_GS1_080", row.kind)
    assert spectrum.z == pytest.approx(row.z)
    assert spectrum.has_data.sum() == row.npix
    ends_in_air = vacuum_to_air(spectrum.wave_obs_aa[spectrum.has_data])[[0, -1]]
    assert ends_in_air == pytest.approx([row.wave_min, row.wave_max], abs=0.1)
    assert spectrum.sn_median == pytest.approx(row.snr_median, rel=1e-3)


def test_every_6dfgs_file_reads_as_its_index_says_or_has_no_errors(real_spectra, of_survey):
    rows, doubtful, galactic = of_survey("6dFGS"), set(), set()
    assert len(rows) == 84
    for row in rows:
        if not row.has_ivar:
            with pytest.raises(ReadError, match="noise is unknown"):
                read(real_spectra / row.file)
            continue
        spectrum = read(real_spectra / row.file)
        assert (spectrum.id, spectrum.flux_unit) == (row.object_id, "counts")
        assert spectrum.flux.size == row.npix
        to_sun = 1 if spectrum.z_note else (1 + spectrum.z) / (1 + _raw_z(real_spectra / row.file))
        ends_in_air = vacuum_to_air(spectrum.wave_obs_aa[[0, -1]] / to_sun)
        assert ends_in_air == pytest.approx([row.wave_min, row.wave_max], abs=0.1)
        assert spectrum.sn_median == pytest.approx(row.snr_median, rel=2e-3)
        assert [spectrum.ra, spectrum.dec] == pytest.approx([row.ra, row.dec], abs=1e-6)
        if spectrum.z_note or spectrum.z_warning:
            doubtful.add(spectrum.id)
            continue
        assert spectrum.z == pytest.approx(row.z, abs=1e-6)
        if spectrum.spectral_class == "STAR":
            galactic.add(spectrum.id)
        else:
            assert spectrum.spectral_class == row.kind
    # The index calls all of them galaxies; the survey's QUALITY does not.
    assert doubtful == {"g0206104-603635", "g1023377-292837"}
    assert galactic == {"g1339558-313838"}


def test_lines_of_the_sky_show_that_6dfgs_and_gama_are_in_air(real_spectra, of_survey):
    """[O I] lies at 5577.34 Å in air and 5578.89 Å in vacuum; a pixel has 1 to 1.6 Å."""
    found = []
    for row in (row for row in of_survey("6dFGS") if row.has_ivar):
        rows = fits.getdata(real_spectra / row.file)
        found.append(_centre(rows[3].astype(float), rows[2]))
    assert np.median(found) == pytest.approx(5577.34, abs=0.4)
    (row,) = of_survey("GAMA")
    spectrum = read(real_spectra / row.file)
    sky = fits.getdata(real_spectra / row.file)[4]
    assert _centre(vacuum_to_air(spectrum.wave_obs_aa), sky) == pytest.approx(5577.34, abs=0.4)


def test_desi_targets_read_as_their_index_says(real_spectra, of_survey):
    rows = of_survey("DESI")
    assert len(rows) == 11
    read_once = {file: list(read_all(real_spectra / file)) for file in {row.file for row in rows}}
    for row in rows:
        number = row.object_id.rpartition("-")[2]
        (spectrum,) = (one for one in read_once[row.file] if one.id.rpartition("-")[2] == number)
        assert np.isnan(spectrum.z)
        assert np.isnan(row.z)
        assert spectrum.z_note != ""
        ends = spectrum.wave_obs_aa[[0, -1]]
        assert ends == pytest.approx([row.wave_min, row.wave_max], abs=0.1)
        # The index sets the arms one after the other; joined, 51 and 126 pixels are in two.
        joined = "coadd" in row.file
        assert spectrum.flux.size == row.npix - (51 + 126 if joined else 0)
        assert spectrum.sn_median == pytest.approx(row.snr_median, rel=0.03 if joined else 2e-3)
        if np.isfinite(row.ra):
            assert [spectrum.ra, spectrum.dec] == pytest.approx([row.ra, row.dec], abs=1e-6)


def test_what_is_taken_of_other_surveys_and_why_the_rest_is_not(real_spectra, tmp_path):
    others = [real_spectra / name for name in ("sixdf", "desi", "lamost", "gama")]
    report = ingest(others, tmp_path / "c")
    assert (report.n_files, report.n_taken, report.n_counts) == (101, 101, 77)
    assert report.rejected == {"no data": 7, "no errors": 7}
    assert report.set_aside == {"redshift missing": 12, "star": 13}
    catalog = Collection.open(report.path).catalog
    catalog = catalog[for_lenses(catalog)]
    assert catalog["survey"].value_counts().to_dict() == {"6dFGS": 75, "GAMA": 1}
    assert set(catalog.loc[catalog["survey"] == "6dFGS", "flux_unit"]) == {"counts"}
    assert (report.n_doubtful, set(catalog["z_warning"])) == (1, {"", "QUALITY 2: unlikely"})
    assert set(catalog["medium"]) == {"air"}


def test_sixteen_sdss_files_have_a_warning_and_all_come_with_their_columns(real_spectra, index):
    spectra = [read(real_spectra / row.file) for row in index.itertuples()]
    warned = [one for one in spectra if one.z_warning]
    assert len(warned) == 16
    away = []
    for one in spectra:
        assert {"plate", "mjd", "z_err", "sn_median_all", "h_alpha_ew"} <= set(one.facts)
        good = one.has_data
        assert one.model is not None
        away.append(np.median(np.abs(one.flux - one.model)[good] * np.sqrt(one.ivar[good])))
    assert np.median(away) < 1.2  # in units of the error


def test_a_redshift_of_the_users_lets_a_desi_target_in(real_spectra, tmp_path):
    (tmp_path / "z.csv").write_text("id,z\n39632936152073654,0.35\n")
    report = ingest([real_spectra / "desi"], tmp_path / "c", labels=tmp_path / "z.csv")
    assert (report.n_taken, report.rejected) == (11, {"no data": 7})
    catalog = Collection.open(report.path).catalog
    (entry,) = catalog[for_lenses(catalog)].to_dict("records")
    assert (entry["id"], entry["z"], entry["survey"]) == ("39632936152073654", 0.35, "DESI")


def _raw_z(path):
    return fits.getheader(path)["Z"]


def _centre(wave, sky, line=5577.34):
    """The centroid of a sky line over its surroundings."""
    near, beside = np.abs(wave - line) < 12, (np.abs(wave - line) > 20) & (np.abs(wave - line) < 40)
    wave, sky = wave[near], sky[near] - np.median(sky[beside])
    core = slice(max(sky.argmax() - 3, 0), sky.argmax() + 4)
    return np.average(wave[core], weights=sky[core])


def test_most_serve_p21_and_each_that_does_not_says_why(ingested):
    _, collection = ingested
    for recipe, share in ((P21Recipe(), 0.95), (O25Recipe(), 0.6)):
        for rows, flux, ivar in collection.chunks():
            wanted = for_lenses(collection.catalog)[rows]
            z = collection.catalog["z"].to_numpy()[rows]
            on_grid, reasons = recipe.to_grid(
                collection.wave_rest_aa, flux[wanted], ivar[wanted], z[wanted]
            )
            usable = reasons == ""
            assert usable.mean() > share
            kept = recipe.kept_wavelengths(np.isnan(on_grid[usable]).sum(axis=0), usable.sum())
            finished = recipe.finish(on_grid[usable][:, kept])
            assert np.isfinite(finished).all()
            assert all("Å" in reason for reason in reasons[~usable])
