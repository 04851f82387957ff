"""What a browser sends packed is unpacked to a few megabytes at most."""

from __future__ import annotations

import base64
import gzip
from typing import Any

import numpy as np
import pytest
from bokeh.core.serialization import (
    Buffer,
    DeserializationError,
    Deserializer,
    Serialized,
    Serializer,
)
from spexplain.dashboard.server.limits.small_arrays import MOST_BYTES, hold_arrays


@pytest.fixture(autouse=True)
def _held() -> None:
    hold_arrays()
    hold_arrays()  # each server that is begun in a process does


def array(content: bytes) -> dict[str, Any]:
    packed = base64.b64encode(gzip.compress(content)).decode()
    return {
        "type": "ndarray",
        "array": {"type": "bytes", "data": packed},
        "shape": [len(content)],
        "dtype": "uint8",
        "order": "little",
    }


def test_an_outline_arrives_as_it_was_drawn():
    found = Deserializer().decode([array(b"\x01\x02"), array(bytes(100_000))])
    assert found[0].tolist() == [1, 2]
    assert found[1].shape == (100_000,)


def test_an_array_beside_its_message_arrives_as_browsers_send_it():
    values = np.array([1.5, 2.5])
    beside = array(b"") | {"shape": [2], "dtype": "float64"}
    beside["array"] = {"type": "bytes", "data": {"id": "b1"}}
    found: Any = Deserializer().deserialize(Serialized(beside, [Buffer("b1", values.tobytes())]))
    assert found.tolist() == values.tolist()


def test_what_this_process_has_written_is_read():
    x = np.arange(5.0)
    for deferred in (True, False):
        told = Serializer(deferred=deferred).serialize({"x": x})
        found: Any = Deserializer().deserialize(told)
        assert found["x"].tolist() == x.tolist()


@pytest.mark.parametrize(
    "sent",
    [
        [array(bytes(MOST_BYTES + 1))],
        [array(bytes(MOST_BYTES // 3))] * 4,  # none is large
        [{"type": "bytes", "data": "AAAA"}],
        [{"type": "bytes", "data": "not base64"}],
        [{"type": "bytes", "data": base64.b64encode(gzip.compress(b"abc")[:-9]).decode()}],
        [{"type": "bytes", "data": {"id": "p1"}}],
        [{"type": "bytes"}],
    ],
)
def test_what_is_too_large_or_not_packed_so_is_refused(sent: list[Any]):
    with pytest.raises(DeserializationError):
        Deserializer().decode(sent)
