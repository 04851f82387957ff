"""Stages domain-p21 and domain-o25: similarity of each spectrum to the training sample."""

from __future__ import annotations

import functools
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd

from ....core.models.splits import drawn_at_most
from ....core.spectra.night_sky import over_night_sky
from ....core.trust.domain.distance import FEWEST, Distances, fit_distance
from ....core.trust.domain.domain import Domain, DomainValues
from ....core.trust.domain.kind import FEWEST_LABELLED, fit_kind
from ...collection.catalog_facts import flux_unit_of
from ...collection.runs import Run
from ...collection.trained.built_domain import PATTERNS, load_domain, save_domain, why_outside
from ...collection.trained.lines_of_sample import sample_lines
from ...files import some_rows
from ..samples.labelled import object_groups
from ..samples.lent import BACKGROUND, lender_of, why_lent
from ..samples.lent_galaxies import lent_background
from ..settings import BuildSettings
from ..stage import Stage, StageSkipped, Work
from .domain_samples import SAMPLES, Sample, kind_note, why_no_kind

__all__ = ["DOMAIN_O25", "DOMAIN_P21"]

_CHUNK_ROWS = 1024
# Maximum number of spectra of either kind to fit the measures on, drawn at random.
_MOST = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class _HeldOut:
    """Measures of the spectra they were fitted on, each from the fold without it.

    Attributes
    ----------
    ours, far
        Positions of the sample among the prepared rows, and its distances.
    both, of_kind
        Positions of the sample and of the rest of its survey, and their log-odds.
    """

    ours: np.ndarray
    far: Distances
    both: np.ndarray
    of_kind: np.ndarray

    def put_into(self, values: DomainValues) -> None:
        """Replace the values of the full fit; the sample is judged with what the sky left."""
        values.distance[self.ours] = self.far.value
        values.statistic[self.ours] = self.far.statistic
        values.where_px[self.ours] = self.far.where_px
        values.sky[self.ours] = False
        values.of_kind[self.both] = self.of_kind


def _run(work: Work, name: str) -> None:
    prepared = work.inputs[f"prepare-{name}"]
    rows = prepared.table("rows")["row"].to_numpy()
    lent_run, before = work.given.get(f"domain-{name}"), work.before
    held_out: _HeldOut | None = None
    n_known = 0
    if before is not None:
        n_known = len(before.run.table("domain", ["row"]))
        domain, facts = load_domain(before.run), before.run.facts("sample")
        trained_on = {k: v for k, v in before.run.metrics.items() if k == "trained_on"}
        work.draft.metrics |= trained_on | before.trained(rows)
    elif lent_run is not None:
        domain, facts = load_domain(lent_run), lent_run.facts("sample")
        work.draft.metrics |= {"trained_on": lent_run.key}
    elif {"p21": "svm", "o25": "vae"}[name] in work.given:
        raise StageSkipped(
            "the collection that lent its model does not yet say what is like it: build that again"
        )
    else:
        sample = SAMPLES[name](work, rows)
        domain, facts, held_out = _learned(work, rows, sample)
        labelled = rows[sample.ours] if name == "p21" else rows[:0]
        seed = work.settings.svm.seed
        facts["lines"] = sample_lines(work.collection, labelled, seed=seed)
    if lent_run is not None:
        facts |= _of_lender(work, lent_run)
    values = _applied(work, domain, rows, n_known)
    if held_out is not None:
        held_out.put_into(values)
    table = _verdict_table(work, rows[n_known:], values, prepared.read_array("wavelength"), facts)
    if before is not None:
        then = before.run.table("domain")
        table = pd.concat([then, table], ignore_index=True) if len(table) else then
    save_domain(work.draft.path, domain)
    work.draft.write_facts("sample", facts)
    work.draft.write_table("domain", table)
    work.draft.metrics |= {
        "n": len(rows),
        "n_outside": int(np.sum(table["outside"].to_numpy(bool))),
        "n_unlike_anything": int(np.sum(table["distance"].to_numpy() > 1)),
        "n_not_of_kind": int(np.sum(table["of_kind"].to_numpy() < 0)),
        "domain_note": facts["note"],
    }


def _verdict_table(
    work: Work, rows: np.ndarray, values: DomainValues, wave: np.ndarray, facts: dict[str, Any]
) -> pd.DataFrame:
    """One line a spectrum: its measures, whether it is outside, and why."""
    units = [flux_unit_of(work.collection.catalog, row) for row in rows.tolist()]
    why = why_outside(values, wave, facts, units)
    table = pd.DataFrame({"row": rows, "of_kind": values.of_kind, "distance": values.distance})
    table["outside"] = np.array([text != "" for text in why], bool)
    table["sky"] = values.sky
    table["why"] = pd.Series(why, dtype="str")
    return table


def _of_lender(work: Work, lent_run: Run) -> dict[str, Any]:
    """Who lent the model, and why."""
    model = "svm" if lent_run.stage.endswith("p21") else "vae"
    return {
        "lender": lender_of(lent_run),
        "why_lent": why_lent(work.collection, model, work.settings),
    }


