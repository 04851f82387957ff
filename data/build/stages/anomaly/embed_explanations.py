"""Stage embed-reasons: a plane of explanations."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pandas as pd

from .....core.planes.embedding import quality_sample
from .....core.planes.laid_on_sample import fitting_sample
from .....core.planes.quality import plane_quality
from .....core.planes.tsne import EmbedSettings
from ...before import Before
from ...settings import BuildSettings
from ...stage import Stage, StageSkipped, Work
from ..placing import lay_out_on_sample, place_each

__all__ = ["EMBED_REASONS"]

_FEWEST = 5
# With more explanations, so many are laid out, including the rarest, and the others placed.
_LAID_OUT = 50_000
# At most a few hundred explanations share a reason, while thousands of spectra share a type.
_PERPLEXITY = 15.0


def _run(work: Work) -> None:
    clusters = work.inputs["cluster"]
    rows, unit = clusters.table("clusters")["row"].to_numpy(), clusters.read_array("unit")
    if len(rows) < _FEWEST:
        raise StageSkipped(f"{len(rows)} explanations; a plane of them needs {_FEWEST}")
    order = np.argsort(rows)  # planes hold their rows ascending
    rows, unit = rows[order], np.ascontiguousarray(unit[order], np.float32)
    table = None if work.before is None else _grown(work, work.before, rows, unit)
    if table is None or work.before is None:
        xy, used = _laid_out(work, unit)
        table = pd.DataFrame({"row": rows, "x": xy[:, 0], "y": xy[:, 1]})
    else:
        used = EmbedSettings(**work.before.run.metrics["settings"])
    work.draft.write_table("xy", table)
    among, points = quality_sample(len(rows), used)
    quality = plane_quality(unit[among], table[["x", "y"]].to_numpy()[among], points=points)
    work.draft.metrics |= {
        "n": len(rows),
        "features": "explanations",
        "settings": used.asdict(),
        "of_spectra": dataclasses.asdict(quality),
    }


def _laid_out(work: Work, unit: np.ndarray) -> tuple[np.ndarray, EmbedSettings]:
    """Lay out all explanations; if they are very many a sample, with the others placed."""
    settings = _settings(work.settings)
    sample = np.arange(len(unit))
    if len(unit) > _LAID_OUT and settings.method == "opentsne":
        sample = fitting_sample(unit, _LAID_OUT, seed=settings.seed)
    work.draft.metrics["n_laid_out"] = len(sample)
    return lay_out_on_sample(work, unit, sample, settings, callback=work.report)


def _grown(work: Work, before: Before, rows: np.ndarray, unit: np.ndarray) -> pd.DataFrame | None:
    """The earlier plane with new explanations placed; None if too few earlier ones are left."""
    then = before.run.table("xy")
    at = pd.Index(then["row"]).get_indexer(rows)  # −1 for new ones
    later = then["came_later"].to_numpy(bool) if "came_later" in then else np.zeros(len(then), bool)
    came_later = np.where(at < 0, True, later[at])
    if (~came_later).sum() < _FEWEST:
        return None
    xy = then[["x", "y"]].to_numpy(np.float32)[at]
    if (at < 0).any():
        xy[at < 0] = place_each(work, unit[~came_later], xy[~came_later], unit[at < 0])
    n, laid_out = int(came_later.sum()), before.run.metrics.get("n_laid_out", len(rows))
    note = f"laid out before {n:,} of these explanations came, which were placed on it" if n else ""
    work.draft.metrics |= {
        "n_new": int((at < 0).sum()),
        "n_placed_since": n,
        "n_laid_out": min(laid_out, len(rows) - n),
        "growth_note": note,
    }
    columns = {"row": rows, "x": xy[:, 0], "y": xy[:, 1], "came_later": came_later}
    return pd.DataFrame(columns)


def _settings(settings: BuildSettings) -> EmbedSettings:
    return dataclasses.replace(
        settings.embed_o25, perplexity=_PERPLEXITY, pca=None, standardise=False
    )


def _params(settings: BuildSettings) -> dict[str, Any]:
    return {"embed": _settings(settings).asdict()}


def _on_sample(settings: BuildSettings, n_spectra: int) -> dict[str, Any]:
    """How others are placed, where there may be too many explanations to lay out all."""
    del settings
    return {"placed": "in chunks"} if n_spectra > _LAID_OUT else {}


EMBED_REASONS = Stage(
    "embed-reasons",
    4,
    needs=("cluster",),
    params=_params,
    run=_run,
    resumable=True,
    of_size=_on_sample,
    grows=True,
)
