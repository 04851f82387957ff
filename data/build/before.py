"""Incremental builds: the run on the first spectra, from which a stage continues."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..collection import Run, RunDraft
from ..files import SHARD_ROWS
from ..files.linked import take_over

__all__ = ["Before"]

_OF_THE_RUN = ("run.json", "metrics.json", "timings.json")


@dataclass(frozen=True, slots=True, eq=False)
class Before:
    """A run of the same stage, settings and models, made when the collection had fewer spectra.

    Attributes
    ----------
    run
        The run.
    n_spectra
        Number of spectra at that time: the first ones of the collection.
    """

    run: Run
    n_spectra: int

    def keep(self, draft: RunDraft, *names: str) -> None:
        """Link existing files of the run into the draft; all of them if no names are given."""
        there = {part.name for part in self.run.path.iterdir()} - {*_OF_THE_RUN}
        for name in there & {*names} if names else there:
            take_over(self.run.path / name, draft.path / name)

    def keep_rows(self, draft: RunDraft, name: str, n_rows: int) -> tuple[str, int]:
        """An array (n_rows, D) that begins with the rows of the earlier run, as the same files.

        Parameters
        ----------
        draft
            The run to write.
        name
            Of the array, float32.
        n_rows
            Now; at least as many as the earlier run had.

        Returns
        -------
        Its address, and the number of rows present, in whole shards. The rows of the last, partial
        shard are to be written with the new ones.
        """
        n_then, n_columns = self.run.array(name).shape
        address = draft.rows_array(name, n_rows, n_columns)
        n_whole = n_then // SHARD_ROWS if n_rows > n_then else -(-n_then // SHARD_ROWS)
        for shard in range(n_whole):
            part = f"{name}.zarr/c/{shard}/0"
            take_over(self.run.path / part, draft.path / part)
        return address, min(n_whole * SHARD_ROWS, n_rows)

    def n_new(self, rows: np.ndarray) -> int:
        """Number of added spectra among ascending rows (n,) of the collection."""
        return len(rows) - int(np.searchsorted(rows, self.n_spectra))

    def trained(self, rows: np.ndarray) -> dict[str, Any]:
        """Metrics of a kept model: its origin, and the number of spectra added since.

        Parameters
        ----------
        rows : (n,)
            Rows of the collection that the model can take, ascending.
        """
        metrics: Mapping[str, Any] = self.run.metrics
        n_new = self.n_new(rows)
        if "trained_on" in metrics:  # another collection's model: trained on none of these spectra
            return {"n_new": n_new}
        n = metrics.get("added_since", 0) + n_new
        note = f"trained before {n:,} of these were added; build --anew trains again" if n else ""
        made_as = metrics.get("made_as", self.run.key)
        return {"n_new": n_new, "made_as": made_as, "added_since": n, "growth_note": note}
