"""Points placed in chunks on a plane that is laid out."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from ....core.planes.tsne import Callback, EmbedSettings, lay_out
from ...batch.chunk_inputs import plane_at
from ...batch.chunk_runner import Arrays
from ...files import load_arrays, save_arrays
from ...files.atomic import written_whole
from ..stage import Work
from .layout_checkpoints import LayoutCheckpoints

__all__ = ["lay_out_on_sample", "place_each", "placed_on"]

# Seconds of work either way: placing one as exactly as can be takes tens of milliseconds.
_MANY_ROWS, _EACH_ROWS = 1024, 64
_SAMPLE, _PLANE = "sample.safetensors", "plane.safetensors"


def lay_out_on_sample(
    work: Work,
    scores: np.ndarray,
    sample: np.ndarray,
    settings: EmbedSettings,
    *,
    callback: Callback,
    checkpoints: LayoutCheckpoints | None = None,
) -> tuple[np.ndarray, EmbedSettings]:
    """Lay out a sample on this machine, and place all others on it in chunks.

    t-SNE's memory grows with its points (3.1 GB for 240,000), placing needs that of the sample
    alone. A sample that is laid out is kept: what is broken off while placing goes on there.

    Parameters
    ----------
    work
        Of a resumable stage.
    scores : (n, K)
        Finite.
    sample : (m,)
        Rows to lay out, ascending, m ≥ 5; with all n nothing is placed.
    settings, callback, checkpoints
        Of the layout, as for :func:`~spexplain.core.planes.tsne.lay_out`.

    Returns
    -------
    xy (n, 2) float32, and the settings as used.
    """
    path = work.draft.path / _SAMPLE
    if path.exists():
        arrays, used = load_arrays(path)
        laid, settings = arrays["xy"], EmbedSettings(**used)
        if checkpoints is not None:
            checkpoints.load()  # what the layout cost
    else:
        how: Any = {"jobs": work.threads, "callback": callback, "store": checkpoints}
        laid, settings = lay_out(scores[sample], settings, **how)
    if len(sample) == len(scores):
        return laid, settings
    rest = np.setdiff1d(np.arange(len(scores)), sample)
    xy = np.empty((len(scores), 2), np.float32)
    xy[sample] = laid
    xy[rest] = _placed(work, scores[sample], laid, scores[rest], settings.asdict())
    return xy, settings


def place_each(work: Work, scores: np.ndarray, xy: np.ndarray, new: np.ndarray) -> np.ndarray:
    """Where new points (m, K) lie on a plane (n, 2) of points (n, K): (m, 2), in chunks.

    Each where the objective is least for it, so as the page places a single one.
    """
    return _placed(work, scores, xy, new, None)


def _placed(
    work: Work, scores: np.ndarray, xy: np.ndarray, new: np.ndarray, used: dict[str, Any] | None
) -> np.ndarray:
    name, size = (_PLANE, _EACH_ROWS) if used is None else (_SAMPLE, _MANY_ROWS)
    path = work.draft.path / name
    with written_whole(path) as beside:
        save_arrays(beside, {"features": scores, "xy": xy}, used)
    key = hashlib.sha256(path.read_bytes()).hexdigest()
    common = {"laid": str(path), "key": key, "many": used is not None}
    chunks = [common | {"new": new[at : at + size]} for at in range(0, len(new), size)]

    def report(done: int, total: int) -> None:
        work.report(min(done * size, len(new)), len(new), "placed on the plane")

    parts = [part["xy"] for part in work.chunks("placed", placed_on, chunks, report)]
    path.unlink()
    return np.concatenate([np.empty((0, 2), np.float32), *parts])


def placed_on(*, laid: str, key: str, many: bool, new: np.ndarray) -> Arrays:
    """Places ``xy`` (n, 2) of a few points.

    Parameters
    ----------
    laid, key
        Address of the file of the plane's points, and a digest of what it holds.
    many
        By steps made for hundreds of thousands, or each as exactly as can be.
    new : (n, K)
        As the features of the plane's points.
    """
    plane = plane_at(laid, key)
    return {"xy": plane.place_many(new) if many else plane.place(new)}
