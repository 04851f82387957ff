import pytest
from spexplain.core.percent import percent


@pytest.mark.parametrize(
    ("share", "spec", "text"),
    [(0.04, ".0f", "4 %"), (0.148, ".1f", "14.8 %"), (0.95, "g", "95 %"), (1.0, ".0f", "100 %")],
)
def test_a_share_is_a_number_a_space_and_the_sign(share, spec, text):
    assert percent(share, spec) == text


def test_a_share_without_a_spec_is_whole():
    assert percent(0.275) == "28 %"
