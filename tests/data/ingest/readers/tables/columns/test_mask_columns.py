"""Values and marks that stand for no data, and what is not taken for them."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from astropy.io import fits
from astropy.table import Table
from spexplain.data.ingest.readers import ReadError, read, read_all
from spexplain.data.ingest.readers.tables.columns.mask_columns import without_fill
from spexplain.data.ingest.readers.vocabulary.column_roles.hints import Hints

WAVE = np.linspace(3800.0, 9200.0, 300)
FLUX = 30 + 10 * np.sin(WAVE / 300)
BAD = np.arange(300) % 31 == 3


def write(path, header=(), **columns):
    given = {"wave": WAVE, "flux": FLUX, "err": np.ones(300), **columns}
    hdu = fits.BinTableHDU(Table(given))
    hdu.header.update({"Z": 0.1, **dict(header)})
    hdu.writeto(path)
    return path


@pytest.mark.parametrize("fill", [-99.0, -999.0, -9999.0, 1e20, 3.4e38, -1e30])
def test_values_that_stand_for_no_flux_are_none_and_told(tmp_path, fill):
    spectrum = read(write(tmp_path / "a.fits", flux=np.where(BAD, fill, FLUX)))
    np.testing.assert_array_equal(spectrum.has_data, ~BAD)
    assert float(spectrum.facts["fill_value"]) == pytest.approx(fill, rel=1e-4)


@pytest.mark.parametrize("fill", [999999.0, 9999.0, 999.0, -1e6, 1e10, 32767.0])
@pytest.mark.parametrize("errors_too", [False, True])
@pytest.mark.parametrize("few", [True, False])
def test_a_value_far_from_all_others_that_repeats_is_none(tmp_path, fill, errors_too, few):
    none = BAD if few else np.arange(300) < 180
    error = np.where(none & errors_too, abs(fill), 1.0)
    path = write(tmp_path / "a.fits", flux=np.where(none, fill, FLUX), err=error)
    spectrum = read(path)
    np.testing.assert_array_equal(spectrum.has_data, ~none)
    assert float(spectrum.facts["fill_value"]) == pytest.approx(fill)


def test_two_values_on_one_side_are_both_none():
    other = np.arange(300) % 31 == 7
    flux = np.where(BAD, -9e5, np.where(other, -1234.0, FLUX))
    np.testing.assert_array_equal(without_fill(flux, np.ones(300))[0] > 0, ~(BAD | other))


def test_clipped_flux_and_few_equal_pixels_stay():
    line = FLUX + 300 * np.exp(-(((WAVE - 6000) / 100) ** 2))
    for flux in (np.minimum(line, 80.0), np.maximum(FLUX - 30, 0.0), np.where(BAD, 2.0, 1.0)):
        assert without_fill(flux, np.full(300, 100.0))[1] == ""
    twice = line.copy()
    twice[[5, 9]] = 5e3
    assert without_fill(twice, np.ones(300))[1] == ""


def test_zeros_up_to_an_end_are_none_but_few_or_clipped_ones_stay(tmp_path):
    pixel = np.arange(300)
    padded = (pixel < 12) | (pixel >= 280)
    spectrum = read(write(tmp_path / "a.fits", flux=np.where(padded, 0.0, FLUX)))
    np.testing.assert_array_equal(spectrum.has_data, ~padded)
    assert float(spectrum.facts["fill_value"]) == 0
    for name, zero in (("few", pixel < 9), ("clipped", padded | (pixel == 100))):
        flux = np.where(zero, 0.0, FLUX)
        assert read(write(tmp_path / f"{name}.fits", flux=flux)).has_data.all()


def test_an_error_beyond_all_is_none(tmp_path):
    spectrum = read(write(tmp_path / "a.fits", err=np.where(BAD, 1e20, 1.0)))
    np.testing.assert_array_equal(spectrum.has_data, ~BAD)


def test_flux_that_may_be_such_a_value_stays():
    counts = np.where(BAD, -999.0, -995.0)
    assert without_fill(counts, np.full(300, 0.01))[1] == ""  # within its errors
    once = FLUX.copy()
    once[7] = -999.0  # a cosmic ray's remains, once
    assert without_fill(once, np.ones(300))[1] == ""
    assert without_fill(FLUX * 1e6, np.ones(300))[1] == ""
    assert without_fill(np.full(300, np.nan), np.ones(300))[1] == ""


@pytest.mark.parametrize("said", ["1 = good, 0 = bad", "True is good", "good=1", "0: bad"])
def test_a_mask_that_says_that_one_is_good_is_believed(tmp_path, said):
    path = write(tmp_path / "a.fits", mask=(~BAD).astype(np.int16), header={"TCOMM4": said})
    np.testing.assert_array_equal(read(path).has_data, ~BAD)


def test_a_mask_of_nearly_all_asks_what_it_means(tmp_path):
    path = write(tmp_path / "a.fits", mask=(~BAD).astype(np.int16))
    with pytest.raises(ReadError, match=r"290 of 300 pixels.*--column good=MASK"):
        read(path)
    for role, good in (("good mask", ~BAD), ("mask", BAD)):
        (spectrum,) = read_all(path, Hints({role: "MASK"}))
        np.testing.assert_array_equal(spectrum.has_data, good)


@pytest.mark.parametrize("kind", ["u1", "i1", "u2", "u4", "u8", "i8", "f4"])
@pytest.mark.parametrize("name", ["mask", "dq", "pixel_flags"])
def test_flags_of_every_width_with_or_without_a_sign(tmp_path, kind, name):
    table = Table({"wave": WAVE, "flux": FLUX, "err": np.ones(300), name: (4 * BAD).astype(kind)})
    table.meta["Z"] = 0.1
    table.write(tmp_path / "a.fits")
    np.testing.assert_array_equal(read(tmp_path / "a.fits").has_data, ~BAD)


@pytest.mark.parametrize("words", [("bad", "good"), ("Y", "N"), ("true", "false"), ("1", "0")])
@pytest.mark.parametrize("ending", ["fits", "csv"])
def test_flags_may_be_words(tmp_path, words, ending):
    table = Table({"wave": WAVE, "flux": FLUX, "err": np.ones(300), "mask": np.where(BAD, *words)})
    table.write(tmp_path / f"a.{ending}")
    np.testing.assert_array_equal(read(tmp_path / f"a.{ending}").has_data, ~BAD)


def test_words_that_are_no_flags_are_quoted(tmp_path):
    table = Table(
        {"wave": WAVE, "flux": FLUX, "err": np.ones(300), "mask": np.full(300, "perhaps")}
    )
    table.write(tmp_path / "a.csv")
    with pytest.raises(ReadError, match="holds 'perhaps', no flags of good and bad"):
        read(tmp_path / "a.csv")


def test_weights_of_dq_say_which_of_its_bits_count(tmp_path):
    path = write(tmp_path / "a.fits", dq=np.full(300, 4), dq_wgt=(~BAD).astype(float))
    np.testing.assert_array_equal(read(path).has_data, ~BAD)


def test_a_table_without_rows_is_called_so(tmp_path):
    Table({"wave": WAVE[:0], "flux": FLUX[:0], "err": FLUX[:0]}).write(tmp_path / "a.fits")
    with pytest.raises(ReadError, match="the table has no rows"):
        read(tmp_path / "a.fits")


def test_what_stands_behind_a_columns_name_is_heard(tmp_path):
    path = write(tmp_path / "a.fits", mask=(~BAD).astype(np.int16))
    with fits.open(path, mode="update") as hdus:
        hdus[1].header.comments["TTYPE1"] = "wavelength in air"
        hdus[1].header.comments["TTYPE4"] = "1 = good"
    found = read(path)
    assert found.medium == "air"
    np.testing.assert_array_equal(found.has_data, ~BAD)


@pytest.mark.parametrize(
    "name",
    ["telluric", "cosmic_ray", "crmask", "or_mask", "not_good", "weight", "is_valid", "badpix"],
)
@pytest.mark.parametrize("beside", [{}, {"mask": np.zeros(300, np.int16)}])
def test_columns_of_0_and_1_besides_are_masks_by_their_names(tmp_path, name, beside):
    marks = ~BAD if name in ("weight", "is_valid") else BAD
    for kind in (bool, np.int32, np.float64):
        path = write(tmp_path / f"{kind.__name__}.fits", **beside, **{name: marks.astype(kind)})
        spectrum = read(path)
        np.testing.assert_array_equal(spectrum.has_data, ~BAD)
        assert "mask_not_heeded" not in spectrum.facts


@pytest.mark.parametrize(("name", "times"), [("line_mask", 1), ("or_mask", 16), ("ghost", 1)])
def test_what_may_be_a_mask_is_left_alone_and_told(tmp_path, name, times):
    spectrum = read(write(tmp_path / "a.fits", **{name: BAD * times}))
    assert spectrum.has_data.all()
    assert spectrum.facts["mask_not_heeded"] == name.upper()
    (taken,) = read_all(tmp_path / "a.fits", Hints({"mask": name}))
    assert "mask_not_heeded" not in taken.facts


def test_numbers_of_good_or_bad_pixels_are_masks(tmp_path):
    given = {"wave": WAVE, "flux": FLUX, "err": np.ones(300)}
    for name, those in (("goodpixels", ~BAD), ("bad_pixels", BAD)):
        numbers = np.flatnonzero(those)
        np.savez(tmp_path / "a.npz", **given, **{name: numbers})
        lists = {key: [values] for key, values in {**given, name: numbers}.items()}
        pq.write_table(pa.table(lists), tmp_path / "a.parquet")
        fits.BinTableHDU(Table(lists)).writeto(tmp_path / "a.fits", overwrite=True)
        for ending in ("npz", "parquet", "fits"):
            np.testing.assert_array_equal(read(tmp_path / f"a.{ending}").has_data, ~BAD)
    np.savez(tmp_path / "a.npz", **given, good=np.arange(1, 301)[~BAD][::-1])
    with pytest.raises(ReadError, match="290 values for 300 pixels"):
        read(tmp_path / "a.npz")


def test_a_mask_in_another_hdu_than_the_table_is_told(tmp_path):
    write(tmp_path / "a.fits")
    fits.append(tmp_path / "a.fits", np.flatnonzero(~BAD), fits.Header({"EXTNAME": "GOODPIXELS"}))
    assert read(tmp_path / "a.fits").facts["mask_not_heeded"] == "GOODPIXELS"


def test_what_is_no_mask_by_its_numbers_is_not_told(tmp_path):
    columns = {name: np.where(BAD, 0.3, 1.0) for name in ("telluric", "weight")}
    columns |= {"ccd": (np.arange(300) > 160).astype(float), "one": np.ones(300)}
    spectrum = read(write(tmp_path / "a.fits", maskname=np.full(300, "long"), **columns))
    assert spectrum.has_data.all()
    assert "mask_not_heeded" not in spectrum.facts


def test_masks_besides_are_found_in_every_container(tmp_path):
    rows = {n: np.tile(v, (2, 1)) for n, v in (("wave", WAVE), ("flux", FLUX), ("cosmic", BAD))}
    rows["ivar"] = np.ones((2, 300))
    np.savez(tmp_path / "a.npz", **rows, id=np.array(["a", "b"]), quality=np.array([0, 1]))
    lists = {name: list(values) for name, values in rows.items()} | {"id": ["a", "b"]}
    pq.write_table(pa.table(lists), tmp_path / "a.parquet")
    images = [fits.ImageHDU(v, name=n) for n, v in (("IVAR", np.ones(300)), ("COSMIC", 1.0 * BAD))]
    first = fits.PrimaryHDU(FLUX, fits.Header({"CRVAL1": 4e3, "CDELT1": 1.0, "CUNIT1": "Angstrom"}))
    fits.HDUList([first, *images]).writeto(tmp_path / "a.fits")
    for ending in ("npz", "parquet", "fits"):
        for number, spectrum in enumerate(read_all(tmp_path / f"a.{ending}")):
            assert ending != "npz" or spectrum.facts["quality"] == number
            np.testing.assert_array_equal(spectrum.has_data, ~BAD)
