"""Reviewers' figures, class by class and kind by kind, beside the planted truth.

Perturbation figures depend on the class and can contradict the truth (arXiv 2502.17022): so they
stand beside the share of spectra whose largest segment lies in the planted window, which no figure
of the model's own can replace.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import numpy as np
from spexplain.core.explain.entry import ExplainSettings, explain
from spexplain.core.settings import MethodName
from spexplain.core.targets import Target
from spexplain.core.trust.randomisation import other_class
from spexplain.core.trust.reviewers_figures import faithfulness, random_logit, segment_contributions
from spexplain.core.words import correlation_text
from spexplain.data.ingest.readers import ReadError, read
from spexplain.data.lenses.lenses import LensError
from spexplain.data.lenses.one_spectrum.open_spectrum import OpenSpectrum
from spexplain.data.lenses.one_spectrum.outside_spectrum import OutsideLens
from truth_case import SAMPLES, SEED, SEGMENTS, Case

N_EACH, N_NOISY = 6, 3


def measure(case: Case) -> Mapping[str, Any]:
    """Medians over a few spectra of each predicted class and planted kind, every method.

    With real spectra the same of these by predicted class: nothing is planted in them.
    """
    real = {} if case.real is None else {"real SDSS, log-odds": _real(case, case.real / "sdss")}
    return {
        "of": f"medians of up to {N_EACH} spectra each; infidelity · correlation · completeness · "
        "max-sensitivity · random logit or share at the planted window",
        "log-odds of the predicted type": _classes(case),
        "MSE of planted anomalies": _kinds(case),
        **real,
    }


def _classes(case: Case) -> dict[str, Any]:
    lens = case.agn
    predicted = lens.columns["predicted"].astype(str)
    found = {}
    for label in lens.classes:
        rows = [int(row) for row in predicted.index[predicted == label]]
        chosen = np.random.default_rng(SEED).permutation(rows)[:N_EACH]
        found[label] = {
            method: _said([_of_class(lens.prepared(int(row)), lens.target("predicted", int(row)),
                                     method) for row in chosen])
            for method in get_args(MethodName)
        }  # fmt: skip
    return found


def _real(case: Case, folder: Path) -> dict[str, Any]:
    """Of spectra drawn at random until each class has enough, or there are no more."""
    lens = OutsideLens(case.collection, case.agn)
    chosen: dict[str, list[OpenSpectrum]] = {label: [] for label in case.agn.classes}
    files = sorted(folder.glob("*.fits*"))
    for at in np.random.default_rng(SEED).permutation(len(files)):
        try:
            newcomer = lens.look(read(files[at]))
        except (ReadError, LensError):
            continue
        if newcomer.verdict is not None:
            of_class = chosen[newcomer.verdict.predicted]
            of_class += [newcomer] if len(of_class) < N_EACH else []
        if all(len(some) == N_EACH for some in chosen.values()):
            break
    found: dict[str, Any] = {}
    for label, some in chosen.items():
        figures = {
            method: _said([_of_class(one.flux, lens.target("predicted", one.flux, one.sn_median),
                                     method) for one in some])
            for method in get_args(MethodName)
        } if some else {}  # fmt: skip
        found[label] = {"n": len(some), **figures}
    return found


def _kinds(case: Case) -> dict[str, Any]:
    lens, catalog = case.anomaly, case.collection.catalog
    kinds = catalog["planted_kind"].astype(str)
    found = {}
    for kind in sorted(set(kinds) - {"", "nan", "None", "<NA>"}):
        rows = [int(row) for row in catalog.index[kinds == kind] if lens.usable(int(row))]
        chosen = np.random.default_rng(SEED).permutation(rows)[:N_EACH]
        found[kind] = {
            method: _said([_of_kind(case, int(row), method) for row in chosen])
            for method in get_args(MethodName)
        }
    return found


def _settings(method: MethodName) -> ExplainSettings:
    return ExplainSettings(method=method, n_segments=SEGMENTS, n_samples=SAMPLES, seed=SEED)


def _of_class(x: np.ndarray, target: Target, method: MethodName) -> list[float]:
    settings = _settings(method)
    made = explain(x, target, settings)
    other = other_class(target, seed=SEED)
    logit = float("nan")
    if other is not None:
        logit = random_logit(made.weights, explain(x, other, settings).weights)
    return [*_figures(made, x, target), logit]


def _of_kind(case: Case, row: int, method: MethodName) -> list[float]:
    lens, catalog = case.anomaly, case.collection.catalog
    x, target = lens.prepared(row), lens.target("mse", row)
    made = explain(x, target, _settings(method))
    labels, shares = segment_contributions(made, x)
    low, high = (float(catalog[name].at[row]) for name in ("planted_min_aa", "planted_max_aa"))
    wave = lens.wave_rest_aa[labels == int(np.argmax(np.abs(shares)))]
    return [*_figures(made, x, target), float(wave[0] <= high and wave[-1] >= low)]


def _figures(made: Any, x: np.ndarray, target: Target) -> list[float]:
    found = faithfulness(made, x, target, n_noisy=N_NOISY)
    return [found.infidelity, found.correlation, found.completeness, found.max_sensitivity]


def _said(figures: list[list[float]]) -> str:
    table = np.array(figures, dtype=np.float64)
    # The last of a planted kind is a share of spectra: its mean; of a class a median as the others.
    of_kind = set(np.unique(table[:, -1])) <= {0.0, 1.0}
    last = np.mean(table[:, -1]) if of_kind else np.median(table[:, -1])
    shown = [*np.median(table[:, :-1], axis=0), last]
    words = ["–" if np.isnan(value) else f"{value:.2g}" for value in shown]
    words[1] = correlation_text(shown[1])
    return " · ".join(words)
