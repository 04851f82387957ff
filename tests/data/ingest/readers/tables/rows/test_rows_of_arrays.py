"""Many spectra a file, as surveys and notebooks write them: parquet, HDF5, NPZ and FITS."""

from datetime import date
from decimal import Decimal

import h5py
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from astropy.io import fits
from astropy.table import Table
from spexplain.core.spectra.air_vacuum import vacuum_to_air
from spexplain.core.spectra.grid import COLLECTION_GRID
from spexplain.core.spectra.units.unit_spellings import RELATIVE, SURVEY_FLUX
from spexplain.data.ingest.one_file import Intake, Rejected, Taken
from spexplain.data.ingest.readers import ReadError, read, read_all
from spexplain.data.ingest.readers.errors import SomeUnreadError
from spexplain.data.ingest.readers.vocabulary.column_roles.hints import Hints

N, D = 5, 300
WAVE = np.geomspace(3800.0, 9200.0, D)
FLUX = 30 + 10 * np.sin(WAVE / 300) + np.arange(N)[:, None]
IVAR = np.full((N, D), 4.0)
Z = 0.1 + 0.01 * np.arange(N)
IDS = [f"object {number}" for number in range(N)]
BAD = np.zeros((N, D), bool)
BAD[:, 50:60] = True


def same(found, *, masked=True):
    found = list(found)
    assert [one.id for one in found] == IDS
    for row, one in enumerate(found):
        np.testing.assert_allclose(one.wave_obs_aa, WAVE, rtol=1e-6)
        good = ~BAD[row] if masked else np.ones(D, bool)
        np.testing.assert_array_equal(one.has_data, good)
        np.testing.assert_allclose(one.flux[good], FLUX[row][good], rtol=1e-5)
        np.testing.assert_allclose(one.ivar[good], 4.0, rtol=1e-5)
        assert one.z == pytest.approx(Z[row])
        assert one.ra == pytest.approx(10.0 + row)


def columns():
    return {"object_id": IDS, "Z": Z, "ra": 10.0 + np.arange(N), "dec": np.zeros(N)}


def every_list():
    parts = {"lambda": np.tile(WAVE, (N, 1)), "flux": FLUX, "ivar": IVAR}
    return {name: pa.array(list(values)) for name, values in parts.items()}


@pytest.mark.parametrize("kind", ["struct of lists", "list of structs", "lists", "fixed lists"])
def test_parquet_of_multimodal_universe_and_hats(tmp_path, kind):
    """A struct `spectrum`, pixels as structs, or list columns, beside facts of each object."""
    parts = {"flux": FLUX, "ivar": IVAR, "lambda": np.tile(WAVE, (N, 1)), "mask": BAD}
    table = {name: pa.array(values) for name, values in columns().items()}
    lists = {name: pa.array(list(values)) for name, values in parts.items()}
    if kind == "struct of lists":
        table["spectrum"] = pa.StructArray.from_arrays(list(lists.values()), list(lists))
    elif kind == "list of structs":
        rows = [
            [
                {name: values[row][pixel].item() for name, values in parts.items()}
                for pixel in range(D)
            ]
            for row in range(N)
        ]
        table["spectrum"] = pa.array(rows)
    elif kind == "lists":
        table |= lists
    else:
        table |= {
            name: pa.FixedSizeListArray.from_arrays(pa.array(values.ravel()), D)
            for name, values in parts.items()
        }
    pq.write_table(pa.table(table), tmp_path / "many.parquet")
    same(read_all(tmp_path / "many.parquet"))


def test_arms_in_columns_of_their_own_are_joined_and_their_gap_stays(tmp_path):
    cuts = {"b_spectrum": slice(0, 110), "r_spectrum": slice(100, 200), "z_spectrum": slice(220, D)}
    table = {name: pa.array(values) for name, values in columns().items()}
    for name, cut in cuts.items():
        parts = {"wavelength": np.tile(WAVE, (N, 1)), "flux": FLUX, "ivar": IVAR, "mask": BAD}
        lists = [pa.array(list(values[:, cut])) for values in parts.values()]
        table[name] = pa.StructArray.from_arrays(lists, list(parts))
    pq.write_table(pa.table(table), tmp_path / "desi.parquet")
    first, *_ = read_all(tmp_path / "desi.parquet")
    seen = np.r_[np.arange(200), np.arange(220, D)]
    np.testing.assert_allclose(first.wave_obs_aa, WAVE[seen])
    assert (first.ivar[100:110] == 8).all()  # where arms overlap
    np.testing.assert_allclose(first.flux[100:110], FLUX[0, 100:110], rtol=1e-6)


