"""zarr's codecs, but that no piece unpacks to more than its array says: it may be a stranger's."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cache
from typing import Any

import pyarrow as pa
import zarr
from zarr.codecs import BloscCodec, ZstdCodec
from zarr.registry import register_codec

__all__ = ["unpack_within_bounds"]

_BLOSC_SIZE = slice(4, 8)  # of its header: how many bytes it unpacks to, and not one more


class BoundedBlosc(BloscCodec):
    """Blosc, whose header tells what a piece will take."""

    async def decode(self, chunks_and_specs: Iterable[tuple[Any, Any]]) -> Iterable[Any]:
        """Unpack pieces; ValueError of one larger than its array says."""
        pieces = [*chunks_and_specs]
        for piece, spec in pieces:
            if piece is not None:
                said = int.from_bytes(piece[_BLOSC_SIZE].to_bytes(), "little")
                _check_size(said, _n_bytes(spec))
        return await super().decode(pieces)


class BoundedZstd(ZstdCodec):
    """Zstandard, whose header need not tell: a piece is unpacked as far as its array says."""

    async def decode(self, chunks_and_specs: Iterable[tuple[Any, Any]]) -> Iterable[Any]:
        """Unpack pieces; ValueError of one larger than its array says."""
        return [
            None if piece is None else self._unpacked(piece, spec)
            for piece, spec in chunks_and_specs
        ]

    def _unpacked(self, piece: Any, spec: Any) -> Any:
        most = _n_bytes(spec)
        with pa.CompressedInputStream(pa.BufferReader(piece.to_bytes()), "zstd") as packed:
            unpacked = packed.read(most + 1)
        _check_size(len(unpacked), most)
        return spec.prototype.buffer.from_bytes(unpacked)


@cache
def unpack_within_bounds() -> None:
    """Have zarr use these in this process, by the registry it has for codecs."""
    for name, codec in (("blosc", BoundedBlosc), ("zstd", BoundedZstd)):
        register_codec(name, codec)
        zarr.config.set({f"codecs.{name}": f"{codec.__module__}.{codec.__qualname__}"})


def _n_bytes(spec: Any) -> int:
    return math.prod(spec.shape) * int(spec.dtype.to_native_dtype().itemsize)


def _check_size(n_bytes: int, most: int) -> None:
    if n_bytes > most:
        raise ValueError(f"a piece would unpack to more than the {most:,} bytes its array says")
