"""No reason of a file that is not read is in the words of a library."""

import io

import numpy as np
import pytest
from astropy.table import Table
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spexplain.data.ingest.readers import ReadError, read_all
from spexplain.data.ingest.readers.vocabulary.plain_words import in_own_words

ENDINGS = ("fits", "csv", "txt", "ecsv", "vot", "parquet", "npz", "npy", "h5", "zip", "md")
FOREIGN = (
    "arg ",
    "' object",
    "()",
    "0x",
    "Errno",
    "pickle",
    "codec",
    "index",
    "well-formed",
    "token",
)


@pytest.mark.parametrize(
    "text",
    ["chr() arg not in range(0x110000)", "[Errno 2] No such file", "'NoneType' object is None",
     "1:0: syntax error", "you can load it with `allow_pickle=`", ""],
)  # fmt: skip
def test_words_for_programmers_are_replaced(text):
    assert in_own_words(text, "it is damaged") == "it is damaged"


def test_a_sentence_for_users_is_passed_on():
    assert in_own_words("row 7 has  2 of 3 columns", "no") == "row 7 has 2 of 3 columns"


def prose():
    return st.text(st.characters(codec="utf-8"), min_size=1, max_size=400).map(str.encode)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.one_of(prose(), st.binary(min_size=1, max_size=400)), data=st.data())
def test_what_is_no_spectrum_says_so_in_words_of_this_program(tmp_path, content, data):
    path = tmp_path / f"x.{data.draw(st.sampled_from(ENDINGS))}"
    path.write_bytes(content)
    with pytest.raises(ReadError) as caught:
        list(read_all(path))
    said = str(caught.value).partition("begins")[0].partition("columns ")[0]
    assert not any(word in said for word in FOREIGN), said


@pytest.mark.parametrize("name", ["README.txt", "notes.dat", "log.csv"])
def test_prose_is_no_table(tmp_path, name):
    text = "Spectra of 2024, taken by us;\nsee the paper, and the log.\n\nfinal (1.2) version\n"
    (tmp_path / name).write_text(text)
    with pytest.raises(ReadError, match="text that is no table; it begins 'Spectra of") as caught:
        list(read_all(tmp_path / name))
    assert caught.value.reason == "unknown format"


def test_the_content_of_an_ecsv_file_is_never_taken_for_the_name_of_one(tmp_path):
    table = Table({"wave": np.linspace(4000, 8000, 90), "flux": np.ones(90), "err": np.ones(90)})
    stream = io.StringIO()
    table.write(stream, format="ascii.ecsv")
    (tmp_path / "other.ecsv").write_text(stream.getvalue())
    (tmp_path / "x.ecsv").write_text(str(tmp_path / "other.ecsv"))
    with pytest.raises(ReadError, match="ECSV"):
        list(read_all(tmp_path / "x.ecsv"))
