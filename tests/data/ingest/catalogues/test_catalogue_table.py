"""Tables about spectra, in any container and under any usual name of a column, say the same."""

import gzip
import math
import pickle
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from astropy import units as u
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.table import MaskedColumn, QTable, Table
from astropy.time import Time
from spexplain.data.ingest.catalogues.catalogue_table import degrees_factor, read_table, texts_of
from spexplain.data.ingest.catalogues.joined_catalogue import read_catalogue
from spexplain.data.ingest.catalogues.labels import LabelError, read_labels

LONG = 39627835576420141  # in double precision another number
FORMS = {"ecsv": "ascii.ecsv", "fits": "fits", "vot": "votable", "parquet": "parquet"}
NOWHERE = (math.nan, math.nan)


def write(path, table, form):
    if form == "parquet":
        columns = {name: table[name].tolist() for name in table.colnames}
        pq.write_table(pa.table(columns), path)
    else:
        table.write(path, format=FORMS[form])
    return path


@pytest.mark.parametrize("form", FORMS)
def test_labels_are_read_from_any_table_masked_entries_say_nothing(tmp_path, form):
    table = Table({"TARGETID": [LONG, LONG + 2, 7],
                   "label": MaskedColumn(["Sy1", "type 2", "Sy1"], mask=[0, 0, 1]),
                   "z": MaskedColumn([0.1, 0.2, 0.3], mask=[0, 1, 0])})  # fmt: skip
    found = read_labels(write(tmp_path / "labels.any", table, form))
    assert found.by_name == {str(LONG): "type 1", str(LONG + 2): "type 2"}
    assert found.redshifts == {str(LONG): 0.1, "7": 0.3}


@pytest.mark.parametrize("form", FORMS)
def test_long_whole_numbers_keep_every_digit(tmp_path, form):
    table = Table({"id": ["a", "b"], "gaia": [LONG, 5],
                   "specobjid": MaskedColumn([LONG + 2, 0], mask=[0, 1])})  # fmt: skip
    found = read_catalogue(write(tmp_path / "c.any", table, form))
    assert found.facts[0]["gaia"] == str(LONG)
    assert found.facts[0]["specobjid"] == str(LONG + 2)
    assert found.row_of(str(LONG + 2), "", *NOWHERE) == 0
    assert found.row_of("", "", *NOWHERE) is None


@pytest.mark.parametrize(("ra", "dec"), [("_RAJ2000", "_DEJ2000"), ("ALPHA_J2000", "DELTA_J2000"),
                                         ("mean_fiber_ra", "mean_fiber_dec")])  # fmt: skip
def test_positions_under_the_names_of_other_tools(tmp_path, ra, dec):
    (tmp_path / "c.csv").write_text(f"{ra},{dec},z\n10.0,1.0,0.1\n")
    assert read_catalogue(tmp_path / "c.csv").row_of("", "", 10.0001, 1.0001) == 0


@pytest.mark.parametrize("unit", [u.hourangle, u.rad, u.arcsec, u.deg])
def test_positions_are_in_their_own_unit(tmp_path, unit):
    table = Table({"RA": ([150.1] * u.deg).to(unit), "DEC": [-20.0] * u.deg, "z": [0.1]})
    table.write(tmp_path / "c.ecsv")
    assert read_catalogue(tmp_path / "c.ecsv").row_of("", "", 150.1, -20.0) == 0


def test_units_stand_behind_names_in_text(tmp_path):
    (tmp_path / "c.csv").write_text("ra [hourangle],dec (deg),z [km/s],E(B-V)\n10.0,1,29979.2458,3")
    found = read_catalogue(tmp_path / "c.csv")
    assert found.row_of("", "", 150.0, 1.0) == 0
    assert found.z == pytest.approx([0.1])
    assert found.facts == [{"e_b_v": 3.0}]


def test_a_unit_that_is_no_angle_is_told():
    with pytest.raises(ValueError, match="'kg' is not a unit of angle: write deg or hourangle"):
        degrees_factor("kg")


