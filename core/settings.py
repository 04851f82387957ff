"""Every knob of an explanation in one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, get_args

from .choices import KernelName, MethodName, PerturbationName, SegmentationName

__all__ = ["ExplainSettings", "MethodName"]

_CHOICES = {
    "method": MethodName,
    "segmentation": SegmentationName,
    "perturbation": PerturbationName,
    "kernel": KernelName,
}


@dataclass(frozen=True, slots=True)
class ExplainSettings:
    """How to explain one spectrum; a replay with the same settings gives the same bytes.

    The defaults are O25's (section 4) for LIME and P21's (section 3) for the saliency step.

    Attributes
    ----------
    method
        ``lime``, ``saliency`` or ``occlusion``.
    segmentation, n_segments
        How the spectrum is cut, and into how many pieces S (lime and occlusion).
    perturbation, factor
        What a segment becomes, and the factor of it, of order 1 (lime and occlusion).
    n_samples
        Spectra evaluated, at least 2 (lime).
    kernel, kernel_width
        How samples are weighted by their closeness, and the kernel's width in its own units;
        None is the kernel's default (lime).
    ridge_alpha
        Penalty of the surrogate, above 0 (lime).
    seed
        Of the masks (lime) and of noise (lime and occlusion), 0 or more.
    step
        Relative change of each pixel, not 0 (saliency).

    Raises
    ------
    ValueError
        If a choice is unknown or a number out of range.
    """

    method: MethodName = "lime"
    segmentation: SegmentationName = "uniform"
    n_segments: int = 77
    perturbation: PerturbationName = "scale"
    factor: float = 0.9
    n_samples: int = 5000
    kernel: KernelName = "text"
    kernel_width: float | None = None
    ridge_alpha: float = 1.0
    seed: int = 0
    step: float = 0.01

    def __post_init__(self) -> None:
        for name, literal in _CHOICES.items():
            if getattr(self, name) not in get_args(literal):
                raise ValueError(
                    f"{name} must be one of {get_args(literal)}, got {getattr(self, name)!r}"
                )
        for name, low in (("n_segments", 1), ("n_samples", 2), ("seed", 0)):
            if not getattr(self, name) >= low:
                raise ValueError(f"{name} must be at least {low}, got {getattr(self, name)}")
        if not self.ridge_alpha > 0:
            raise ValueError(f"ridge_alpha must be above 0, got {self.ridge_alpha}")
        if self.kernel_width is not None and not self.kernel_width > 0:
            raise ValueError(f"kernel_width must be above 0 or None, got {self.kernel_width}")
        if self.step == 0:
            raise ValueError(f"step must not be 0, got {self.step}")

    def asdict(self) -> dict[str, Any]:
        """The settings as plain values, in order."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> ExplainSettings:
        """Settings from plain values; what is not given keeps its default.

        Raises
        ------
        ValueError
            If a key is unknown or a value out of range.
        """
        known = {field.name for field in fields(cls)}
        unknown = sorted(set(values) - known)
        if unknown:
            raise ValueError(f"unknown settings {unknown}; known are {sorted(known)}")
        return cls(**values)
