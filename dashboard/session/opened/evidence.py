"""Evidence on an explanation: curves, other methods, randomised models."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, get_args

import numpy as np

from ....core.compute import Cancelled
from ....core.explain.explanation import Explanation
from ....core.settings import MethodName

if TYPE_CHECKING:
    from ....core.targets import Target
    from ....core.trust import Agreement, Curves, Faithfulness, RandomisationCheck

__all__ = ["Evidence", "gather"]

_N_SCRAMBLED = 3


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Evidence so far.

    Attributes
    ----------
    explanation
        What it is about.
    curves
        Deletion and insertion; None while they are not known.
    agreements
        With the other methods on the same settings, by method.
    scrambled
        With the explanations of scrambled models; None while not known, or for a model that
        cannot be scrambled.
    figures
        Those that reviewers ask for; None while they are not known.
    logit
        Correlation with the weights for another class; None while not known or without classes.
    doing
        What is computed now; empty at the end.
    """

    explanation: Explanation
    curves: Curves | None = None
    agreements: tuple[tuple[MethodName, Agreement], ...] = ()
    scrambled: RandomisationCheck | None = None
    figures: Faithfulness | None = None
    logit: float | None = None
    doing: str = ""

    @property
    def complete(self) -> bool:
        """Whether nothing more will come."""
        return not self.doing


def gather(
    explanation: Explanation, flux: np.ndarray, target: Target, cancelled: Callable[[], bool]
) -> Iterator[Evidence]:
    """Look at an explanation from all sides, the quickest first.

    Parameters
    ----------
    explanation, flux : (D,), target
        An explanation, and what was explained.
    cancelled
        Asked before each step.

    Yields
    ------
    evidence
        Ever more of it; the last is complete.

    Raises
    ------
    Cancelled
        If the caller gave up.
    """
    from ....core.explain.entry import explain
    from ....core.trust.curves import deletion_insertion
    from ....core.trust.methods_agree import (
        agreement,  # these load torch: not before the first plot
    )
    from ....core.trust.randomisation import (
        RandomisationCheck,
        other_class,
        randomisation_check,
        randomised_target,
    )
    from ....core.trust.reviewers_figures import faithfulness, random_logit

    def go_on() -> None:
        if cancelled():
            raise Cancelled

    so_far = Evidence(explanation, doing="taking segments away and putting them back")
    yield so_far
    go_on()
    so_far = replace(so_far, curves=deletion_insertion(explanation, flux, target))
    for method in get_args(MethodName):
        if method == explanation.method:
            continue
        yield (so_far := replace(so_far, doing=f"explaining by {method}"))
        go_on()
        other = explain(flux, target, replace(explanation.settings, method=method))
        alike = agreement(explanation, other, flux)
        so_far = replace(so_far, agreements=(*so_far.agreements, (method, alike)))
    yield (so_far := replace(so_far, doing="explaining scrambled models"))
    scrambled = []
    for seed in range(_N_SCRAMBLED):
        go_on()
        model = randomised_target(target, seed=seed)
        if model is not None:
            scrambled.append(randomisation_check(explanation, flux, [model]).agreements[0])
    check = RandomisationCheck(tuple(scrambled)) if scrambled else None
    yield (so_far := replace(so_far, scrambled=check, doing="taking the reviewers' figures"))
    figures = faithfulness(explanation, flux, target, cancelled=cancelled)
    other = other_class(target, seed=explanation.settings.seed)
    logit = (
        None
        if other is None
        else random_logit(explanation.weights, explain(flux, other, explanation.settings).weights)
    )
    yield replace(so_far, figures=figures, logit=logit, doing="")
