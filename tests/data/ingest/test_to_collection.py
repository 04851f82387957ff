"""From files to a collection, with a reason for each one refused."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table
from spexplain.core.spectra.grid import WaveGrid
from spexplain.data.build.dust.reddening import find_reddening, usable_source
from spexplain.data.collection.catalog_facts import for_lenses
from spexplain.data.collection.collection import Collection
from spexplain.data.collection.writing import writer as collection_writer
from spexplain.data.ingest.readers import read
from spexplain.data.ingest.readers.vocabulary.column_roles.hints import Hints
from spexplain.data.ingest.to_collection import IngestCancelled, IngestError, ingest

GRID = WaveGrid(3600.0, 7000.0)


@pytest.fixture
def folder(folder_of_fates):
    return folder_of_fates


EXPECTED = {
    "unreadable": 2,
    "unknown format": 3,
    **dict.fromkeys(["no data", "no errors", "duplicate"], 1),
}
SET_ASIDE = {
    "redshift missing": 2,
    **dict.fromkeys(["star", "redshift too high", "redshift too low", "no overlap"], 1),
}


@pytest.mark.parametrize("jobs", [1, 2])
def test_each_input_is_taken_or_has_its_own_reason(folder, tmp_path, monkeypatch, jobs):
    monkeypatch.setattr("spexplain.data.ingest.reader_processes.many_files._FILES_A_PROCESS", 8)
    report = ingest([folder], tmp_path / "c", jobs=jobs, grid=GRID)
    assert (report.n_files, report.n_taken, report.n_rejected) == (17, 9, 8)
    assert report.rejected == EXPECTED
    assert report.set_aside == SET_ASIDE
    assert list(report.rejected.values()) == sorted(report.rejected.values(), reverse=True)
    collection = Collection.open(report.path)
    taken = collection.catalog[for_lenses(collection.catalog)]
    assert taken["id"].tolist() == [f"0266-51602-000{k}" for k in (1, 2, 3)]
    assert taken["spectral_class"].tolist() == ["GALAXY", "QSO", "GALAXY"]
    assert (collection.catalog["survey"] == "SDSS").all()
    assert (collection.catalog["sn_median"] > 5).all()
    assert len(collection.rejects) == 8
    assert (collection.rejects["detail"] != "").all()


@pytest.fixture(scope="module")
def all_fates(folder_of_fates, tmp_path_factory):
    """The folder of every fate, ingested; to be read only."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPEXPLAIN_HOME", str(tmp_path_factory.mktemp("home")))
        path = tmp_path_factory.mktemp("fates") / "c"
        return Collection.open(ingest([folder_of_fates], path, grid=GRID).path)


@pytest.mark.parametrize(
    ("name", "reason", "says"),
    [
        ("empty_pixels.fits", "no data", "none of the 3800 pixels"),
        ("no_ivar.fits", "no errors", "no column ivar"),
        ("z_again.fits", "duplicate", "galaxy.fits"),
        ("cut.fits", "unreadable", "truncated"),
        ("nothing.fits", "unreadable", "empty"),
        ("text.fits", "unknown format", "begins with b'wavelength"),
        ("image.fits", "unknown format", "5 × 9, whose rows nothing names"),
    ],
)
def test_the_reason_comes_with_particulars(folder, all_fates, name, reason, says):
    rejects = all_fates.rejects
    (reject,) = rejects[rejects["file"] == str(folder / "b" / name)].to_dict("records")
    assert reject["reason"] == reason
    assert says in reject["detail"]


@pytest.mark.parametrize(
    ("name", "reason", "says"),
    [
        ("star.fits", "star", "STAR F5"),
        ("far.fits", "redshift too high", "z = 1.2000 > 0.8"),
        ("none.fits", "redshift missing", "the file gives none; give it as Z"),
        ("zero.fits", "redshift missing", "0"),
        ("blue.fits", "redshift too low", "-0.001"),
        ("short.fits", "no overlap", "covers 9091–9301 Å at rest"),
    ],
)
def test_what_no_model_is_given_is_kept_as_observed_with_why(folder, all_fates, name, reason, says):
    catalog = all_fates.catalog
    (row,) = catalog.index[catalog["file"] == str(folder / "b" / name)]
    assert catalog["set_aside"][row] == reason
    assert says in catalog["set_aside_why"][row]
    in_file, found = read(folder / "b" / name), all_fates.observed(row)
    np.testing.assert_array_equal(found.wave_obs_aa, in_file.wave_obs_aa)
    np.testing.assert_array_equal(found.flux, in_file.flux)
    np.testing.assert_array_equal(found.ivar, in_file.ivar)
    assert not np.isfinite(all_fates.spectrum(row)[0]).any()


