"""User-given names of clusters, matched again after a rebuild."""

from __future__ import annotations

import json
import logging
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..files.sqlite_file import reading, transaction

__all__ = ["ClusterNames"]

_log = logging.getLogger(__name__)

_FILE, _BEFORE = "annotations.sqlite", "cluster_names.json"
_TABLE = "CREATE TABLE IF NOT EXISTS cluster_names (name TEXT NOT NULL, centre TEXT NOT NULL)"
# Cosine between a centre that was named and one found now, from which they are one cluster.
_ALIKE = 0.9


class ClusterNames:
    """What clusters are called in one collection.

    A build numbers clusters anew, so a name belongs to the reason it was given to: the centre of
    the cluster. Of the clusters at hand it goes to the one whose centre is most like that.

    Parameters
    ----------
    collection_path
        Folder of the collection; the names are beside the tags in ``annotations.sqlite``, which no
        build touches. Those that an earlier version wrote to ``cluster_names.json`` are read
        until the first is given anew.
    """

    def __init__(self, collection_path: Path) -> None:
        self._path = collection_path / _FILE
        self._before = collection_path / _BEFORE

    def of(self, centres: NDArray[np.floating]) -> list[str]:
        """The name of each of k clusters by its centre, (k, S); "" for those without."""
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
        with transaction(self._path, _TABLE) as base:
            base.execute("BEGIN IMMEDIATE")  # what was given is read and replaced as one change
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
        """As an earlier version kept them."""
        try:
            entries = json.loads(self._before.read_text(encoding="utf-8"))["names"]
            return [entry for entry in entries if {"name", "centre"} <= set(entry)]
        except (OSError, ValueError, KeyError, TypeError):
            return []  # none were given, or not by us


def _entries(base: sqlite3.Connection) -> list[dict[str, Any]]:
    """The names; one of no cluster, "", says that some were given here."""
    rows = base.execute("SELECT name, centre FROM cluster_names ORDER BY rowid")
    return [{"name": name, "centre": json.loads(text) if text else []} for name, text in rows]


def _cosines(centres: NDArray[np.floating], centre: list[float]) -> NDArray[np.float64]:
    """(k,) likeness to each centre, -1 to 1; 0 where the segments are others."""
    other = np.asarray(centre, np.float64)
    if other.shape != centres.shape[1:]:
        return np.zeros(len(centres))
    lengths = np.linalg.norm(centres, axis=1) * np.linalg.norm(other)
    return centres @ other / np.where(lengths > 0, lengths, 1.0)
