import pytest
from spexplain.core.words import goodness


@pytest.mark.parametrize(
    ("r2", "said"),
    [
        (-0.2, "R² −0.20"), (0.0, "R² 0.00"), (0.938, "R² 0.94"), (0.9899, "R² 0.99"),
        (0.9971, "R² 0.997"), (0.9996, "R² above 0.999"), (1.0, "R² above 0.999"),
    ],
)  # fmt: skip
def test_a_good_fit_is_not_rounded_up_to_a_perfect_one(r2, said):
    assert goodness(r2) == said


def test_where_there_is_little_room_a_sign_will_do():
    assert goodness(1.0, above=">") == "R² > 0.999"
    assert goodness(0.5, above=">") == "R² 0.50"