def test_spectra_are_at_rest_on_the_grid_and_nothing_is_made_up(write_spec, tmp_path):
    loglam = 3.58 + 1e-4 * np.arange(3800)
    wave = 10**loglam
    flux = 1 + 10 * np.exp(-0.5 * ((wave - 1.2 * 5008.24) / 8) ** 2)
    ivar = np.full(3800, 4.0)
    ivar[(wave > 1.2 * 4500) & (wave < 1.2 * 4520)] = 0
    path = write_spec(z=0.2, flux=flux, ivar=ivar)
    ingest([path], tmp_path / "c", grid=GRID)
    collection = Collection.open(tmp_path / "c")
    rest = collection.wave_rest_aa
    got, got_ivar = collection.spectrum(0)
    assert abs(rest[np.nanargmax(got)] - 5008.24) <= 1
    assert np.nanmax(got) == pytest.approx(11, rel=0.01)
    missing = (rest > 4500) & (rest < 4520)
    assert np.isnan(got[missing]).all()
    assert not got_ivar[missing].any()
    assert np.isfinite(got[(rest > 4530) & (rest < 6900)]).all()
    assert np.median(got_ivar[got_ivar > 0]) > 4  # two independent pixels know more than one


def test_the_bound_on_redshift_can_be_set(folder, tmp_path):
    far = ingest([folder], tmp_path / "far", grid=GRID, z_max=2.0)
    assert "redshift too high" not in far.set_aside
    near = ingest([folder], tmp_path / "near", grid=GRID, z_max=0.2)
    assert near.set_aside["redshift too high"] == 2


def test_labels_reach_the_catalog_and_unknown_ones_are_reported(folder, tmp_path):
    csv = tmp_path / "labels.csv"
    csv.write_text("id,label\n266-51602-1,type 2\n0266-51602-0004,type 1\nnobody,type 1\n")
    report = ingest([folder], tmp_path / "c", labels=csv, grid=GRID)
    labels = Collection.open(report.path).catalog.set_index("id")["label"]
    assert labels[labels != ""].to_dict() == {
        "0266-51602-0001": "type 2", "0266-51602-0004": "type 1"
    }  # fmt: skip
    assert report.unknown_labels == ("nobody",)
    again = ingest([folder], into=report.path, labels=csv)
    kept = ("0266-51602-0001", "0266-51602-0004")
    assert (again.labels_passed_over, again.unknown_labels) == (kept, ("nobody",))


def test_labels_by_file_name(folder, tmp_path):
    csv = tmp_path / "labels.csv"
    csv.write_text("file,label\nqso.fits,type 1\nabsent.fits,type 1\n")
    report = ingest([folder], tmp_path / "c", labels=csv, grid=GRID)
    labels = Collection.open(report.path).catalog.set_index("id")["label"]
    assert labels[labels != ""].to_dict() == {"0266-51602-0002": "type 1"}
    assert report.unknown_labels == ("absent.fits",)


def test_order_and_repetition_of_the_paths_do_not_matter(folder, tmp_path):
    ingest([folder], tmp_path / "one", grid=GRID)
    parts = [folder / "b", folder / "a", folder / "a" / "qso.fits", folder / "README.md"]
    ingest(parts, tmp_path / "other", grid=GRID)
    one, other = Collection.open(tmp_path / "one"), Collection.open(tmp_path / "other")
    assert one.key == other.key
    assert one.rejects.equals(other.rejects)


def test_a_file_named_outright_is_tried_whatever_it_is_called(folder, tmp_path):
    paths = [folder / "README.md", folder / "a" / "galaxy.fits"]
    report = ingest(paths, tmp_path / "c", grid=GRID)
    assert report.rejected == {"unknown format": 1}


def test_progress_counts_to_the_end(folder, tmp_path):
    seen = []
    ingest([folder], tmp_path / "c", grid=GRID, progress=lambda *step: seen.append(step))
    assert seen[-1] == (17, 17)


