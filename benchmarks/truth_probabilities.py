"""Part `probabilities` of truth.py: P21's coupled probabilities, and explanations of them.

On the demo's own split and on 20 others, beside scikit-learn's SVC(probability=True), from which
the recipe is, and beside calibrated votes (CalibratedClassifierCV of an SVC), which it replaced.
Explanations: LIME with 77 segments, a tenth weaker, 5000 samples; log-odds of the predicted type.
"""

from __future__ import annotations

import tempfile
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import spearmanr
from sklearn.calibration import CalibratedClassifierCV
from sklearn.svm import SVC
from spexplain.core.explain.entry import ExplainSettings, explain
from spexplain.core.explain.methods.lime import lime_neighbourhood
from spexplain.core.models.reliability_diagram import reliability
from spexplain.core.models.splits import split_rows
from spexplain.core.models.svm.coupled_svc import CoupledSvc
from spexplain.core.models.svm.coupling import Coupling
from spexplain.core.models.svm.kernel_matrix import KERNELS, Gram
from spexplain.core.models.svm.training import SvmSettings, train_svm
from spexplain.core.spectra.prepare.recipes import P21Recipe, recipe_from_dict
from spexplain.core.targets import CoupledSvm, Target
from spexplain.data.collection.collection import Collection
from spexplain.data.ingest.to_collection import ingest
from spexplain.data.lenses.lenses import AgnLens
from truth_case import FACTOR, SAMPLES, SEED, SEGMENTS, Case, row

RESPLITS, LISTED, EACH, STEPS, PATHS = 20, 50, 40, 2000, 4
HBETA_AA = (4800.0, 4920.0)
# Vacuum Å, those within P21's range.
SEGMENT_AA = 20.0
BALMER_AA = (4862.68, 4341.68, 4102.89, 3971.20, 3890.15)


class Sample:
    """The demo's labelled spectra, the kernel of all pairs, and the settings of its machine."""

    def __init__(self, case: Case) -> None:
        lens = case.agn
        truth = case.collection.catalog["label"].to_numpy(str)[lens.rows]
        known = np.flatnonzero(truth != "")
        self.lens, self.labels = lens, truth[known]
        self.spectra = np.asarray(lens.preparation.array("spectra").oindex[known])
        self.split = lens.columns["split"].to_numpy(str)[known]
        self.classes, self.at = np.unique(self.labels, return_inverse=True)
        self.settings = SvmSettings()
        self.kernel = Gram(self.spectra).kernel("linear", None)

    def machine(self) -> SVC:
        """The demo's, on the kernel of all pairs."""
        return SVC(kernel="precomputed", C=self.settings.c, class_weight="balanced")

    def coupled(self, fit: np.ndarray, test: np.ndarray) -> np.ndarray:
        """Probabilities (n, C) of the test rows, by the recipe of the build."""
        inside = self.kernel[np.ix_(fit, fit)]
        found = CoupledSvc(self.machine(), self.settings.folds, self.settings.seed)
        found.fit(inside, self.labels[fit], kernel=inside)
        return found.predict_proba(self.kernel[np.ix_(test, fit)])

    def calibrated_votes(self, fit: np.ndarray, test: np.ndarray) -> np.ndarray:
        """The same by the votes of each class against the rest, calibrated."""
        without: Any = False
        found = CalibratedClassifierCV(self.machine(), cv=5, ensemble=without)
        found.fit(self.kernel[np.ix_(fit, fit)], self.labels[fit])
        return found.predict_proba(self.kernel[np.ix_(test, fit)])

    def scikit_learns(
        self, fit: np.ndarray, test: np.ndarray, *, exactly: bool = False
    ) -> np.ndarray:
        """The same by SVC(probability=True), deprecated from scikit-learn 1.9 on (2026-11-29).

        Its own p, or those that its sigmoids have where they are coupled exactly.
        """
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=FutureWarning)
            found: Any = self.machine().set_params(
                probability=True, random_state=0, decision_function_shape="ovo"
            )
            found.fit(self.kernel[np.ix_(fit, fit)], self.labels[fit])
            inside = self.kernel[np.ix_(test, fit)]
            if not exactly:
                return found.predict_proba(inside)
            coupling = Coupling(found._probA, found._probB, len(self.classes))
            return np.exp(coupling.log_proba(found.decision_function(inside)))

    def figures(self, p: np.ndarray, test: np.ndarray) -> dict[str, float]:
        """Log loss, Brier score, ECE, errors, and errors among the least sure."""
        of = reliability(p, self.labels[test], [str(label) for label in self.classes])
        wrong = p.argmax(axis=1) != self.at[test]
        ordered = np.sort(p, axis=1)
        least = np.argsort(ordered[:, -1] - ordered[:, -2], kind="stable")[:LISTED]
        return {
            "log_loss": of.log_loss,
            "brier": of.brier,
            "ece": of.ece,
            "errors": int(wrong.sum()),
            "found": int(wrong[least].sum()),
        }


