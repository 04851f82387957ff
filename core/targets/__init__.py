"""Models as targets of an explanation: a class probability, an anomaly score, any callable."""

from .base import CallableTarget, Target, evaluate
from .classifier import Classifier, ClassifierTarget, SklearnClassifier, read_classifier
from .margin import SvmMargin
from .pair import SvmPair
from .scales import SCALES, Scale
from .svm import CoupledSvm, SvmLogOdds, SvmLogProb, SvmProbability, SvmTarget
from .vae import Score, VaeScore

__all__ = [
    "SCALES",
    "CallableTarget",
    "Classifier",
    "ClassifierTarget",
    "CoupledSvm",
    "Scale",
    "Score",
    "SklearnClassifier",
    "SvmLogOdds",
    "SvmLogProb",
    "SvmMargin",
    "SvmPair",
    "SvmProbability",
    "SvmTarget",
    "Target",
    "VaeScore",
    "evaluate",
    "read_classifier",
]
