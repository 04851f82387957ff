"""What goes between processes: JSON and plain arrays, so that nothing received can run code."""

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
    """What came is no message, or is longer than agreed; the text says which."""


def send(stream: IO[bytes], message: dict[str, Any], arrays: Sequence[np.ndarray] = ()) -> None:
    """Write a message.

    Parameters
    ----------
    stream
        Written to and flushed.
    message
        What JSON can hold; numpy's numbers become Python's.
    arrays
        Of float32 or float64, any shape.
    """
    plain = [np.ascontiguousarray(a, a.dtype.newbyteorder("<")) for a in arrays]
    shapes = [[a.dtype.str, *a.shape] for a in plain]
    text = json.dumps({"said": message, "arrays": shapes}, default=lambda v: v.item()).encode()
    stream.write(_LENGTH.pack(len(text)) + text)
    for array in plain:
        stream.write(array.tobytes())
    stream.flush()


def receive(stream: IO[bytes], largest: int) -> tuple[dict[str, Any], list[np.ndarray]]:
    """Read a message: what was said, and its arrays.

    Parameters
    ----------
    stream
        Read from.
    largest
        Bytes that all arrays together may have.

    Raises
    ------
    EOFError
        Nobody writes any more.
    MessageError
        It is no message, or its arrays are larger.
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
