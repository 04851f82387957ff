"""Stage embed-reasons: a plane of explanations; spectra anomalous for like reasons lie together."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pandas as pd

from ....core.planes.embedding import quality_sample
from ....core.planes.laid_on_sample import fitting_sample, lay_out_on_sample
from ....core.planes.quality import plane_quality
from ....core.planes.tsne import EmbedSettings, lay_out
from ..settings import BuildSettings
from ..stage import Stage, StageSkipped, Work

__all__ = ["EMBED_REASONS"]

_FEWEST = 5
# Of more explanations so many are laid out, the rarest among them, and the others placed.
_LAID_OUT = 50_000
# A few hundred explanations at most share a reason, where thousands of spectra share a type.
_PERPLEXITY = 15.0


def _run(work: Work) -> None:
    clusters = work.inputs["cluster"]
    rows, unit = clusters.table("clusters")["row"].to_numpy(), clusters.read_array("unit")
    if len(rows) < _FEWEST:
        raise StageSkipped(f"{len(rows)} explanations; a plane of them needs {_FEWEST}")
    order = np.argsort(rows)  # planes hold their rows ascending
    rows, unit = rows[order], np.ascontiguousarray(unit[order], np.float32)
    settings = _settings(work.settings)
    sample = np.arange(len(rows))
    if len(rows) > _LAID_OUT and settings.method == "opentsne":
        sample = fitting_sample(unit, _LAID_OUT, seed=settings.seed)
    how: Any = {"jobs": work.threads, "callback": work.report}
    if len(sample) < len(rows):
        xy, used = lay_out_on_sample(unit, sample, settings, **how)
    else:
        xy, used = lay_out(unit, settings, **how)
    work.draft.write_table("xy", pd.DataFrame({"row": rows, "x": xy[:, 0], "y": xy[:, 1]}))
    among, asked = quality_sample(len(rows), used)
    quality = plane_quality(unit[among], xy[among], asked=asked)
    work.draft.metrics |= {
        "n": len(rows),
        "n_laid_out": len(sample),
        "features": "explanations",
        "settings": used.asdict(),
        "of_spectra": dataclasses.asdict(quality),
    }


def _settings(settings: BuildSettings) -> EmbedSettings:
    return dataclasses.replace(
        settings.embed_o25, perplexity=_PERPLEXITY, pca=None, standardise=False
    )


def _params(settings: BuildSettings) -> dict[str, Any]:
    return {"embed": _settings(settings).asdict()}


EMBED_REASONS = Stage("embed-reasons", 3, needs=("cluster",), params=_params, run=_run)