def test_a_table_packed_or_behind_another_or_named_by_a_note(tmp_path):
    text = b"# id z\na 0.1\nb 0.2\n"
    (tmp_path / "c.txt.gz").write_bytes(gzip.compress(text))
    assert read_catalogue(tmp_path / "c.txt.gz").z == [0.1, 0.2]
    (tmp_path / "labels.txt").write_bytes(text.replace(b"z", b"label").replace(b"0.1", b"Sy1"))
    assert read_labels(tmp_path / "labels.txt").by_name == {"a": "type 1"}
    tables = [Table({"x": [1.0]}), Table({"id": ["a"], "z": [0.1]})]
    fits.HDUList([fits.PrimaryHDU(), *map(fits.BinTableHDU, tables)]).writeto(tmp_path / "c.fits")
    assert read_catalogue(tmp_path / "c.fits").row_of("a", "", *NOWHERE) == 0


def test_plate_mjd_and_fibre_name_a_spectrum_and_so_does_a_path(tmp_path):
    (tmp_path / "p.csv").write_text("PLATE,MJD,FIBERID,z\n266,51602,1,0.1\n")
    assert read_catalogue(tmp_path / "p.csv").row_of("0266-51602-0001", "", *NOWHERE) == 0
    (tmp_path / "f.csv").write_text("file,z\nnight 2/b.fits,0.1\nn1/c.fits,0.1\nn2/c.fits,0.2\n")
    found = read_catalogue(tmp_path / "f.csv")
    assert found.row_of("b", "/d/night 2/b.fits", *NOWHERE) == 0
    assert found.row_of("c", "/d/n2/c.fits", *NOWHERE) == 2
    assert found.row_of("c", "/d/n3/c.fits", *NOWHERE) is None  # of two it may be either


@pytest.mark.parametrize("key", ["id", "ra,dec"])
def test_rows_of_one_object_that_disagree_make_its_redshift_doubtful(tmp_path, key):
    of = {"id": ("a", "a", "b"), "ra,dec": ("10,1", "10.0001,1", "20,2")}[key]
    rows = zip(of, (0.1, 0.3, 0.2), strict=True)
    (tmp_path / "c.csv").write_text(f"{key},z\n" + "\n".join(f"{a},{z}" for a, z in rows))
    found = read_catalogue(tmp_path / "c.csv")
    row = found.row_of("a", "", 10.0, 1.0)
    assert row == 0
    assert found.z_warning[row] == "the same file says z in another row = 0.3"
    assert found.facts[row]["catalogue_rows"] == 2
    assert found.z_warning[2] == ""


def test_a_redshift_that_stands_for_none_says_nothing_and_an_error_behind_it_is_left_out(tmp_path):
    (tmp_path / "z.csv").write_text("id,Z_SPEC\na,-9999\nb,0.123 ± 0.001\nc,\n")
    assert read_labels(tmp_path / "z.csv").redshifts == {"b": 0.123}
    (tmp_path / "cz.csv").write_text("id,z [km/s]\na,29979.2458\n")
    assert read_labels(tmp_path / "cz.csv").redshifts == pytest.approx({"a": 0.1})


def test_two_spellings_of_one_type_are_no_contradiction(tmp_path):
    (tmp_path / "l.csv").write_text("id,label\na,type 1\na,Sy1\n")
    assert read_labels(tmp_path / "l.csv").by_name == {"a": "type 1"}
    (tmp_path / "l.csv").write_text("id,label\na,type 1\na,Sy2\n")
    with pytest.raises(LabelError, match="calls 'a' both 'type 1' and 'Sy2'"):
        read_labels(tmp_path / "l.csv")


def test_categories_times_and_decimals_are_read(tmp_path):
    table = pd.DataFrame({
        "id": pd.Categorical(["a", "b"]), "night": pd.to_datetime(["2024-05-01", "2024-05-02"]),
        "mass": [Decimal("1.5"), None], "list": [[1], [2]],
    })  # fmt: skip
    table.to_parquet(tmp_path / "c.parquet")
    found = read_table(tmp_path / "c.parquet")
    assert texts_of(found["id"]) == ("a", "b")
    assert found["night"].tolist() == ["2024-05-01", "2024-05-02"]
    assert found["mass"].tolist() == ["1.5", ""]
    assert "list" not in found


