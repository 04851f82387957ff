"""Models as targets of an explanation: a class probability, an anomaly score, any callable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..lazy_names import public_names

if TYPE_CHECKING:
    from .anomaly_score import Score, VaeScore
    from .base import CallableTarget, Target, evaluate
    from .classifier import Classifier, read_classifier
    from .scales import SCALES, Scale
    from .svm.coupled_svm import CoupledSvm, SvmTarget
    from .svm.svm_margin import SvmMargin
    from .svm.svm_pair import SvmPair

__all__ = [
    "SCALES",
    "CallableTarget",
    "Classifier",
    "CoupledSvm",
    "Scale",
    "Score",
    "SvmMargin",
    "SvmPair",
    "SvmTarget",
    "Target",
    "VaeScore",
    "evaluate",
    "read_classifier",
]

__getattr__ = public_names(__name__)
