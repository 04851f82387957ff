import math

import pytest
from spexplain.data.ingest.readers.vocabulary.other_facts import column_name, facts_of


@pytest.mark.parametrize(
    ("name", "column"),
    [("[O_III] 5007", "o_iii_5007"), ("Z_ERR", "z_err"), ("ID", "file_id"), ("É", "unnamed"),
     ("object", "file_object")],
)  # fmt: skip
def test_names_are_plain_and_none_is_the_catalogs_own(name, column):
    assert column_name(name) == column


def test_numbers_and_texts_come_and_the_rest_does_not():
    said = [
        ("A", 1),
        ("B", True),
        ("C", " x "),
        ("D", None),
        ("E", [1] * 13),
        ("A", 2),
        ("RA", 3.0),
    ]
    assert facts_of(said, {"RA"}) == {"a": 1.0, "b": 1.0, "c": "x"}


def test_long_identifiers_keep_every_digit():
    assert facts_of([("TARGETID", 39633345008634465)]) == {"targetid": "39633345008634465"}


@pytest.mark.parametrize("none", [-999.0, math.inf, math.nan])
def test_dust_that_is_none_is_not_known(none):
    assert math.isnan(facts_of([("EBV", none)])["ebv_survey"])
    assert facts_of([("EBV", 0.03)]) == {"ebv_survey": 0.03}


def test_columns_of_one_plain_name_both_come_along():
    said = {"log M*/Msun": 1.0, "log_m_msun": 2.0, "LOG M MSUN": 3.0}
    assert facts_of(said.items()) == {"log_m_msun": 1.0, "log_m_msun_2": 2.0, "log_m_msun_3": 3.0}


def test_whole_numbers_too_long_for_double_precision_are_text():
    assert facts_of([("gaia", 39627835576420141), ("n", 7)]) == {
        "gaia": "39627835576420141",
        "n": 7,
    }


def test_short_lists_and_records_come_part_by_part():
    said = [("mags", [20.5, None]), ("gaia", {"ra": 1.0, "id": 39627835576420141})]
    assert facts_of(said) == {"mags_1": 20.5, "gaia_ra": 1.0, "gaia_id": "39627835576420141"}
