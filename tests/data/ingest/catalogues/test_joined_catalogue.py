"""A catalogue of the user's is joined by id, file or position, whatever kind of table it is."""

import math

import numpy as np
import pytest
from astropy.table import Table
from hypothesis import given
from hypothesis import strategies as st
from spexplain.core.spectra.grid import COLLECTION_GRID
from spexplain.data.collection.collection import Collection
from spexplain.data.ingest.catalogues.joined_catalogue import (
    NO_CATALOGUE,
    JoinedCatalogue,
    catalogue_facts,
    read_catalogue,
)
from spexplain.data.ingest.catalogues.labels import LabelError, read_labels
from spexplain.data.ingest.one_file import Intake
from spexplain.data.ingest.to_collection import ingest

NOWHERE = (math.nan, math.nan)
FORMS = {"csv": "ascii.csv", "ecsv": "ascii.ecsv", "fits": "fits", "vot": "votable"}


def columns():
    return {
        "ra": [10.0, 20.0, 30.0], "dec": [-5.0, 0.0, 89.99], "z": [0.1, -9999.0, 0.3],
        "ZWARNING": [0, 0, 4], "LOGMASS": [10.5, 11.0, 9.5], "morph": ["E", "S0", "Sb"],
    }  # fmt: skip


@pytest.mark.parametrize("ending", [*FORMS, "parquet"])
def test_any_table_is_read_to_the_same(tmp_path, ending):
    table = Table({"id": ["a", "b", "c.fits"], **columns()})
    path = tmp_path / f"c.{ending}"
    if ending == "parquet":
        table.to_pandas().to_parquet(path)
    else:
        table.write(path, format=FORMS[ending])
    found = read_catalogue(path)
    assert found.row_of("b", "", *NOWHERE) == 1
    assert found.row_of("x", "/d/c.fits", *NOWHERE) == 2
    assert found.row_of("x", "", *NOWHERE) is None
    np.testing.assert_array_equal(found.z, [0.1, np.nan, 0.3])
    assert [bool(words) for words in found.z_warning] == [False, False, True]
    assert found.facts[1] == {"logmass": 11.0, "morph": "S0"}


@given(
    ra=st.floats(0, 360), dec=st.floats(-89.999, 89.999), away=st.floats(0, 3),
    angle=st.floats(0, 2 * math.pi),
)  # fmt: skip
def test_positions_count_within_an_arcsecond_everywhere(ra, dec, away, angle):
    if abs(away - 1) < 1e-3:
        return
    other = (
        ra + away * math.sin(angle) / 3600 / math.cos(math.radians(dec)),
        dec + away * math.cos(angle) / 3600,
    )
    if abs(other[1]) > 89.99:
        return
    found = JoinedCatalogue(ra=[math.nan, ra], dec=[0.0, dec], digest="x")
    assert found.row_of("", "", *other) == (1 if away < 1 else None)


def test_a_row_of_a_redshift_alone_is_a_row_and_positions_may_be_sexagesimal(tmp_path):
    (tmp_path / "c.csv").write_text("name,RA,DEC,z\na,12:30:49.4,-01 00 36,0.1\n")
    found = read_catalogue(tmp_path / "c.csv")
    here = {"id": "x", "file": "", "ra": 187.705833, "dec": -1.01}
    assert catalogue_facts(found, here) == {}
    assert catalogue_facts(found, here | {"dec": 1.01}) is None


def test_a_position_that_is_not_known_is_nobodys():
    assert NO_CATALOGUE.row_of("a", "/d/a.fits", 1.0, 2.0) is None
    assert JoinedCatalogue(ra=[1.0], dec=[2.0]).row_of("a", "", *NOWHERE) is None


@pytest.mark.parametrize(
    ("text", "says"), [("name_of,z\na,0.1\n", "no column id"), ("", "cannot be|cannot read")]
)
def test_a_catalogue_that_names_no_spectra_says_so(tmp_path, text, says):
    (tmp_path / "c.csv").write_text(text)
    with pytest.raises(LabelError, match=says):
        read_catalogue(tmp_path / "c.csv")


@pytest.mark.parametrize("jobs", [1, 2])
def test_its_columns_and_redshifts_reach_the_collection(tmp_path, jobs, monkeypatch):
    monkeypatch.setattr("spexplain.data.ingest.reader_processes.many_files._FILES_A_PROCESS", 1)
    (tmp_path / "in").mkdir()
    wave = np.linspace(3800.0, 8000.0, 300)
    for row, name in enumerate("abc"):
        table = Table({"wave": wave, "flux": np.full(300, 3.0), "error": np.full(300, 0.1)})
        table.meta.update({"RA": columns()["ra"][row] + 1e-5, "DEC": columns()["dec"][row]})
        if name == "b":
            table.meta["Z"] = 0.2
        table.write(tmp_path / "in" / f"{name}.fits")
    Table(columns()).write(tmp_path / "in" / "catalogue.csv", format="ascii.csv")
    report = ingest(
        [tmp_path / "in"], tmp_path / "c", catalogue=tmp_path / "in" / "catalogue.csv", jobs=jobs
    )
    assert (report.n_files, report.n_taken, report.n_joined, report.n_doubtful) == (3, 3, 3, 1)
    catalog = Collection.open(report.path).catalog
    assert catalog["z"].tolist() == [0.1, 0.2, 0.3]
    assert catalog["logmass"].tolist() == [10.5, 11.0, 9.5]
    assert catalog["morph"].tolist() == ["E", "S0", "Sb"]
    assert "fits nearly as well" in catalog["z_warning"].iloc[2]


