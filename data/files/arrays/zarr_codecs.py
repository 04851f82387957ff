"""zarr arrays opened with known codecs only, so that none can name code to run."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ..json_file import read_json
from .bounded_codecs import unpack_within_bounds

__all__ = ["Opened", "only_known_codecs"]

Opened = Callable[[Path], Any]
"""Folder of an array or group → what zarr is to open for it, once it has been looked through."""

# Of what zarr has, those that unpack numbers. Format 2 could name numcodecs' pickle, and any name
# is looked up among what other packages have registered.
_CODECS = frozenset({"bytes", "blosc", "zstd", "crc32c", "transpose", "sharding_indexed"})
_TYPES = frozenset(
    {"bool", *(f"{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64))}
    | {f"float{bits}" for bits in (16, 32, 64)}
)

_MOST_CHUNK_BYTES = 512_000_000
"""Of what one read unpacks."""
_MOST_IN_SHARD = 1_000_000
"""Pieces, each of which has an entry in the table of its shard."""
_MOST_AXES = 3


def only_known_codecs(path: Path) -> Path:
    """The path of a zarr array or group of format 3, if all in it are numbers and known codecs.

    None of its pieces may be larger than any of ours, nor unpack to more than it says.

    Raises
    ------
    ValueError
        One is not; it is named.
    FileNotFoundError
        There is nothing, or nothing of format 3.
    """
    unpack_within_bounds()
    described = [*_described(path)]
    if not described:
        raise FileNotFoundError(f"{path} holds no array of zarr's format 3")
    for file, facts in described:
        if facts.get("zarr_format") != 3:
            raise ValueError(f"{file} is of zarr's format {facts.get('zarr_format')!r}, not 3")
        if facts.get("node_type") == "group":
            continue
        if facts.get("storage_transformers"):
            raise ValueError(f"{file} names transformers of its storage, which are not applied")
        if str(facts.get("data_type")) not in _TYPES:
            raise ValueError(f"{file} holds {facts.get('data_type')!r}, no numbers")
        for name in _names(facts.get("codecs")):
            if name not in _CODECS:
                raise ValueError(f"{file} names the codec {name!r}, which is not on the list")
        _check_sizes(file, facts)
    return path


def _check_sizes(file: Path, facts: dict[str, Any]) -> None:
    """Raise ValueError if reading a single value would take more memory than any array of ours."""
    grid = (facts.get("chunk_grid") or {}).get("configuration") or {}
    outer, inner = grid.get("chunk_shape"), _innermost(facts.get("codecs"))
    for shape in (facts.get("shape"), outer, inner):
        if shape is not None and not _is_shape(shape):
            raise ValueError(f"{file} has the shape {str(shape)[:60]}, which is none")
    if outer is None:
        raise ValueError(f"{file} does not say how large its pieces are")
    piece = math.prod(inner or outer) * 8
    if piece > _MOST_CHUNK_BYTES:
        raise ValueError(f"{file} has pieces of {piece:,} bytes, more than {_MOST_CHUNK_BYTES:,}")
    n = math.prod(outer) // max(math.prod(inner or outer), 1)
    if n > _MOST_IN_SHARD:
        raise ValueError(f"{file} has {n:,} pieces in one file, more than {_MOST_IN_SHARD:,}")


def _innermost(codecs: Any) -> Any:
    """Shape of the pieces within a shard; None if there is none."""
    shard = next((one for one in codecs or () if one["name"] == "sharding_indexed"), None)
    return None if shard is None else (shard.get("configuration") or {}).get("chunk_shape")


def _is_shape(shape: Any) -> bool:
    return (
        isinstance(shape, list)
        and len(shape) <= _MOST_AXES
        and all(type(size) is int and 0 <= size < 2**62 for size in shape)
    )


def _described(path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """What the array or group says of itself, and each of its own."""
    for file in (path / "zarr.json", *sorted(path.glob("*/zarr.json"))):
        if file.exists():
            yield file, read_json(file)


def _names(codecs: Any) -> Iterator[str]:
    """Names of a chain of codecs, including those within shards."""
    for codec in codecs or ():
        yield str(codec["name"])
        inner = codec.get("configuration") or {}
        for part in ("codecs", "index_codecs"):
            yield from _names(inner.get(part))