def measure(case: Case) -> dict[str, Any]:
    """Every figure of this part, the demo's and, if there are any, of real spectra."""
    sample = Sample(case)
    found: dict[str, Any] = {"demo": _on_the_split(sample), "resplits": _on_others(sample)}
    found["macro_f"] = _macro_f(sample)
    shown = {"demo": (sample.spectra, sample.labels)}
    if case.real is not None:
        spectra = real_spectra(case.agn, case.real)
        shown["real"] = (spectra, _called(case.agn, spectra))
    machine = case.agn.machine
    assert isinstance(machine, CoupledSvm)
    found["explained"] = {
        name: _explained(machine, case.agn.wave_rest_aa, spectra, types, name)
        for name, (spectra, types) in shown.items()
    }
    return found


def _on_the_split(sample: Sample) -> dict[str, Any]:
    fit, test = (np.flatnonzero(inside) for inside in
                 (sample.split != "test", sample.split == "test"))  # fmt: skip
    ours = sample.lens.columns
    p = ours[[f"p_{kind.replace(' ', '_')}" for kind in sample.classes]].to_numpy()
    p = p[np.flatnonzero(ours["split"].to_numpy(str) == "test")]
    theirs = sample.scikit_learns(fit, test)
    rank = float(spearmanr(p.max(axis=1), theirs.max(axis=1))[0])
    votes_p = sample.calibrated_votes(fit, test)
    of = sample.figures(p, test)
    votes = ours["votes"].to_numpy(str) != ours["predicted"].to_numpy(str)
    return {
        "rank correlation with SVC(probability=True), largest p": row(
            round(rank, 4), "≥ .99", met=rank >= 0.99
        ),
        "the same, each class's p": _ranks(sample.classes, p, theirs),
        # It stops its search for the minimum early: coupled exactly, its own sigmoids rank so.
        "the same, its own sigmoids coupled exactly": _ranks(
            sample.classes, p, sample.scikit_learns(fit, test, exactly=True)
        ),
        "the same of calibrated votes, largest p": round(
            float(spearmanr(votes_p.max(axis=1), theirs.max(axis=1))[0]), 4
        ),
        "log loss": row(round(of["log_loss"], 4), "≤ .150", met=of["log_loss"] <= 0.150),
        "Brier, mean of the sum over classes": row(
            round(of["brier"], 4), "≤ .076", met=of["brier"] <= 0.076
        ),
        "ECE, ten bins of equal count": row(round(of["ece"], 4), "≤ .022", met=of["ece"] <= 0.022),
        f"errors among the {LISTED} least sure": row(
            f"{of['found']} of {of['errors']}", "≥ 11 of 29", met=of["found"] >= 11
        ),
        "calibrated votes on the same": sample.figures(votes_p, test),
        "scikit-learn's own on the same": sample.figures(theirs, test),
        "called otherwise by votes": f"{int(votes.sum())} of {len(votes)}",
    }


