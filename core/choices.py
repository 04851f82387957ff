"""What can be chosen by name in an explanation, apart from what carries it out.

Whoever only offers the choices, as the page does before anybody has opened a spectrum, need not
wait for torch and its kin.
"""

from __future__ import annotations

from typing import Literal

__all__ = [
    "ControlName",
    "FirstSample",
    "GradientName",
    "KernelName",
    "MethodName",
    "PerturbationName",
    "SamplingName",
    "SegmentationName",
    "SmoothingName",
    "WeightSign",
]

MethodName = Literal["lime", "saliency", "occlusion", "shapley"]
SegmentationName = Literal["uniform", "slic"]
PerturbationName = Literal["scale", "shrink", "shrink-signal", "flat", "mean", "noise", "bump"]
KernelName = Literal["text", "code"]
SamplingName = Literal["independent", "antithetic", "limit"]
FirstSample = Literal["paper", "light"]
ControlName = Literal["none", "linearised"]
GradientName = Literal["difference", "analytic"]
SmoothingName = Literal["median", "gaussian"]
WeightSign = Literal["keep", "drop"]
