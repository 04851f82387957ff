import numpy as np
import pandas as pd
import pytest
from spexplain.data.selections.row_filter import RowFilter
from spexplain.data.selections.where_words import LONGEST, WhereError

TABLE = pd.DataFrame(
    {
        "id": ["a-1", "a-2", "b-3", "b_4"],
        "z": [0.05, 0.2, np.nan, 0.08],
        "sn_median": [30.0, 25.0, 40.0, 10.0],
        "label": ["type 2", "type 1", "", "type 2"],
        "good": [True, False, True, False],
        "targetid": [39627658462594817, 39627658462594818, 3, 4],
        "trimmed-mse": [1.0, 10.0, 100.0, 1000.0],
    }
)


def a_filter():
    return RowFilter({name: lambda name=name: TABLE[name] for name in TABLE})


@pytest.mark.parametrize(
    ("clause", "rows"),
    [
        ('z < 0.1 & sn_median > 20 & label == "type 2"', [0]),
        ("WHERE z < 0.1 AND NOT sn_median > 20", [3]),
        ("0.04 < z <= 0.08", [0, 3]),
        ("z BETWEEN 0.05 AND 0.08 or id = 'b-3'", [0, 2, 3]),
        ("label IN ('type 1', 'x')", [1]),
        ("label NOT IN ('type 1')", [0, 3]),
        ("label IS NULL", [2]),
        ("label == ''", [2]),
        ("z is not null", [0, 1, 3]),
        ("z != 0.2", [0, 3]),  # what is missing is not compared, as in SQL
        ("id LIKE 'a%'", [0, 1]),
        ("id LIKE 'A%'", []),
        ("id ILIKE 'A%'", [0, 1]),
        ("~good | Z > 0.1", [1, 3]),
        ("targetid = 39627658462594817", [0]),
        ("LOG10(trimmed_mse) >= 2", [2, 3]),
        ("sn_median / 2 - 5 = 10 or -z < -0.1", [0, 1]),
        ("(sn_median + 1) * 2 > 61 and (good)", [0, 2]),
        ("1 = 1", [0, 1, 2, 3]),
        ("z ≥ 0.08 ∧ sn_median ≠ 10", [1]),
        ("z > −0.1 & ¬(z ≤ 0.05)", [1, 3]),
        ("label in ['type 1', \"x\"] or [z] = 0.08", [1, 3]),
        ("label == “type 1” or label = ‘x’", [1]),
        ("`trimmed-mse` >= 100", [2, 3]),
        ("z ** 2 < 0.01 and POWER(z, 2) < 0.01 and z^2 < .01", [0, 3]),
        ("-z ** 2 > 0 or 2 ** 3 ** 2 = 512 and z = 0.2", [1]),  # as Python reads powers
    ],
)
def test_clauses_as_astronomers_write_them(clause, rows):
    assert a_filter().rows(clause).tolist() == rows


@pytest.mark.parametrize(
    ("clause", "word", "says"),
    [
        ("labl = 'x'", "labl", "label"),
        ("z < ", "", "ends"),
        ("z < 0.1 label", "label", "AND or OR"),
        ("z = 'a'", "'a'", "compared"),
        ("z = NULL", "NULL", "IS NULL"),
        ("z", "z", "not a condition"),
        ("z LIKE 'a'", "z", "text"),
        ("z NOT 3", "3", "IN, BETWEEN"),
        ("id = 'a", "'a", "not closed"),
        ("z < 1.2.3", "1.2.3", "not a number"),
        ("z < 1e400", "1e400", "larger than any"),
        ("abs(id) > 1", "id", "takes a number"),
        ("id + 1 > 2", "id", "not a number"),
        ("id ** 2 > 2", "id", "not a number"),
        ("isnan(z)", "isnan", "IS NULL"),
        ("z != nan", "nan", "IS NOT NULL"),
        ("CONTAINS(POINT('ICRS', 1, 2), 3) = 1", "CONTAINS", "under Find"),
        ("label contains 'type'", "label", "LIKE 'type%'"),
        ("power(z) > 1", ")", ","),
        ("`z > 1", "`z > 1", "not closed"),
    ],
)
def test_errors_stand_at_the_offending_word(clause, word, says):
    with pytest.raises(WhereError, match=says) as caught:
        a_filter().rows(clause)
    assert clause[caught.value.start : caught.value.end] == word


@pytest.mark.parametrize(
    "clause",
    [
        "z IN (SELECT z FROM rows)",
        "EXISTS (SELECT 1)",
        "read_csv('/etc/passwd') IS NULL",
        "ATTACH 'x.db'",
        "z < 1; DROP TABLE rows",
        "COPY rows TO 'x'",
        "PRAGMA database_list",
        "__import__('os').system('true')",
        "@z < 1",
        "z < 1 -- remark",
        "z.__class__ = 1",
        "(" * 500 + "z" + ")" * 500,
        "NOT " * 400 + "good",
        "-" * 900 + "1 < z",
        "z" + " ** z" * 400 + " > 1",
        "z < 1 " + "AND z < 1 " * (LONGEST // 10),
        "",
        "\x00",
    ],
)
def test_hostile_clauses_are_refused_in_words(clause):
    with pytest.raises(WhereError, match=r"\w"):
        a_filter().rows(clause)


def test_a_long_pattern_takes_no_more_than_reading_it():
    """Arrow matches by RE2 or by search, in time linear in the text."""
    assert a_filter().rows("id LIKE '" + "%a" * 900 + "'").tolist() == []


@pytest.mark.parametrize(
    ("clause", "says"),
    [
        ("z < 0.1 and label = 'Type 2'", "no label is “Type 2”: there are type 1, type 2"),
        ("label in ('type 2', 'QSO')", "no label is “QSO”: there are type 1, type 2"),
        ("'A-1' = id", "no id is “A-1”: there is a-1"),
        ("id = 'quite another'", "no id is “quite another”"),
        ("z > 7 and label = 'type 1'", ""),
    ],
)
def test_a_text_that_no_row_has_is_named_with_those_there_are(clause, says):
    table = TABLE.assign(id=["a-1", "bb-22", "ccc-333", "dddd"])
    many = pd.concat([table, *(table.assign(id=f"x{k}9") for k in range(9))])
    held = RowFilter({name: lambda name=name: many[name] for name in many})
    assert held.absent(clause) == says


def test_columns_are_offered_for_the_word_at_the_cursor():
    rows = a_filter()
    assert rows.complete("z < 1 & sn", 10) == (8, ["sn_median"])
    assert rows.complete("log10(mse", 9) == (6, ["trimmed_mse"])
    assert rows.complete("id = 'sn", 8) == (8, [])


def test_live_columns_are_made_anew():
    tags = [[0.0, np.nan], [np.nan, 0.0]]
    rows = RowFilter({"tag": lambda: np.array(tags.pop(0) if tags else [1, 1])}, live=["tag"])
    assert rows.kinds == {"tag": "number"}  # reads it once
    assert rows.rows("tag = 0").tolist() == [1]
    assert rows.rows("tag = 1").tolist() == [0, 1]


@pytest.mark.parametrize(
    ("said", "meant"),
    [("redshift", "z"), ("SNR", "sn_median"), ("s2n", "sn_median"), ("type", "label")],
)
def test_a_column_by_another_name_of_the_field_is_offered_by_ours(said, meant):
    with pytest.raises(WhereError) as told:
        a_filter().rows(f"{said} < 0.1")
    assert told.value.near == (meant,)
