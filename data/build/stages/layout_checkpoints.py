"""Checkpoints of a plane layout, to resume it and to show it while it runs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ....core.planes import EmbedSettings, LayoutState
from ...collection import RunDraft
from ...collection.unfinished_planes import write_early
from ...files import ModelFileError, load_arrays, save_arrays, written_whole

__all__ = ["LayoutCheckpoints"]

_ARRAYS = ("xy", "gains", "update", "costs")


class LayoutCheckpoints:
    """Checkpoints of one layout in one file, written atomically, and its picture so far.

    Parameters
    ----------
    draft
        Where the run is being written.
    rows : (n,)
        Rows of the collection that are laid out.
    settings
        Settings of the layout.

    Attributes
    ----------
    cost
        Kullback-Leibler divergence at the last step that was kept; NaN before.
    """

    def __init__(self, draft: RunDraft, rows: np.ndarray, settings: EmbedSettings) -> None:
        self._draft, self._rows, self._settings = draft, rows, settings
        self._path = draft.path / "layout.safetensors"
        self._costs = np.empty((0, 2))
        self.cost = float("nan")

    def load(self) -> LayoutState | None:
        """The last checkpoint; None if it is missing or damaged, which only costs time."""
        if not self._path.exists():
            return None
        try:
            arrays, step = load_arrays(self._path)
            state = LayoutState(int(step), **{name: arrays[name] for name in _ARRAYS})
            self._note(state)
            return state
        except (ModelFileError, ValueError, TypeError, KeyError, IndexError):
            self._path.unlink()
            return None

    def save(self, state: LayoutState) -> None:
        """Replace the last checkpoint by this one."""
        with written_whole(self._path) as beside:
            save_arrays(beside, {name: getattr(state, name) for name in _ARRAYS}, state.step)
        self._note(state)
        write_early(self._draft, self._rows, state.xy, state.step, self._settings.asdict())

    def _note(self, state: LayoutState) -> None:
        self._costs, self.cost = state.costs, float(state.costs[-1, 1])

    def costs(self) -> pd.DataFrame:
        """Step and cost of each checkpoint."""
        table = pd.DataFrame(self._costs, columns=["step", "cost"])
        return table.astype({"step": "int64"})

    def remove(self) -> None:
        """Remove the file once the plane is laid out."""
        for left in (self._path, *self._draft.path.glob("early.*")):
            left.unlink(missing_ok=True)
