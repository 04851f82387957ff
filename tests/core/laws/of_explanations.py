"""What holds of pieces, surrogates, explanations, targets and trust."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
from spexplain.core.explain import ExplainSettings, explain
from spexplain.core.neighbourhood import BinaryMasks, Neighbourhood, segment
from spexplain.core.surrogate.ridge import Ridge
from spexplain.core.surrogate.stand_in import Quadratic
from spexplain.core.targets import CallableTarget
from spexplain.core.targets.linear import LinearTarget

from . import Laws, NoArrays, close, nan_alone, nan_refused, plus, rows, times

D, S, N = 60, 6, 200
OF_PIXELS = "pixels have their wavelengths' order"
OF_DRAWS = "samples are drawn by row: another order is another draw"
AS_EXPLAIN = "an explanation's own laws are explain's"
SETTINGS = ExplainSettings(n_segments=S, n_samples=N)
WEIGHTS = np.sin(np.arange(D)) / D
LINEAR = LinearTarget(WEIGHTS, 0.4, "linear")
SHAPED = CallableTarget(
    lambda spectra: np.tanh(spectra @ WEIGHTS) + (spectra**2).mean(axis=1), "shaped"
)


def spectrum(rng: np.random.Generator) -> np.ndarray:
    return 1 + 0.3 * rng.normal(size=D)


def neighbourhood(rng: np.random.Generator) -> Neighbourhood:
    x = spectrum(rng)
    labels = segment(x, n_segments=S)
    return Neighbourhood(
        0.9 * x, 0.1 * x, labels, BinaryMasks.random(N, S, seed=int(rng.integers(99)))
    )


def regression(rng: np.random.Generator) -> dict[str, Any]:
    masks = BinaryMasks.random(N, S, seed=int(rng.integers(99)))
    values = masks.dense(slice(0, N), np.dtype(np.float64)) @ rng.normal(size=S) + 0.1 * rng.normal(
        size=N
    )
    return {"masks": masks, "values": values, "weights": rng.uniform(0.2, 1, N)}


def sampled(rng: np.random.Generator) -> dict[str, Any]:
    """Pairs, as Shapley values are drawn."""
    half = np.stack([rng.permutation(S) < rng.integers(1, S) for _ in range(N // 2)])
    half[0] = True
    masks = np.stack([half, ~half], axis=1).reshape(N, S)
    values = masks @ rng.normal(size=S) + 0.1 * rng.normal(size=N)
    return {"masks": BinaryMasks.pack(masks), "values": values}


class Additive:
    """f of masks z: the sum of what its segments bring."""

    degree = 1

    def __init__(self, slopes: np.ndarray) -> None:
        self.slopes, self.n_segments = slopes, len(slopes)

    def value(self, present: bool) -> float:
        return float(self.slopes.sum()) if present else 0.0

    def mean_slopes(self, presences: np.ndarray, shares: np.ndarray) -> np.ndarray:
        return shares.sum() * self.slopes

    def moments(self, presence: np.ndarray) -> tuple[float, float]:
        return float(presence @ self.slopes), float((presence * (1 - presence)) @ self.slopes**2)

    def least(self) -> float:
        return float(np.minimum(self.slopes, 0).sum())


def form_times(name: str) -> Callable:
    """A function so many times as large: its weights are."""

    def law(function, arguments, answer, rng):
        factor = 2.0 ** rng.uniform(-3, 3)
        (found, *_), (wanted, *_) = (
            function(**arguments | {name: Additive(arguments[name].slopes * factor)}),
            answer,
        )
        close([found], [wanted * factor], 1e-9)

    return law


def form_permuted(name: str) -> Callable:
    def law(function, arguments, answer, rng):
        order = rng.permutation(S)
        found = function(**arguments | {name: Additive(arguments[name].slopes[order])})
        close([found[0]], [answer[0][order]], 1e-9)

    return law


def of_form(rng: np.random.Generator) -> dict[str, Any]:
    return {"form": Additive(rng.normal(size=S))}


OF_FORM = {
    "scale": form_times("form"),
    "order": form_permuted("form"),
    "shift": "a constant of the function is no segment's",
    "nan": "a closed form is of finite machines",
    "single": "closed forms are in double precision",
}


def controlled(rng: np.random.Generator) -> dict[str, Any]:
    made = regression(rng)
    cross = rng.normal(size=(S, S)) / 9
    stand_in = Quadratic(0.3, rng.normal(size=S), cross + cross.T, np.full(S, 0.5))
    return {
        "ridge": Ridge(made["masks"], made["weights"]),
        "values": made["values"],
        "stand_in": stand_in,
    }


def rescaled_target(gives_weights: Callable[[Any], np.ndarray]) -> Callable:
    """A target twice as large has weights twice as large: the surrogate is linear in it."""

    def law(function, arguments, answer, rng):
        factor = 2.0 ** int(rng.integers(-3, 4))
        target = arguments["target"]
        larger = CallableTarget(lambda spectra: factor * target(spectra), "larger")
        close(function(**arguments | {"target": larger}), [factor * one for one in answer], 1e-6)

    return law


def raised_target(function, arguments, answer, rng):
    constant, target = rng.uniform(-2, 2), arguments["target"]
    higher = CallableTarget(lambda spectra: constant + target(spectra), "higher")
    close(function(**arguments | {"target": higher}), answer, 1e-5)


def weights_alone(explanation: Any) -> np.ndarray:
    return explanation.weights


def explained(rng: np.random.Generator, **more: Any) -> dict[str, Any]:
    return {"x": spectrum(rng), "target": SHAPED, "settings": SETTINGS, **more}


EXPLAINED = {
    "scale": rescaled_target(weights_alone),
    "shift": raised_target,
    "order": OF_PIXELS,
    "single": 1e-3,
    "given": weights_alone,
}


def already(rng: np.random.Generator, **more: Any) -> dict[str, Any]:
    """An explanation, and what it was made of."""
    x = spectrum(rng)
    return {"explanation": explain(x, SHAPED, SETTINGS), "x": x, "target": SHAPED, **more}


def of_explanation(rng: np.random.Generator) -> dict[str, Any]:
    return {name: value for name, value in already(rng).items() if name in ("explanation", "x")}


OF_TRUST = {
    "scale": AS_EXPLAIN,
    "shift": AS_EXPLAIN,
    "order": OF_PIXELS,
    "single": "an explanation is of its own spectrum, to the bit",
    "nan": "a spectrum that was explained has no NaN",
    "examples": 2,
}


def drawn_weights(rng: np.random.Generator) -> dict[str, Any]:
    weights = rng.normal(size=S)
    return {"weights": weights, "redrawn": weights + 0.2 * rng.normal(size=(30, S))}


def spectra_of(n: int, rng: np.random.Generator) -> np.ndarray:
    x = np.linspace(-1, 1, D)
    line = np.exp(-0.5 * ((x - 0.2) / 0.06) ** 2)
    made = 1 + rng.normal(0, 0.2, (n, 1)) * x + rng.gamma(4, 0.25, (n, 1)) * line
    return made + 0.05 * rng.normal(size=(n, D))


def sample(rng: np.random.Generator, n: int = 60) -> dict[str, Any]:
    return {"spectra": spectra_of(n, rng), "step_aa": 5.0}


def two_kinds(rng: np.random.Generator) -> dict[str, Any]:
    shifted = spectra_of(80, rng)[:, ::-1]
    return {
        "labelled": spectra_of(60, rng),
        "background": np.ascontiguousarray(shifted),
        "fewest_background": 50,
    }


def unit(rng: np.random.Generator) -> np.ndarray:
    made = rng.normal(size=(30, 5)) + 4 * np.eye(5)[np.arange(30) % 3]
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def parted_alike(function, arguments, answer, rng):
    """Who lies with whom; clusters' numbers may differ."""
    order = rng.permutation(30)
    found = function(**arguments | {"unit": arguments["unit"][order]})[0]
    wanted = answer[0][order]
    np.testing.assert_array_equal(found[:, None] == found, wanted[:, None] == wanted)


