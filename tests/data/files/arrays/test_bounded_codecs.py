"""A piece of a stranger's array unpacks to what the array says of it, or to nothing."""

import json

import numpy as np
import pyarrow as pa
import pytest
import zarr
from hypothesis import given
from hypothesis import strategies as st
from numcodecs import Blosc, Zstd
from spexplain.data.files.arrays.row_arrays import RowsWriter
from spexplain.data.files.arrays.zarr_codecs import only_known_codecs
from zarr.codecs import BloscCodec, ZstdCodec

ZEROS = np.zeros(50_000_000, np.uint8)


def streamed(data):
    """As Zstandard packs what it does not know the length of: its header says none."""
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as packed:
        packed.write(data)
    return sink.getvalue().to_pybytes()


def opened(path):
    return zarr.open_array(only_known_codecs(path), mode="r", zarr_format=3)


@pytest.mark.parametrize(
    ("codec", "packed"),
    [
        (ZstdCodec(), Zstd().encode(ZEROS)),
        (ZstdCodec(), streamed(ZEROS)),
        (ZstdCodec(), Zstd().encode(np.zeros(80, np.uint8)) * 50_000),
        (BloscCodec(cname="lz4"), Blosc("lz4").encode(ZEROS)),
    ],
)
def test_a_piece_that_would_unpack_to_more_is_refused(tmp_path, codec, packed):
    path = tmp_path / "a.zarr"
    zarr.create_array(path, data=np.arange(10.0), compressors=[codec])
    (path / "c" / "0").write_bytes(packed)
    with pytest.raises(ValueError, match="more than the 80 bytes its array says"):
        opened(path)[...]


def test_so_is_a_piece_within_a_shard(tmp_path):
    path = tmp_path / "a.zarr"
    with RowsWriter(path, 40, 50_000) as rows:
        rows.append(np.zeros((40, 50_000)))
    facts = json.loads((path / "zarr.json").read_text())
    for shape in (facts["shape"], facts["chunk_grid"]["configuration"]["chunk_shape"]):
        shape[1] = 5
    facts["codecs"][0]["configuration"]["chunk_shape"][1] = 5
    (path / "zarr.json").write_text(json.dumps(facts))
    with pytest.raises(ValueError, match="more than the 320 bytes its array says"):
        opened(path)[...]


@given(
    shape=st.lists(st.integers(0, 40), min_size=1, max_size=3),
    codec=st.sampled_from([ZstdCodec(), BloscCodec(cname="lz4"), BloscCodec(cname="zstd")]),
    dtype=st.sampled_from(["float64", "float32", "int8", "bool"]),
    seed=st.integers(0, 9),
)
def test_any_of_ours_is_read_to_the_byte(tmp_path_factory, shape, codec, dtype, seed):
    path = tmp_path_factory.mktemp("zarr") / "a.zarr"
    values = np.random.default_rng(seed).normal(size=shape).astype(dtype)
    zarr.create_array(path, data=values, compressors=[codec])
    assert np.array_equal(opened(path)[...], values)
