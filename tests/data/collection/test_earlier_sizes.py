"""Of which earlier collections the spectra are the first of one that has grown."""

from hypothesis import given
from hypothesis import strategies as st
from spexplain.data.collection.earlier_sizes import earlier_sizes, key_without, with_earlier


def facts(blocks, removed=(), earlier=()):
    meta = {"stored_key": f"k{len(blocks)}", "block_rows": blocks, "removed": [*removed]}
    return meta | {"earlier": [*earlier]}


def test_a_collection_that_never_grew_has_none():
    assert earlier_sizes({"key": "k"}) == {}  # of format 1, or of before this was noted
    assert earlier_sizes(facts([5])) == {}


def test_each_addition_leaves_the_size_of_before():
    first, second = facts([5]), facts([5, 3])
    second["earlier"] = with_earlier(first)
    third = facts([5, 3, 2], earlier=with_earlier(second))
    assert earlier_sizes(third) == {"k1": 5, "k2": 8}


@given(st.sets(st.integers(0, 9)), st.integers(1, 9))
def test_what_was_gone_then_is_gone_now(removed, n_then):
    """The key of then is that of a collection that lacked the same rows."""
    removed = sorted(removed)
    meta = facts([n_then, 10 - n_then], removed, with_earlier(facts([n_then])))
    gone = [row for row in removed if row < n_then]
    assert earlier_sizes(meta) == {key_without("k1", gone): n_then - len(gone)}