@pytest.mark.parametrize(
    ("header", "row", "ra", "dec"),
    [
        ("RAh,RAm,RAs,DE-,DEd,DEm,DEs", "12,30,15,-,0,20,30", 187.5625, -20.5 / 60),
        ("RAh,RAm,RAs,DE-,DEd,DEm,DEs", "12,30,15,+,0,20,30", 187.5625, 20.5 / 60),
        ("RAh,RAm,RAs,DEd,DEm,DEs", "0,0,30,-3,15,0", 0.125, -3.25),
        ("RA_H,DEC", "12.5,-1.5", 187.5, -1.5),
    ],
)
def test_angles_in_three_columns_and_hours_by_name(tmp_path, header, row, ra, dec):
    path = tmp_path / "a.csv"
    path.write_text(f"id,{header}\na,{row}\n", encoding="utf-8")
    catalogue = read_catalogue(path)
    np.testing.assert_allclose([catalogue.ra[0], catalogue.dec[0]], [ra, dec])


def taken(tmp_path, catalogue, z=""):
    """The one spectrum of a file, with a catalogue of a line of names and one of entries."""
    pixels = "5000,1,.1\n5001,2,.1\n5002,3,.1\n"
    (tmp_path / "a.csv").write_text(f"# z = {z}\nwave,flux,err\n{pixels}")
    (tmp_path / "c.csv").write_text(catalogue)
    intake = Intake(COLLECTION_GRID, 0.8, catalogue=read_catalogue(tmp_path / "c.csv"))
    (one,) = intake(tmp_path / "a.csv")
    return one.row


def test_columns_that_differ_in_case_alone_may_contradict(tmp_path):
    row = taken(tmp_path, "id,z,Z\na,0.1,0.7\n")
    assert row["z"] == 0.1
    assert row["z_warning"] == "the same file says Z (2) = 0.7"


@pytest.mark.parametrize("written", ["~0.1", "0.1?", "<0.1", "unknown"])
def test_a_redshift_that_is_no_number_is_told(tmp_path, written):
    row = taken(tmp_path, f"id,z\na,{written}\nb,0.3\n")
    assert row["set_aside"] == "redshift missing"
    assert f"the catalogue's Z = {written!r} is no number" in row["set_aside_why"]


@pytest.mark.parametrize(
    ("column", "entry", "words"),
    [
        ("zwarning", "4", "another redshift or class fits nearly as well"),
        ("zwarning", "0x4", "another redshift or class fits nearly as well"),
        ("z_quality", "1", "Z_QUALITY 1: may be wrong"),
        ("z_quality", "C", "Z_QUALITY says 'C'"),
        ("z_flag", "tentative", "Z_FLAG says 'tentative'"),
        *(("z_quality", "A", ""), ("z_quality", "4", ""), ("z_quality", "secure", "")),
    ],
)
@pytest.mark.parametrize("of_file", [False, True])
def test_flags_count_in_letters_and_words_too_and_without_a_redshift(
    tmp_path, column, entry, words, of_file
):
    """A row whose flag is text makes the whole column text."""
    lines = {
        True: f"id,{column}\na,{entry}\nb,n/a\n",
        False: f"id,z,{column}\na,0.1,{entry}\nb,0.1,n/a\n",
    }
    row = taken(tmp_path, lines[of_file], "0.1" if of_file else "")
    assert (row["z"], row["z_warning"]) == (0.1, words)


def test_decimal_commas_and_names_that_are_written_alike_join_too(tmp_path):
    text = "name;RAJ2000;DEJ2000;z;mass\nNGC 1;150,1;2,2;0,1;10,5\nNGC 2;151,1;-2,2;0,2;\n"
    (tmp_path / "c.csv").write_text(text)
    found = read_catalogue(tmp_path / "c.csv")
    assert found.row_of("x", "y.fits", 150.1, 2.2) == found.row_of("ngc_1", "", *NOWHERE) == 0
    assert found.z == [0.1, 0.2]
    assert found.facts[0]["mass"] == 10.5


@pytest.mark.parametrize(
    "table",
    ["plateid,mjd,fiber_id,z\n266,51602,1,0.1", "plate-mjd-fiber,z\n266-51602-1,0.1",
     "spec,z\nspec-266-51602-1,0.1", "specname,z\nspec-0266-51602-0001,0.1"],
)  # fmt: skip
def test_plate_mjd_and_fiber_have_many_spellings(tmp_path, table):
    (tmp_path / "c.csv").write_text(table + "\n")
    found = read_catalogue(tmp_path / "c.csv")
    assert found.row_of("0266-51602-0001", "spec-0266-51602-0001.fits", *NOWHERE) == 0


@pytest.mark.parametrize(("more", "z"), [("", None), (",redshift", 0.1)])
def test_a_magnitude_z_is_no_redshift_here_nor_among_labels(tmp_path, more, z):
    row = "one,18.1,17.5,17.2" + (",0.1" if more else "")
    (tmp_path / "c.csv").write_text(f"id,g,r,z{more},label\n{row},type 1\n")
    found = read_catalogue(tmp_path / "c.csv")
    assert found.z == ([z] if z else pytest.approx([math.nan], nan_ok=True))
    assert found.facts[0]["mag_z"] == 17.2
    assert read_labels(tmp_path / "c.csv").redshifts == ({"one": z} if z else {})
