"""A user's labels."""

import pytest
from spexplain.data.collection.trained.type_names import SYNONYMS, TYPES, plain_label
from spexplain.data.ingest.catalogues.labels import LabelError, read_labels


@pytest.fixture
def labels(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "labels.csv"
        path.write_bytes(text.encode(encoding))
        return read_labels(path)

    return write


def test_labels_by_id(labels):
    got = labels("id,label\n0266-51602-0001,type 1\n0266-51602-0002,type 2\n")
    assert got.by_name == {"0266-51602-0001": "type 1", "0266-51602-0002": "type 2"}
    assert got.name_of("0266-51602-0002", "x.fits") == "0266-51602-0002"
    assert got.name_of("0266-51602-0003", "x.fits") == ""


def test_labels_by_file_name_or_path(labels):
    got = labels("file,label\na.fits,type 1\n/data/b.fits,type 2\n")
    assert got.name_of("", "/data/a.fits") == "a.fits"
    assert got.name_of("", "/data/b.fits") == "/data/b.fits"
    assert got.name_of("", "/other/b.fits") == ""


def test_spreadsheet_habits_are_understood(labels):
    text = "\ufeffName, ID , Label\r\nsome galaxy, 266-51602-1 , type 1 \r\nx,266-51602-2,\r\n"
    assert labels(text).by_name == {"0266-51602-0001": "type 1"}


def test_order_does_not_change_the_digest_but_a_label_does(labels):
    one = labels("id,label\na,x\nb,y\n").digest
    assert labels("id,label\nb,y\na,x\n").digest == one
    assert labels("id,label\na,x\nb,z\n").digest != one


def test_the_same_twice_is_once_but_two_labels_are_a_contradiction(labels):
    assert labels("id,label\na,x\na,x\n").by_name == {"a": "x"}
    with pytest.raises(LabelError, match=r"'a' both 'x' and 'y'"):
        labels("id,label\na,x\na,y\n")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "cannot read"),
        ("name,class\na,b\n", "it has name, class"),
        ("id\na\n", "needs the columns"),
        ("id,label\na,b,c,d\ne,f,g,h,i,j\n", "cannot read"),
    ],
)
def test_what_is_no_table_of_labels_says_so(labels, text, says):
    with pytest.raises(LabelError, match=says):
        labels(text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1"])
@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_encodings_delimiters_and_ends_of_lines_change_nothing(labels, encoding, mark, end):
    lines = (
        "# mine",
        f"id{mark}label{mark}note",
        f"é1{mark}type 1{mark}ä",
        "",
        f"b{mark}type 2{mark}",
    )
    got = labels(end.join(lines), encoding=encoding)
    assert got.by_name == {"é1": "type 1", "b": "type 2"}


@pytest.mark.parametrize("kind", TYPES)
def test_synonyms_of_the_table_are_taken_and_told(labels, kind):
    for written in SYNONYMS[kind]:
        for label in (written, written.upper(), written.replace(" ", "")):
            got = labels(f"id;label\na;{label}\n")
            assert got.by_name == {"a": kind}, label
            assert got.renamed == ({} if label == kind else {f"{label} → {kind}": 1})


def test_no_synonym_stands_for_two_types():
    plain = [{plain_label(name) for name in names} for names in SYNONYMS.values()]
    assert not (plain[0] & plain[1] | plain[0] & plain[2] | plain[1] & plain[2])


def test_unknown_spellings_are_counted_and_not_guessed(labels):
    got = labels("id,label\na,type 1\nb,typ 2\nc,typ 2\nd,LINER\n")
    assert got.by_name == {"a": "type 1"}
    assert got.unknown == {"typ 2": 2, "LINER": 1}
    assert not got.own


def test_labels_of_which_none_is_a_type_are_classes_of_the_users_own(labels):
    got = labels("id,label\na,red\nb,blue\n")
    assert got.by_name == {"a": "red", "b": "blue"}
    assert got.own
    assert got.unknown == {"red": 1, "blue": 1}


@pytest.mark.parametrize(("entry", "id", "file"), [
    ("ref", "ref", "/d/ref.fits"), ("ref.fits", "x", "/d/ref.fits"), ("ref", "x", "/d/ref.fits.gz"),
    ("inputs/a/ref.fits", "x", "/d/a/ref.fits"), ("inputs\\a\\ref.fits", "x", "/d/a/ref.fits"),
    ("/d/ref.fits", "x", "/d/ref.fits"),
])  # fmt: skip
def test_a_name_may_be_an_id_a_file_or_a_path(labels, entry, id, file):
    got = labels(f"id,label\n{entry},type 1\n")
    assert got.name_of(id, file) == entry
    assert got.name_of("other", "/d/other.fits") == ""


def test_two_paths_to_files_of_one_name_are_told_apart_or_not_taken(labels):
    got = labels("file,label\na/ref.fits,type 1\nb/ref.fits,type 2\n")
    assert got.name_of("x", "/d/ref.fits") == ""


@pytest.mark.parametrize("nothing", ["", "nan", "NaN", "None", "null", "n/a", "-"])
def test_what_stands_for_nothing_says_nothing(labels, nothing):
    got = labels(f"id,z,ebv,label\na,{nothing},{nothing},{nothing}\nb,0.1,,\n")
    assert (got.redshifts, got.reddenings, got.by_name) == ({"b": 0.1}, {}, {})


def test_decimal_commas_are_understood(labels):
    assert labels('id,z\na,"0,116"\n').redshifts == {"a": 0.116}
    assert labels("id;z\na;0,116\n").redshifts == {"a": 0.116}


def test_reddenings_are_numbers_as_those_of_spectra_are(labels):
    assert labels("id,ebv\na,1.5D-2\n").reddenings == {"a": 0.015}


def test_a_table_without_names_says_what_it_needs(labels):
    with pytest.raises(LabelError, match="no names of columns in its first line"):
        labels("1 2\n3 4\n")


def test_an_absent_file_is_named(tmp_path):
    with pytest.raises(LabelError, match=r"absent\.csv"):
        read_labels(tmp_path / "absent.csv")


def test_redshifts_come_with_labels_or_alone(labels):
    got = labels("id,label,z\na,type 1,0.2\nb,,0.3\nc,type 2,\n")
    assert got.by_name == {"a": "type 1", "c": "type 2"}
    assert got.redshifts == {"a": 0.2, "b": 0.3}
    assert got.names == ("a", "c", "b")
    assert labels("file,Z\nx.fits,0.1\n").redshifts == {"x.fits": 0.1}
    assert labels("file,Z\nx.fits,0.1\n").name_of("id", "/y/x.fits") == "x.fits"


def test_a_redshift_changes_the_digest(labels):
    assert labels("id,z\na,0.1\n").digest != labels("id,z\na,0.2\n").digest


@pytest.mark.parametrize("z", ["high", "inf"])
def test_a_redshift_that_is_no_number_is_an_error_that_quotes_it(labels, z):
    with pytest.raises(LabelError, match=f"gives 'a' the redshift '{z}'"):
        labels(f"id,z\na,{z}\n")


def test_two_redshifts_of_one_spectrum_are_a_contradiction(labels):
    with pytest.raises(LabelError, match=r"'a' both '0\.1' and '0\.2'"):
        labels("id,z\na,0.1\na,0.2\n")


def test_dust_comes_with_labels_or_alone_and_changes_the_digest(labels):
    got = labels("id,label,ebv\na,type 1,0.03\nb,,0\nc,type 2,\n")
    assert got.reddenings == {"a": 0.03, "b": 0.0}
    assert got.names == ("a", "c", "b")
    alone = labels("file,EBV\nx.fits,0.1\n")
    assert (alone.reddenings, alone.by_name) == ({"x.fits": 0.1}, {})
    assert alone.name_of("id", "/y/x.fits") == "x.fits"
    assert labels("file,EBV\nx.fits,0.2\n").digest != alone.digest


@pytest.mark.parametrize(
    ("ebv", "why"), [("low", "no number"), ("inf", "no number"), ("-0.01", "negative")]
)
def test_dust_that_makes_no_sense_is_an_error_that_quotes_it(labels, ebv, why):
    with pytest.raises(LabelError, match=rf"gives 'a' the E\(B-V\) '{ebv}', which is {why}"):
        labels(f"id,ebv\na,{ebv}\n")


@pytest.mark.parametrize("header", ["id,type,label", "id,label,type"])
def test_a_column_label_stands_before_a_column_type(labels, header):
    row = {"id": "a", "type": "QSO", "label": "Sy 1.5"}
    text = f"{header}\n{','.join(row[name] for name in header.split(','))}\n"
    assert labels(text).by_name == {"a": "intermediate"}


def test_rows_without_a_name_say_nothing(labels):
    assert labels("id,label\n,Sy1\na,Sy2\n,Sy2\n").by_name == {"a": "type 2"}


def test_two_columns_of_one_name_must_agree(labels):
    assert labels("id,z,Z\na,0.1,0.1\n").redshifts == {"a": 0.1}
    with pytest.raises(LabelError, match="columns z and Z that differ: leave one"):
        labels("id,z,Z\na,0.1,0.7\n")


@pytest.mark.parametrize(
    ("written", "id", "file"),
    [
        ("NGC 1068", "NGC1068", "NGC1068.csv"), ("ngc1068", "NGC_1068", "NGC_1068.csv"),
        ("mine.csv", "mine", "mine.csv.gz"), ("mine.fits", "mine", "mine.ecsv"),
        ("night1/mine", "mine", "night1/mine.csv"), ("SDSS J1", "SDSS_J1", "many.parquet"),
    ],
)  # fmt: skip
def test_a_name_may_differ_in_endings_case_and_blanks(labels, written, id, file):
    found = labels(f"id,label\n{written},type 1\n")
    assert found.name_of(id, file) == written


def test_what_is_written_alike_twice_or_exactly_is_nobody_elses(labels):
    found = labels("id,label\nNGC 1068,type 1\nNGC1068,type 2\n")
    assert found.name_of("ngc1068", "many.h5") == ""
    assert found.name_of("NGC1068", "many.h5") == "NGC1068"
    assert labels("id,label\nJ1+2,type 1\n").name_of("J1-2", "many.h5") == ""


@pytest.mark.parametrize("column", ["type", "agn_type", "Seyfert"])
def test_numbers_are_types_where_the_column_says_so(labels, column):
    got = labels(f"id,{column}\na,1\nb,2\nc,1.9\n")
    assert got.by_name == {"a": "type 1", "b": "type 2", "c": "intermediate"}
    assert got.renamed == {"Seyfert 1 → type 1": 1, "Seyfert 2 → type 2": 1,
                           "Seyfert 1.9 → intermediate": 1}  # fmt: skip


def test_numbers_alone_are_classes_of_ones_own(labels):
    assert labels("id,label\na,1\nb,2\n").by_name == {"a": "1", "b": "2"}
    assert labels("id,type\na,1\nb,3\n").by_name == {"a": "1", "b": "3"}
    assert labels("id,label\na,1\nb,1.5\n").by_name == {"a": "type 1", "b": "intermediate"}