def test_what_is_no_table_is_told_with_what_to_do(tmp_path):
    (tmp_path / "c.hdf5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    with pytest.raises(LabelError, match="write it as FITS, Parquet, ECSV or CSV"):
        read_catalogue(tmp_path / "c.hdf5")
    fits.PrimaryHDU(np.zeros(3)).writeto(tmp_path / "image.fits")
    with pytest.raises(LabelError, match="the FITS file has no table"):
        read_labels(tmp_path / "image.fits")


@pytest.mark.parametrize("form", ["ecsv", "fits", "vot"])
def test_few_numbers_of_a_row_are_columns_each(tmp_path, form):
    table = Table({"id": ["a", "b"], "mags": [[20.5, 19.0], [21.0, 18.0]], "z": [0.1, 0.2]})
    found = read_catalogue(write(tmp_path / "c.any", table, form))
    assert found.facts[1] == {"mags_1": 21.0, "mags_2": 18.0}


@pytest.mark.parametrize(
    "names", [["000141", "000142"], ["1e5", "2e10"], ["1.10", "2.50"], ["+1", "-2"]]
)
def test_names_that_look_like_numbers_are_kept_as_they_are_written(tmp_path, names):
    lines = [f"{name},0.1,Sy1" for name in names]
    (tmp_path / "l.csv").write_text("\n".join(["id,z,label", *lines]))
    assert [*read_labels(tmp_path / "l.csv").redshifts] == names
    found = read_catalogue(tmp_path / "l.csv")
    assert [found.row_of(name, "", *NOWHERE) for name in names] == [0, 1]


def test_whole_numbers_that_pandas_wrote_with_a_point_are_names_without(tmp_path):
    (tmp_path / "l.csv").write_text("targetid,z\n39627.0,0.1\n,0.2\n39628.0,0.3\n")
    assert read_labels(tmp_path / "l.csv").redshifts == {"39627": 0.1, "39628": 0.3}


@pytest.mark.parametrize("name", ["id", None])
def test_an_index_of_pandas_is_a_column_of_names(tmp_path, name):
    frame = pd.DataFrame({"z": [0.1, 0.2]}, index=pd.Index(["a", "b"], name=name))
    frame.to_parquet(tmp_path / "c.parquet")
    assert read_catalogue(tmp_path / "c.parquet").row_of("b", "", *NOWHERE) == 1


def test_positions_and_times_of_astropy_are_read(tmp_path):
    sky = SkyCoord([10.0, 20.0], [1.0, -2.0], unit="deg")
    table = QTable({"pos": sky, "at": Time([55000.0, 55001.0], format="mjd"), "z": [0.1, 0.2]})
    table.write(tmp_path / "c.ecsv")
    found = read_catalogue(tmp_path / "c.ecsv")
    assert found.row_of("", "", 20.0, -2.0) == 1
    assert found.facts[0]["at"].startswith("2009-06-18")


@pytest.mark.parametrize("form", ["ipac", "mrt", "fixed_width", "fixed_width_two_line"])
def test_other_tables_of_text_are_catalogues(tmp_path, form):
    Table({"id": ["a", "b"], "z": [0.1, 0.2]}).write(tmp_path / "c.txt", format=f"ascii.{form}")
    found = read_catalogue(tmp_path / "c.txt")
    assert (found.row_of("b", "", *NOWHERE), found.z) == (1, [0.1, 0.2])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (pickle.dumps({"id": ["a"]}), "a pickle of Python, which is not loaded"),
        (pickle.dumps({"id": ["a"]}, 0), "a pickle of Python, which is not loaded"),
        (b'[{"id": "a"}]', "JSON: write it as"),
        (b"SQLite format 3\0", "SQLite: write it as"),
    ],
)
def test_what_is_no_table_is_called_by_its_name(tmp_path, content, words):
    (tmp_path / "c.tab").write_bytes(content)
    for reads in (read_catalogue, read_labels):
        with pytest.raises(LabelError, match=words):
            reads(tmp_path / "c.tab")
