"""Lists as people have them."""

import gzip
import uuid
from contextlib import suppress

import pytest
from astropy.table import Table
from hypothesis import given
from hypothesis import strategies as st
from spexplain.data.fetch.wanted import wanted_of_list, wanted_of_row

UUID = "00000f0b-07db-4234-892a-6e347db79c89"


def one(text: str):
    (found,) = wanted_of_list(text.encode())
    return found


@pytest.mark.parametrize(
    "text",
    ["266-51602-13", "spec-0266-51602-0013.fits", "266 51602 13", "266,51602,13",
     "spSpec-51602-0266-013.fit", "plate 266 fiber 13 mjd 51602", "fiberid=13 plate=266 mjd=51602",
     "dr17/spectra/lite/0266/spec-0266-51602-0013.fits", "plate\tmjd\tfiberid\n266\t51602\t13",
     "z,Fiber,PLATE,mjd\n0.1,13,266,51602", "id\nspec-0266-51602-0013"],
)  # fmt: skip
def test_plate_mjd_and_fiber_are_known_in_every_spelling(text):
    found = one(text)
    assert (found.kind, found.numbers) == ("fiber", (266, 51602, 13))


def test_a_number_above_a_thousand_is_no_fiber():
    assert one("13 51602 1266").numbers == (1266, 51602, 13)
    assert one("1266 51602 1013").kind == "nothing"


@given(
    plate=st.integers(266, 12_547), mjd=st.integers(51_500, 59_000), fiber=st.integers(1, 1000),
    run2d=st.sampled_from([("26", 26), ("103", 103), ("v5_4_45", 445), ("v5_13_2", 1302)]),
)  # fmt: skip
def test_a_spec_obj_id_is_its_plate_and_its_reduction(plate, mjd, fiber, run2d):
    bits = (plate << 50) | (fiber << 38) | ((mjd - 50_000) << 24) | (run2d[1] << 10)
    found = one(str(bits))
    assert found.numbers == (plate, mjd, fiber, bits)
    assert found.run2d == run2d[0]
    assert wanted_of_row({"specObjID": bits}).numbers == found.numbers


@pytest.mark.parametrize(
    "text", ["spec-015000-59146-4375924756.fits", "15000 59146 4375924756",
             "field,mjd,catalogid\n15000,59146,4375924756"],
)  # fmt: skip
def test_fields_of_sdss_v(text):
    found = one(text)
    assert (found.kind, found.numbers) == ("field", (15000, 59146, 4375924756))


@pytest.mark.parametrize(
    ("text", "kind", "numbers"),
    [
        ("114986844", "number", (114986844,)),
        ("sdss_id 114986844", "sdss_id", (114986844,)),
        ("SDSS_ID\n114986844", "sdss_id", (114986844,)),
        ("39627658462762345", "number", (39627658462762345,)),
        ("targetid,z\n39627658462762345,0.3", "number", (39627658462762345,)),
        ("specid\n39627658462762345.0", "number", (39627658462762345,)),
    ],
)
def test_ids_of_surveys(text, kind, numbers):
    found = one(text)
    assert (found.kind, found.numbers) == (kind, numbers)


@pytest.mark.parametrize(
    "text",
    ["146.7 +0.5", "146.7,0.5", "09:46:48 +00:30:00", "ra,dec\n146.7,0.5", "RA DEC\n146.7 0.5"],
)  # fmt: skip
def test_positions(text):
    found = one(text)
    assert found.kind == "position"
    assert (found.ra_deg, found.dec_deg) == pytest.approx((146.7, 0.5))


@given(ra=st.integers(0, 360), dec=st.integers(-90, 90))
def test_whole_degrees_under_names_are_positions(ra, dec):
    found = one(f"ra,dec\n{ra},{dec}")
    assert (found.kind, found.ra_deg, found.dec_deg) == ("position", ra, dec)


@given(number=st.uuids())
def test_ids_of_sparcl(number: uuid.UUID):
    assert one(str(number).upper()).said == str(number)
    assert one(f"sparcl_id\n{number}").kind == "sparcl_id"


@pytest.mark.parametrize(
    ("text", "words"),
    [("266 13", "without the MJD"), ("NGC 1068b", "neither plate"), ("400.5 +2", "right ascension"),
     ("0", "no id"), ("name,z\n,3", "no column says"), ("1 2 3 4", "neither")],
)  # fmt: skip
def test_what_is_not_understood_says_why(text, words):
    found = one(text)
    assert found.kind == "nothing"
    assert words in found.why


def test_a_list_is_read_once_each_without_notes_and_an_empty_one_is_told():
    found = wanted_of_list(b"# mine\r\n266-51602-13\r\n\r\n266-51602-13\r\n267-51602-13\r\n")
    assert [one.numbers[0] for one in found] == [266, 267]
    with pytest.raises(ValueError, match="empty"):
        wanted_of_list(b"# nothing\n")


@given(st.binary(max_size=60))
def test_no_bytes_whatever_are_more_than_not_understood(content):
    with suppress(ValueError):  # an empty list, a ragged table
        assert all(one.why for one in wanted_of_list(content) if one.kind == "nothing")


@pytest.mark.parametrize("form", ["fits", "votable", "ascii.ecsv", "parquet", "gzip"])
def test_lists_in_other_containers_are_read_as_the_same(tmp_path, form):
    table = Table({"PLATE": [266], "MJD": [51602], "FIBERID": [13]})
    if form == "gzip":
        (tmp_path / "list").write_bytes(gzip.compress(b"266-51602-13"))
    elif form == "parquet":
        table.to_pandas().to_parquet(tmp_path / "list")
    else:
        table.write(tmp_path / "list", format=form)
    (found,) = wanted_of_list((tmp_path / "list").read_bytes())
    assert (found.kind, found.numbers) == ("fiber", (266, 51602, 13))


def test_a_damaged_container_is_told():
    with pytest.raises(ValueError, match="the list cannot be read: a damaged gzip file"):
        wanted_of_list(gzip.compress(b"266-51602-13" * 100)[:30])


@pytest.mark.parametrize(
    "names", ["RA [deg],Dec (deg)", "_RAJ2000,_DEJ2000", "Target RA,Target Dec"]
)
def test_headings_with_units_and_underscores_are_positions(names):
    found = one(f"{names}\n150.1,-20.0\n")
    assert (found.kind, found.ra_deg, found.dec_deg) == ("position", 150.1, -20.0)
