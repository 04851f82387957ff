"""Models and their evaluation: splits, metrics, probabilities and their calibration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..lazy_names import public_names

if TYPE_CHECKING:
    from .class_metrics import ClassificationMetrics, classification_metrics
    from .class_probabilities import divisions
    from .conformal import LEVELS, Calibration, calibrate, coverage, coverage_over_resplits, fewest
    from .noise_robustness import NOISE_SIGMAS, noise_test
    from .reliability_diagram import reliability
    from .small_samples import FEW, MacroFigure, f_interval, macro_interval, wilson
    from .splits import (
        SPLITS,
        SplitMethod,
        cross_validation,
        drawn_at_most,
        groups_by_position,
        settled_split,
        split_rows,
    )

__all__ = [
    "FEW",
    "LEVELS",
    "NOISE_SIGMAS",
    "SPLITS",
    "Calibration",
    "ClassificationMetrics",
    "MacroFigure",
    "SplitMethod",
    "calibrate",
    "classification_metrics",
    "coverage",
    "coverage_over_resplits",
    "cross_validation",
    "divisions",
    "drawn_at_most",
    "f_interval",
    "fewest",
    "groups_by_position",
    "macro_interval",
    "noise_test",
    "reliability",
    "settled_split",
    "split_rows",
    "wilson",
]

__getattr__ = public_names(__name__)
