"""Models as targets of an explanation: a class log-probability, an anomaly score, any callable."""

from .base import CallableTarget, Target, evaluate
from .classifier import ClassifierLogProb
from .svm import CalibratedSvm, SvmLogProb
from .vae import Score, VaeScore

__all__ = [
    "CalibratedSvm",
    "CallableTarget",
    "ClassifierLogProb",
    "Score",
    "SvmLogProb",
    "Target",
    "VaeScore",
    "evaluate",
]