def _learned(
    work: Work, rows: np.ndarray, sample: Sample
) -> tuple[Domain, dict[str, Any], _HeldOut]:
    """Both measures, notes about them, and the values of the spectra they were fitted on."""
    if len(sample.ours) < FEWEST:
        raise StageSkipped(
            f"{len(sample.ours)} spectra to learn on are too few to say what is like them"
        )
    seed = _seed(work.settings, sample.facts["recipe"])
    ours, rest = (drawn_at_most(part, _MOST, seed=seed) for part in (sample.ours, sample.rest))
    prepared = work.inputs[f"prepare-{sample.facts['recipe']}"]
    spectra, wave = prepared.array("spectra"), prepared.read_array("wavelength")
    work.report(0, 3, f"distances from {len(ours):,} {sample.facts['what']}")
    learned_on = some_rows(spectra, ours)
    distance, far = fit_distance(learned_on, float(np.median(np.diff(wave))), seed=seed)
    facts = sample.facts | {"outside_by_distance": float(np.mean(far.value > 1)), PATTERNS: True}
    others, facts = _others(work, some_rows(spectra, rest), sample, facts)
    if len(ours) < FEWEST_LABELLED or len(others) < sample.fewest_rest:
        facts |= {"knows_kind": False, "note": why_no_kind(sample, facts)}
        return Domain(distance, None), facts, _HeldOut(ours, far, ours[:0], np.empty(0))
    work.report(1, 3, f"{sample.facts['what']} against {len(others):,} others")
    both = np.concatenate([ours, rest])
    groups = object_groups(work, rows[both])
    alone = 1 + groups.max() + np.arange(len(others) - len(rest))
    fitted = fit_kind(
        learned_on,
        others,
        groups=np.concatenate([groups, alone]),
        seed=seed,
        fewest_background=sample.fewest_rest,
        name="log-odds(the kind it learned on)",
    )
    facts |= {
        "knows_kind": True,
        "alike": fitted.alike,
        "inside_of_rest": float(np.mean(fitted.of_background >= 0)),
    }
    facts["note"] = kind_note(facts, len(rest))
    of_kind = np.concatenate([fitted.of_labelled, fitted.of_background])[: len(both)]
    return Domain(distance, fitted.measure), facts, _HeldOut(ours, far, both, of_kind)


def _others(
    work: Work, own: np.ndarray, sample: Sample, facts: dict[str, Any]
) -> tuple[np.ndarray, dict[str, Any]]:
    """The background of the sample: the rest of its survey, with the demo's if lent."""
    lent_run = work.given.get(BACKGROUND)
    if lent_run is None or len(own) >= sample.fewest_rest:
        return own, facts
    lent, words = lent_background(lent_run, work.inputs["prepare-p21"])
    spectra = lent[drawn_at_most(np.arange(len(lent)), _MOST, seed=work.settings.svm.seed)]
    told_from = {"background": words, "n_lent": len(spectra), "rest": words}
    return np.concatenate([own, spectra]), facts | told_from


def _applied(work: Work, domain: Domain, rows: np.ndarray, first: int) -> DomainValues:
    """Apply the measures to the prepared spectra from one on."""
    (prepared,) = (run for stage, run in work.inputs.items() if stage.startswith("prepare-"))
    spectra, wave = prepared.array("spectra"), prepared.read_array("wavelength")
    z = work.collection.catalog["z"].to_numpy(np.float64)[rows]
    parts = []
    for start in range(first, spectra.shape[0], _CHUNK_ROWS):
        here = slice(start, start + _CHUNK_ROWS)
        block = np.asarray(spectra[here])
        parts.append(domain(block, over_night_sky(block, wave, z[here])))
        work.report(2, 3)
    if not parts:  # nothing was added
        parts.append(domain(np.empty((0, wave.size), np.float32)))
    names = [field.name for field in fields(DomainValues)]
    return DomainValues(*(np.concatenate([getattr(p, name) for p in parts]) for name in names))


def _seed(settings: BuildSettings, name: str) -> int:
    """The seed of the model that the domain belongs to."""
    return settings.svm.seed if name == "p21" else settings.vae.seed


def _params(settings: BuildSettings, name: str) -> dict[str, Any]:
    params: dict[str, Any] = {"seed": _seed(settings, name)}
    if name == "o25":
        params["learn_from"] = settings.learn_from
    elif settings.svm_task != "three":
        params["task"] = settings.svm_task
    return params


def _of_size(_: BuildSettings, n_spectra: int) -> dict[str, Any]:
    """Number of spectra drawn, if there may be more: an earlier version drew 20,000."""
    return {"most": _MOST} if n_spectra > _MOST else {}


def _stage(name: str, model: str) -> Stage:
    return Stage(
        f"domain-{name}",
        8 if name == "p21" else 6,
        needs=(f"prepare-{name}", model),
        params=functools.partial(_params, name=name),
        run=functools.partial(_run, name=name),
        takes=(f"domain-{name}", model),
        beside=(BACKGROUND,) if name == "p21" else (),
        of_size=_of_size,
        grows=True,
    )


DOMAIN_P21, DOMAIN_O25 = _stage("p21", "svm"), _stage("o25", "vae")
