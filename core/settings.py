"""Every knob of an explanation in one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from math import isfinite
from typing import Any, Literal, cast, get_args

__all__ = [
    "ControlName",
    "ExplainSettings",
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


_CHOICES = {
    "method": MethodName,
    "segmentation": SegmentationName,
    "perturbation": PerturbationName,
    "kernel": KernelName,
    "sampling": SamplingName,
    "first": FirstSample,
    "control": ControlName,
    "gradient": GradientName,
    "smoothing": SmoothingName,
}


_COUNTS = ("n_segments", "n_samples", "seed")
_NUMBERS = (
    "factor", "kernel_width", "ridge_alpha", "step", "stop_when_settled", "smoothing_px",
)  # fmt: skip
_SCALED = ("scale", "shrink", "shrink-signal")


@dataclass(frozen=True, slots=True)
class ExplainSettings:
    """How to explain one spectrum; a replay with the same settings gives the same bytes.

    The defaults are O25's (section 4) for LIME and P21's (section 3) for the saliency step.

    Attributes
    ----------
    method
        ``lime``, ``saliency``, ``occlusion`` or ``shapley``: Shapley values of the segments, exact
        where the target has them in closed form, else from samples in pairs.
    segmentation, n_segments
        How the spectrum is cut, and into how many pieces S (all but saliency).
    perturbation, factor
        What a segment becomes, and the factor of it, of order 1, 0 or more where it is scaled (all
        but saliency).
    n_samples
        Spectra evaluated, at least 2 (lime and shapley); none where the answer is exact.
    kernel, kernel_width
        How samples are weighted by their closeness, and the kernel's width in its own units;
        None is the kernel's default (lime).
    ridge_alpha
        Penalty of the surrogate, above 0 (lime).
    seed
        Of the masks (lime and shapley) and of noise (all but saliency), 0 or more.
    step
        Relative change of each pixel, not 0 (saliency).
    sampling
        How masks are drawn: ``independent`` as in the paper, or in ``antithetic`` pairs, which need
        fewer samples for the same error where segments act in pairs. ``limit``: none are drawn
        where the limit of infinitely many is known in closed form, as of a support vector
        machine's decision between two classes; elsewhere as ``independent``, and the explanation
        says why. For the text kernel (lime).
    first
        The first sample is the spectrum itself, whatever the seed. ``paper``: it counts as any
        other, and the most of all. ``light``: it counts nothing, so that weights depend on chance
        alone and not on it (lime).
    control
        ``linearised``: fit only what the autoencoder does beyond its linearised self, whose weights
        are known without sampling. For the scores ``mse`` and ``filtered-mse`` and the text kernel
        (lime).
    stop_when_settled
        Stop as soon as the top five segments keep their order with this probability, which holds
        over all looks taken together, but for jumps of the target that no sample has met; 0, the
        default, to use all samples (lime).
    gradient
        ``difference`` as in the paper, or ``analytic``, the limit of small steps, of targets that
        know it (saliency).
    smoothing, smoothing_px
        Median over that many pixels on both sides, or Gaussian of that σ, of the map; 0, the
        default, leaves it as it is (saliency).

    Raises
    ------
    ValueError
        If a choice is unknown, a count is not whole, or a number not finite or out of range.
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
    sampling: SamplingName = "independent"
    first: FirstSample = "paper"
    control: ControlName = "none"
    stop_when_settled: float = 0.0
    gradient: GradientName = "difference"
    smoothing: SmoothingName = "gaussian"
    smoothing_px: float = 0.0

    def __post_init__(self) -> None:
        for name, literal in _CHOICES.items():
            if getattr(self, name) not in get_args(literal):
                raise ValueError(
                    f"{name} must be one of {get_args(literal)}, got {getattr(self, name)!r}"
                )
        self._check_numbers()
        for name, low in (("n_segments", 1), ("n_samples", 2), ("seed", 0)):
            if not getattr(self, name) >= low:
                raise ValueError(f"{name} must be at least {low}, got {getattr(self, name)}")
        if not self.ridge_alpha > 0:
            raise ValueError(f"ridge_alpha must be above 0, got {self.ridge_alpha}")
        if self.kernel_width is not None and not self.kernel_width > 0:
            raise ValueError(f"kernel_width must be above 0 or None, got {self.kernel_width}")
        if self.step == 0:
            raise ValueError(f"step must not be 0, got {self.step}")
        if self.factor < 0 and self.perturbation in _SCALED:
            raise ValueError(
                f"factor must be 0 or more where a segment is scaled, got {self.factor}"
            )
        self._check_additions()

    def _check_numbers(self) -> None:
        """Counts are whole, the rest finite; numpy's numbers become Python's."""
        for name in _COUNTS:
            value = getattr(self, name)
            if isinstance(value, bool) or not hasattr(value, "__index__"):
                raise ValueError(f"{name} must be a whole number, got {value!r}")
            object.__setattr__(self, name, int(value))
        for name in _NUMBERS:
            value: Any = getattr(self, name)
            if value is None and name == "kernel_width":
                continue
            if isinstance(value, str | bool) or not hasattr(value, "__float__"):
                raise ValueError(f"{name} must be a number, got {value!r}")
            if not isfinite(cast("float", value)):
                raise ValueError(f"{name} must be finite, got {value}")

    def _check_additions(self) -> None:
        if not 0 <= self.stop_when_settled < 1:
            raise ValueError(
                f"stop_when_settled must be 0 to below 1, got {self.stop_when_settled}"
            )
        if not self.smoothing_px >= 0:
            raise ValueError(f"smoothing_px must be 0 or more, got {self.smoothing_px}")
        if self.control == "linearised" and self.kernel != "text":
            raise ValueError(
                f"kernel must be 'text' where control is 'linearised', got {self.kernel!r}"
            )
        if self.sampling == "limit" and self.kernel != "text":
            raise ValueError(
                f"kernel must be 'text' where sampling is 'limit', got {self.kernel!r}"
            )

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
