"""Classifier of a model's sample against the rest of its survey.

Every survey has a background: the spectra that nobody labelled. A logistic regression on principal
components tells the labelled from them, and its threshold leaves a small share of held-out labelled
spectra outside. It is linear in the flux, so its reasons are at hand. It says nothing of rubbish,
which may lie on either side: that is what :mod:`.distance` is for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from ...models import cross_validation
from ...planes import fit_components
from ...targets.linear import LinearTarget

__all__ = ["FEWEST_BACKGROUND", "FEWEST_LABELLED", "OUTSIDE_SHARE", "FittedKind", "fit_kind"]

FEWEST_LABELLED = 50
FEWEST_BACKGROUND = 300
OUTSIDE_SHARE = 0.015
_COMPONENTS = 60
_FOLDS = 5
_LIKE = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class FittedKind:
    """The measure, and what it says of the spectra it was fitted on where it had not seen them.

    Attributes
    ----------
    measure
        Log-odds of labelled against background above the threshold: negative is outside.
    of_labelled : (n,), of_background : (m,)
        Values by the fold that was fitted without that spectrum.
    alike
        Share of the background that looks like the labelled: :func:`labelled_share`.
    """

    measure: LinearTarget
    of_labelled: NDArray[np.float64]
    of_background: NDArray[np.float64]
    alike: float


def fit_kind(
    labelled: NDArray[np.floating],
    background: NDArray[np.floating],
    *,
    groups: NDArray | None = None,
    seed: int = 0,
    name: str = "of the kind",
    fewest_background: int = FEWEST_BACKGROUND,
) -> FittedKind:
    """Learn what tells labelled spectra from the rest of their survey.

    Each spectrum's own value comes from a fit without it, in five folds; the threshold is the
    quantile ``OUTSIDE_SHARE`` of the labelled ones' values, and the measure for spectra from
    elsewhere the mean of the folds'. The background is unlabelled, not negative: some of it may be
    of the kind. Such spectra are left out of a second fit: on the demo with 30 % of its AGN
    unlabelled, 38 % of the composite galaxies lie outside by the first fit and 82 % by the second.

    Parameters
    ----------
    labelled : (n, D), background : (m, D)
        Prepared alike.
    groups : (n + m,), optional
        Which object each is of, labelled first: spectra of one object stay in one fold.
    seed
        Of the folds and components.
    name
        Of the target.
    fewest_background
        Fewer are refused.

    Raises
    ------
    ValueError
        Fewer than 50 labelled or too few background spectra.

    Notes
    -----
    Learning from positives and unlabelled: Elkan & Noto (2008), KDD, 213.
    """
    n, m = len(labelled), len(background)
    if n < FEWEST_LABELLED or m < fewest_background:
        raise ValueError(
            f"telling a sample from its survey takes {FEWEST_LABELLED} labelled and "
            f"{fewest_background} other spectra, got {n} and {m}"
        )
    spectra = np.concatenate([labelled, background])
    ours = np.arange(n + m) < n
    values, weights, offsets = np.empty(n + m), [], []
    for fit, held_out in cross_validation(
        ours.astype(str),
        method="stratified" if groups is None else "grouped",
        folds=_FOLDS,
        seed=seed,
        groups=groups,
    ):
        w, b = _fitted(spectra[fit], ours[fit], seed)
        values[held_out] = spectra[held_out].astype(np.float64) @ w + b
        weights.append(w)
        offsets.append(b)
    threshold = float(np.quantile(values[:n], OUTSIDE_SHARE))
    measure = LinearTarget(np.mean(weights, axis=0), float(np.mean(offsets)) - threshold, name)
    values -= threshold
    return FittedKind(measure, values[:n], values[n:], labelled_share(values[:n], values[n:]))


def labelled_share(of_labelled: NDArray[np.float64], of_background: NDArray[np.float64]) -> float:
    """Share of the background that looks like the labelled, if what it holds of them is as they.

    Half of such spectra lie above the labelled ones' median, where little else does: twice the
    share of the background there, at most 1. An upper bound as far as others get there too.
    """
    above = np.mean(of_background > np.median(of_labelled))
    return float(min(1.0, 2 * above))


def _fitted(
    spectra: NDArray[np.floating], ours: NDArray[np.bool_], seed: int
) -> tuple[NDArray[np.float64], float]:
    """Weights (D,) and offset of the log-odds, in the flux itself."""
    components = fit_components(spectra, _COMPONENTS, seed=seed)
    scores = components.project(spectra).astype(np.float64)
    spread = scores.std(axis=0)
    spread[spread == 0] = 1.0
    scores /= spread
    values = _regression(scores, ours).decision_function(scores)
    # What looks like nine in ten of the labelled may be of their kind: no example of the rest.
    sure = ours | (values < np.quantile(values[ours], _LIKE))
    sure = sure if sure.sum() > ours.sum() else np.ones_like(ours)
    fitted = _regression(scores[sure], ours[sure])
    weights = (fitted.coef_[0] / spread) @ components.axes.astype(np.float64)
    return weights, float(
        np.ravel(fitted.intercept_)[0] - components.centre.astype(np.float64) @ weights
    )


def _regression(scores: NDArray[np.float64], ours: NDArray[np.bool_]) -> LogisticRegression:
    return LogisticRegression(class_weight="balanced", max_iter=2000).fit(scores, ours)
