"""User-given names of clusters, matched again after a rebuild."""

from __future__ import annotations

import json
import logging
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...files.json_file import read_json
from ...files.sqlite_file import reading, transaction

__all__ = ["ClusterNames"]

_log = logging.getLogger(__name__)

_FILE, _BEFORE = "annotations.sqlite", "cluster_names.json"
_TABLE = "CREATE TABLE IF NOT EXISTS cluster_names (name TEXT NOT NULL, centre TEXT NOT NULL)"
# From this cosine on, a named centre and one found now are the same cluster.
_ALIKE = 0.9


class ClusterNames:
    """User-given names of the clusters in one collection.

    Every build numbers clusters anew, so a name is stored with the centre of its cluster, and given
    to the present cluster whose centre is most similar.

    Parameters
    ----------
    collection_path
        Folder of the collection; names are stored with the tags in ``annotations.sqlite``, which
        no build touches. Names of an earlier version, in ``cluster_names.json``, are read until
        the first new one is given.
    """

    def __init__(self, collection_path: Path) -> None:
        self._path = collection_path / _FILE
        self._before = collection_path / _BEFORE

    def of(self, centres: NDArray[np.floating]) -> list[str]:
        """The name of each of k clusters, given their centres (k, S); "" for those without."""
        names = [""] * len(centres)
        entries = self._read()
        pairs = [
            (float(alike), number, entry["name"])
            for entry in entries
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
        """Name the cluster with this centre (S,), replacing any earlier name; "" removes it.

        Raises
        ------
        ValueError
            If the name is longer than 60 characters or of more than one line.
        OSError
            If the file cannot be written.
        """
        name = name.strip()
        if len(name) > 60 or "\n" in name:
            raise ValueError(f"a name must be one line of at most 60 characters, got {name!r}")
        with transaction(self._path, _TABLE) as base:
            base.execute("BEGIN IMMEDIATE")  # read and replace in one transaction
            entries = _entries(base) or self._given_before()
            others = [
                (entry["name"], json.dumps(entry["centre"]))
                for entry in entries
                if entry["name"] != name and _cosines(centre[None], entry["centre"])[0] < _ALIKE
            ]
            if name:
                others.append((name, json.dumps([round(float(value), 6) for value in centre])))
            base.execute("DELETE FROM cluster_names")
            base.executemany("INSERT INTO cluster_names VALUES (?, ?)", others)
            base.execute("INSERT INTO cluster_names VALUES ('', '')")  # none is not never

    def _read(self) -> list[dict[str, Any]]:
        if not self._path.exists():
            return self._given_before()
        try:
            with reading(self._path, _TABLE) as base:
                return _entries(base) or self._given_before()
        except (OSError, ValueError) as error:
            _log.warning("Names of clusters cannot be read: %s", error)
            return []

    def _given_before(self) -> list[dict[str, Any]]:
        """Names stored by an earlier version."""
        try:
            entries = read_json(self._before)["names"]
            return [entry for entry in entries if {"name", "centre"} <= set(entry)]
        except (OSError, ValueError, KeyError, TypeError):
            return []  # there are none, or not ours


def _entries(base: sqlite3.Connection) -> list[dict[str, Any]]:
    """The names; one of no cluster, "", says that some were given here."""
    rows = base.execute("SELECT name, centre FROM cluster_names ORDER BY rowid")
    return [{"name": name, "centre": json.loads(text) if text else []} for name, text in rows]


def _cosines(centres: NDArray[np.floating], centre: list[float]) -> NDArray[np.float64]:
    """(k,) cosine with each centre, -1 to 1; 0 if the segments differ."""
    other = np.asarray(centre, np.float64)
    if other.shape != centres.shape[1:]:
        return np.zeros(len(centres))
    lengths = np.linalg.norm(centres, axis=1) * np.linalg.norm(other)
    return centres @ other / np.where(lengths > 0, lengths, 1.0)
