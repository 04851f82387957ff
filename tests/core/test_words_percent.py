import pytest
from spexplain.core.words import percent, probability_text


@pytest.mark.parametrize(
    ("share", "spec", "text"),
    [(0.04, ".0f", "4 %"), (0.148, ".1f", "14.8 %"), (0.95, "g", "95 %"), (1.0, ".0f", "100 %")],
)
def test_a_share_is_a_number_a_space_and_the_sign(share, spec, text):
    assert percent(share, spec) == text


def test_a_share_without_a_spec_is_whole():
    assert percent(0.275) == "28 %"


@pytest.mark.parametrize(
    ("p", "text"),
    [(0.9644, "0.964"), (0.9994, "0.999"), (0.9996, "> 0.999"), (1.0, "> 0.999"),
     (0.0004, "< 0.001"), (0.0, "< 0.001"), (0.0006, "0.001"), (float("nan"), "–")],
)  # fmt: skip
def test_a_probability_is_never_rounded_to_a_certainty(p, text):
    assert probability_text(p) == text
