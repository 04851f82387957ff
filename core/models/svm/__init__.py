"""Support vector machines of AGN types: training, tuning and cross-validation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...lazy_names import public_names

if TYPE_CHECKING:
    from .coupled_svc import CoupledSvc
    from .coupling import Coupling, votes_of
    from .kernel_matrix import KERNELS, Gram, Kernel
    from .timing import training_seconds
    from .training import SvmSettings, SvmTraining, fit_classifier, seeded, split_sample, train_svm
    from .tuning import KernelTuning, TuneSettings, tune_kernel

__all__ = [
    "KERNELS",
    "CoupledSvc",
    "Coupling",
    "Gram",
    "Kernel",
    "KernelTuning",
    "SvmSettings",
    "SvmTraining",
    "TuneSettings",
    "fit_classifier",
    "seeded",
    "split_sample",
    "train_svm",
    "training_seconds",
    "tune_kernel",
    "votes_of",
]

__getattr__ = public_names(__name__)
