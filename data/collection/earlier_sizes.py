"""Earlier keys and sizes of a collection that has grown."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["EARLIER", "earlier_sizes", "key_without", "with_earlier"]

# Entry of a collection's facts: key and number of stored rows before each addition.
EARLIER = "earlier"


def key_without(stored_key: str, removed: Sequence[int]) -> str:
    """Key of a collection of which some stored rows were removed."""
    if not removed:
        return stored_key
    content = f"{stored_key}{json.dumps(list(removed))}"
    return hashlib.blake2b(content.encode(), digest_size=16).hexdigest()


def with_earlier(before: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The entry on earlier sizes after an addition.

    Parameters
    ----------
    before
        Facts of the collection before the addition.
    """
    then = {"stored_key": before["stored_key"], "n_stored": sum(before["block_rows"])}
    return [*before.get(EARLIER, []), then]


def earlier_sizes(meta: Mapping[str, Any]) -> dict[str, int]:
    """Key → number of spectra of each earlier collection whose spectra are the first of this one.

    Rows removed since then are not part of them: a collection that lost a row has another key.
    Additions by versions that did not record them are not included.

    Parameters
    ----------
    meta
        Facts of the collection, of either format.
    """
    sizes = {}
    for then in meta.get(EARLIER, []):
        gone = [row for row in meta["removed"] if row < then["n_stored"]]
        sizes[key_without(then["stored_key"], gone)] = then["n_stored"] - len(gone)
    return sizes
