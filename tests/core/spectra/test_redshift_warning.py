import pytest
from hypothesis import given
from hypothesis import strategies as st
from spexplain.core.spectra.redshift_warning import doubt, is_doubtful, warning_words


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
