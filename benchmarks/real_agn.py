"""Broad lines against the rest on real SDSS and BOSS spectra, and where the saliency maps look.

    python benchmarks/real_agn.py FOLDER [--demo DIR]

FOLDER holds FITS files (searched with its subfolders). Taken is every spectrum that covers P21's
range; "broad" is one whose pipeline subclass says BROADLINE. A linear SVM (P21's C) is trained
and tested in five folds that keep spectra of one object (2 arcsec) together; F comes with the
95 % interval of a bootstrap over objects. For every held-out spectrum the saliency map of the
predicted class is reduced to its strongest region (|g|, mean of 15 pixels), which is a Balmer
line's if it lies within 60 Å of one; "by chance" is the share of the range that does. The same is
said of the classifier of a built demo (--demo DIR, else the demo's own place; left out if there is
none), where type 1 and intermediate count as broad, and besides in how many of the broad spectra
that it calls type 1 Hβ, were it a tenth weaker, would lower the log-odds of type 1, its log p and
its margin. Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from spexplain.core.explain.entry import ExplainSettings, explain
from spexplain.core.models.class_metrics import classification_metrics
from spexplain.core.models.splits import cross_validation, groups_by_position
from spexplain.core.models.svm.training import SvmSettings, fit_classifier
from spexplain.core.spectra.prepare.recipes import P21Recipe
from spexplain.core.targets import SvmMargin, Target
from spexplain.core.targets.svm.coupled_svm import CoupledSvm, SvmTarget
from spexplain.data.collection.collection import Collection, CollectionError
from spexplain.data.files.folders import demo_path
from spexplain.data.ingest.to_collection import ingest
from spexplain.data.lenses.lenses import AgnLens, open_lenses

CLASSES = ("broad", "rest")
# Vacuum Å, those within P21's range.
BALMER = {"Hβ": 4862.68, "Hγ": 4341.68, "Hδ": 4102.89, "Hε": 3971.20, "H8": 3890.15}
WITHIN_AA = 60.0
SMOOTH = 15
DRAWS = 2000


def sample(folder: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Prepared spectra (n, 1000), their labels, and which object each is of."""
    with tempfile.TemporaryDirectory() as place:
        ingest([folder], Path(place) / "real")
        collection = Collection.open(Path(place) / "real")
        (_, flux, ivar), *_ = collection.chunks(collection.n_spectra)
        catalog, wave = collection.catalog, collection.wave_rest_aa
    recipe = P21Recipe()
    on_grid, reasons = recipe.to_grid(wave, flux, ivar, catalog["z"].to_numpy())
    usable = reasons == ""
    about = catalog[usable]
    broad = about["subclass"].str.contains("BROADLINE").to_numpy()
    groups = groups_by_position(about["ra"].to_numpy(), about["dec"].to_numpy())
    return recipe.finish(on_grid[usable]), np.where(broad, *CLASSES), groups


