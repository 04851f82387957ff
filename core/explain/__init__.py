"""Explanations of a target at one spectrum: LIME, Shapley, saliency, occlusion; their clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..lazy_names import public_names

if TYPE_CHECKING:
    from .clusters import cluster_explanations, normalise_weights, scan_k, unit_explanations
    from .entry import ExplainSettings, Explanation, explain, explain_many, explain_progressively
    from .flux_effects import Effects, EffectUnit, effects, mirrored_settings
    from .methods.lime import lime_neighbourhood
    from .methods.lime_samples import LimeSamples
    from .methods.shapley import shapley_neighbourhood
    from .methods.shapley_samples import shapley_error
    from .mirrored import mirror

__all__ = [
    "EffectUnit",
    "Effects",
    "ExplainSettings",
    "Explanation",
    "LimeSamples",
    "cluster_explanations",
    "effects",
    "explain",
    "explain_many",
    "explain_progressively",
    "lime_neighbourhood",
    "mirror",
    "mirrored_settings",
    "normalise_weights",
    "scan_k",
    "shapley_error",
    "shapley_neighbourhood",
    "unit_explanations",
]

__getattr__ = public_names(__name__)
