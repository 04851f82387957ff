"""Earlier keys and sizes of a collection that has grown."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["EARLIER", "earlier_sizes", "key_without", "with_earlier"]

# In the facts of a collection: its stored key and stored rows before each addition.
EARLIER = "earlier"


def key_without(stored_key: str, removed: Sequence[int]) -> str:
    """Key of a collection some of whose stored rows do not count."""
    if not removed:
        return stored_key
    content = f"{stored_key}{json.dumps(list(removed))}"
    return hashlib.blake2b(content.encode(), digest_size=16).hexdigest()


def with_earlier(before: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the facts say of earlier sizes once something is added to what they are of.

    Parameters
    ----------
    before
        Facts of the collection before the addition.
    """
    then = {"stored_key": before["stored_key"], "n_stored": sum(before["block_rows"])}
    return [*before.get(EARLIER, []), then]


def earlier_sizes(meta: Mapping[str, Any]) -> dict[str, int]:
    """Key → number of spectra of each earlier collection whose spectra are the first of this one.

    What was removed since is no part of those: of a collection that lost a row since, the key is
    another. Additions by versions that did not note them have no part in it.

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