@pytest.mark.parametrize(
    ("paths", "says"),
    [
        (["absent"], "no file or folder .*absent"),
        (["void"], "no file of spectra in .*void"),
        ([], "no file of spectra"),
    ],
)
def test_nothing_to_read_is_an_error(tmp_path, paths, says):
    (tmp_path / "void").mkdir()
    with pytest.raises(IngestError, match=says):
        ingest([tmp_path / path for path in paths], tmp_path / "c")
    assert not (tmp_path / "c").exists()


def test_an_existing_place_is_refused_before_anything_is_read(folder, tmp_path):
    ingest([folder / "a"], tmp_path / "c", grid=GRID)
    with pytest.raises(IngestError, match="already exists"):
        ingest([folder], tmp_path / "c", grid=GRID)
    assert Collection.open(tmp_path / "c").n_spectra == 2


def test_a_labels_file_that_cannot_be_used_is_an_error(folder, tmp_path):
    with pytest.raises(IngestError, match=r"absent\.csv"):
        ingest([folder], tmp_path / "c", labels=tmp_path / "absent.csv")


@pytest.mark.parametrize("knob", [{"jobs": 0}, {"z_max": 0.0}, {"z_max": float("nan")}])
def test_impossible_settings_are_refused_with_their_value(folder, tmp_path, knob):
    (value,) = knob.values()
    with pytest.raises(ValueError, match=f"{value}"):
        ingest([folder], tmp_path / "c", **knob)


@pytest.fixture
def many(tmp_path, write_spec, monkeypatch):
    """110 copies of one file that differ in their fibre number only, in shards of 64 rows."""
    monkeypatch.setattr(collection_writer, "_SHARD_ROWS", 64)
    loglam = 3.58 + 1e-4 * np.arange(60)
    original = write_spec("in/s.fits", loglam=loglam, fiber=1, z=0.01).read_bytes()
    with fits.open(tmp_path / "in/s.fits") as opened:
        names = opened[2].columns.names
        sizes = [opened[2].data.dtype[name].itemsize for name in names]
        at = opened[2].fileinfo()["datLoc"] + sum(sizes[: names.index("FIBERID")])
    folder = tmp_path / "many"
    folder.mkdir()
    for fiber in range(1, 111):
        number = fiber.to_bytes(4, "big")
        (folder / f"{fiber:04}.fits").write_bytes(original[:at] + number + original[at + 4 :])
    return folder


def test_a_cancelled_ingest_goes_on_where_it_stopped(many, tmp_path):
    grid = WaveGrid(3760.0, 3800.0)
    steps, resumed = [], []
    with pytest.raises(IngestCancelled, match="of 110 files"):
        ingest(
            [many],
            tmp_path / "c",
            grid=grid,
            progress=lambda *step: steps.append(step),
            cancelled=lambda: len(steps) == 3,  # 96 files done, 64 of them safe
        )
    assert not (tmp_path / "c").exists()
    report = ingest([many], tmp_path / "c", grid=grid, progress=lambda *step: resumed.append(step))
    assert resumed[0] == (95, 110)
    assert (report.n_taken, report.rejected) == (110, {})
    shutil.move(tmp_path / "c", tmp_path / "kept")
    ingest([many], tmp_path / "c", grid=grid)
    assert Collection.open(tmp_path / "c").key == Collection.open(tmp_path / "kept").key
    assert not [name for name in os.listdir(tmp_path) if "unfinished" in name]


def test_changed_inputs_are_not_mixed_with_an_unfinished_ingest(many, tmp_path):
    grid, steps = WaveGrid(3760.0, 3800.0), []
    with pytest.raises(IngestCancelled):
        ingest(
            [many],
            tmp_path / "c",
            grid=grid,
            progress=lambda *step: steps.append(step),
            cancelled=lambda: len(steps) == 3,
        )
    (many / "0001.fits").unlink()
    report = ingest([many], tmp_path / "c", grid=grid)
    assert report.n_taken == 109
    assert "0266-51602-0001" not in set(Collection.open(tmp_path / "c").catalog["id"])


