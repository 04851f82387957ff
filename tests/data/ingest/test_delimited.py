"""Tables of text, whoever wrote them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spexplain.data.ingest.delimited import decoded, read_delimited

NUMBERS = st.floats(-1e6, 1e6).map(lambda value: f"{value:.6g}")
MARKS = st.sampled_from([";", "\t", "|", ",", " ", "   "])


@given(rows=st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), min_size=1, max_size=30), mark=MARKS)
def test_numbers_come_back_whatever_stands_between_them(rows, mark):
    lines = [mark.join(row) for row in (("wave", "flux", "err"), *rows)]
    found = read_delimited("\n".join(lines).encode())
    assert (found.names, found.named) == (("wave", "flux", "err"), True)
    assert found.rows == [list(row) for row in rows]
    assert [*found.columns()["flux"]] == [row[1] for row in rows]


@given(rows=st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=30), mark=MARKS)
def test_without_names_columns_are_numbered(rows, mark):
    found = read_delimited("\n".join(mark.join(row) for row in rows).encode())
    assert (found.names, found.named) == (("col1", "col2"), False)
    assert found.rows == [list(row) for row in rows]


@pytest.mark.parametrize("mark", [" ", ";", "\t"])
def test_decimal_commas_part_nothing(mark):
    text = "\n".join(
        mark.join(row) for row in (("wave", "flux"), ("4000,5", "1,25"), ("4001,5", "2"))
    )
    assert read_delimited(text.encode()).rows == [["4000,5", "1,25"], ["4001,5", "2"]]
    unnamed = mark.join(("4000,5", "1,25")) + "\n" + mark.join(("4001,5", "2,75"))
    assert read_delimited(unnamed.encode()).rows == [["4000,5", "1,25"], ["4001,5", "2,75"]]


def test_commas_before_blanks_part_numbers():
    assert read_delimited(b"4000, 1\n4001, 2").rows == [["4000", "1"], ["4001", "2"]]


def test_names_may_stand_in_a_note_and_notes_say_more():
    text = "# object = NGC 1\n# Z: 0.05\n# wave flux err\n4000 1 2\n4001 1 2\n"
    found = read_delimited(text.encode())
    assert (found.names, found.named) == (("wave", "flux", "err"), True)
    assert found.notes == {"object": "NGC 1", "Z": "0.05"}


def test_a_line_longer_than_csv_takes_of_a_word_is_parted_all_the_same():
    names = ",".join(f"c{k}" for k in range(30_000))
    assert len(names) > 2**17
    found = read_delimited(f"{names}\n{','.join('1' * 30_000)}".encode())
    assert len(found.columns()) == 30_000


def test_a_table_of_names_alone_has_empty_columns():
    assert read_delimited(b"id,label\n").columns() == {"id": (), "label": ()}


def test_quoted_words_keep_their_commas():
    found = read_delimited(b'id,label\na,"x, y"\n')
    assert found.rows == [["a", "x, y"]]


@pytest.mark.parametrize(
    ("text", "says"), [("", "no line"), ("# a note\n", "no line"), ("a,b\n1,2\n3,4,5\n", "row 2")]
)
def test_what_is_no_table_says_why(text, says):
    with pytest.raises(ValueError, match=says):
        read_delimited(text.encode())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_text_in_any_unicode_comes_back(encoding):
    assert decoded("id,größe\n".encode(encoding)) == "id,größe\n"


def test_other_bytes_are_latin_1():
    assert decoded("idé\n".encode("latin-1")) == "idé\n"


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (("3,800.5", "1.25"), ["3800.5", "1.25"]),
        (("12,345", "0.5"), ["12345", "0.5"]),
        (("1,234,567.8", "1.25"), ["1234567.8", "1.25"]),
        (("3.800,5", "1,25"), ["3800,5", "1,25"]),
        (("3'800.5", "1.25"), ["3800.5", "1.25"]),
        (("3\xa0800,5", "1,25"), ["3800,5", "1,25"]),
    ],
)
def test_what_parts_thousands_is_left_out(words, meant):
    assert read_delimited(f"wave;flux\n{';'.join(words)}\n".encode()).rows == [meant]


@pytest.mark.parametrize(
    "words", [("1,234", "0,500"), ("1,234", "5"), ("4000,123", "1.5"), ("1.234", "2.5")]
)
def test_a_mark_of_which_nothing_says_that_it_parts_thousands_is_one_of_decimals(words):
    assert read_delimited(f"wave;flux\n{';'.join(words)}\n".encode()).rows == [[*words]]


@given(values=st.lists(st.floats(1e3, 1e7), min_size=2, max_size=9))
def test_numbers_with_parted_thousands_come_back(values):
    text = "\n".join(["wave;flux", *(f"{value:,.2f};0.5" for value in values)])
    rows = read_delimited(text.encode()).rows
    assert [float(row[0]) for row in rows] == [float(f"{value:.2f}") for value in values]


@pytest.mark.parametrize("mark", ["//", "--", ";", "#", "%", "!"])
def test_notes_begin_as_other_languages_begin_them(mark):
    text = f"{mark} as seen\n{mark} one two three\nwave flux err\n4000 1 2\n4001 1 2\n"
    found = read_delimited(text.encode())
    assert (found.names, len(found.rows)) == (("wave", "flux", "err"), 2)


def test_the_last_note_that_may_be_names_is():
    text = "# wave flux err\n# nm 1 1\n4000 1 2\n# red arm\n4001 1 2\n"
    assert read_delimited(text.encode()).names == ("wave", "flux", "err")
