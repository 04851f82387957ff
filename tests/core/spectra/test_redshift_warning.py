import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spexplain.core.spectra.redshift_warning import at_odds, doubt, is_doubtful, warning_words


def test_only_a_doubtful_redshift_has_a_sentence():
    assert doubt(warning_words(1 << 4)) == ""
    assert "doubtful by its survey: poor data" in doubt(warning_words(1 << 11))


def test_no_bit_is_no_warning():
    assert warning_words(0) == ""
    assert not is_doubtful("")


@pytest.mark.parametrize("bits", [1 << 4, 1 << 6, (1 << 4) | (1 << 6)])
def test_bits_that_are_often_harmless_are_said_and_ruin_nothing(bits):
    words = warning_words(bits)
    assert words.count("often harmless") == bits.bit_count()
    assert not is_doubtful(words)


@given(st.integers(0, 2**20))
def test_each_bit_has_words_and_any_other_makes_it_doubtful(bits):
    words = warning_words(bits)
    assert len([part for part in words.split("; ") if part]) == bits.bit_count()
    assert is_doubtful(words) == bool(bits & ~0b1010000)


def test_a_bit_nobody_knows_has_its_number():
    assert warning_words(1 << 17) == "bit 17 of the warning"


def test_negative_bits_are_no_bits():
    with pytest.raises(ValueError, match="-1"):
        warning_words(-1)


def test_a_redshift_that_another_contradicts_is_doubtful_and_by_nobodys_word():
    words = at_odds(
        0.1, {"Z": 0.1, "Z_SPEC": 0.31, "Z_VI": 0.0, "ZHELIO": 0.1001, "ZBEST": math.nan}
    )
    assert words == "the same file says Z_SPEC = 0.31"
    assert doubt(words).startswith("Its redshift is doubtful: the same file says Z_SPEC = 0.31.")


@given(st.floats(0, 5), st.floats(-2e-3, 2e-3))
def test_frames_and_lines_of_one_redshift_do_not_contradict(z, shift):
    assert at_odds(z, {"Z_HELIO": z + shift * (1 + z)}) == ""