def test_two_ingests_into_one_place_do_not_meet(many, tmp_path):
    grid, said = WaveGrid(3760.0, 3800.0), []

    def another(*_):
        if not said:
            with pytest.raises(IngestError) as refused:
                ingest([many], tmp_path / "c", grid=grid, z_max=0.5)
            said.append(str(refused.value))

    report = ingest([many], tmp_path / "c", grid=grid, progress=another)
    assert said == [
        f"another process is writing {tmp_path / 'c'}; wait for it to end, or choose another folder"
    ]
    assert report.n_taken == Collection.open(tmp_path / "c").n_spectra == 110


def test_two_ingests_into_one_collection_do_not_meet(folder, many, tmp_path):
    ingest([folder], tmp_path / "c", grid=GRID)
    said = []

    def another(*_):
        with pytest.raises(IngestError) as refused:
            ingest([many], into=tmp_path / "c")
        said.append(str(refused.value))

    n_before = Collection.open(tmp_path / "c").n_spectra
    report = ingest([many], into=tmp_path / "c", progress=another)
    assert set(said) == {f"another process is writing {tmp_path / 'c'}; wait for it to end"}
    assert Collection.open(tmp_path / "c").n_spectra == n_before + report.n_taken


KILLED = """
import os, signal, sys
from spexplain.core.spectra.grid import WaveGrid
from spexplain.data.collection.writing import writer as collection_writer
from spexplain.data.ingest.readers.vocabulary.column_roles.hints import Hints
from spexplain.data.ingest.to_collection import ingest

collection_writer._SHARD_ROWS = 64
steps = []
ingest(
    [sys.argv[1]],
    sys.argv[2],
    grid=WaveGrid(3760.0, 3800.0),
    progress=lambda *step: steps.append(step),
    cancelled=lambda: len(steps) == 3 and os.kill(os.getpid(), signal.SIGKILL),
)
"""


def test_a_killed_ingest_frees_the_place_and_loses_no_shard(many, tmp_path):
    words = [sys.executable, "-c", KILLED, many, tmp_path / "c"]
    assert subprocess.run(words, check=False).returncode == -signal.SIGKILL
    resumed = []
    grid = WaveGrid(3760.0, 3800.0)
    report = ingest([many], tmp_path / "c", grid=grid, progress=lambda *step: resumed.append(step))
    assert resumed[0] == (95, 110)  # 64 were safe, and from the last of these on 32 are read
    assert report.n_taken == Collection.open(tmp_path / "c").n_spectra == 110
    assert not [name for name in os.listdir(tmp_path) if "unfinished" in name]


@pytest.fixture
def coadds(tmp_path, monkeypatch):
    """Five files of 50 spectra each, of which every tenth has no redshift, in shards of 64 rows."""
    monkeypatch.setattr(collection_writer, "_SHARD_ROWS", 64)
    monkeypatch.setattr(
        "spexplain.data.ingest.reader_processes.many_files._BYTES_A_TASK", 1
    )  # a file at a time
    wave = 3760 + 0.8 * np.arange(60)
    folder = tmp_path / "coadds"
    folder.mkdir()
    for number in range(5):
        ids = 1000 * number + np.arange(50)
        z = np.where(np.arange(50) % 10 == 0, np.nan, 0.01)
        columns = {"TARGETID": (ids, "K"), "Z": (z, "D"), "ZWARN": (np.zeros(50), "K")}
        flux = np.ones((50, 60)) * (1 + ids[:, None])
        hdus = [
            fits.PrimaryHDU(),
            _table("FIBERMAP", TARGETID=columns["TARGETID"]),
            fits.ImageHDU(wave, name="B_WAVELENGTH"),
            fits.ImageHDU(flux, name="B_FLUX"),
            fits.ImageHDU(np.ones((50, 60)), name="B_IVAR"),
            _table("REDSHIFTS", **columns),
        ]
        fits.HDUList(hdus).writeto(folder / f"coadd-{number}.fits")
    return folder


def _table(name, **columns):
    made = [fits.Column(name=k, format=form, array=v) for k, (v, form) in columns.items()]
    return fits.BinTableHDU.from_columns(made, name=name)


