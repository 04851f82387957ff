"""Stage planes: several embeddings of labelled spectra with their quality; on demand."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pandas as pd

from .....core.planes.embedding import embed
from ...agn_study import PlaneChoice
from ...samples.labelled import Labelled, labelled_spectra
from ...settings import BuildSettings
from ...stage import Stage, Work

__all__ = ["PLANES"]


def _run(work: Work) -> None:
    study = work.settings.study
    labelled = labelled_spectra(work, at_most=study.rows)
    made = []
    for done, choice in enumerate(study.planes):
        sample = labelled.of_task(choice.task)
        if len(sample.labels) < 5:
            continue
        work.report(done, len(study.planes), choice.title)
        facts = work.draft.made_once(
            choice.name, lambda c=choice, of=sample, at=done: _embedding(work, c, of, at)
        )
        made.append(facts | {"name": choice.name})
    work.draft.metrics |= {"planes": made}


def _embedding(work: Work, choice: PlaneChoice, sample: Labelled, done: int) -> dict[str, Any]:
    """Compute and write one embedding; returns its metrics."""
    total = len(work.settings.study.planes)
    embedding = embed(
        sample.spectra,
        choice.settings,
        jobs=work.threads,
        callback=lambda _step, _steps: work.report(done, total, choice.title),
    )
    xy = pd.DataFrame({"row": sample.rows, "x": embedding.xy[:, 0], "y": embedding.xy[:, 1]})
    work.draft.write_table(choice.name, xy)
    return {
        "title": choice.title,
        "task": choice.task,
        "n": len(sample.labels),
        "settings": embedding.settings.asdict(),
        "of_spectra": dataclasses.asdict(embedding.quality),
        "separation": _separation(embedding.xy, sample.labels),
    }


def _separation(xy: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """For each type, the share of its spectra whose ten nearest on the plane are mostly of it."""
    from sklearn.neighbors import NearestNeighbors

    k = min(10, len(xy) - 1)
    nearest = NearestNeighbors(n_neighbors=k).fit(xy).kneighbors(return_distance=False)
    own = (labels[nearest] == labels[:, None]).mean(axis=1) > 0.5
    return {str(label): float(own[labels == label].mean()) for label in np.unique(labels)}


def _params(settings: BuildSettings) -> dict[str, Any]:
    study = settings.study
    return {"planes": study.plane_params(), "rows": study.rows, "seed": settings.svm.seed}


PLANES = Stage(
    "planes", 3, needs=("prepare-p21",), params=_params, run=_run, resumable=True, threads=True
)
