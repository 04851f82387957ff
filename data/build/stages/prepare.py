"""Stages prepare-p21 and prepare-o25: spectra prepared by each paper's recipe."""

from __future__ import annotations

import dataclasses
import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ....core.spectra.prepare.p21 import shared_range
from ....core.spectra.prepare.recipes import O25Recipe, P21Recipe, recipe_from_dict
from ....core.words import percent
from ...collection.catalog_facts import for_lenses, why_set_aside
from ...collection.runs import Run
from ...files import SHARD_ROWS
from ..dust.reddening import find_reddening
from ..settings import BuildSettings
from ..stage import Stage, StageSkipped, Work
from .prepare_chunks import finish_of, range_of, survey_of

__all__ = ["PREPARE_O25", "PREPARE_P21"]

_CHUNK_ROWS = 512
# Enough for a median at each wavelength, few enough to hold.
_MEDIAN_ROWS = 2_000


@dataclass(frozen=True, slots=True, eq=False)
class _Survey:
    """Result of a first pass over the spectra."""

    rows: np.ndarray
    reasons: pd.DataFrame
    nan_count: np.ndarray
    sample: np.ndarray


def _prepare(work: Work, name: str) -> None:
    """Two passes: which spectra and wavelengths are usable, then the prepared spectra."""
    lent_run = work.given.get(f"prepare-{name}") if work.before is None else work.before.run
    settings = getattr(work.settings, name)
    if lent_run is not None:
        recipe = recipe_from_dict(lent_run.facts("recipe"))
    elif name == "p21" and work.settings.overlap is not None:
        recipe = _fitted_to_sample(work, settings, work.settings.overlap)
    else:
        recipe = settings
    dust = find_reddening(work.collection, work.settings.dust if name == "o25" else "none")
    survey = _survey(work, recipe, dust.ebv)
    n_new = survey.rows.size
    if work.before is not None:
        survey = _after(work.before.run, survey)
    work.draft.write_table("reasons", survey.reasons)
    if not survey.rows.size:
        raise StageSkipped(_why_none(survey.reasons, work.collection.n_spectra))
    if lent_run is None:
        kept = recipe.kept_wavelengths(survey.nan_count, survey.rows.size)
        with np.errstate(all="ignore"):
            median = np.nan_to_num(np.nanmedian(survey.sample, axis=0), nan=0.0)
    else:
        kept, median = lent_run.read_array("kept"), lent_run.read_array("sample_median")
    draft = work.draft
    draft.write_facts("recipe", recipe.asdict())
    draft.write_array("kept", kept)
    draft.write_array("sample_median", median)
    draft.write_array("wavelength", recipe.wave_rest_aa[kept])
    draft.write_table("rows", pd.DataFrame({"row": survey.rows}))
    _finish(work, recipe, survey.rows, dust.ebv, kept, median)
    draft.metrics |= {
        "n_used": survey.rows.size,
        "n_unusable": len(survey.reasons),
        "n_wavelengths": int(kept.sum()),
    }
    if name == "o25":  # P21 does not mention dust
        draft.metrics |= dust.metrics()
    if work.before is not None:
        draft.metrics |= {"n_new": n_new} | _range_of(work.before.run)


def _after(before: Run, survey: _Survey) -> _Survey:
    """The earlier result followed by that of the added spectra."""
    rows = np.concatenate([before.table("rows")["row"].to_numpy(), survey.rows])
    reasons = pd.concat([before.table("reasons"), survey.reasons], ignore_index=True)
    return dataclasses.replace(survey, rows=rows, reasons=reasons)


def _range_of(before: Run) -> dict[str, Any]:
    """The sentence on the fitted range that the sample shares, if it was requested."""
    note = before.metrics.get("range_note")
    return {} if note is None else {"range_note": note}