@pytest.mark.parametrize("jobs", [1, 2])
def test_every_spectrum_of_a_file_of_many_is_taken_or_has_its_reason(
    coadds, tmp_path, monkeypatch, jobs
):
    monkeypatch.setattr("spexplain.data.ingest.reader_processes.many_files._BYTES_A_PROCESS", 1)
    steps = []
    report = ingest(
        [coadds], tmp_path / "c", grid=WaveGrid(3760.0, 3800.0), jobs=jobs,
        progress=lambda *step: steps.append(step),
    )  # fmt: skip
    assert (report.n_files, report.n_taken, report.rejected) == (5, 250, {})
    assert report.set_aside == {"redshift missing": 25}
    assert steps == [(done, 5) for done in range(1, 6)]
    collection = Collection.open(report.path)
    expected = [str(1000 * n + k) for n in range(5) for k in range(50)]
    assert collection.catalog["id"].tolist() == expected
    (detail,) = set(collection.catalog["set_aside_why"]) - {""}
    assert detail.startswith("the file gives none; give it as Z")
    for row in (1, 101, 224):
        flux, _ = collection.spectrum(row)
        assert np.nanmedian(flux) == pytest.approx(1 + int(expected[row]))


@pytest.mark.parametrize("stop", [2, 3, 4])
def test_a_file_stored_in_part_is_read_again_and_nothing_is_lost_or_doubled(coadds, tmp_path, stop):
    grid, steps = WaveGrid(3760.0, 3800.0), []
    with pytest.raises(IngestCancelled):
        ingest(
            [coadds], tmp_path / "c", grid=grid, progress=lambda *step: steps.append(step),
            cancelled=lambda: len(steps) == stop,
        )  # fmt: skip
    report = ingest([coadds], tmp_path / "c", grid=grid)
    assert (report.n_taken, report.set_aside) == (250, {"redshift missing": 25})
    ingest([coadds], tmp_path / "again", grid=grid)
    one, other = Collection.open(tmp_path / "c"), Collection.open(tmp_path / "again")
    assert one.catalog.equals(other.catalog)
    assert one.rejects.equals(other.rejects)
    for row in range(1, 225, 16):
        np.testing.assert_array_equal(one.spectrum(row), other.spectrum(row))


def test_one_target_twice_in_a_file_or_in_two_is_taken_once(coadds, tmp_path):
    shutil.copy(coadds / "coadd-0.fits", coadds / "coadd-9.fits")
    with fits.open(coadds / "coadd-1.fits", mode="update") as opened:
        opened["FIBERMAP"].data["TARGETID"][2] = 1001
    report = ingest([coadds], tmp_path / "c", grid=WaveGrid(3760.0, 3800.0))
    # Exposures of a target in one file are joined.
    assert (report.rejected, report.set_aside) == ({"duplicate": 50}, {"redshift missing": 25})


def test_every_second_pixel_without_error_is_no_data_and_not_out_of_range(tmp_path):
    wave = np.linspace(4000.0, 9000.0, 1000)
    error = np.where(np.arange(1000) % 2, np.inf, 1.0)
    table = Table({"wave": wave, "flux": np.ones(1000), "error": error})
    table.meta["Z"] = 0.1
    table.write(tmp_path / "half.fits")
    ingest([tmp_path / "half.fits"], tmp_path / "c", grid=GRID)
    (row,) = Collection.open(tmp_path / "c").catalog.to_dict("records")
    assert row["set_aside"] == "no overlap"
    assert "of its 500 pixels with flux and an error, no two within" in row["set_aside_why"]


@pytest.mark.parametrize(
    ("z", "says"), [(0.0, "z = 0, as where none was found"), (-0.0009, "or by --labels"),
    (-9999.0, "or by --labels"),
    (2.3, "if right, a larger --z-max takes it; if wrong"), ("none", "is no number; give it as Z")],
)  # fmt: skip
def test_what_is_no_usable_redshift_says_what_to_do(tmp_path, z, says):
    wave = np.linspace(4000.0, 9000.0, 1000)
    table = Table({"wave": wave, "flux": np.ones(1000), "error": np.ones(1000)})
    table.meta["Z"] = z
    table.write(tmp_path / "z.fits")
    ingest([tmp_path / "z.fits"], tmp_path / "c", grid=GRID)
    (row,) = Collection.open(tmp_path / "c").catalog.to_dict("records")
    assert says in row["set_aside_why"]


