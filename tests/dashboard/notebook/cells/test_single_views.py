"""What is selected in Python, and what a cell is given."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import spexplain as sx


@pytest.fixture(scope="module")
def c(small_demo: Path) -> Iterator[Any]:
    opened = sx.open(small_demo)
    yield opened
    opened.views.stop()


def test_a_cell_is_given_a_frame_on_this_machine_only(c: Any):
    cell = c.plane()
    assert cell.url.startswith("http://127.0.0.1:")
    assert f'<iframe src="{cell.url}"' in cell._repr_html_()


def test_a_spectrum_that_is_asked_for_is_selected_and_an_unknown_one_told(c: Any):
    second = str(c.catalog["id"].iloc[1])
    c.spectrum(second)
    assert c.opened == second
    assert c.selected == [second]
    with pytest.raises(KeyError, match="nowhere-1"):
        c.spectrum("nowhere-1")
    assert c.opened == second


def test_a_selection_set_in_python_is_the_views_and_ends_with_an_empty_list(c: Any):
    few = c.catalog["id"].iloc[[3, 1]].tolist()
    c.selected = few
    assert c.plane().selected == sorted(few)
    with pytest.raises(KeyError, match="nowhere-1"):
        c.selected = ["nowhere-1"]
    assert len(c.selected) == 2
    c.selected = []
    assert c.selected == ([c.opened] if c.opened else [])