def _fitted_to_sample(work: Work, recipe: P21Recipe, share: float) -> P21Recipe:
    """The recipe over the range that the sample shares."""
    collection = work.collection
    chunks = [
        {"collection": str(collection.path), "key": collection.key, "start": at, "stop": stop}
        for at, stop in _cuts(collection.n_spectra)
    ]
    n = len(chunks)
    ranges = work.chunks("range", range_of, chunks, lambda done, _n: work.report(done, 3 * n))
    ends = np.concatenate([np.empty((0, 2)), *(part["ends"] for part in ranges)])
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
    nan_count = np.zeros(recipe.wave_rest_aa.size, np.int64)
    rows, unusable, why = [], [], []
    sample = [np.empty((0, len(nan_count)), np.float32)]
    catalog, wanted = work.collection.catalog, for_lenses(work.collection.catalog)
    cuts = _cuts(len(catalog), 0 if work.before is None else work.before.n_spectra)
    chunks = [_of_rows(work, recipe, ebv, wanted[at:stop], at) for at, stop in cuts]
    surveyed = work.chunks("surveyed", survey_of, chunks, lambda done, n: work.report(done, 2 * n))
    for (start, stop), part in zip(cuts, surveyed, strict=True):
        at, usable = np.arange(start, stop), part["usable"]
        rows.append(at[usable])
        unusable.append(at[~usable])
        for row, reason in zip(at[~usable].tolist(), part["reasons"].tolist(), strict=True):
            why.append(reason if wanted[row] else why_set_aside(catalog, row))
        nan_count += part["nan_count"]
        sample.append(part["sample"])
    table = pd.DataFrame({"row": _joined(unusable), "reason": pd.Series(why, dtype="str")})
    return _Survey(_joined(rows), table, nan_count, np.concatenate(sample))


def _of_rows(
    work: Work,
    recipe: P21Recipe | O25Recipe,
    ebv: np.ndarray | None,
    wanted: np.ndarray,
    start: int,
) -> dict[str, Any]:
    """Arguments of the first pass over some rows of the collection, one for each ``wanted``."""
    collection, stop = work.collection, start + len(wanted)
    # Rows set aside have no data at rest: any redshift will do.
    z = collection.catalog["z"].to_numpy(np.float64)[start:stop]
    stride = max(collection.n_spectra // _MEDIAN_ROWS, 1)
    return {
        "collection": str(collection.path),
        "key": collection.key,
        "start": start,
        "recipe": recipe.asdict(),
        "z": np.where(wanted, z, 0.0),
        "ebv": None if ebv is None else ebv[start:stop],
        "wanted": wanted,
        "sampled": np.arange(start, stop) % stride == 0,
    }


def _finish(
    work: Work,
    recipe: P21Recipe | O25Recipe,
    rows: np.ndarray,
    ebv: np.ndarray | None,
    kept: np.ndarray,
    median: np.ndarray,
) -> None:
    """The second pass: each chunk writes one shard of prepared spectra, which no other touches."""
    collection, before = work.collection, work.before
    if before is None:
        spectra, n_there, n_then = (
            work.draft.rows_array("spectra", len(rows), int(kept.sum())),
            0,
            0,
        )
    else:
        spectra, n_there = before.keep_rows(work.draft, "spectra", len(rows))
        n_then = before.run.array("spectra").shape[0]
    z = collection.catalog["z"].to_numpy(np.float64)
    common = {"collection": str(collection.path), "key": collection.key, "spectra": spectra}
    common |= {"recipe": recipe.asdict(), "kept": kept, "sample_median": median}
    chunks = []
    for first in range(n_there, len(rows), SHARD_ROWS):
        start, stop = max(first, n_then), first + SHARD_ROWS
        block_rows = rows[start:stop]
        own: dict[str, Any] = {"first": first, "rows": block_rows, "z": z[block_rows]}
        if before is not None and start > first:  # the last, partial shard
            own |= {"before": str(before.run.path), "n_before": start - first}
        chunks.append(common | own | {"ebv": None if ebv is None else ebv[block_rows]})
    done = work.chunks("finish", finish_of, chunks, lambda at, n: work.report(n + at, 2 * n))
    for _ in done:  # the chunk has written it
        pass


def _cuts(n: int, first: int = 0) -> list[tuple[int, int]]:
    """Boundaries of chunks of rows, from one on; they depend on the collection alone."""
    return [(start, min(start + _CHUNK_ROWS, n)) for start in range(first, n, _CHUNK_ROWS)]


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
        resumable=True,
        grows=True,
    )


PREPARE_P21, PREPARE_O25 = _stage("p21"), _stage("o25")