def test_missing_pixels_of_parquet_are_no_data(tmp_path):
    flux = [
        [None if bad else float(f) for f, bad in zip(*row, strict=True)]
        for row in zip(FLUX, BAD, strict=True)
    ]
    table = {name: pa.array(values) for name, values in columns().items()}
    table |= {"flux": pa.array(flux), "ivar": pa.array(list(IVAR))}
    table["wave"] = pa.array([list(WAVE)] * N)
    pq.write_table(pa.table(table), tmp_path / "gaps.parquet")
    same(read_all(tmp_path / "gaps.parquet"))


def test_parquet_with_a_pixel_a_row_is_one_spectrum(tmp_path):
    frame = pd.DataFrame({"wave": WAVE, "flux": FLUX[0], "ivar": IVAR[0], "z": Z[0]})
    frame.to_parquet(tmp_path / "one.parquet")
    found = read(tmp_path / "one.parquet")
    assert (found.id, found.z) == ("one", 0.1)
    np.testing.assert_allclose(found.flux, FLUX[0], rtol=1e-6)


def test_units_of_parquet_fields_count(tmp_path):
    per_nm = {"unit": "1e-17 erg / (s cm2 nm)"}
    lists = {"wave": np.tile(WAVE / 10, (N, 1)), "flux": FLUX * 10, "error": np.full((N, D), 5.0)}
    fields = [
        pa.field("wave", pa.list_(pa.float64()), metadata={"unit": "nm"}),
        pa.field("flux", pa.list_(pa.float64()), metadata=per_nm),
        pa.field("error", pa.list_(pa.float64()), metadata=per_nm),
        pa.field("object_id", pa.string()), pa.field("Z", pa.float64()),
        pa.field("ra", pa.float64()),
    ]  # fmt: skip
    arrays = [pa.array(list(values)) for values in lists.values()]
    arrays += [pa.array(IDS), pa.array(Z), pa.array(10.0 + np.arange(N))]
    pq.write_table(pa.table(arrays, schema=pa.schema(fields)), tmp_path / "nm.parquet")
    found = list(read_all(tmp_path / "nm.parquet"))
    assert {one.flux_unit for one in found} == {SURVEY_FLUX}
    same(found, masked=False)


@pytest.mark.parametrize("group", ["", "spectra", "a/b"])
@pytest.mark.parametrize("shared", [False, True])
def test_hdf5_of_multimodal_universe(tmp_path, group, shared):
    with h5py.File(tmp_path / "many.hdf5", "w") as file:
        place = file.require_group(group) if group else file
        place["spectrum_flux"], place["spectrum_ivar"] = FLUX, IVAR
        place["spectrum_lambda"] = WAVE if shared else np.tile(WAVE, (N, 1))
        place["spectrum_mask"] = BAD
        place["object_id"] = np.array(IDS, "S")
        place["Z"], place["ra"], place["dec"] = Z, 10.0 + np.arange(N), np.zeros(N)
    same(read_all(tmp_path / "many.hdf5"))


def test_hdf5_says_its_units_and_links_out_of_it_are_not_followed(tmp_path):
    with h5py.File(tmp_path / "one.h5", "w") as file:
        file["wave"], file["flux"], file["err"] = WAVE / 10, FLUX[0], IVAR[0] ** -0.5
        file["wave"].attrs["unit"] = "nm"
        file.attrs["Z"] = 0.1
        file["elsewhere"] = h5py.ExternalLink("/etc/hostname", "/")
    found = read(tmp_path / "one.h5")
    assert (found.id, found.z, found.flux_unit) == ("one", 0.1, RELATIVE)
    np.testing.assert_allclose(found.wave_obs_aa, WAVE)