def test_a_redshift_of_the_users_comes_before_the_files_own(folder, tmp_path):
    csv = tmp_path / "z.csv"
    csv.write_text("file,z\nnone.fits,0.2\nqso.fits,0.4\nstar.fits,0.1\n")
    report = ingest([folder], tmp_path / "c", labels=csv, grid=GRID)
    catalog = Collection.open(report.path).catalog.set_index("id")
    assert catalog.loc["0266-51602-0006", "z"] == 0.2
    assert catalog.loc["0266-51602-0002", "z"] == 0.4
    assert report.set_aside["star"] == 1  # what the pipeline calls a star stays one
    assert report.unknown_labels == ()


def test_dust_of_the_users_is_a_column_that_builds_correct_by(folder, tmp_path):
    csv = tmp_path / "dust.csv"
    csv.write_text("id,ebv\n266-51602-1,0.05\n0266-51602-0003,0\nnobody,0.1\n")
    report = ingest([folder], tmp_path / "c", labels=csv, grid=GRID)
    assert report.unknown_labels == ("nobody",)
    collection = Collection.open(report.path)
    ebv = collection.catalog.set_index("id")["ebv"].dropna()
    assert ebv.to_dict() == {"0266-51602-0001": 0.05, "0266-51602-0003": 0.0}
    assert usable_source(collection, "auto") == "catalog"
    found = find_reddening(collection, "catalog")
    assert (sorted(found.ebv), found.n_unknown) == ([*[0.0] * 8, 0.05], 7)


def test_without_dust_of_the_users_there_is_no_such_column(folder, tmp_path):
    report = ingest([folder], tmp_path / "c", grid=GRID)
    assert "ebv" not in Collection.open(report.path).catalog


def test_the_unit_of_the_flux_reaches_the_catalog(folder, tmp_path):
    report = ingest([folder], tmp_path / "c", grid=GRID)
    assert report.n_counts == 0
    assert set(Collection.open(report.path).catalog["flux_unit"]) == {"1e-17 erg/s/cm2/Å"}


def test_a_name_that_is_no_text_ends_nothing(folder, tmp_path):
    odd = os.fsencode(tmp_path / "in") + b"/caf\xe9.fits"
    (tmp_path / "in").mkdir()
    shutil.copy(folder / "a" / "galaxy.fits", odd)
    shutil.copy(folder / "b" / "cut.fits", os.fsencode(tmp_path / "in") + b"/.\xff.fits")
    report = ingest([tmp_path / "in"], tmp_path / "c", grid=GRID)
    assert (report.n_taken, report.rejected) == (1, {"unreadable": 1})
    collection = Collection.open(report.path)
    assert collection.catalog["file"][0].endswith("caf\\xe9.fits")
    assert collection.rejects["file"][0].endswith(".\\xff.fits")


def test_the_labels_file_beside_the_spectra_is_no_spectrum(folder, tmp_path):
    (tmp_path / "in").mkdir()
    shutil.copy(folder / "a" / "galaxy.fits", tmp_path / "in")
    (tmp_path / "in" / "types.csv").write_text("id,label\n0266-51602-0001,type 2\n")
    report = ingest(
        [tmp_path / "in"], tmp_path / "c", labels=tmp_path / "in" / "types.csv", grid=GRID
    )
    assert (report.n_files, report.n_taken, report.n_rejected) == (1, 1, 0)


def test_a_collection_grows_by_what_is_new_in_a_folder(folder, tmp_path):
    ingest([folder / "a"], tmp_path / "c", grid=GRID)
    before = Collection.open(tmp_path / "c").catalog
    report = ingest([folder], into=tmp_path / "c")
    assert (report.n_known, report.n_taken) == (len(before), 9 - len(before))
    grown = Collection.open(tmp_path / "c")
    assert grown.catalog["id"].tolist()[: len(before)] == before["id"].tolist()
    assert grown.wave_rest_aa[-1] == GRID.wave_rest_aa[-1]
    ingest([folder], tmp_path / "whole", grid=GRID)
    whole = Collection.open(tmp_path / "whole")
    assert set(grown.catalog["id"]) == set(whole.catalog["id"])
    assert sorted(grown.rejects["file"]) == sorted(whole.rejects["file"])
    again = ingest([folder], into=tmp_path / "c")
    assert (again.n_known, again.n_taken) == (9, 0)
    assert Collection.open(tmp_path / "c").n_rejected == whole.n_rejected