OF_CLUSTERS = {
    "scale": "explanations have unit length",
    "shift": "explanations have unit length",
    "nan": "an explanation without finite weights is refused before",
    "single": "KMeans is asked in the precision it is given",
}
OF_REGRESSION = {
    "nan": nan_refused("values"),
    "order": OF_DRAWS,
    "single": "values are in double precision",
}

LAWS = {
    "compute.tensor_of": NoArrays("an array gives a tensor: test_tensors"),
    "compute.compiled": NoArrays("a decorator of compiled loops"),
    "compute.device_name": NoArrays("a device has a name"),
    "compute.fastest_device": NoArrays("the machine says"),
    "compute.never": NoArrays("it gives one answer"),
    "compute.one_blas_thread": NoArrays("a context, not a number"),
    "compute.or_own": NoArrays("a context, not a number"),
    "compute.thread_pool": NoArrays("threads, no numbers"),
    "neighbourhood.draw_masks": NoArrays(
        "masks from a seed: test_mask_draws compares them bit by bit"
    ),
    "neighbourhood.perturb": Laws(
        lambda rng: {
            "x": spectrum(rng),
            "labels": segment(np.ones(D), n_segments=S),
            "method": "shrink",
        },
        scale=times("x", gives=1),
        shift=plus("x", gives=1, rtol=1e-5),
        order=OF_PIXELS,
        nan="a median of a spectrum with gaps is not known: explain refuses it",
        single=1e-5,
    ),
    "neighbourhood.segment": Laws(
        lambda rng: {"flux": spectrum(rng), "n_segments": S},
        scale=times("flux"),
        shift=plus("flux"),
        order=OF_PIXELS,
        nan=nan_alone("flux"),
        single=0,
    ),
    "neighbourhood.uniform": NoArrays("two whole numbers give segments of equal width"),
    "surrogate.controlled_ridge": Laws(
        controlled,
        scale="the stand-in has the scale of the values",
        shift="and their constant",
        order=OF_DRAWS,
        nan=nan_refused("values"),
        single="values are in double precision",
    ),
    "surrogate.effective_samples": Laws(
        lambda rng: {"weights": rng.uniform(0, 1, N)},
        scale=times("weights", rtol=1e-9),
        shift="a weight is a ratio",
        order=rows("weights", invariant=True, rtol=1e-9),
        nan="weights are the kernel's, which are numbers",
        single=1e-5,
    ),
    "surrogate.influence": Laws(
        regression,
        scale=times("values", gives=(1, 1, 0, 0), rtol=1e-4),
        shift=plus("values", rtol=1e-3),
        **OF_REGRESSION | {"nan": "weighted_ridge is asked first and refuses"},
        examples=3,
    ),
    "surrogate.kernel_advice": Laws(
        lambda rng: {"neighbourhood": neighbourhood(rng)},
        scale="a kernel's width is of its own units",
        shift="a kernel knows the perturbed flux",
        order=OF_DRAWS,
        nan="explain refuses",
        single="the spectra's own precision",
        examples=2,
    ),
    "surrogate.lime_limit": Laws(
        lambda rng: of_form(rng) | {"presence": rng.uniform(0.2, 0.8, S)},
        **OF_FORM | {"order": "with its presence: see shapley_values"},
        given=lambda surrogate: surrogate.coefficients,
    ),
    "surrogate.locality_weights": Laws(
        lambda rng: {"neighbourhood": neighbourhood(rng)},
        scale="a kernel's width is of its own units",
        shift="a kernel knows the perturbed flux",
        order=OF_DRAWS,
        nan="explain refuses",
        single="the spectra's own precision",
    ),
    "surrogate.presence": Laws(
        lambda rng: {"neighbourhood": neighbourhood(rng)},
        scale="a kernel's width is of its own units",
        shift="a kernel knows the perturbed flux",
        order=OF_DRAWS,
        nan="explain refuses",
        single="the spectra's own precision",
    ),
    "surrogate.rank_stability": NoArrays(
        "of an influence and an order: test_stability draws anew and compares"
    ),
    "surrogate.shapley_values": Laws(of_form, **OF_FORM),
    "surrogate.weighted_ridge": Laws(
        regression,
        scale=times("values", gives=(1, 1, 0), rtol=1e-5),
        shift=plus("values", gives=(0, 1, 0), rtol=1e-5),
        **OF_REGRESSION,
        given=lambda fit: (fit.coefficients, fit.intercept, fit.r2),
    ),
    "targets.evaluate": Laws(
        lambda rng: {"target": LINEAR, "neighbourhood": neighbourhood(rng)},
        scale="a target's own: test_linear",
        shift="a target's own",
        order=OF_DRAWS,
        nan="explain refuses",
        single="the neighbourhood's own precision",
    ),
    "targets.read_classifier": NoArrays(
        "a trained machine as targets: test_read_svm compares with scikit-learn"
    ),
    "explain.cluster_explanations": Laws(
        lambda rng: {"unit": unit(rng), "k": 3},
        **OF_CLUSTERS,
        order=parted_alike,
        given=lambda found: found.labels,
    ),
    "explain.scan_k": Laws(
        lambda rng: {"unit": unit(rng), "ks": (2, 3)},
        **OF_CLUSTERS,
        order="KMeans starts from rows drawn",
        examples=2,
    ),
    "explain.effects": Laws(lambda rng: {"explanation": already(rng)["explanation"]}, **OF_TRUST),
    "explain.explain": Laws(explained, **EXPLAINED, nan=nan_refused("x")),
    "explain.explain_many": Laws(
        lambda rng: {
            "spectra": np.stack([spectrum(rng) for _ in range(3)]),
            "target": SHAPED,
            "settings": SETTINGS,
        },
        **EXPLAINED
        | {
            "order": rows("spectra", rtol=1e-9),
            "given": lambda each: np.stack([one.weights for one in each]),
        },
        nan=nan_refused("spectra"),
    ),
    "explain.explain_progressively": Laws(
        functools.partial(explained, counts=(50,)),
        **EXPLAINED | {"given": lambda each: [one.weights for one in each]},
        nan=nan_refused("x"),
    ),
    "explain.lime_neighbourhood": Laws(
        lambda rng: {"x": spectrum(rng), "settings": SETTINGS},
        scale=times("x", gives=1),
        order=OF_PIXELS,
        shift="segments are scaled: a constant is too",
        nan="explain refuses",
        single=1e-6,
        given=lambda made: (made.base, made.delta),
    ),
    "explain.mirror": Laws(already, **OF_TRUST),
    "explain.mirrored_settings": NoArrays("settings give settings"),
    "explain.normalise_weights": Laws(
        lambda rng: {"weights": rng.normal(size=(8, S))},
        scale=times("weights", rtol=1e-9),
        shift="a length is not kept by a constant",
        order=rows("weights"),
        nan=nan_refused("weights"),
        single=1e-5,
    ),
    "explain.shapley_error": Laws(
        sampled,
        scale=times("values", gives=(1, 1, 0, 0), rtol=1e-4),
        shift=plus("values", rtol=1e-3),
        order=OF_DRAWS,
        nan="explain refuses",
        single="values are in double precision",
        examples=3,
    ),
    "explain.shapley_neighbourhood": Laws(
        lambda rng: {
            "x": spectrum(rng),
            "settings": ExplainSettings(method="shapley", n_segments=S, n_samples=N),
        },
        scale=times("x", gives=1),
        order=OF_PIXELS,
        shift="segments are scaled: a constant is too",
        nan="explain refuses",
        single=1e-6,
        given=lambda made: (made.base, made.delta),
    ),
    "explain.unit_explanations": Laws(
        lambda rng: {
            "weights": rng.normal(size=(8, S)),
            "labels": np.tile(segment(np.ones(D), n_segments=S), (8, 1)),
            "n_segments": S,
        },
        scale=times("weights", rtol=1e-9),
        shift="a length is not kept by a constant",
        order=rows("weights", "labels"),
        nan=nan_refused("weights"),
        single=1e-5,
    ),
    "trust.agreement": Laws(
        lambda rng: {
            "first": (made := already(rng))["explanation"],
            "second": made["explanation"],
            "x": made["x"],
        },
        **OF_TRUST,
    ),
    "trust.assess": Laws(already, **OF_TRUST),
    "trust.deletion_insertion": Laws(functools.partial(already, n_steps=5, n_random=3), **OF_TRUST),
    "trust.explain_again": Laws(
        lambda rng: {
            "explanation": already(rng)["explanation"],
            "target": SHAPED,
            "spectra": np.stack([spectrum(rng) for _ in range(3)]),
            "n_samples": 100,
        },
        **OF_TRUST | {"order": rows("spectra", rtol=1e-9)},
    ),
    "trust.faithfulness": Laws(functools.partial(already, n_subsets=20, n_noisy=3), **OF_TRUST),
    "trust.noisy": NoArrays("a draw of noise, which is a function: noise_draws has its laws"),
    "trust.other_class": NoArrays("a target gives a target"),
    "trust.random_logit": Laws(
        lambda rng: {"weights": rng.normal(size=S), "other": rng.normal(size=S)},
        scale="of two maps: times one of them it is the same in test_randomisation",
        shift="a correlation's maps are signed",
        order=rows("weights", "other", invariant=True),
        nan="an explanation has no NaN",
        single=1e-4,
    ),
    "trust.randomisation_check": Laws(
        lambda rng: of_explanation(rng) | {"randomised": (LINEAR,)}, **OF_TRUST
    ),
    "trust.randomised_target": NoArrays("a target gives a target"),
    "trust.recurrence": Laws(
        drawn_weights,
        scale=times("weights", "redrawn", gives=1, rtol=1e-9),
        shift="a weight's sign counts",
        order=rows("redrawn", invariant=True, rtol=1e-9),
        nan="explain refuses",
        single=1e-4,
        given=lambda found: (found.intervals.low, found.intervals.high),
    ),
    "trust.seen_again": NoArrays("the last of what seen_again_progressively gives"),
    "trust.seen_again_progressively": NoArrays(
        "explain_again and recurrence one after the other: test_recurrences"
    ),
    "trust.segment_contributions": Laws(of_explanation, **OF_TRUST),
    "trust.domain.fit_distance": Laws(
        sample,
        scale=times("spectra", rtol=3e-2),
        shift="a level of the flux is one of its statistics",
        order="folds are drawn by row",
        nan="spectra with gaps are refused by the preparation",
        single=1e-2,
        given=lambda both: both[1].value,
        examples=2,
    ),
    "trust.domain.fit_kind": Laws(
        two_kinds,
        scale="a regression's penalty is of components in units of their spread",
        shift=plus("labelled", "background", rtol=1e-3),
        order="folds are drawn by row",
        nan="spectra with gaps are refused by the preparation",
        single=1e-2,
        given=lambda f: f.of_labelled,
        examples=2,
    ),
    "trust.domain.statistic_words": NoArrays("a name gives words"),
}
