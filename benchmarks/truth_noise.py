"""Would another exposure say the same? Held against fresh exposures of the simulator.

Planted: the demo's planted anomalies that are detected (top 5 % by mean squared error). Ordinary:
other spectra of the anomaly lens. Types: spectra of the lens of types. Null: what the network makes
of an ordinary spectrum, with pure noise of its errors. 30 redraws of 500 masks each, 20 fresh
exposures of 5000. A is "another exposure would say so", B is "more than noise".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, cast, get_args

import numpy as np
from spexplain.core.compute.workers import Workers
from spexplain.core.explain.entry import explain, explain_many
from spexplain.core.explain.explanation import Explanation
from spexplain.core.settings import ExplainSettings
from spexplain.core.trust.exposures import explain_again
from spexplain.core.trust.recurrences import Recurrence, recurrence
from spexplain.data.collection.pixels.exposures import Exposures
from spexplain.data.demo.simulate import AnomalyKind, PopulationSizes
from spexplain.data.demo.simulate.components.templates import load_templates
from spexplain.data.demo.simulate.objects import simulate_object
from spexplain.data.ingest.readers import ReadError, read
from spexplain.data.lenses.lenses import AgnLens, AnomalyLens, LensError
from spexplain.data.lenses.one_spectrum.other_exposures import exposures_of, recurring
from spexplain.data.lenses.one_spectrum.outside_spectrum import OutsideLens
from truth_case import FACTOR, SAMPLES, SEED, SEGMENTS, Case, row

__all__ = ["measure"]

_NULL, _FRESH, _REAL, _EXPOSURES = 300, 60, 60, 20
_TOP_SHARE = 0.05
_SETTINGS = ExplainSettings(
    n_segments=SEGMENTS, factor=FACTOR, n_samples=SAMPLES, seed=SEED, perturbation="scale"
)


def measure(case: Case) -> dict[str, Any]:
    """All figures of point 5; with real spectra, how many of their top reasons pass."""
    with Workers(1) as workers:
        survey = _Survey(case, workers)
        rng = np.random.default_rng(5)
        planted, others = survey.planted, rng.permutation(survey.ordinary)
        found: dict[str, Any] = {
            "planted": _planted(survey, planted),
            "null": _null(survey, others[:_NULL]),
        }
        chosen = {
            "planted, mse": (case.anomaly, rng.permutation(planted)[:_FRESH]),
            "ordinary, mse": (case.anomaly, others[:_FRESH]),
            f"types, {case.agn.targets[0]}": (
                case.agn, rng.permutation(case.agn.rows)[: 2 * _FRESH]
            ),
        }  # fmt: skip
        for name, (lens, rows) in chosen.items():
            found[f"fresh exposures of {name}"] = _against_fresh(survey, lens, rows)
        if case.real is not None:
            found["real SDSS, mse"] = _real(survey)
        return found


@dataclass(frozen=True, eq=False)
class _Judged:
    """One spectrum with its explanation, and what redraws say of it."""

    exposures: Exposures
    explanation: Explanation
    told: Recurrence


@dataclass(frozen=True, eq=False)
class _Survey:
    """The demo, and how it was simulated."""

    case: Case
    workers: Workers

    @cached_property
    def planted(self) -> np.ndarray:
        """Rows of the planted anomalies among the top 5 % of the scores."""
        lens, catalog = self.case.anomaly, self.case.collection.catalog
        score = lens.columns["score"]
        high = score.index[score >= score.quantile(1 - _TOP_SHARE)].to_numpy()
        return high[catalog["planted_kind"].to_numpy(str)[high] != ""]

    @cached_property
    def ordinary(self) -> np.ndarray:
        """Rows of the anomaly lens with nothing planted."""
        rows = self.case.anomaly.rows
        return rows[self.case.collection.catalog["planted_kind"].to_numpy(str)[rows] == ""]

    @cached_property
    def kinds(self) -> np.ndarray:
        """What was simulated in each row, as ``population`` shuffled it."""
        about = self.case.collection.provenance
        kinds = np.array(PopulationSizes(**about["sizes"]).kinds(), dtype=object)
        return kinds[np.random.default_rng(about["seed"]).permutation(len(kinds))]

    def judged(self, lens: AgnLens | AnomalyLens, row: int) -> _Judged:
        """A row as it is."""
        exposures = exposures_of(self.case.collection, lens, row)
        return self.judge(exposures, lens.prepared(row), self.target(lens, row))

    def judge(self, exposures: Exposures, x: np.ndarray, target: Any) -> _Judged:
        """What the page would say of a prepared spectrum."""
        made = explain(x, target, _SETTINGS, workers=self.workers)
        *_, told = recurring(exposures, made, x, target, step=30, workers=self.workers)
        return _Judged(exposures, made, told)

    def target(self, lens: AgnLens | AnomalyLens, row: int) -> Any:
        """What is explained unless told otherwise."""
        return lens.target(lens.targets[0], row)

    def fresh(self, row: int, exposures: Exposures) -> Iterator[np.ndarray]:
        """The same object, observed anew and prepared; those that are refused are left out."""
        about, wave = self.case.collection.provenance, self.case.collection.wave_rest_aa
        templates = load_templates(wave)
        for number in range(1, _EXPOSURES + 1):
            made = simulate_object(
                templates, seed=about["seed"], number=row, kind=self.kinds[row], exposure=number
            ).spectrum
            anew = replace(
                exposures, flux=made.flux.astype(np.float32), ivar=made.ivar.astype(np.float32)
            )
            try:
                yield anew.prepared()
            except ValueError:
                continue


def _planted(survey: _Survey, rows: np.ndarray) -> dict[str, Any]:
    """Is the planted cause, where it leads, called seen again and more than noise?"""
    catalog, lens = survey.case.collection.catalog, survey.case.anomaly
    by_kind: dict[str, list[bool]] = {kind: [] for kind in get_args(AnomalyKind)}
    for at in map(int, rows):
        one = survey.judged(lens, at)
        low, high = one.explanation.edges(lens.wave_rest_aa)[one.told.top].T
        first, last = catalog["planted_min_aa"].iat[at], catalog["planted_max_aa"].iat[at]
        inside = (high >= first) & (low <= last)
        by_kind[str(catalog["planted_kind"].iat[at])].append(bool((inside & one.told.holds).any()))
    found = [held for of_kind in by_kind.values() for held in of_kind]
    share = float(np.mean(found))
    return {
        "n": len(found),
        "A and B for a top-3 segment in the planted window": row(
            share, "≥ .95", met=share >= 0.95
        ),
        "by kind": {k: f"{np.mean(v):.2f} of {len(v)}" for k, v in by_kind.items() if v},
    }  # fmt: skip


def _null(survey: _Survey, rows: np.ndarray) -> dict[str, Any]:
    """Is pure noise on what the network expects called a reason?"""
    lens, passed, again = survey.case.anomaly, [], []
    for at in map(int, rows):
        about = exposures_of(survey.case.collection, lens, at).around(lens.reconstruction(at))
        noise = about.exposed(0, seed=1 + SEED)
        try:
            x = noise.prepared()
        except ValueError:  # preparation refuses it
            continue
        told = survey.judge(noise, x, survey.target(lens, at)).told
        passed.append(bool(told.holds[0]))
        again.append(bool(told.seen_again[0]))
    share = float(np.mean(passed))
    return {
        "n": len(passed),
        "A and B for the top reason": row(share, "≤ .03", met=share <= 0.03),
        "A alone (rightly)": float(np.mean(again)),
    }


def _against_fresh(
    survey: _Survey, lens: AgnLens | AnomalyLens, rows: np.ndarray
) -> dict[str, Any]:
    """What redraws foretell, and what fresh exposures say."""
    recurs, foretold, same, held, passed = [], [], [], [], []
    for at in map(int, rows):
        one = survey.judged(lens, at)
        target = survey.target(lens, at)
        spectra = list(survey.fresh(at, one.exposures))
        made = explain_many(spectra, target, _SETTINGS, workers=survey.workers)
        fresh = np.array([each.weights for each in made])
        weights, top = one.explanation.weights, one.told.top
        of_sign = np.sign(fresh) == np.sign(weights)
        order = np.argsort(-np.abs(fresh), axis=1, kind="stable")
        among = np.zeros(fresh.shape, bool)
        np.put_along_axis(among, order[:, : len(top)], True, axis=1)
        recurs += (among & of_sign).mean(axis=0)[top[one.told.seen_again]].tolist()
        same.append(float(np.mean((order[:, 0] == top[0]) & of_sign[:, top[0]])))
        foretold.append(_of_the_first(one, target, lens.prepared(at), survey.workers))
        bounds = one.told.intervals
        held.append(float(np.mean((bounds.low <= fresh) & (fresh <= bounds.high))))
        passed.append(bool(one.told.holds[0]))
    again, apart = float(np.mean(recurs)), float(np.mean(foretold) - np.mean(same))
    coverage = float(np.mean(held))
    return {
        "n": len(rows),
        "top reason passes": float(np.mean(passed)),
        f"where A passes ({len(recurs)} times), share of fresh with it in the top 3": row(
            again, "≥ .95", met=again >= 0.95
        ),
        "predicted minus true share with the same top reason": row(
            apart, "within .05", met=abs(apart) <= 0.05
        ),
        "coverage of fresh weights by the 95 % noise intervals": row(
            coverage, ".92–.97", met=0.92 <= coverage <= 0.97
        ),
    }


def _of_the_first(one: _Judged, target: Any, x: np.ndarray, workers: Workers) -> float:
    """The foretold share of other exposures that have the same first reason."""
    drawn = one.exposures.draw(range(30), seed=SEED)
    redrawn = explain_again(one.explanation, target, drawn.spectra, workers=workers)
    first = recurrence(one.explanation.weights, redrawn, k=1)
    return float(first.share[first.top[0]])


def _real(survey: _Survey) -> dict[str, Any]:
    """How often the top reason of a real spectrum's score passes; what is true is not known."""
    folder, lens = cast("Any", survey.case.real) / "sdss", survey.case.anomaly
    newcomers = OutsideLens(survey.case.collection, lens)
    again, both = [], []
    for path in sorted(folder.glob("*.fits*")):
        if len(both) == _REAL:
            break
        try:
            found = newcomers.look(read(path))
        except (LensError, ReadError):
            continue
        if found.exposures is None:
            continue
        target = newcomers.target("mse", found.flux, found.sn_median)
        told = survey.judge(found.exposures, found.flux, target).told
        again.append(bool(told.seen_again[0]))
        both.append(bool(told.holds[0]))
    return {
        "n": len(both),
        "A for the top reason": float(np.mean(again)),
        "A and B for the top reason": float(np.mean(both)),
    }
