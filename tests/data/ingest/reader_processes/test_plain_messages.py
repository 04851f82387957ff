"""What goes between processes comes as it was sent, or not at all."""

import io
import json
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from spexplain.data.ingest.reader_processes.plain_messages import MessageError, receive, send

ARRAYS = st.lists(hnp.arrays(st.sampled_from([np.float32, np.float64]), hnp.array_shapes()))


@given(st.dictionaries(st.text(), st.floats() | st.text() | st.integers()), ARRAYS)
def test_a_message_comes_as_it_was_sent(said, arrays):
    stream = io.BytesIO()
    send(stream, said, arrays)
    stream.seek(0)
    found, same = receive(stream, 10**9)
    assert repr(found) == repr(said)
    assert [a.tobytes() for a in same] == [a.tobytes() for a in arrays]
    assert [(a.dtype, a.shape) for a in same] == [(a.dtype, a.shape) for a in arrays]


@pytest.mark.parametrize(
    ("kind", "shape"), [("|O", [1]), ("<f4", [-1]), ("<f8", [2**40]), ("<f4", [2**31, 2**31])]
)
def test_an_array_that_was_not_agreed_on_is_refused(kind, shape):
    text = json.dumps({"said": {}, "arrays": [[kind, *shape]]}).encode()
    with pytest.raises(MessageError):
        receive(io.BytesIO(struct.pack("<Q", len(text)) + text), 10**6)


@pytest.mark.parametrize("content", [b"", b"\0\0", struct.pack("<Q", 9) + b"{}"])
def test_a_message_that_is_cut_off_is_an_end(content):
    with pytest.raises(EOFError):
        receive(io.BytesIO(content), 10)
