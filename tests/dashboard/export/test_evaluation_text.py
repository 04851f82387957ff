from io import StringIO
from types import SimpleNamespace

import pytest
from rich.console import Console
from spexplain.dashboard.export.evaluation_text import cell_text, evaluation_lines
from spexplain.data.study.table import Table


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


def test_no_digit_and_no_word_is_cut_however_narrow_the_terminal() -> None:
    columns = ("kernel", *(f"paper: F of type {n}" for n in range(12)))
    table = Table("wide", "A wide one", columns, (("linear", *(0.125 for _ in range(12))),))
    test = {"n": 1, "macro_f": 1.0, "macro_precision": 1.0, "macro_recall": 1.0}
    best = {"settings": {"kernel": "linear"}, "test": test}
    said = SimpleNamespace(tables=(table,), best=best, collection=SimpleNamespace(path="here"))
    text = StringIO()
    narrow = Console(file=text, width=40, soft_wrap=True)
    for line in evaluation_lines(said):
        narrow.print(line)
    assert "…" not in text.getvalue()
    assert text.getvalue().count("0.125") == 12
