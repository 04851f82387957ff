"""Messages between processes: JSON and plain arrays, which cannot run code."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from typing import IO, Any

import numpy as np

__all__ = ["MessageError", "receive", "send"]

_LENGTH = struct.Struct("<Q")
_KINDS = ("<f4", "<f8")
_LONGEST_TEXT = 200_000_000


class MessageError(Exception):
    """Received bytes are not a message, or exceed the limit; the text tells which."""


def send(stream: IO[bytes], message: dict[str, Any], arrays: Sequence[np.ndarray] = ()) -> None:
    """Write a message.

    Parameters
    ----------
    stream
        Stream to write to; it is flushed.
    message
        JSON-serializable; numpy scalars become Python numbers.
    arrays
        float32 or float64, of any shape.
    """
    plain = [np.ascontiguousarray(a, a.dtype.newbyteorder("<")) for a in arrays]
    shapes = [[a.dtype.str, *a.shape] for a in plain]
    text = json.dumps({"said": message, "arrays": shapes}, default=lambda v: v.item()).encode()
    stream.write(_LENGTH.pack(len(text)) + text)
    for array in plain:
        stream.write(array.tobytes())
    stream.flush()


def receive(stream: IO[bytes], largest: int) -> tuple[dict[str, Any], list[np.ndarray]]:
    """Read a message and its arrays.

    Parameters
    ----------
    stream
        Stream to read from.
    largest
        Maximum size of all arrays together, in bytes.

    Raises
    ------
    EOFError
        The stream has ended.
    MessageError
        The bytes are not a message, or its arrays are larger.
    """
    (length,) = _LENGTH.unpack(_exactly(stream, _LENGTH.size))
    if length > _LONGEST_TEXT:
        raise MessageError(f"a message of {length:,} bytes")
    try:
        whole = json.loads(_exactly(stream, length))
        kinds = [(str(kind), tuple(map(int, shape))) for kind, *shape in whole["arrays"]]
        message = dict(whole["said"])
    except (ValueError, KeyError, TypeError) as error:
        raise MessageError(f"no message: {error}") from error
    arrays, left = [], largest
    for kind, shape in kinds:
        if kind not in _KINDS or min(shape, default=0) < 0:
            raise MessageError(f"an array of {kind!r} with shape {shape}")
        size = np.dtype(kind).itemsize
        for n in shape:
            size *= n
        left -= size
        if left < 0:
            raise MessageError(f"arrays of more than {largest:,} bytes")
        arrays.append(np.frombuffer(_exactly(stream, size), kind).reshape(shape))
    return message, arrays


def _exactly(stream: IO[bytes], size: int) -> bytes:
    content = stream.read(size)
    if len(content) < size:
        raise EOFError
    return content
