"""Stages embed-p21 and embed-o25: planes of the two lenses."""

from __future__ import annotations

import dataclasses
import functools
import shutil
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import zarr

from ....core.models.splits import drawn_at_most
from ....core.planes.embedding import quality_sample
from ....core.planes.laid_on_sample import fitting_sample
from ....core.planes.place_new import PlaneMap
from ....core.planes.principal_components import fit_components
from ....core.planes.quality import plane_quality
from ....core.planes.tsne import EmbedSettings
from ....core.words import counted
from ...collection.runs import Run, RunStore
from ...collection.trained.laid_plane import LENDER_FEATURES, LENDER_XY, laid_plane
from ...collection.trained.trained_models import kept_projection, load_vae
from ...files import save_arrays, some_rows
from ..before import Before
from ..samples.lent import lender_of
from ..settings import BuildSettings
from ..stage import Stage, StageSkipped, Work
from .layout_checkpoints import LayoutCheckpoints
from .placing import lay_out_on_sample, place_each

__all__ = ["EMBED_LATENT", "EMBED_O25", "EMBED_P21"]

_FEWEST = 5
_CHUNK_ROWS = 1024
_COMPONENTS = "components.safetensors"
# Components settle with a few thousand spectra.
_COMPONENT_ROWS = 20_000


def _embed(work: Work, name: str, *, latent: bool) -> None:
    prepared = work.inputs[f"prepare-{name}"]
    spectra, settings = prepared.array("spectra"), getattr(work.settings, f"embed_{name}")
    n = spectra.shape[0]
    if (lent_run := work.given.get(f"embed-{name}")) is not None:
        _place_on_lent(work, prepared, lent_run)
        return
    if work.before is not None:
        _grow(work, work.before, prepared, latent=latent)
        return
    if n < _FEWEST:
        raise StageSkipped(f"{n} usable spectra; a plane needs {_FEWEST}")
    if latent:
        scores = _by_chunk(spectra, load_vae(work.inputs["vae"]).latent_mean)
    else:
        scores = _component_scores(work, spectra, settings)
    sample = _laid_out(work, scores, settings)
    rows = prepared.table("rows")["row"].to_numpy()
    checkpoints = LayoutCheckpoints(work.draft, rows[sample], settings)
    xy, used = lay_out_on_sample(
        work,
        scores,
        sample,
        settings,
        callback=_reporting(work, checkpoints),
        checkpoints=checkpoints,
    )
    if len(sample) < n:
        work.draft.metrics["n_laid_out"] = len(sample)
    work.draft.write_table("xy", pd.DataFrame({"row": rows, "x": xy[:, 0], "y": xy[:, 1]}))
    work.draft.write_table("costs", checkpoints.costs())
    among, points = quality_sample(n, used)
    their_spectra = some_rows(spectra, among)
    quality = plane_quality(their_spectra, xy[among], points=points, overwrite_features=True)
    del their_spectra
    within = plane_quality(scores[among], xy[among], points=points)
    work.draft.metrics |= {
        "n": n,
        "features": "latent" if latent else "spectra",
        "settings": used.asdict(),
        "kl_divergence": checkpoints.cost,
        "of_spectra": dataclasses.asdict(quality),
        "of_features": dataclasses.asdict(within),
    }
    checkpoints.remove()


def _grow(work: Work, before: Before, prepared: Run, *, latent: bool) -> None:
    """The earlier plane with the added spectra, each placed independently.

    Its quality stays as measured: none of its points has moved.
    """
    spectra, rows = prepared.array("spectra"), prepared.table("rows")["row"].to_numpy()
    before.keep(work.draft, _COMPONENTS)
    project = load_vae(work.inputs["vae"]).latent_mean if latent else kept_projection(before.run)
    plane, metrics = before.run.table("xy"), before.run.metrics
    n_then, n_laid = len(plane), len(plane) - metrics.get("n_placed_since", 0)
    if len(rows) > n_then:
        laid, new = _by_chunk(spectra, project, 0, n_laid), _by_chunk(spectra, project, n_then)
        xy = place_each(work, laid, plane[["x", "y"]].to_numpy()[:n_laid], new)
        came = pd.DataFrame({"row": rows[n_then:], "x": xy[:, 0], "y": xy[:, 1]})
        plane = pd.concat([plane[[*came]], came], ignore_index=True)
    work.draft.write_table("xy", plane.assign(came_later=np.arange(len(plane)) >= n_laid))
    n = len(plane) - n_laid
    note = f"laid out before {n:,} of these were added, which were placed on it" if n else ""
    work.draft.metrics |= metrics | {
        "n": len(plane),
        "n_new": len(rows) - n_then,
        "n_placed_since": n,
        "growth_note": note,
    }


