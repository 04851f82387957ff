"""Models as targets of an explanation: a class log-probability, an anomaly score, any callable."""

from .base import CallableTarget, Target, evaluate
from .classifier import Classifier, ClassifierLogProb, SklearnClassifier, read_classifier
from .margin import SvmMargin
from .svm import CalibratedSvm, SvmLogProb
from .vae import Score, VaeScore

__all__ = [
    "CalibratedSvm",
    "CallableTarget",
    "Classifier",
    "ClassifierLogProb",
    "Score",
    "SklearnClassifier",
    "SvmLogProb",
    "SvmMargin",
    "Target",
    "VaeScore",
    "evaluate",
    "read_classifier",
]