def f_of(labels: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    return classification_metrics(labels, predicted, CLASSES).f_score


def interval(
    labels: np.ndarray, predicted: np.ndarray, groups: np.ndarray, seed: int = 0
) -> dict[str, list[float]]:
    """95 % of the bootstrap over objects, of each class's F and of their mean."""
    rng = np.random.default_rng(seed)
    members = [np.flatnonzero(groups == group) for group in np.unique(groups)]
    found = []
    for _ in range(DRAWS):
        drawn = rng.integers(0, len(members), len(members))
        rows = np.concatenate([members[at] for at in drawn])
        scores = f_of(labels[rows], predicted[rows])
        found.append([*scores, scores.mean()])
    low, high = np.percentile(found, [2.5, 97.5], axis=0)
    names = (*CLASSES, "macro")
    return {
        n: [round(float(a), 3), round(float(b), 3)]
        for n, a, b in zip(names, low, high, strict=True)
    }


def strongest_aa(flux: np.ndarray, machine: CoupledSvm, wave: np.ndarray) -> float:
    """Wavelength of the strongest region of the predicted class's saliency map."""
    predicted = int(machine.log_odds(flux[None])[0].argmax())
    found = explain(flux, SvmTarget(machine, predicted), ExplainSettings(method="saliency"))
    size = np.convolve(np.abs(found.weights), np.ones(SMOOTH) / SMOOTH, mode="same")
    return float(wave[size.argmax()])


def hbeta_raises(flux: np.ndarray, target: Target, wave: np.ndarray) -> bool:
    """Whether Hβ as it is, rather than a tenth weaker, raises what is explained."""
    found = explain(flux, target, ExplainSettings(method="occlusion"))
    weighed = found.weights[found.labels][np.abs(wave - BALMER["Hβ"]) <= WITHIN_AA]
    return bool(weighed.sum() > 0)


def of_type_1(machine: CoupledSvm, spectra: np.ndarray, wave: np.ndarray) -> dict[str, Any]:
    """What each target of type 1 makes of Hβ in spectra (n, D) that are called that."""
    index = machine.classes.index("type 1")
    targets: dict[str, Target] = {
        "log_odds": SvmTarget(machine, index),
        "log_p": SvmTarget(machine, index, "log p"),
        "margin": SvmMargin(machine, index),
    }
    shares = {
        name: float(np.mean([hbeta_raises(flux, target, wave) for flux in spectra]))
        for name, target in targets.items()
    }
    return {"spectra": len(spectra), "hbeta_raises": shares}


def line_of(at_aa: float) -> str:
    name = min(BALMER, key=lambda line: abs(BALMER[line] - at_aa))
    return name if abs(BALMER[name] - at_aa) <= WITHIN_AA else "elsewhere"


def report(
    labels: np.ndarray,
    predicted: np.ndarray,
    groups: np.ndarray,
    strongest: list[float],
    wave: np.ndarray,
) -> dict[str, Any]:
    metrics = classification_metrics(labels, predicted, CLASSES)
    lines = Counter(line_of(at) for at in strongest)
    near = np.any([np.abs(wave - at) <= WITHIN_AA for at in BALMER.values()], axis=0)
    return {
        "f": dict(zip((*CLASSES, "macro"),
                      [*map(float, metrics.f_score), float(metrics.f_score.mean())],
                      strict=True)),
        "f_95_percent": interval(labels, predicted, groups),
        "confusion": {"rows_true_columns_called": CLASSES, "counts": metrics.confusion.tolist()},
        "strongest_region_is_balmer": 1 - lines["elsewhere"] / len(strongest),
        "by_chance": float(near.mean()),
        "by_line": {name: lines[name] / len(strongest) for name in (*BALMER, "elsewhere")},
        "elsewhere_aa": dict(
            Counter(f"{at:.0f}" for at in strongest if line_of(at) == "elsewhere").most_common(5)
        ),
    }  # fmt: skip


def trained_here(
    spectra: np.ndarray, labels: np.ndarray, groups: np.ndarray, wave: np.ndarray
) -> dict[str, Any]:
    settings = SvmSettings(split="grouped")
    predicted, strongest = np.empty_like(labels), np.empty(len(labels))
    folds = cross_validation(labels, method="grouped", folds=5, seed=0, groups=groups)
    for fit, held_out in folds:
        classifier = fit_classifier(spectra[fit], labels[fit], settings)
        machine = CoupledSvm.from_sklearn(classifier)
        _judge(machine, spectra, held_out, wave, predicted, strongest, str)
    return report(labels, predicted, groups, strongest.tolist(), wave)


def _judge(
    machine: CoupledSvm,
    spectra: np.ndarray,
    rows: np.ndarray,
    wave: np.ndarray,
    predicted: np.ndarray,
    strongest: np.ndarray,
    name: Callable[[str], str],
) -> None:
    said = machine.log_odds(spectra[rows]).argmax(axis=1)
    predicted[rows] = [name(machine.classes[at]) for at in said]
    strongest[rows] = [strongest_aa(spectra[row], machine, wave) for row in rows]


def by_the_demo(
    path: Path, spectra: np.ndarray, labels: np.ndarray, groups: np.ndarray, wave: np.ndarray
) -> dict[str, Any] | None:
    try:
        lens = open_lenses(Collection.open(path)).get("agn")
    except CollectionError:
        return None
    if not isinstance(lens, AgnLens):
        return None
    called = np.empty(len(labels), dtype="<U16")
    predicted, strongest = np.empty_like(labels), np.empty(len(labels))
    rows = np.arange(len(labels))
    _judge(lens.machine, spectra, rows, wave, called, strongest, str)
    predicted[:] = np.where(called == "type 2", "rest", "broad")
    counts = {label: dict(Counter(called[labels == label].tolist())) for label in np.unique(labels)}
    said = report(labels, predicted, groups, strongest.tolist(), wave)
    sure = spectra[(called == "type 1") & (labels == "broad")]
    return said | {
        "called": {str(label): count for label, count in counts.items()},
        "broad_called_type_1": of_type_1(lens.machine, sure, wave),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--demo", type=Path, metavar="DIR", default=demo_path())
    arguments = parser.parse_args()
    spectra, labels, groups = sample(arguments.folder)
    wave = P21Recipe().wave_rest_aa
    document = {
        "spectra": len(labels),
        "objects": len(np.unique(groups)),
        "of_each": dict(Counter(labels.tolist())),
        "linear_svm_trained_here": trained_here(spectra, labels, groups, wave),
        "demo_svm": by_the_demo(arguments.demo, spectra, labels, groups, wave),
    }
    print(json.dumps(document, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
