import pytest
from spexplain.core.spectra.redshift_warning import is_doubtful
from spexplain.data.ingest.readers.vocabulary.redshift.redshift_flags import flag_words


def said(**values):
    return flag_words(values.get)


@pytest.mark.parametrize("name", ["ZWARNING", "ZWARN", "REDSHIFT_WARNING"])
@pytest.mark.parametrize("bits", [4, 4.0, "4"])
def test_bits_are_read_as_numbers_or_text(name, bits):
    assert said(**{name: bits}) == "another redshift or class fits nearly as well"
    assert said(**{name: 0}) == ""


@pytest.mark.parametrize(
    ("name", "value", "bad"),
    [("ZWARN", True, False), ("ZWARN", False, True), ("ZWARNING", True, True),
     ("ZWARNING", False, False)],
)  # fmt: skip
def test_of_truth_values_zwarn_is_of_the_good(name, value, bad):
    assert is_doubtful(said(**{name: value})) == bad


@pytest.mark.parametrize(
    ("name", "grade", "bad"),
    [("NQ", 4, False), ("NQ", 2, True), ("REDFLAG", 3.5, False), ("REDFLAG", 1.5, True),
     ("REDFLAG", 13, False), ("REDFLAG", 11, True), ("Q_Z", 2, True), ("QOP", 4, False),
     ("Z_QUALITY", 1, True), ("Z_FLAG", 0, True), ("ZFLAGS", 3.5, False), ("Z_FLAG", 9, False),
     ("CC", 1.5, True), ("ZCONF", 1, True), ("ZCONF", 3, False), ("ZCONF", 0.95, False),
     ("ZCONF", 0.5, True), ("Q_Z", -1, False), ("Z_Q", 2, True), ("ZQ", 4, False),
     ("ZQUALITY", -1, False), ("ZQUALITY", -2, True), ("VI_QUALITY", 2, True),
     ("VI_QUALITY", 2.5, False), ("CC_PROB", 0.4, True), ("CC_PROB", 0.99, False),
     ("SPE_Z_REL", 0.2, True)],
)  # fmt: skip
def test_grades_below_those_for_science_are_doubtful(name, grade, bad):
    assert is_doubtful(said(**{name: grade})) == bad


@pytest.mark.parametrize("value", [None, -1, float("nan"), 2.5])
def test_what_is_no_flag_says_nothing(value):
    assert said(ZWARNING=value) == ""


@pytest.mark.parametrize(("said", "words"), [
    ({"ZWARNING": "SMALL_DELTA_CHI2"}, "another redshift or class fits nearly as well"),
    ({"ZWARNING": "sky | nodata"}, "; no data"), ({"ZWARNING": "see log"}, "says 'see log'"),
    ({"ZWARNING": "T"}, "flagged by its survey"), ({"ZWARN": "False"}, "flagged by its survey"),
    ({"Z_STATUS": 2}, "Z_STATUS 2: measurements disagree"), ({"ZSTATUS": 7}, "low confidence"),
])  # fmt: skip
def test_flags_as_text_and_states_are_read(said, words):
    assert words in flag_words(said.get)


@pytest.mark.parametrize("said", [
    {"ZWARNING": "0"}, {"ZWARNING": "ok"}, {"ZWARNING": ""}, {"ZWARN": "True"}, {"Z_STATUS": 4},
    {"Z_STATUS": "manual"},
])  # fmt: skip
def test_what_says_that_a_redshift_is_good_warns_of_nothing(said):
    assert flag_words(said.get) == ""
