"""What holds of the functions of models: probabilities, counts, splits, scores and their ranks."""

from __future__ import annotations

import functools

import numpy as np
from spexplain.core.models.autoencoder import VaeSettings
from spexplain.core.models.svm import SvmSettings
from spexplain.core.models.svm.tuning import Gram, TuneSettings

from . import Laws, NoArrays, close, nan_alone, nan_there, plus, rows, times

CLASSES = ("a", "b", "c")
A_PROBABILITY = "a probability is a number from 0 to 1"
NO_PROBABILITY = (
    "a model's probabilities are numbers: that of the coupling is tested in test_coupling"
)
COUNTS = "counts are whole numbers"


def labels_of(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.permutation(np.array(CLASSES)[np.arange(n) % 3])


def told(rng: np.random.Generator, n: int = 90) -> dict:
    """Probabilities of three classes, and the true ones."""
    return {
        "probabilities": rng.dirichlet([1, 1, 1], n),
        "labels": labels_of(rng, n),
        "classes": CLASSES,
    }


def classes_renamed(function, arguments, answer, rng):
    """Columns in another order with their names: the classes' answers are in that order."""
    order = rng.permutation(3)
    changed = function(
        **arguments
        | {
            "probabilities": arguments["probabilities"][:, order],
            "classes": tuple(np.array(CLASSES)[order].tolist()),
        }
    )
    for found, wanted in zip(changed, answer, strict=True):
        close([found], [wanted[order] if wanted.shape == (3,) else wanted], 1e-9)


@functools.cache
def sample(seed: int, n: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """Spectra of three types that differ, with noise."""
    rng = np.random.default_rng(seed)
    labels = labels_of(rng, n)
    centre = np.array([np.sin(np.arange(12) * k) for k in (1, 2, 3)])
    return centre[np.searchsorted(CLASSES, labels)] + 0.3 * rng.normal(size=(n, 12)), labels


def learned(rng: np.random.Generator) -> dict:
    features, labels = sample(int(rng.integers(4)))
    return {
        "features": features,
        "labels": labels,
        "settings": SvmSettings(kernel="rbf", c=1.0, gamma=0.1),
    }


def confusion(rng: np.random.Generator) -> dict:
    return {"confusion": rng.integers(0, 30, (3, 3))}


def confusion_permuted(function, arguments, answer, rng):
    order = rng.permutation(3)
    changed = function(confusion=arguments["confusion"][np.ix_(order, order)])
    close(changed, [one[order] if one.ndim else one for one in answer], 1e-12)


def spectra(rng: np.random.Generator, n: int = 4) -> dict:
    wave = np.arange(4800.0, 5100.0, 0.5)
    x = rng.uniform(0.5, 2, (n, len(wave)))
    return {
        "x": x,
        "reconstruction": x + rng.normal(0, 0.2, x.shape),
        "kept": rng.random(len(wave)) < 0.8,
    }


def without_kept(rng: np.random.Generator) -> dict:
    made = spectra(rng)
    return {"x": made["x"], "reconstruction": made["reconstruction"]}


def with_wave(rng: np.random.Generator) -> dict:
    return {
        "wave_rest_aa": np.arange(4800.0, 5100.0, 0.5),
        **without_kept(rng),
        "score": "trimmed-mse",
    }


def positions(rng: np.random.Generator) -> dict:
    ra, dec = rng.uniform(0, 360, 20), rng.uniform(-80, 80, 20)
    twin = rng.integers(0, 20, 5)
    return {"ra_deg": np.append(ra, ra[twin]), "dec_deg": np.append(dec, dec[twin] + 1e-5)}


def same_groups(function, arguments, answer, rng):
    """Who lies with whom does not depend on the order; the groups' numbers may."""
    order = rng.permutation(25)
    (found,) = function(**{name: value[order] for name, value in arguments.items()})
    wanted = answer[0][order]
    np.testing.assert_array_equal(found[:, None] == found, wanted[:, None] == wanted)


def turned(function, arguments, answer, rng):
    """The sky turned about its pole."""
    found = function(**arguments | {"ra_deg": (arguments["ra_deg"] + rng.uniform(0, 360)) % 360})
    np.testing.assert_array_equal(found[0][:, None] == found[0], answer[0][:, None] == answer[0])


def unplaced(function, arguments, answer, rng):
    """Who has no position is alone."""
    ra, at = arguments["ra_deg"].copy(), int(rng.integers(25))
    ra[at] = np.nan
    (found,) = function(**arguments | {"ra_deg": ra})
    assert np.sum(found == found[at]) == 1


def values(rng: np.random.Generator, n: int = 31) -> np.ndarray:
    return rng.permutation(n) + rng.uniform(0, 0.4, n)


def last(function, arguments, _answer, rng):
    spoilt = arguments["values"].copy()
    at = int(rng.integers(len(spoilt)))
    spoilt[at] = np.nan
    (found,) = function(**arguments | {"values": spoilt})
    mine = arguments["groups"] == arguments["groups"][at] if "groups" in arguments else slice(None)
    assert found[at] == found[mine].max()


def nan_uncounted(function, arguments, answer, rng):
    more = np.append(arguments["values"], np.full(int(rng.integers(5)), np.nan))
    close(function(**arguments | {"values": more}), answer, 1e-12)


def scores_times(function, arguments, answer, rng):
    changed = {name: 2.0 ** rng.uniform(-3, 3) * v for name, v in arguments["scores"].items()}
    close(function(**arguments | {"scores": changed}), answer, 0)


def scores_plus(function, arguments, answer, rng):
    changed = {name: rng.uniform(-3, 3) + v for name, v in arguments["scores"].items()}
    close(function(**arguments | {"scores": changed}), answer, 0)


def scores_reordered(function, arguments, answer, rng):
    order = rng.permutation(31)
    changed = {name: v[order] for name, v in arguments["scores"].items()}
    close(function(**arguments | {"scores": changed}), answer, 0)


def scores_unknown(function, arguments, _answer, rng):
    """Who is not known is in no top list that others fill."""
    changed = {name: v.copy() for name, v in arguments["scores"].items()}
    changed["one"][rng.integers(31)] = np.nan
    shared, _ = function(**arguments | {"scores": changed})
    assert np.all((shared >= 0) & (shared <= 1))


def gram_of(rng: np.random.Generator) -> dict:
    features, labels = sample(int(rng.integers(4)))
    return {
        "gram": Gram(features),
        "labels": labels,
        "settings": SvmSettings(kernel="linear", folds=3),
        "tuning": TuneSettings(c_decades=2, rounds=0),
    }


def halves(rng: np.random.Generator) -> dict:
    n = rng.integers(1, 60, 9)
    return {"k": rng.binomial(n, 0.4), "n": n}


def predicted(rng: np.random.Generator) -> dict:
    return {"true": labels_of(rng, 40), "predicted": labels_of(rng, 40), "classes": CLASSES}


def nearest(features: np.ndarray) -> np.ndarray:
    """A model that needs no training."""
    return np.array(CLASSES)[np.argmax(features[:, :3], axis=1)]


def pairs(rng: np.random.Generator) -> dict:
    return {"decisions": rng.normal(size=(20, 3)), "n_classes": 3}


def classes_in_columns(function, arguments, answer, rng):
    order = rng.permutation(3)
    changed = function(
        **arguments
        | {
            "probabilities": arguments["probabilities"][:, order],
            "classes": tuple(np.array(CLASSES)[order].tolist()),
        }
    )
    close(changed, [answer[0][..., order]], 1e-9)


def probabilities_of(classifier) -> np.ndarray:
    return classifier.predict_proba(sample(9)[0])


OF_LABELS = {
    "scale": "labels are text",
    "shift": "labels are text",
    "nan": "labels are text",
    "single": "labels are text",
}
OF_PROBABILITIES = {"scale": A_PROBABILITY, "shift": A_PROBABILITY, "nan": NO_PROBABILITY}
OF_COUNTS = {"scale": COUNTS, "shift": COUNTS, "nan": COUNTS, "single": COUNTS}
OF_TRAINING = {
    "scale": "an RBF kernel knows the flux's unit: spectra are prepared to a common one",
    "order": "folds are drawn by row: another order is another draw",
    "nan": "spectra without all their pixels are refused by the preparation",
}
RANKED = {"scale": times("values"), "shift": plus("values"), "nan": last, "single": 0}
CALIBRATION = functools.partial(told, n=90)

LAWS = {
    "models.calibrate": Laws(
        CALIBRATION,
        **OF_PROBABILITIES,
        order=classes_renamed,
        single=1e-5,
        given=lambda made: made.thresholds,
    ),
    "models.classification_metrics": Laws(
        predicted,
        **OF_LABELS,
        order=rows("true", "predicted", invariant=True),
        given=lambda made: made.confusion,
    ),
    "models.coverage": NoArrays(
        "of a calibration and labels: shares that test_conformal counts by hand"
    ),
    "models.coverage_over_resplits": Laws(
        CALIBRATION,
        **OF_PROBABILITIES,
        order=classes_in_columns,
        single=1e-5,
    ),
    "models.cross_validation": Laws(
        lambda rng: {"labels": labels_of(rng, 40), "method": "stratified", "folds": 4, "seed": 0},
        **OF_LABELS,
        order="folds are drawn by row: another order is another draw",
    ),
    "models.divisions": Laws(
        lambda rng: {"labels": labels_of(rng, 40), "share": 0.3, "repeats": 3, "seed": 1},
        **OF_LABELS,
        order="halves are drawn by row: another order is another draw",
    ),
    "models.drawn_at_most": NoArrays("positions are counted, not measured: test_splits draws them"),
    "models.f_interval": Laws(confusion, **OF_COUNTS, order=confusion_permuted),
    "models.fewest": NoArrays("a level gives a whole number"),
    "models.groups_by_position": Laws(
        positions,
        scale="angles have their unit",
        shift=turned,
        order=same_groups,
        nan=unplaced,
        single="a float32 of degrees is right to arcseconds only: who is in a pair would change",
    ),
    "models.macro_interval": Laws(
        confusion,
        **OF_COUNTS,
        order="a bootstrap draws cell by cell: the ends move by its noise",
    ),
    "models.noise_test": Laws(
        lambda rng: {
            "predict": nearest,
            "features": rng.normal(size=(30, 5)),
            "labels": labels_of(rng, 30),
            "sigmas": (0.1, 1.0),
            "repeats": 2,
        },
        scale="noise has the unit of the features",
        shift="the model is not asked to be blind to it",
        order="noise is drawn row by row",
        nan="spectra with gaps are refused by the preparation",
        single="noise decides at borders of the model",
        given=lambda curve: curve.macro_f,
    ),
    "models.reliability": Laws(
        CALIBRATION,
        **OF_PROBABILITIES,
        order=rows("probabilities", "labels", invariant=True, rtol=1e-9),
        single=1e-3,
        given=lambda made: (made.log_loss, made.brier),
    ),
    "models.settled_split": NoArrays("names of methods"),
    "models.split_rows": Laws(
        lambda rng: {"labels": labels_of(rng, 40)},
        **OF_LABELS,
        order="shares are drawn by row: another order is another draw",
    ),
    "models.wilson": Laws(halves, **OF_COUNTS, order=rows("k", "n")),
    "models.anomaly.eight_scores": Laws(
        spectra,
        scale="χ² has the paper's δ = 0.001 beside the flux: see mean_square",
        shift="χ² divides by the flux: see mean_square",
        order=rows("x", "reconstruction"),
        nan=nan_alone("x"),
        single=2e-5,
    ),
    "models.anomaly.equal_bins": Laws(
        lambda rng: {"values": values(rng), "n_bins": 4},
        scale=times("values", gives=1),
        shift=plus("values", gives=1),
        order=rows("values", invariant=True),
        nan=nan_uncounted,
        single=1e-6,
    ),
    "models.anomaly.kept_pixels": NoArrays("wavelengths and named lines give truth values"),
    "models.anomaly.mean_square": Laws(
        without_kept,
        scale=times("x", "reconstruction", gives=2),
        shift=plus("x", "reconstruction"),
        order=rows("x", "reconstruction"),
        nan=nan_there("x"),
        single=2e-5,
    ),
    "models.anomaly.part_of_pixels": NoArrays("wavelengths and named lines give numbers of parts"),
    "models.anomaly.rank": Laws(
        lambda rng: {"values": values(rng)}, **RANKED, order=rows("values")
    ),
    "models.anomaly.rank_within": Laws(
        lambda rng: {"values": values(rng), "groups": rng.integers(0, 3, 31)},
        **RANKED,
        order=rows("values", "groups"),
    ),
    "models.anomaly.residual_score": NoArrays("a name gives a function, which eight_scores asks"),
    "models.anomaly.score_parts": Laws(
        with_wave,
        scale=times("x", "reconstruction"),
        shift=plus("x", "reconstruction", rtol=1e-5),
        order=rows("x", "reconstruction"),
        nan=nan_alone("x"),
        single=1e-4,
    ),
    "models.anomaly.top_overlap": Laws(
        lambda rng: {"scores": {"one": values(rng), "two": values(rng)}, "top": 5},
        scale=scores_times,
        shift=scores_plus,
        order=scores_reordered,
        nan=scores_unknown,
        single="a table of arrays: ranks count",
    ),
    "models.autoencoder.best_trial": NoArrays(
        "of trials already made, the best by a rule that test_loss_search has"
    ),
    "models.autoencoder.search_loss": Laws(
        lambda rng: {
            "spectra": (1 + 0.1 * rng.normal(size=(40, 16))).astype(np.float32),
            "settings": VaeSettings(hidden=(8,), n_latent=2, batch=16, epochs=1),
            "pairs": ((0.0, 5.0),),
            "epochs": 1,
        },
        scale="a network learns in the unit that spectra are prepared to",
        shift="a network learns of prepared spectra",
        order="batches are drawn by row",
        nan="spectra with gaps are filled by the preparation",
        single="networks are trained in single precision",
        examples=1,
        given=lambda trials: [t.reconstruction for t in trials],
    ),
    "models.svm.fit_classifier": Laws(
        learned,
        **OF_TRAINING,
        shift="what it is asked of would have to be raised too",
        single=1e-4,
        examples=2,
        given=probabilities_of,
    ),
    "models.svm.seeded": NoArrays("an estimator with its seed set"),
    "models.svm.split_sample": Laws(
        lambda rng: {"labels": labels_of(rng, 40), "settings": SvmSettings()},
        **OF_LABELS,
        order="shares are drawn by row: another order is another draw",
    ),
    "models.svm.train_svm": Laws(
        learned,
        **OF_TRAINING,
        shift="by fit_classifier, which it calls",
        single=1e-4,
        examples=2,
        given=lambda trained: probabilities_of(trained.classifier),
    ),
    "models.svm.training_seconds": NoArrays("it gives times"),
    "models.svm.tune_kernel": Laws(
        gram_of,
        scale="its grid of C is of prepared spectra",
        shift="products of spectra are not kept by it",
        order="folds are drawn by row",
        nan="spectra with gaps are refused by the preparation",
        single="products of spectra are made in double precision",
        examples=2,
        given=lambda found: (found.macro_f, list(found.points.values())),
    ),
    "models.svm.votes_of": Laws(
        pairs,
        scale=times("decisions"),
        shift="a decision's sign is its vote",
        order=rows("decisions"),
        nan=nan_alone("decisions"),
        single=0,
    ),
}