def test_an_addition_without_any_spectrum_leaves_the_collection_as_it_was(folder, tmp_path):
    ingest([folder / "a"], tmp_path / "c", grid=GRID)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "notes.txt").write_text("see below\n")
    with pytest.raises(IngestError, match=r"1 unknown format \(such as notes.txt: "):
        ingest([tmp_path / "in"], into=tmp_path / "c")
    assert {p: p.read_bytes() for p in (tmp_path / "c").rglob("*") if p.is_file()} == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c", "in"]
    # What is there already under another name is nothing new, and no mistake.
    shutil.copytree(folder / "a", tmp_path / "moved")
    again = ingest([tmp_path / "moved"], into=tmp_path / "c")
    assert (again.n_taken, again.rejected["duplicate"]) == (
        0,
        len(Collection.open(tmp_path / "c").catalog),
    )


def test_an_interrupted_addition_leaves_the_collection_and_goes_on(many, tmp_path):
    grid, steps = WaveGrid(3760.0, 3800.0), []
    ingest([many / "0001.fits"], tmp_path / "c", grid=grid)
    with pytest.raises(IngestCancelled):
        ingest(
            [many], into=tmp_path / "c", progress=lambda *step: steps.append(step),
            cancelled=lambda: len(steps) == 3,
        )  # fmt: skip
    assert Collection.open(tmp_path / "c").n_spectra == 1
    report = ingest([many], into=tmp_path / "c")
    assert (report.n_taken, report.n_known, report.n_repeats) == (109, 1, 109)
    catalog = Collection.open(tmp_path / "c").catalog
    assert catalog["id"].tolist() == [f"0266-51602-{k:04}" for k in range(1, 111)]
    assert set(catalog["object"]) == {"0266-51602-0001"}


@pytest.mark.parametrize("where", [{}, {"out": "c", "into": "d"}])
def test_there_is_one_place_to_write(folder, where):
    with pytest.raises(ValueError, match="either out"):
        ingest([folder], **where)


def _own_table(path, more=None, **header):
    wave = np.linspace(3800.0, 8000.0, 500)
    table = {"wave": wave, "flux": np.full(500, 3.0), "error": np.full(500, 0.1)}
    table = Table(table | (more or {}))
    table.meta.update({"Z": 0.1, **header})
    table.write(path)


@pytest.fixture
def flagged(tmp_path):
    """Of redshifts with no warning, with one that is often harmless, and with one that ruins it."""
    (tmp_path / "in").mkdir()
    for name, bits in (("good", 0), ("outliers", 1 << 4), ("ambiguous", 1 << 2)):
        _own_table(tmp_path / "in" / f"{name}.fits", ZWARNING=bits, PLATE=266)
    return tmp_path / "in"


def test_doubtful_redshifts_are_kept_and_marked(flagged, tmp_path):
    report = ingest([flagged], tmp_path / "c", grid=GRID)
    assert (report.n_taken, report.n_doubtful) == (3, 1)
    catalog = Collection.open(report.path).catalog.set_index("id")
    assert catalog["z_warning"].to_dict() == {
        "ambiguous": "another redshift or class fits nearly as well",
        "good": "",
        "outliers": "many outliers (often harmless)",
    }
    assert set(catalog["plate"]) == {266.0}


@pytest.mark.parametrize("jobs", [1, 2])
def test_or_given_to_no_model_if_the_user_says_so(flagged, tmp_path, jobs):
    report = ingest([flagged], tmp_path / "c", grid=GRID, doubtful=False, jobs=jobs)
    assert (report.n_taken, report.set_aside) == (3, {"redshift doubtful": 1})
    catalog = Collection.open(report.path).catalog
    (left,) = catalog[~for_lenses(catalog)].to_dict("records")
    assert left["id"] == "ambiguous"
    assert "fits nearly as well; --z-warning keep gives it to models" in left["set_aside_why"]


def test_a_redshift_of_the_users_has_no_warning(flagged, tmp_path):
    (tmp_path / "z.csv").write_text("id,z\nambiguous,0.2\n")
    report = ingest([flagged], tmp_path / "c", grid=GRID, labels=tmp_path / "z.csv", doubtful=False)
    assert (report.n_taken, report.n_doubtful) == (3, 0)