def _ranks(classes: np.ndarray, ours: np.ndarray, theirs: np.ndarray) -> dict[str, float]:
    return {
        str(kind): round(float(spearmanr(ours[:, at], theirs[:, at])[0]), 4)
        for at, kind in enumerate(classes)
    }


def _on_others(sample: Sample) -> dict[str, Any]:
    """The demo's labelled spectra split anew, 20 times, with both kinds of probabilities."""
    ours, theirs = [], []
    for seed in range(1, RESPLITS + 1):
        split = split_rows(sample.labels, method="random", seed=seed)
        fit, test = np.flatnonzero(split != "test"), np.flatnonzero(split == "test")
        ours.append(sample.figures(sample.coupled(fit, test), test))
        theirs.append(sample.figures(sample.calibrated_votes(fit, test), test))
    better = {
        "log loss": sum(a["log_loss"] < b["log_loss"] for a, b in zip(ours, theirs, strict=True)),
        "errors found": sum(
            a["found"] / a["errors"] > b["found"] / b["errors"]
            for a, b in zip(ours, theirs, strict=True)
        ),
    }
    means = {
        name: {key: round(float(np.mean([one[key] for one in some])), 4) for key in some[0]}
        for name, some in (("coupled", ours), ("calibrated votes", theirs))
    }
    return means | {
        f"splits of {RESPLITS} with the better {what}": row(n, f"{RESPLITS}", met=n == RESPLITS)
        for what, n in better.items()
    }


def _macro_f(sample: Sample) -> dict[str, Any]:
    """Mean F on the test set, of P21's four kernels, as `evaluate` trains them."""
    found = {}
    for kernel in KERNELS:
        trained = train_svm(sample.spectra, sample.labels, SvmSettings.of_paper(kernel))
        f = trained.test.to_dict()["macro_f"]
        found[kernel] = row(round(f, 4), ".90–.97", met=0.90 <= f <= 0.97)
    return found


def real_spectra(lens: AgnLens, folder: Path) -> np.ndarray:
    """(n, D) those of a folder that the lens can take, prepared as it prepares."""
    with tempfile.TemporaryDirectory() as place:
        ingest([folder], Path(place) / "real")
        collection = Collection.open(Path(place) / "real")
        (_, flux, ivar), *_ = collection.chunks(collection.n_spectra)
        z, wave = collection.catalog["z"].to_numpy(), collection.wave_rest_aa
    recipe = recipe_from_dict(lens.preparation.facts("recipe"))
    assert isinstance(recipe, P21Recipe)
    on_grid, reasons = recipe.to_grid(wave, flux, ivar, z)
    kept = lens.preparation.read_array("kept").astype(bool)
    return recipe.finish(on_grid[reasons == ""][:, kept])


def _called(lens: AgnLens, spectra: np.ndarray) -> np.ndarray:
    return np.array(lens.classes)[lens.machine.log_odds(spectra).argmax(axis=1)]


