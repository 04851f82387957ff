"""Stages prepare-p21 and prepare-o25: spectra as each paper's model wants them."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ....core.spectra.prepare.p21 import shared_range
from ....core.spectra.prepare.recipes import O25Recipe, P21Recipe, recipe_from_dict
from ....core.words import percent
from ...collection.catalog_facts import for_lenses, why_set_aside
from ..reddening import find_reddening
from ..settings import BuildSettings
from ..stage import Stage, StageSkipped, Work

__all__ = ["PREPARE_O25", "PREPARE_P21"]

_CHUNK_ROWS = 512
# Enough for a median at each wavelength, few enough to hold.
_MEDIAN_ROWS = 2_000


@dataclass(frozen=True, slots=True, eq=False)
class _Survey:
    """What a first pass over the spectra finds."""

    rows: np.ndarray
    reasons: pd.DataFrame
    nan_count: np.ndarray
    sample: np.ndarray


def _prepare(work: Work, name: str) -> None:
    """Two passes: which spectra and wavelengths are usable, then the prepared spectra."""
    given = work.given.get(f"prepare-{name}")
    settings = getattr(work.settings, name)
    if given is not None:
        recipe = recipe_from_dict(given.facts("recipe"))
    elif name == "p21" and work.settings.overlap is not None:
        recipe = _fitted_to_sample(work, settings, work.settings.overlap)
    else:
        recipe = settings
    dust = find_reddening(work.collection, work.settings.dust if name == "o25" else "none")
    survey = _survey(work, recipe, dust.ebv)
    work.draft.write_table("reasons", survey.reasons)
    if not survey.rows.size:
        raise StageSkipped(_why_none(survey.reasons, work.collection.n_spectra))
    if given is None:
        kept = recipe.kept_wavelengths(survey.nan_count, survey.rows.size)
        with np.errstate(all="ignore"):
            median = np.nan_to_num(np.nanmedian(survey.sample, axis=0), nan=0.0)
    else:
        kept, median = given.read_array("kept"), given.read_array("sample_median")
    draft = work.draft
    draft.write_facts("recipe", recipe.asdict())
    draft.write_array("kept", kept)
    draft.write_array("sample_median", median)
    draft.write_array("wavelength", recipe.wave_rest_aa[kept])
    draft.write_table("rows", pd.DataFrame({"row": survey.rows}))
    finish = recipe.finish
    if isinstance(recipe, O25Recipe) and recipe.fill == "code":
        finish = functools.partial(recipe.finish, sample_median=median[kept])
    with draft.rows_writer("spectra", survey.rows.size, int(kept.sum())) as writer:
        for on_grid, _, usable in _on_grid(work, recipe, dust.ebv, half=1):
            if usable.any():
                writer.append(finish(on_grid[usable][:, kept]))
    draft.metrics |= {
        "n_used": survey.rows.size,
        "n_unusable": len(survey.reasons),
        "n_wavelengths": int(kept.sum()),
    }
    if name == "o25":  # P21 does not mention dust
        draft.metrics |= dust.metrics()


def _fitted_to_sample(work: Work, recipe: P21Recipe, share: float) -> P21Recipe:
    """The recipe over the range that the sample shares."""
    collection = work.collection
    wave, n = collection.wave_rest_aa, collection.n_spectra
    ends = np.full((n, 2), np.nan)
    for rows, flux, ivar in collection.chunks(_CHUNK_ROWS):
        good = np.isfinite(flux) & (ivar > 0)
        some = good.any(axis=1)
        ends[rows, 0] = np.where(some, wave[good.argmax(axis=1)], np.nan)
        ends[rows, 1] = np.where(some, wave[len(wave) - 1 - good[:, ::-1].argmax(axis=1)], np.nan)
        work.report(0, 2 * n, "range")
    labelled = collection.catalog["label"].to_numpy(str) != ""
    sample = ends[labelled] if labelled.any() else ends
    try:
        start, stop = shared_range(sample[:, 0], sample[:, 1], share=share, norm_aa=recipe.norm_aa)
    except ValueError as error:
        raise StageSkipped(
            f"no range is shared by {percent(share, 'g')} of the sample: {error}"
        ) from error
    whose = "labelled " if labelled.any() else ""
    work.draft.metrics["range_note"] = (
        f"types are told over {start:g}–{stop:g} Å, the widest range that "
        f"{'all' if share == 1 else percent(share, 'g')} of {len(sample):,} {whose}spectra cover"
    )
    return dataclasses.replace(recipe, start_aa=start, stop_aa=stop)


def _survey(work: Work, recipe: P21Recipe | O25Recipe, ebv: np.ndarray | None) -> _Survey:
    n_grid = recipe.wave_rest_aa.size
    nan_count = np.zeros(n_grid, np.int64)
    rows, unusable, why = [], [], []
    sample = [np.empty((0, n_grid), np.float32)]
    stride = max(work.collection.n_spectra // _MEDIAN_ROWS, 1)
    start = 0
    for on_grid, reasons, usable in _on_grid(work, recipe, ebv, half=0):
        at = np.arange(start, start + len(on_grid))
        start += len(on_grid)
        rows.append(at[usable])
        unusable.append(at[~usable])
        why += reasons[~usable].tolist()
        nan_count += np.isnan(on_grid[usable]).sum(axis=0)
        sample.append(on_grid[usable & (at % stride == 0)])
    table = pd.DataFrame({"row": _joined(unusable), "reason": pd.Series(why, dtype="str")})
    return _Survey(_joined(rows), table, nan_count, np.concatenate(sample))


def _on_grid(
    work: Work, recipe: P21Recipe | O25Recipe, ebv: np.ndarray | None, *, half: int
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Chunk by chunk: spectra on the recipe's grid, reasons, which are usable."""
    collection = work.collection
    wanted = for_lenses(collection.catalog)
    # Those set aside have no data at rest, so that any redshift does.
    z = np.where(wanted, collection.catalog["z"].to_numpy(np.float64), 0.0)
    n = collection.n_spectra
    for rows, flux, ivar in collection.chunks(_CHUNK_ROWS):
        on_grid, reasons = recipe.to_grid(
            collection.wave_rest_aa, flux, ivar, z[rows], ebv=None if ebv is None else ebv[rows]
        )
        for row in np.flatnonzero(~wanted[rows]):
            reasons[row] = why_set_aside(collection.catalog, rows.start + int(row))
        yield on_grid, reasons, reasons == ""
        work.report(half * n + rows.stop, 2 * n)


def _joined(parts: list[np.ndarray]) -> np.ndarray:
    return np.concatenate([np.empty(0, np.int64), *parts])


def _why_none(reasons: pd.DataFrame, n: int) -> str:
    example = reasons["reason"].iloc[0] if len(reasons) else "there is none"
    return f"none of {n} spectra can be used; the first: {example}"


def _params(settings: BuildSettings, name: str) -> dict[str, object]:
    params: dict[str, object] = {"recipe": getattr(settings, name).asdict()}
    if name == "o25":
        params["dust"] = settings.dust
    elif settings.overlap is not None:
        params["overlap"] = settings.overlap
    return params


def _stage(name: str) -> Stage:
    return Stage(
        f"prepare-{name}",
        1,
        needs=(),
        params=functools.partial(_params, name=name),
        run=functools.partial(_prepare, name=name),
        takes=(f"prepare-{name}",),
        keeps=("dust",),
    )


PREPARE_P21, PREPARE_O25 = _stage("p21"), _stage("o25")
