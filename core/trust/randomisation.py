"""Randomisation test: does an explanation depend on what the model learned?

After Adebayo et al. (2018): scramble the model's parameters; an explanation that stays the same
was never about the model.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, replace
from functools import singledispatch

import numpy as np
from numpy.typing import NDArray

from ..explain import explain
from ..explain.explanation import Explanation
from ..models.autoencoder import Vae
from ..targets import CoupledSvm, SvmMargin, SvmPair, SvmTarget, Target, VaeScore
from ..targets.svm.svm_kernels import KernelMachine, Linear, Polynomial, Rbf, Standardised
from .methods_agree import Agreement, agreement

__all__ = [
    "RandomisationCheck",
    "other_class",
    "randomisation_check",
    "randomised_svm",
    "randomised_target",
    "randomised_vae",
]

_UNRELATED = 0.5


@dataclass(frozen=True, slots=True)
class RandomisationCheck:
    """How alike an explanation is to those of scrambled models.

    Attributes
    ----------
    agreements
        With each scrambled model's explanation, in order.
    """

    agreements: tuple[Agreement, ...]

    @property
    def likeness(self) -> float:
        """Median |rank correlation|, 0 to 1; NaN if none has an order."""
        correlations = np.abs([agreement.rank_correlation for agreement in self.agreements])
        correlations = correlations[np.isfinite(correlations)]
        return float(np.median(correlations)) if len(correlations) else float("nan")

    @property
    def depends_on_model(self) -> bool:
        """Whether the likeness is below 0.5, or scrambled models give no order at all."""
        return not self.likeness >= _UNRELATED


def randomisation_check(
    explanation: Explanation,
    x: NDArray[np.floating],
    randomised: Iterable[Target],
) -> RandomisationCheck:
    """Explain scrambled models with the same settings and compare.

    Parameters
    ----------
    explanation, x : (D,)
        An explanation, and the spectrum explained.
    randomised
        The same kind of target on scrambled models: several seeds, or a cascade of more and more
        layers.

    Raises
    ------
    ValueError
        If there is no scrambled target.
    """
    others = [explain(x, target, explanation.settings) for target in randomised]
    if not others:
        raise ValueError("need at least one randomised target, got none")
    return RandomisationCheck(tuple(agreement(explanation, other, x) for other in others))


def randomised_target(target: Target, *, seed: int) -> Target | None:
    """The same target on a scrambled model, or None for one that is not known from within.

    Parameters
    ----------
    target
        Left as it is.
    seed
        Of the shuffles, 0 or more.
    """
    if isinstance(target, SvmTarget | SvmMargin | SvmPair):
        scrambled = copy(target)
        scrambled.svm = randomised_svm(target.svm, seed=seed)
        return scrambled
    if isinstance(target, VaeScore):
        return target.on(randomised_vae(target.vae, seed=seed))
    return None


def other_class(target: Target, *, seed: int) -> Target | None:
    """The same target of another class, drawn at random; None for one without other classes.

    What an explanation says of the class must differ from what it says of another (Sixt et al.
    2020, random logit). A pair keeps its rival.
    """
    if not isinstance(target, SvmTarget | SvmMargin | SvmPair):
        return None
    pair = isinstance(target, SvmPair)
    taken = [target.class_index, target.rival_index] if pair else [target.class_index]
    others = np.delete(np.arange(len(target.svm.classes)), taken)
    if not len(others):
        return None
    other = int(np.random.default_rng(seed).choice(others))
    if isinstance(target, SvmMargin):
        return SvmMargin(target.svm, other)
    if isinstance(target, SvmPair):
        return SvmPair(target.svm, other, target.rival_index)
    return SvmTarget(target.svm, other, target.scale)


def randomised_vae(vae: Vae, *, seed: int, n_layers: int | None = None) -> Vae:
    """A copy whose last layers have their weights and biases shuffled, each among themselves.

    Shuffled rather than drawn anew, so that the sizes of all numbers stay those of training.

    Parameters
    ----------
    vae
        The trained network, left as it is.
    seed
        Of the shuffles, 0 or more.
    n_layers
        How many, counted from the output (Adebayo's cascade); None for all.

    Raises
    ------
    ValueError
        If the network has not that many layers.
    """
    path = vae.path()
    n_layers = len(path) if n_layers is None else n_layers
    if not 1 <= n_layers <= len(path):
        raise ValueError(f"n_layers must be 1 to {len(path)}, got {n_layers}")
    rng = np.random.default_rng(seed)
    arrays = vae.to_arrays()
    for name, module in vae.named_modules():
        if any(module is layer for layer in path[-n_layers:]):
            for part in ("weight", "bias"):
                array = arrays[f"{name}.{part}"]
                arrays[f"{name}.{part}"] = rng.permutation(array.ravel()).reshape(array.shape)
    return Vae.from_arrays(arrays)


def randomised_svm(svm: CoupledSvm, *, seed: int) -> CoupledSvm:
    """A copy whose support vectors have exchanged their coefficients.

    A linear machine, which keeps no vectors, has its pixels' weights exchanged instead.

    Raises
    ------
    TypeError
        If the kernel is of an unknown kind.
    """
    return replace(svm, machine=_shuffled(svm.machine, np.random.default_rng(seed)))


@singledispatch
def _shuffled(machine: KernelMachine, rng: np.random.Generator) -> KernelMachine:
    raise TypeError(f"cannot randomise a kernel machine of type {type(machine).__name__}")


@_shuffled.register
def _(machine: Linear, rng: np.random.Generator) -> KernelMachine:
    return replace(machine, weights=rng.permutation(machine.weights, axis=0))


@_shuffled.register(Rbf)
@_shuffled.register(Polynomial)
def _(machine: Rbf | Polynomial, rng: np.random.Generator) -> KernelMachine:
    return replace(machine, alpha=rng.permutation(machine.alpha, axis=0))


@_shuffled.register
def _(machine: Standardised, rng: np.random.Generator) -> KernelMachine:
    return replace(machine, machine=_shuffled(machine.machine, rng))