def test_what_says_neither_air_nor_vacuum_and_what_may_be_a_mask_is_counted(tmp_path):
    (tmp_path / "in").mkdir()
    _own_table(tmp_path / "in" / "silent.fits", {"line_mask": np.arange(500) % 9 == 0})
    _own_table(tmp_path / "in" / "says.fits", VACUUM=True)
    report = ingest([tmp_path / "in"], tmp_path / "c", grid=GRID)
    assert (report.n_medium_unsaid, report.n_relative, report.n_masks) == (1, 2, 1)
    assert [*Collection.open(report.path).catalog["medium"]] == ["vacuum", "not said"]
    aired = ingest([tmp_path / "in"], tmp_path / "d", grid=GRID, hints=Hints(air=True))
    assert aired.n_medium_unsaid == 0
    assert [*Collection.open(aired.path).catalog["medium"]] == ["vacuum", "air"]


def test_where_redshifts_and_columns_were_taken_from_is_counted_and_kept(tmp_path):
    (tmp_path / "in").mkdir()
    for name in ("a", "b"):
        _own_table(tmp_path / "in" / f"{name}.fits")
    (tmp_path / "z.csv").write_text("id,z\na,0.2\n")
    report = ingest([tmp_path / "in"], tmp_path / "c", grid=GRID, labels=tmp_path / "z.csv")
    assert report.z_from == {"the labels": 1}
    assert [*Collection.open(report.path).catalog["z_from"].fillna("")] == ["the labels", ""]


def test_files_of_one_name_in_two_folders_are_two_spectra_and_a_copy_is_none(tmp_path):
    """Broken off between them, it goes on to the same ids; labels by path tell them apart."""
    wave = np.linspace(4000.0, 8000.0, 200)
    for folder, height in (("n1", 1.0), ("n2", 2.0), ("copy", 1.0)):
        (tmp_path / "in" / folder).mkdir(parents=True)
        table = Table({"wave": wave, "flux": np.full(200, height), "ivar": np.full(200, 4.0)})
        table.meta["Z"] = 0.1
        table.write(tmp_path / "in" / folder / "same.fits")
    labels = tmp_path / "labels.csv"
    labels.write_text("file,label\nn1/same.fits,type 1\nn2/same.fits,type 2\n")
    report = ingest([tmp_path / "in"], tmp_path / "c", labels=labels)
    catalog = Collection.open(report.path).catalog
    assert catalog["id"].tolist() == ["same", "n2-same"]
    assert catalog["label"].tolist() == ["", "type 2"]
    assert report.rejected == {"duplicate": 1}
    with pytest.raises(IngestCancelled):
        ingest([tmp_path / "in"], tmp_path / "d", labels=labels, cancelled=lambda: True)
    again = ingest([tmp_path / "in"], tmp_path / "d", labels=labels)
    assert Collection.open(again.path).catalog["id"].tolist() == ["same", "n2-same"]


def test_links_pipes_and_sockets_of_a_folder_are_told_and_keep_nobody_waiting(folder, tmp_path):
    given = tmp_path / "given"
    given.mkdir()
    (given / "here.fits").symlink_to(folder / "a" / "galaxy.fits")
    (given / "nowhere.fits").symlink_to(tmp_path / "gone")
    (given / "more").symlink_to(folder / "b")
    (given / "around").symlink_to(given)
    os.mkfifo(given / "pipe.fits")
    (given / "null.fits").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as listening, contextlib.chdir(given):
        listening.bind("socket")  # here: of a long path there is none
        ingest([given], tmp_path / "c", grid=GRID)
    collection = Collection.open(tmp_path / "c")
    assert collection.n_spectra == 1
    told = {Path(one["file"]).name: one["detail"] for one in collection.rejects.to_dict("records")}
    pipes = {"pipe.fits", "null.fits", "socket"}
    assert told.keys() == {"nowhere.fits", "more", "around", *pipes}
    assert all("a pipe, a socket or a device: not read" in told[name] for name in pipes)
    assert told["nowhere.fits"] == "No such file or directory"
    assert "a link to a folder, which is not gone into" in told["more"]


def test_a_folder_that_cannot_be_read_is_told(folder, tmp_path, monkeypatch):
    locked, scandir = folder / "b", os.scandir

    def scanned(path):
        if Path(path) == locked:
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", scanned)
    with pytest.raises(IngestError, match=f"the folder {locked} cannot be read: Permission denied"):
        ingest([folder], tmp_path / "c", grid=GRID)
