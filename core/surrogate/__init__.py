"""The weighted linear fit of LIME: ridge, kernel, and the errors of its weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..lazy_names import public_names

if TYPE_CHECKING:
    from .closed_form import ClosedForm, NoClosedForm, lime_limit, shapley_values
    from .influential import Influence, Underdetermined, influence
    from .kernel import locality_weights, presence
    from .kernel_width import KernelAdvice, effective_samples, kernel_advice
    from .ridge import Ridge, Surrogate, weighted_ridge
    from .stability import Stability, rank_stability
    from .stand_in import Quadratic, controlled_ridge

__all__ = [
    "ClosedForm",
    "Influence",
    "KernelAdvice",
    "NoClosedForm",
    "Quadratic",
    "Ridge",
    "Stability",
    "Surrogate",
    "Underdetermined",
    "controlled_ridge",
    "effective_samples",
    "influence",
    "kernel_advice",
    "lime_limit",
    "locality_weights",
    "presence",
    "rank_stability",
    "shapley_values",
    "weighted_ridge",
]

__getattr__ = public_names(__name__)
