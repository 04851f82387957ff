"""Part `conformal` of truth.py: how often sets of types hold the type, and how true p is.

The machine is trained again, by the build's recipe, on 20 random splits of the demo's labelled
spectra; thresholds are taken from the out-of-fold probabilities of each training, and the sets
counted on its test spectra, which took part in neither.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from spexplain.core.models.conformal import LEVELS, calibrate, coverage
from spexplain.core.models.reliability_diagram import reliability
from spexplain.core.models.splits import split_rows
from spexplain.core.models.svm.coupled_svc import CoupledSvc
from truth_case import Case, row
from truth_probabilities import Sample

RESPLITS = 20
FIGURES = ("log_loss", "brier", "ece", "ece_if_true")


def measure(case: Case) -> dict[str, Any]:
    """Coverage at each level, accuracy inside and outside sets of one, and reliability."""
    sample = Sample(case)
    classes = [str(label) for label in sample.classes]
    seen: dict[float, list[Any]] = {level: [] for level in LEVELS}
    figures = []
    for seed in range(1, RESPLITS + 1):
        split = split_rows(sample.labels, method="random", seed=seed)
        fit, test = np.flatnonzero(split != "test"), np.flatnonzero(split == "test")
        known, p = _trained(sample, fit, test)
        for level in LEVELS:
            one = calibrate(known, sample.labels[fit], classes, level=level)
            seen[level].append(coverage(one, p, sample.labels[test]))
        figures.append(reliability(p, sample.labels[test], classes))
    return {
        "resplits": RESPLITS,
        "sets": {f"{level:g}": _sets(seen[level], classes, level) for level in LEVELS},
        "reliability": {
            name: _mean_and_spread([getattr(one, name) for one in figures]) for name in FIGURES
        },
        "on the page": _stored(case),
    }


def _trained(sample: Sample, fit: np.ndarray, test: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Out-of-fold probabilities of the rows fitted on, and those of the test rows."""
    inside = sample.kernel[np.ix_(fit, fit)]
    found = CoupledSvc(sample.machine(), sample.settings.folds, sample.settings.seed)
    found.fit(inside, sample.labels[fit], kernel=inside)
    known = np.exp(found.coupling_.log_proba(found.held_out_decisions_))
    return known, found.predict_proba(sample.kernel[np.ix_(test, fit)])


def _sets(seen: list[Any], classes: list[str], level: float) -> dict[str, Any]:
    shares = np.array([one.held / one.counts for one in seen])
    sizes = np.sum([one.sizes for one in seen], axis=0)
    alone, others = sizes[1], sizes.sum() - sizes[1]
    held = {
        label: _mean_and_spread(of) for label, of in zip(classes, shares.T.tolist(), strict=True)
    }
    means = shares.mean(axis=0)
    met = bool(((means >= 0.88) & (means <= 0.93)).all())
    return {
        "held, mean and spread": row(held, ".88 to .93 each", met=met) if level == 0.9 else held,
        "right, where the set is one type": round(sum(o.right_alone for o in seen) / alone, 4),
        "right, of all others": round(sum(o.right_else for o in seen) / max(others, 1), 4),
        "sets of 0, 1, … types": [round(float(n), 4) for n in sizes / sizes.sum()],
    }


def _stored(case: Case) -> dict[str, Any]:
    """What the verdict quotes: the demo's own test set, with the spread over cheap resplits."""
    certainty = case.agn.certainty
    held = {
        f"{level:g}": {
            label: f"{of.k} of {of.n} ± {of.spread:.3f}"
            for label, of in certainty.held(level).items()
        }
        for level in LEVELS
    }
    of = certainty.reliability or {}
    return {
        "held": held,
        "reliability": {name: round(of[name], 4) for name in FIGURES if name in of},
    }


def _mean_and_spread(values: list[float]) -> list[float]:
    return [round(float(np.mean(values)), 4), round(float(np.std(values)), 4)]