def _place_on_lent(work: Work, prepared: Run, lent_run: Run) -> None:
    """Place the spectra on another collection's plane, which is copied: its folder may go."""
    needs = prepared.stage
    theirs = RunStore(lent_run.path.parent.parent).get(needs, lent_run.inputs[needs])
    assert theirs is not None  # it was lent with the plane
    project, features, laid = laid_plane(lent_run, theirs)
    rows = prepared.table("rows")["row"].to_numpy()
    if not len(rows):
        raise StageSkipped("no usable spectrum to place on a plane")
    own = _by_chunk(prepared.array("spectra"), project)
    xy, far = place_each(work, features, laid, own), PlaneMap(features, laid).far_from_all(own)
    work.draft.write_table(
        "xy", pd.DataFrame({"row": rows, "x": xy[:, 0], "y": xy[:, 1], "far": far})
    )
    work.draft.write_table(LENDER_XY, pd.DataFrame(laid, columns=["x", "y"]))
    work.draft.write_array(LENDER_FEATURES, features)
    if (components := lent_run.path / _COMPONENTS).exists():
        shutil.copyfile(components, work.draft.path / _COMPONENTS)
    lender, n_far = lender_of(lent_run), int(far.sum())
    names = ("features", "settings", "of_spectra", "of_features")
    work.draft.metrics |= {name: lent_run.metrics.get(name) for name in names} | {
        "n": len(laid),
        "lender": lender,
        "n_far": n_far,
        "placed_note": f"{counted(len(rows), 'spectrum', 'spectra')} placed on the plane of "
        f"{lender}, laid out with its own {len(laid):,}; {n_far:,} farther from all of these than "
        "99 % of them are from their nearest",
    }


def _reporting(work: Work, checkpoints: LayoutCheckpoints) -> Callable[[int, int], None]:
    """Report the progress of t-SNE, and the divergence that it minimises."""

    def report(done: int, total: int) -> None:
        cost = "" if np.isnan(checkpoints.cost) else f"KL divergence {checkpoints.cost:.3f}"
        work.report(done, total, cost)

    return report


def _laid_out(work: Work, scores: np.ndarray, settings: EmbedSettings) -> np.ndarray:
    """Which of the points t-SNE lays out itself: all, but where they are too many for memory."""
    if work.collection.n_spectra <= work.settings.plane_rows or settings.method != "opentsne":
        return np.arange(len(scores))
    return fitting_sample(scores, work.settings.plane_rows, seed=settings.seed)


def _on_sample(settings: BuildSettings, n_spectra: int) -> dict[str, Any]:
    """Further settings of a plane of many spectra; empty if all are laid out."""
    on_sample = {"plane_rows": settings.plane_rows, "placed": "in chunks"}
    return on_sample if n_spectra > settings.plane_rows else {}


def _component_scores(work: Work, spectra: zarr.Array, settings: EmbedSettings) -> np.ndarray:
    """(n, K) scores in which neighbours are found; the projection is kept for later spectra."""
    if settings.pca is None and not settings.standardise:
        return _by_chunk(spectra, np.asarray)
    chosen = drawn_at_most(np.arange(spectra.shape[0]), _COMPONENT_ROWS, seed=settings.seed)
    sample = some_rows(spectra, chosen)
    n_components = sample.shape[1] if settings.pca is None else settings.pca
    components = fit_components(
        sample, n_components, standardise=settings.standardise, seed=settings.seed, overwrite=True
    )
    del sample
    arrays = {name: getattr(components, name) for name in ("centre", "scale", "axes")}
    save_arrays(work.draft.path / _COMPONENTS, arrays)
    return _by_chunk(spectra, components.project)


def _by_chunk(
    spectra: zarr.Array,
    project: Callable[[np.ndarray], np.ndarray],
    start: int = 0,
    stop: int | None = None,
) -> np.ndarray:
    """(n, K) of the spectra from one to before another; to the end by default."""
    stop = spectra.shape[0] if stop is None else stop
    parts = [(at, min(at + _CHUNK_ROWS, stop)) for at in range(start, stop, _CHUNK_ROWS)]
    return np.concatenate([project(np.asarray(spectra[at:end])) for at, end in parts])


def _params(settings: BuildSettings, name: str, *, latent: bool) -> dict[str, object]:
    return {"embed": getattr(settings, f"embed_{name}").asdict(), "latent": latent}


def _stage(name: str, *, latent: bool = False) -> Stage:
    return Stage(
        f"embed-{name}",
        3,
        needs=(f"prepare-{name}", *(("vae",) if latent else ())),
        params=functools.partial(_params, name=name, latent=latent),
        run=functools.partial(_embed, name=name, latent=latent),
        takes=(f"embed-{name}",),
        resumable=True,
        threads=True,
        of_size=_on_sample,
        grows=True,
    )


EMBED_P21, EMBED_O25 = _stage("p21"), _stage("o25")
EMBED_LATENT = _stage("o25", latent=True)
