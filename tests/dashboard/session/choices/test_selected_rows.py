"""One owner of what is selected: sets as the switch says, and back again."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spexplain.dashboard.session.choices.selected_rows import SelectedRows
from spexplain.data.selections.selection import Selection

ROWS = st.lists(st.integers(0, 20), max_size=12)
HOW = st.sampled_from(["new", "add", "subtract", "intersect"])


def _of(rows, name="lasso", origin="lasso"):
    return Selection(name, origin, np.array(rows, int))


@given(st.lists(st.tuples(HOW, ROWS), max_size=8))
def test_what_is_selected_is_what_sets_say_and_undo_goes_back_through_all(steps):
    selected, told = SelectedRows(), []
    selected.param.watch(lambda event: told.append(event.new), "current")
    expected, before = None, []
    for how, rows in steps:
        here = set(rows)
        was = expected
        if how == "new" or (expected is None and how in ("add", "intersect")):
            expected = here
        elif expected is not None:
            expected = {"add": expected | here, "subtract": expected - here}.get(
                how, expected & here
            )
        else:
            selected.take(_of(rows), how)
            assert selected.current is None
            continue
        before.append(was)
        selected.take(_of(rows), how)
        assert selected.rows.tolist() == sorted(expected)
        assert told[-1] is selected.current
    for was in reversed(before):
        selected.undo()
        assert (selected.current is None) == (was is None)
        assert selected.rows.tolist() == sorted(was or ())
    assert not selected.can_undo
    selected.undo()


def test_the_switch_decides_where_a_gesture_does_not():
    selected = SelectedRows()
    selected.take(_of([1, 2, 3]))
    selected.how = "subtract"
    selected.take(_of([2]))
    assert selected.rows.tolist() == [1, 3]
    selected.take(_of([9]), "add")
    assert selected.rows.tolist() == [1, 3, 9]
    with pytest.raises(ValueError, match="xor"):
        selected.take(_of([1]), "xor")


def test_names_and_origins_say_what_was_done_and_stay_short():
    selected = SelectedRows()
    for _ in range(200):
        selected.take(_of([1]), "add")
    assert selected.current.name == "lasso"
    assert len(selected.current.origin) <= 400
    selected.take(_of([1], "z < 0.1", "filter"), "intersect")
    assert selected.current.name == "lasso and z < 0.1"


def test_clearing_is_undone_and_what_is_kept_is_bounded():
    selected = SelectedRows()
    selected.clear()
    assert not selected.can_undo
    selected.take(_of([4]))
    selected.clear()
    assert selected.current is None
    selected.undo()
    assert selected.rows.tolist() == [4]
    many = np.arange(700_000)
    for _ in range(5):
        selected.take(_of(many), "new")
    steps = 0
    while selected.can_undo:
        selected.undo()
        steps += 1
    assert steps <= 2  # of two million rows