def _explained(
    machine: CoupledSvm, wave: np.ndarray, spectra: np.ndarray, types: np.ndarray, name: str
) -> dict[str, Any]:
    called = np.array(machine.classes)[machine.log_odds(spectra).argmax(axis=1)]
    # The demo's type 1 by their label, the real ones by what they are called.
    found: dict[str, Any] = {"hbeta": _hbeta(machine, wave, spectra[types == "type 1"], name)}
    settings = ExplainSettings(n_segments=SEGMENTS, factor=FACTOR, n_samples=SAMPLES, seed=SEED)
    steps: list[float] = []
    for at, kind in enumerate(machine.classes):
        some = spectra[called == kind]
        if not len(some):
            continue
        some = some[np.random.default_rng(SEED).permutation(len(some))[:EACH]]
        target = machine.target(at)
        made = [explain(flux, target, settings) for flux in some]
        r2 = float(np.median([one.r2 for one in made]))
        log_p = machine.target(at, "log p")
        other = float(np.median([explain(flux, log_p, settings).r2 for flux in some]))
        maps = [explain(flux, target, ExplainSettings(method="saliency")) for flux in some]
        labels = made[0].labels
        found[f"called {kind}"] = {
            "spectra": len(some),
            "LIME: median R²": row(round(r2, 4), "≥ .98", met=r2 >= 0.98),
            "LIME on log p: median R²": round(other, 3),
            "LIME: strongest segment": _strongest([one.weights for one in made], labels, wave),
            "saliency: strongest of the same segments, mean |∂|": _strongest(
                [np.bincount(labels, np.abs(one.weights)) / np.bincount(labels) for one in maps],
                labels, wave,
            ),
        }  # fmt: skip
        steps += [_largest_step(flux, target, settings, seed) for seed, flux in enumerate(some)]
    longest = max(steps)
    found[f"largest step of {STEPS} along paths within neighbourhoods"] = row(
        round(longest, 5), "≤ .01", met=longest <= 0.01
    )
    return found


def _hbeta(machine: CoupledSvm, wave: np.ndarray, spectra: np.ndarray, name: str) -> dict[str, Any]:
    """Whether broad Hβ as it is, rather than a tenth weaker, raises each scale of type 1."""
    near = (wave >= HBETA_AA[0]) & (wave <= HBETA_AA[1])
    weaker = np.where(near, 0.9, 1.0) * spectra
    at = machine.classes.index("type 1")
    scales = [machine.target(at, scale) for scale in ("log-odds", "log p")]
    of_log_odds, of_log_p = (float(np.mean(one(spectra) > one(weaker))) for one in scales)
    least, must = (1.0, "100 %") if name == "demo" else (0.98, "≥ 98 %")
    return {
        "spectra": len(spectra),
        "raises log-odds of type 1": row(
            f"{100 * of_log_odds:.1f} %", must, met=of_log_odds >= least
        ),
        "raises log p of type 1": f"{100 * of_log_p:.1f} %",
    }


def _strongest(weights: list[np.ndarray], labels: np.ndarray, wave: np.ndarray) -> dict[str, Any]:
    """Where the strongest segment lies, and in how many spectra by a Balmer line.

    By a line is a segment whose middle is within a segment's width of it: wings of broad lines.
    """
    at = np.array([np.abs(one).argmax() for one in weights])
    low, high = (np.array([end(wave[labels == k]) for k in range(labels.max() + 1)])
                 for end in (np.min, np.max))  # fmt: skip
    middle = 0.5 * (low + high)
    by_line = np.abs(middle[:, None] - np.array(BALMER_AA)) <= SEGMENT_AA
    common = Counter(middle[at].round().astype(int).tolist()).most_common(3)
    ranks = [int(np.sum(np.abs(one) > np.abs(one[by_line[:, 0]]).max())) + 1 for one in weights]
    return {
        "by a Balmer line": f"{100 * float(by_line.any(axis=1)[at].mean()):.0f} %",
        "middles, Å": {str(where): n for where, n in common},
        "median rank of the best by Hβ": float(np.median(ranks)),
    }


def _largest_step(
    flux: np.ndarray,
    target: Target,
    settings: ExplainSettings,
    seed: int,
) -> float:
    """Of straight paths from a spectrum to some of its perturbed ones, 2000 steps each."""
    around = lime_neighbourhood(np.asarray(flux, np.float64), settings)
    rows = np.random.default_rng(seed).integers(1, around.n, PATHS)
    share = np.linspace(0, 1, STEPS + 1)[:, None]
    longest = 0.0
    for at in rows.tolist():
        end = around.spectra(slice(at, at + 1))[0]
        values = target(flux + share * (end - flux))
        longest = max(longest, float(np.abs(np.diff(values)).max()))
    return longest
