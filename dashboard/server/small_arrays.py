"""Arrays that a browser sends, held to a size: a few kilobytes of gzip may be gigabytes of zeros.

Bokeh unpacks whatever it is sent. The page sends outlines and places, which are small and not
packed; its files come as text.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from typing import Any, cast
from weakref import WeakKeyDictionary

from bokeh.core.serialization import Buffer, DeserializationError, Deserializer

__all__ = ["MOST_BYTES", "hold_arrays"]

MOST_BYTES = 2**22
"""Of all arrays in one message, unpacked."""

_GZIP = 31  # zlib's window for a gzip stream
_held: list[type[Deserializer]] = []
_taken: WeakKeyDictionary[Deserializer, int] = WeakKeyDictionary()


def hold_arrays() -> None:
    """Have every array that comes from a browser held to :data:`MOST_BYTES`; once for all pages."""
    if Deserializer not in _held:
        Deserializer.register("bytes", _unpacked)
        _held.append(Deserializer)


def _unpacked(message: dict[str, Any], reader: Deserializer) -> bytes:
    """What stands for ``message`` in a message.

    Raises
    ------
    DeserializationError
        Too large together with what came before in the message, or not packed as BokehJS packs.
    """
    data = message.get("data")
    if isinstance(data, dict | Buffer):
        # Sent beside its message, as browsers send outlines: nothing is packed, and the length of
        # what a socket takes bounds it.
        return bytes(reader._decode_bytes(cast("Any", message)))
    if not isinstance(data, str):
        raise DeserializationError("an array comes without its values")
    left = MOST_BYTES - _taken.get(reader, 0)
    unpacking = zlib.decompressobj(_GZIP)
    try:
        unpacked = unpacking.decompress(base64.b64decode(data), left + 1)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise DeserializationError(f"an array is not packed as BokehJS packs: {error}") from error
    if len(unpacked) > left:
        raise DeserializationError(f"the arrays of a message have over {MOST_BYTES} bytes")
    if not unpacking.eof:
        raise DeserializationError("an array was cut short")
    _taken[reader] = MOST_BYTES - left + len(unpacked)
    return unpacked
