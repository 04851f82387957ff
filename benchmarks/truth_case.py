"""What the parts of `truth.py` measure on: the demo, and real spectra if there are any."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from spexplain.data.collection.collection import Collection
from spexplain.data.lenses.lenses import AgnLens, AnomalyLens, open_lenses

# Conditions of every figure, unless its part says otherwise.
SEGMENTS, FACTOR, SAMPLES, SEED = 77, 0.9, 5000, 0


@dataclass(frozen=True, eq=False)
class Case:
    """The demo as it is built, and a folder of real spectra.

    Attributes
    ----------
    demo
        Folder of the demo collection.
    real
        Folder with ``index.csv`` and the surveys' files, or None: then parts leave real rows out.
    """

    demo: Path
    real: Path | None

    @cached_property
    def collection(self) -> Collection:
        """The demo, opened."""
        return Collection.open(self.demo)

    @cached_property
    def agn(self) -> AgnLens:
        """The demo's lens on types."""
        lens = open_lenses(self.collection)["agn"]
        assert isinstance(lens, AgnLens)
        return lens

    @cached_property
    def anomaly(self) -> AnomalyLens:
        """The demo's lens on anomaly scores."""
        lens = open_lenses(self.collection)["anomaly"]
        assert isinstance(lens, AnomalyLens)
        return lens


def row(figure: Any, must: str, *, met: bool) -> Mapping[str, Any]:
    """A figure beside what it must be."""
    return {"figure": figure, "must": must, "met": met}


Part = Callable[[Case], Mapping[str, Any]]