def test_a_damaged_hdf5_and_one_without_spectra_say_so(tmp_path):
    (tmp_path / "bad.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    with pytest.raises(ReadError, match="no HDF5 that can be read"):
        read(tmp_path / "bad.h5")
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["image"] = np.zeros((3, 3))
    with pytest.raises(ReadError, match="arrays image: none is a wavelength") as caught:
        read(tmp_path / "other.h5")
    assert caught.value.reason == "unknown format"


def test_npz_of_many_and_of_one(tmp_path):
    parts = {"flux": FLUX, "ivar": IVAR, "wave": WAVE, "mask": BAD}
    np.savez(tmp_path / "many.npz", **parts, object_id=IDS, z=Z, ra=10.0 + np.arange(N))
    same(read_all(tmp_path / "many.npz"))
    np.savez_compressed(tmp_path / "one.npz", wave=WAVE, flux=FLUX[0], ivar=IVAR[0], z=0.1)
    found = read(tmp_path / "one.npz")
    assert (found.id, found.z) == ("one", 0.1)


def test_pickles_in_npz_and_npy_are_refused(tmp_path):
    np.savez(tmp_path / "p.npz", wave=np.array([{}], object), flux=WAVE)
    np.save(tmp_path / "p.npy", np.array([{}], object))
    for name in ("p.npz", "p.npy"):
        with pytest.raises(ReadError, match="can be read") as caught:
            read(tmp_path / name)
        assert caught.value.reason == "unreadable"


@pytest.mark.parametrize("turned", [False, True])
def test_npy_needs_names_or_the_users_word(tmp_path, turned):
    columns = np.stack([WAVE, FLUX[0], IVAR[0] ** -0.5])
    np.save(tmp_path / "s.npy", columns.T if turned else columns)
    with pytest.raises(ReadError, match="--column wave=1 flux=2 error=3"):
        read(tmp_path / "s.npy")
    (found,) = read_all(tmp_path / "s.npy", Hints({"wave": "1", "flux": "2", "error": "3"}))
    np.testing.assert_allclose(found.flux, FLUX[0], rtol=1e-6)
    named = np.rec.fromarrays(columns, names="wave,flux,error")
    np.save(tmp_path / "n.npy", np.asarray(named))
    np.testing.assert_allclose(read(tmp_path / "n.npy").ivar, 4.0)


def test_a_fits_table_with_a_spectrum_a_row(tmp_path):
    table = Table({"wave": np.tile(WAVE, (N, 1)), "flux": FLUX, "ivar": IVAR, "mask": BAD})
    for name, values in columns().items():
        table[name] = values
    table.write(tmp_path / "rows.fits")
    same(read_all(tmp_path / "rows.fits"))


def test_air_of_rows_is_in_their_header_or_the_users_word(tmp_path):
    table = Table({"wave": np.tile(vacuum_to_air(WAVE), (N, 1)), "flux": FLUX, "ivar": IVAR})
    for name, values in columns().items():
        table[name] = values
    table.write(tmp_path / "a.fits")
    same(read_all(tmp_path / "a.fits", Hints(air=True)), masked=False)
    fits.setval(tmp_path / "a.fits", "VACUUM", value=False, ext=1)
    same(read_all(tmp_path / "a.fits"), masked=False)


def test_a_row_that_is_no_spectrum_is_named(tmp_path):
    lists = {"wave": [WAVE, WAVE], "flux": [WAVE, WAVE[:7]], "ivar": [WAVE, WAVE]}
    table = pa.table({name: pa.array(list(values)) for name, values in lists.items()})
    pq.write_table(table, tmp_path / "x.parquet")
    with pytest.raises(ReadError, match="row 1: 300 wavelengths but 7 fluxes"):
        list(read_all(tmp_path / "x.parquet"))


def test_one_bad_row_is_told_and_the_others_are_read(tmp_path):
    """Empty, without value, or of unequal arrays: by its id, after those that can be read."""
    lists = every_list()
    rows = lists["flux"].to_pylist()
    rows[0], rows[2], rows[3] = None, [], rows[3][:40]
    table = columns() | lists | {"flux": pa.array(rows, pa.list_(pa.float64()))}
    pq.write_table(pa.table(table), tmp_path / "a.parquet")
    with pytest.raises(SomeUnreadError) as told:
        list(read_all(tmp_path / "a.parquet"))
    taken = list(Intake(COLLECTION_GRID, 0.8)(tmp_path / "a.parquet"))
    assert [one.row["id"] for one in taken if isinstance(one, Taken)] == [IDS[1], IDS[4]]
    refused = [one for one in taken if isinstance(one, Rejected)]
    assert [one.id for one in refused] == [id for id, _ in told.value.each]
    assert [one.id for one in refused] == [IDS[0], IDS[2], IDS[3]]
    assert refused[2].detail == f"row 3: {D} wavelengths but 40 fluxes"


def test_what_is_wrong_with_every_row_is_told_once(tmp_path):
    lists = {name: pa.array(list(np.tile(WAVE, (N, 1)))) for name in ("lambda", "flux")}
    pq.write_table(pa.table(columns() | lists), tmp_path / "a.parquet")
    (told,) = Intake(COLLECTION_GRID, 0.8)(tmp_path / "a.parquet")
    assert isinstance(told, Rejected)
    assert (told.id, told.reason) == ("", "no errors")


def test_categories_decimals_and_times_of_parquet_are_facts(tmp_path):
    """A dictionary holds its words, a decimal its number."""
    lists = every_list()
    table = lists | {
        "object_id": pa.array(IDS).dictionary_encode(),
        "CLASS": pa.array(["QSO", "GALAXY"] * 2 + ["STAR"]).dictionary_encode(),
        "Z": pa.array([Decimal(f"{z:.4f}") for z in Z]),
        "night": pa.array([date(2024, 5, 1 + row) for row in range(N)]),
    }
    pq.write_table(pa.table(table), tmp_path / "a.parquet")
    found = list(read_all(tmp_path / "a.parquet"))
    assert [one.id for one in found] == IDS
    assert [one.z for one in found] == pytest.approx(Z)
    assert [one.spectral_class for one in found] == ["QSO", "GALAXY"] * 2 + ["STAR"]
    assert found[1].facts["night"] == "2024-05-02"


@pytest.mark.parametrize("empty", ["no pixels", "masked"])
def test_an_arm_without_pixels_leaves_the_others(tmp_path, empty):
    """As of DESI, where one arm was not read out."""
    arms = {}
    for name, part in (("b", slice(0, 150)), ("r", slice(150, D))):
        lists = {"wavelength": WAVE[part], "flux": FLUX[0][part], "ivar": IVAR[0][part],
                 "mask": np.zeros(150, bool)}  # fmt: skip
        if name == "r" and empty == "no pixels":
            lists = {one: values[:0] for one, values in lists.items()}
        elif name == "r":
            lists["mask"] = ~lists["mask"]
        arms[name] = pa.array([{one: values.tolist() for one, values in lists.items()}])
        if name == "r" and empty == "no pixels":
            arms[name] = arms[name].cast(arms["b"].type)
    pq.write_table(pa.table({"targetid": [5], "z": [0.1]} | arms), tmp_path / "a.parquet")
    (found,) = read_all(tmp_path / "a.parquet")
    np.testing.assert_allclose(found.wave_obs_aa, WAVE[:150])


def test_names_that_differ_in_case_alone_and_classes_not_known_come_along(tmp_path):
    table = every_list() | {"Z": pa.array(Z), "z": pa.array(Z + 1), "CLASS": pa.array([1] * N)}
    pq.write_table(pa.table(table), tmp_path / "a.parquet")
    first, *_ = read_all(tmp_path / "a.parquet")
    assert (first.z, first.facts["z_2"], first.facts["class"]) == (0.1, 1.1, 1)


@pytest.mark.parametrize("ending", ["parquet", "fits", "h5", "ecsv"])
def test_few_numbers_beside_each_spectrum_come_along_and_pixels_do_not(tmp_path, ending):
    mags, path = np.arange(3.0 * N).reshape(N, 3), tmp_path / f"a.{ending}"
    parts = {"wave": np.tile(WAVE, (N, 1)), "flux": FLUX, "ivar": IVAR, "sky_b": FLUX, "mags": mags}
    if ending == "parquet":
        lists = {name: pa.array(list(values)) for name, values in parts.items()}
        pq.write_table(pa.table({"Z": pa.array(Z)} | lists), path)
    elif ending == "h5":
        with h5py.File(path, "w") as file:
            for name, values in (parts | {"Z": Z}).items():
                file[name] = values
    else:
        form = {"format": "ascii.ecsv"} if ending == "ecsv" else {}
        Table(parts | {"Z": Z}).write(path, **form)
    for row, one in enumerate(read_all(path)):
        known = {name: one.facts[name] for name in ("mags_1", "mags_2", "mags_3")}
        assert known == {f"mags_{k + 1}": mags[row, k] for k in range(3)}
        assert not any(name.startswith("sky") for name in one.facts)


def test_a_table_without_rows_is_told(tmp_path):
    lists = {name: values[:0] for name, values in every_list().items()}
    pq.write_table(pa.table(lists), tmp_path / "a.parquet")
    (told,) = Intake(COLLECTION_GRID, 0.8)(tmp_path / "a.parquet")
    assert isinstance(told, Rejected)
    assert (told.reason, told.detail) == (
        "no spectrum", "its table has the columns of a spectrum but no rows"
    )  # fmt: skip
