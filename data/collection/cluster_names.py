"""Names given to clusters: kept beside the collection, and found again after a rebuild."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .format import write_json

__all__ = ["ClusterNames"]

_FILE = "cluster_names.json"
# Cosine between a centre that was named and one found now, from which they are one cluster.
_ALIKE = 0.9


class ClusterNames:
    """What clusters are called in one collection.

    A build numbers clusters anew, so a name belongs to the reason it was given to: the centre of
    the cluster. Of the clusters at hand it goes to the one whose centre is most like that.

    Parameters
    ----------
    collection_path
        Folder of the collection; the names are ``cluster_names.json`` in it, which no build
        touches.
    """

    def __init__(self, collection_path: Path) -> None:
        self._path = collection_path / _FILE

    def of(self, centres: NDArray[np.floating]) -> list[str]:
        """The name of each of k clusters by its centre, (k, S); "" for those without."""
        names = [""] * len(centres)
        given = self._read()
        pairs = [
            (float(alike), number, entry["name"])
            for entry in given
            for number, alike in enumerate(_cosines(centres, entry["centre"]))
            if alike >= _ALIKE
        ]
        taken: set[str] = set()
        for _, number, name in sorted(pairs, reverse=True):
            if not names[number] and name not in taken:
                names[number] = name
                taken.add(name)
        return names

    def give(self, centre: NDArray[np.floating], name: str) -> None:
        """Call the cluster of this centre (S,) by a name, in place of any it had; "" forgets it.

        Raises
        ------
        ValueError
            If the name is longer than 60 characters or of more than one line.
        OSError
            If the file cannot be written.
        """
        name = name.strip()
        if len(name) > 60 or "\n" in name:
            raise ValueError(f"a name is one line of 60 characters at most, got {name!r}")
        others = [
            entry
            for entry in self._read()
            if entry["name"] != name and _cosines(centre[None], entry["centre"])[0] < _ALIKE
        ]
        entry = {"name": name, "centre": [round(float(value), 6) for value in centre]}
        write_json(self._path, {"names": [*others, entry] if name else others})

    def _read(self) -> list[dict[str, Any]]:
        try:
            entries = json.loads(self._path.read_text(encoding="utf-8"))["names"]
            return [one for one in entries if {"name", "centre"} <= set(one)]
        except (OSError, ValueError, KeyError, TypeError):
            return []  # none given yet, or not by us


def _cosines(centres: NDArray[np.floating], centre: list[float]) -> NDArray[np.float64]:
    """(k,) likeness to each centre, -1 to 1; 0 where the segments are others."""
    other = np.asarray(centre, np.float64)
    if other.shape != centres.shape[1:]:
        return np.zeros(len(centres))
    lengths = np.linalg.norm(centres, axis=1) * np.linalg.norm(other)
    return centres @ other / np.where(lengths > 0, lengths, 1.0)
