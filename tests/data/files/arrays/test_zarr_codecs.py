"""An array that says of itself what no array of ours says is not opened."""

import json

import numpy as np
import pytest
import zarr
from hypothesis import given
from hypothesis import strategies as st
from spexplain.data.files.arrays.row_arrays import RowsWriter
from spexplain.data.files.arrays.zarr_codecs import only_known_codecs


def sharded(chunk):
    return {"name": "sharding_indexed", "configuration": {"chunk_shape": chunk, "codecs": []}}


def written(folder):
    with RowsWriter(folder / "a.zarr", 40, 7) as rows:
        rows.append(np.ones((40, 7)))
    return folder / "a.zarr"


@pytest.mark.parametrize(
    ("chunk", "shard", "words"),
    [
        ([10**8, 7], None, "pieces of 5,600,000,000 bytes"),
        ([10**9, 7], [10**8, 7], "pieces of 5,600,000,000 bytes"),
        ([10**9, 7], [1, 1], "7,000,000,000 pieces in one file"),
        ([-1, 7], None, "which is none"),
        ([1, 1, 1, 1], None, "which is none"),
        ("many", None, "which is none"),
        ([True, 7], None, "which is none"),
        (None, None, "how large its pieces are"),
    ],
)
def test_pieces_larger_than_any_of_ours_are_refused_unread(tmp_path, chunk, shard, words):
    place = written(tmp_path) / "zarr.json"
    facts = json.loads(place.read_text())
    facts["chunk_grid"] = {"name": "regular", "configuration": {"chunk_shape": chunk}}
    facts["codecs"] = [sharded(shard)] if shard else []
    place.write_text(json.dumps(facts))
    with pytest.raises(ValueError, match=words):
        only_known_codecs(tmp_path / "a.zarr")


@given(
    shape=st.lists(st.integers(0, 50), min_size=1, max_size=3),
    value=st.sampled_from([0.0, 1.0, np.nan]),
)
def test_any_array_of_ours_is_opened(tmp_path_factory, shape, value):
    path = tmp_path_factory.mktemp("zarr") / "a.zarr"
    zarr.create_array(path, data=np.full(shape, value))
    assert zarr.open_array(only_known_codecs(path), mode="r").shape == tuple(shape)
