import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spexplain.data.selections.selection import Selection

ROWS = st.lists(st.integers(0, 30))


@given(ROWS, ROWS)
def test_combining_is_that_of_sets(first, second):
    a, b = (
        Selection("a", "lasso", np.array(first, int)),
        Selection("b", "box", np.array(second, int)),
    )
    one, two = set(first), set(second)
    for how, expected in (("and", one & two), ("or", one | two), ("not", one - two)):
        found = a.combined(how, b)
        assert found.rows.tolist() == sorted(expected)
        assert "lasso" in found.origin
        assert "box" in found.origin


def test_rows_are_ascending_and_whole():
    assert Selection("a", "", np.array([3, 1, 3])).rows.tolist() == [1, 3]
    with pytest.raises(ValueError, match="whole"):
        Selection("a", "", np.array([0.5]))
    with pytest.raises(ValueError, match="how must be one of"):
        Selection("a", "", np.array([1])).combined("xor", Selection("b", "", np.array([1])))


@given(ROWS, ROWS, ROWS)
def test_selections_keep_the_laws_of_sets(one, other, third):
    a, b, c = (Selection("s", "lasso", np.array(rows, int)) for rows in (one, other, third))
    left = a.combined("not", b.combined("or", c))
    right = a.combined("not", b).combined("and", a.combined("not", c))
    np.testing.assert_array_equal(left.rows, right.rows)
    np.testing.assert_array_equal(a.combined("or", a).rows, a.rows)


def test_what_is_combined_says_how_it_was_made():
    lasso, clause = Selection("a", "lasso", np.arange(3)), Selection("b", "z < 1", np.arange(2))
    made = lasso.combined("not", clause)
    assert (made.name, made.origin) == ("a not b", "lasso and not z < 1")
    assert made.rows.tolist() == [2]


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ([("or", "box"), ("or", "z < 1"), ("or", "box")], "lasso or box or z < 1 or box"),
        ([("or", "box"), ("not", "z < 1"), ("not", "a OR b")],
         "(lasso or box) and not z < 1 and not (a OR b)"),
        ([("and", "z BETWEEN 0 AND 1"), ("not", "label = 'this and that'")],
         "lasso and (z BETWEEN 0 AND 1) and not label = 'this and that'"),
        ([("and", "(a or b)"), ("or", "c & d")], "(lasso and (a or b)) or (c & d)"),
        ([("not", "a and not b")], "lasso and not (a and not b)"),
    ],
)  # fmt: skip
def test_brackets_stand_where_another_order_would_mean_another_thing(steps, said):
    made = Selection("a", "lasso", np.arange(3))
    for how, origin in steps:
        made = made.combined(how, Selection("b", origin, np.arange(2)))
    assert made.origin == said
