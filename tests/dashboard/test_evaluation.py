import pytest
from spexplain.dashboard.evaluation import cell_text


@pytest.mark.parametrize(
    ("value", "heading", "text"),
    [
        (None, "paper: F", "–"),
        (2145, "spectra", "2,145"),
        (0.9362371, "F", "0.936"),
        (15.13, "mean", "15.13"),
        (5e-4, "paper: C", "0.0005"),
        (0.1, "sigma", "0.1"),
        ("type 1", "type", "type 1"),
    ],
)
def test_cells_have_the_digits_they_deserve(value, heading, text):
    assert cell_text(value, heading) == text
