"""zarr arrays opened with known codecs only, so that none can name code to run."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

__all__ = ["Opened", "only_known_codecs"]

Opened = Callable[[Path], Any]
"""Folder of an array or group → what zarr is to open for it, once it has been looked through."""

# Of what zarr has, those that unpack numbers. Format 2 could name numcodecs' pickle, and any name
# is looked up among what other packages have registered.
_CODECS = frozenset({"bytes", "blosc", "zstd", "gzip", "crc32c", "transpose", "sharding_indexed"})
_TYPES = frozenset(
    {"bool", *(f"{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64))}
    | {f"float{bits}" for bits in (16, 32, 64)}
)


def only_known_codecs(path: Path) -> Path:
    """The path of a zarr array or group of format 3, if all in it are numbers and known codecs.

    Raises
    ------
    ValueError
        One is not; it is named.
    FileNotFoundError
        There is nothing, or nothing of format 3.
    """
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
    return path


def _described(path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """What the array or group says of itself, and each of its own."""
    for file in (path / "zarr.json", *sorted(path.glob("*/zarr.json"))):
        if file.is_file():
            yield file, json.loads(file.read_text(encoding="utf-8"))


def _names(codecs: Any) -> Iterator[str]:
    """Names of a chain of codecs, including those within shards."""
    for codec in codecs or ():
        yield str(codec["name"])
        inner = codec.get("configuration") or {}
        for part in ("codecs", "index_codecs"):
            yield from _names(inner.get(part))
