"""Size limit of arrays sent by browsers: kilobytes of gzip may unpack to gigabytes of zeros.

Bokeh unpacks arrays of any size. The page itself sends only small, uncompressed outlines and
positions; its files are sent as text.
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
    """Limit every array from a browser to :data:`MOST_BYTES`; called once for all pages."""
    if Deserializer not in _held:
        Deserializer.register("bytes", _unpacked)
        _held.append(Deserializer)


def _unpacked(message: dict[str, Any], reader: Deserializer) -> bytes:
    """Bytes of an array within a message.

    Raises
    ------
    DeserializationError
        The arrays of the message exceed the limit, or are not packed as BokehJS packs them.
    """
    data = message.get("data")
    if isinstance(data, dict | Buffer):
        # Sent as a separate buffer, as browsers send outlines: uncompressed, so its size is bounded
        # by the largest message of the socket.
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
