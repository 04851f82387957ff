"""t-SNE with P21's defaults: reduced spectra in, points on a plane out."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, Protocol, cast, get_args

import numpy as np
from openTSNE import TSNEEmbedding
from openTSNE.affinity import PerplexityBasedNN
from sklearn.manifold import TSNE as SklearnTSNE

from .principal_components import fit_components

__all__ = [
    "Callback",
    "EmbedSettings",
    "LayoutState",
    "LayoutStore",
    "OpenTsne",
    "TsneMethod",
    "lay_out",
]

TsneMethod = Literal["opentsne", "sklearn"]
Callback = Callable[[int, int], None]

# Up to here an exact neighbour search costs about a second and, unlike the approximate one, gives
# the same graph for any number of threads.
_EXACT_UP_TO = 20_000
# Below, Barnes-Hut trees are faster than the grid of Fourier transforms, above slower.
_FFT_FROM = 6_000
_REPORT_EVERY = 25
_SKLEARN_FEWEST = 250
_EXAGGERATION = 12
# Exaggerated attraction draws 25 points and fewer together until nothing parts them again: so small
# a plane of what it was starts anew, without exaggeration. What shrinks less comes apart by itself.
_LOST = 1e-13


@dataclass(frozen=True, slots=True)
class EmbedSettings:
    """Settings of a plane.

    Attributes
    ----------
    perplexity
        Effective number of neighbours; P21 uses 50 and explores 5–50. With n spectra
        at most (n - 1) // 3 is possible; a larger one is reduced, and the result says so.
    standardise
        Bring each feature to mean 0 and variance 1 first.
    pca
        Principal components that distances are measured in; None for all features. 50 keep
        the neighbours of smooth spectra and make the search many times faster.
    method
        ``"opentsne"`` (linear in n) or ``"sklearn"`` (P21's; slow beyond 10⁴).
    early, iterations
        Steps with and without early exaggeration.
    seed
        Of the approximate neighbour search and of the components.

    Raises
    ------
    ValueError
        A value is outside its range.
    """

    perplexity: float = 50.0
    standardise: bool = False
    pca: int | None = 50
    method: TsneMethod = "opentsne"
    early: int = 250
    iterations: int = 500
    seed: int = 0

    def __post_init__(self) -> None:
        if self.method not in get_args(TsneMethod):
            raise ValueError(f"method must be one of {get_args(TsneMethod)}, got {self.method!r}")
        if self.perplexity < 1 or (self.pca is not None and self.pca < 2):
            raise ValueError(
                f"need perplexity ≥ 1 and pca ≥ 2, got {self.perplexity} and {self.pca}"
            )
        if self.early < 1 or self.iterations < 1:
            raise ValueError(f"early={self.early} and iterations={self.iterations} must be ≥ 1")
        if self.method == "sklearn" and self.early + self.iterations < _SKLEARN_FEWEST:
            raise ValueError(
                f"scikit-learn needs at least {_SKLEARN_FEWEST} steps, got early={self.early} and "
                f"iterations={self.iterations}"
            )

    def asdict(self) -> dict[str, Any]:
        """JSON-serialisable."""
        return dataclasses.asdict(self)


@dataclass(frozen=True, slots=True, eq=False)
class LayoutState:
    """A plane in the making: all that its next step depends on.

    Attributes
    ----------
    step
        Steps done.
    xy, gains, update
        (n, 2) float64: where the points are, and openTSNE's gains and last moves.
    costs
        (k, 2) float64: step, and Kullback-Leibler divergence there.
    """

    step: int
    xy: np.ndarray
    gains: np.ndarray
    update: np.ndarray
    costs: np.ndarray


class LayoutStore(Protocol):
    """Where a plane in the making is kept, for a layout that was broken off to go on."""

    def load(self) -> LayoutState | None:
        """The last checkpoint, or None."""
        ...

    def save(self, state: LayoutState) -> None:
        """Keep this in place of what was kept."""
        ...


def lay_out(
    scores: np.ndarray,
    settings: EmbedSettings,
    *,
    jobs: int = 1,
    callback: Callback | None = None,
    store: LayoutStore | None = None,
) -> tuple[np.ndarray, EmbedSettings]:
    """The t-SNE itself, for scores that were reduced elsewhere, for example in chunks.

    Parameters
    ----------
    scores
        (n, K) finite, n ≥ 5.
    settings
        Perplexity, method, steps and seed.
    jobs, callback
        As in :func:`embed`.
    store
        Kept in every 25 steps, and gone on from once exaggeration is over, to the bits of a
        layout never broken off (where the graph of neighbours is the same: up to 20,000 points, or
        with one thread). scikit-learn's begins anew.

    Returns
    -------
    xy (n, 2) float32, and the settings as used.

    Raises
    ------
    ValueError
        Fewer than 5 points, or a score is not finite.
    """
    if settings.method == "opentsne":
        laid = OpenTsne(scores, settings, jobs=jobs)
        return np.ascontiguousarray(laid.optimised(callback, store), np.float32), laid.settings
    settings = _possible(scores, settings)
    plane = SklearnTSNE(
        perplexity=settings.perplexity,
        init=cast("Any", _start(scores, settings.seed)),  # documented as array, annotated as text
        max_iter=settings.early + settings.iterations,
        random_state=settings.seed,
        n_jobs=jobs,
    ).fit_transform(scores)
    return np.ascontiguousarray(plane, np.float32), settings


def _possible(scores: np.ndarray, settings: EmbedSettings) -> EmbedSettings:
    """The settings with a perplexity that so many points can have."""
    n = len(scores)
    if n < 5 or not np.isfinite(scores).all():
        raise ValueError(f"a plane needs 5 finite points or more, got {np.shape(scores)}")
    return dataclasses.replace(settings, perplexity=min(settings.perplexity, (n - 1) // 3))


def _start(scores: np.ndarray, seed: int) -> np.ndarray:
    """The two leading components, tiny, so that t-SNE keeps the large-scale layout."""
    axes = fit_components(scores, 2, seed=seed)
    start = np.zeros((len(scores), 2))
    start[:, : len(axes.axes)] = axes.project(scores)
    start *= 1e-4 / max(start[:, 0].std(), np.finfo(np.float32).tiny)
    # Equal spectra would stay on one point for ever.
    return start + np.random.default_rng(seed).normal(0, 1e-6, start.shape)


class OpenTsne:
    """openTSNE's plane of some points, on which others can be placed.

    Parameters
    ----------
    scores, settings, jobs
        As for :func:`lay_out`.

    Attributes
    ----------
    settings
        As used.
    n_steps
        In all.
    """

    def __init__(self, scores: np.ndarray, settings: EmbedSettings, *, jobs: int = 1) -> None:
        self.settings = settings = _possible(scores, settings)
        self.n_steps = settings.early + settings.iterations
        n = len(scores)
        start = _start(scores, settings.seed)
        affinities = PerplexityBasedNN(
            scores,
            cast("Any", settings.perplexity),  # any number, annotated as int
            method="exact" if n <= _EXACT_UP_TO else "annoy",
            n_jobs=jobs,
            random_state=settings.seed,
        )
        method = "bh" if n < _FFT_FROM else "fft"
        how: Any = {"negative_gradient_method": method, "n_jobs": jobs}
        self._embedding = partial(
            TSNEEmbedding, affinities=affinities, random_state=settings.seed, **how
        )
        self._start, self._affinities = start, affinities
        self._costs: list[tuple[float, float]] = []

    def optimised(
        self, callback: Callback | None = None, store: LayoutStore | None = None
    ) -> TSNEEmbedding:
        """The plane (n, 2) after all steps; ``callback`` and ``store`` as in :func:`lay_out`."""
        settings, total = self.settings, self.n_steps
        plane, done = self._begun(None if store is None else store.load())
        phases: Any = (
            (settings.early, {"exaggeration": _EXAGGERATION, "momentum": 0.5}),
            (total, {"momentum": 0.8}),
        )
        for stop, how in phases:
            if done < stop:
                plane = plane.optimize(
                    n_iter=stop - done,
                    callbacks=partial(self._look, callback, store, done),
                    callbacks_every_iters=_REPORT_EVERY,
                    **how,
                )
                done = stop
                if stop == settings.early and np.std(plane) < _LOST * np.std(self._start):
                    plane = self._embedding(self._start)
        if callback is not None and settings.iterations % _REPORT_EVERY:
            callback(total, total)
        return plane

    def _begun(self, state: LayoutState | None) -> tuple[TSNEEmbedding, int]:
        """The plane as it was kept, or as it starts; and the steps done.

        The phase of exaggeration begins anew: openTSNE multiplies the affinities and divides them
        again, and of two halves each would round.
        """
        if state is None or state.xy.shape != self._start.shape or state.step < self.settings.early:
            return self._embedding(self._start), 0
        plane = self._embedding(state.xy)
        plane.optimizer.gains, plane.optimizer.update = state.gains, state.update
        self._costs = [(step, cost) for step, cost in state.costs.tolist()]
        self._affinities.P *= _EXAGGERATION
        self._affinities.P /= _EXAGGERATION
        # The step at which it was kept, so that costs come at the same steps as without a break.
        return plane.optimize(n_iter=1, momentum=0.8), state.step + 1

    def _look(
        self,
        callback: Callback | None,
        store: LayoutStore | None,
        before: int,
        step: int,
        cost: float,
        plane: TSNEEmbedding,
    ) -> bool:
        """Keep what there is and pass progress on; openTSNE goes on while this is False."""
        done = before + step
        self._costs.append((done, float(cost)))
        if store is not None:
            # openTSNE asks within a step, before its points have moved: one less is done.
            gains, update = np.array(plane.optimizer.gains), np.array(plane.optimizer.update)
            costs = np.array(self._costs)
            store.save(LayoutState(done - 1, np.array(plane), gains, update, costs))
        if callback is not None:
            callback(done, self.n_steps)
        return False
