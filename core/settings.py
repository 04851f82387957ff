"""All settings of an explanation, in one frozen dataclass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import Annotated, Any, Literal, get_type_hints

from .knob import Declared, Knob, knobs_of

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


_SCALED = ("scale", "shrink", "shrink-signal")
_LIME = frozenset({"lime"})
_SALIENCY = frozenset({"saliency"})
_SAMPLED = frozenset({"lime", "shapley"})
_CUT = frozenset({"lime", "occlusion", "shapley"})


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

    method: Annotated[
        MethodName,
        Knob(
            label="Method",
            says="LIME: a weighted linear surrogate over segments. Saliency: the derivative by "
            "each pixel's flux. Occlusion: each segment perturbed alone. Shapley: each segment's "
            "share in the answer.",
            titles={
                "lime": "LIME",
                "saliency": "Saliency",
                "occlusion": "Occlusion",
                "shapley": "Shapley",
            },
            folded=False,
        ),
    ] = "lime"
    segmentation: Annotated[
        SegmentationName,
        Knob(label="Cut", says="How the spectrum is cut into segments.", methods=_CUT),
    ] = "uniform"
    n_segments: Annotated[
        int,
        Knob(
            label="Segments",
            says="Into how many segments the spectrum is cut.",
            methods=_CUT,
            least=1,
            typed=(2, 4000),
            span=(5, 943),
            log=True,
            folded=False,
        ),
    ] = 77
    perturbation: Annotated[
        PerturbationName,
        Knob(
            label="Perturb by",
            says="Scale: times the factor. Shrink: towards the median. Flat: the factor as a "
            "constant. Mean: the segment's own mean times the factor.",
            methods=_CUT,
        ),
    ] = "scale"
    factor: Annotated[
        float,
        Knob(
            label="Perturbation",
            says="Factor of the perturbation: with 'scale', the flux of a segment times this.",
            methods=_CUT,
            typed=(-10.0, 10.0),
            span=(0.6, 1.2),
            step=0.01,
            folded=False,
        ),
    ] = 0.9
    n_samples: Annotated[
        int,
        Knob(
            label="Samples",
            says="How many perturbed spectra LIME evaluates, or Shapley values are found from.",
            methods=_SAMPLED,
            least=2,
            typed=(10, 100_000),
            span=(100, 20_000),
            log=True,
            folded=False,
        ),
    ] = 5000
    kernel: Annotated[
        KernelName,
        Knob(
            label="Kernel",
            says="How samples are weighted by closeness: as in the paper's text, or its code.",
            methods=_LIME,
        ),
    ] = "text"
    kernel_width: Annotated[
        float | None,
        Knob(
            label="Kernel width",
            says="Width of the kernel in its own units; the kernel's own if none is given.",
            methods=_LIME,
            above=0,
            typed=(0.0, 100.0),
        ),
    ] = None
    ridge_alpha: Annotated[
        float,
        Knob(
            label="Ridge α",
            says="Penalty on the weights of the surrogate.",
            methods=_LIME,
            above=0,
            typed=(0.0, 1e6),
        ),
    ] = 1.0
    seed: Annotated[
        int,
        Knob(
            label="Seed",
            says="Seed of the random masks; the same seed gives the same explanation to the last "
            "bit.",
            methods=_CUT,
            least=0,
            typed=(0, 2**31 - 1),
        ),
    ] = 0
    step: Annotated[
        float,
        Knob(
            label="Step",
            says="By what fraction of its flux saliency changes each pixel.",
            methods=_SALIENCY,
            typed=(1e-5, 1.0),
            span=(0.001, 0.5),
            log=True,
            folded=False,
        ),
    ] = 0.01
    sampling: Annotated[
        SamplingName,
        Knob(
            label="Draw masks",
            says="Independent, as in the paper; antithetic, in pairs of complements, which need "
            "fewer samples for the same error; or limit, exact and without samples where the "
            "answer is known in closed form: a support vector machine's decision of one type "
            "against another.",
            methods=_LIME,
        ),
    ] = "independent"
    first: Annotated[
        FirstSample,
        Knob(
            label="First sample",
            says="The spectrum itself. Paper: counts as any sample. Light: counts nothing.",
            methods=_LIME,
        ),
    ] = "paper"
    control: Annotated[
        ControlName,
        Knob(
            label="Control",
            says="Linearised: fit only what the autoencoder does beyond its linearised self, whose "
            "weights are known. For the scores mse and filtered-mse, and the text kernel.",
            methods=_LIME,
        ),
    ] = "none"
    stop_when_settled: Annotated[
        float,
        Knob(
            label="Stop when settled",
            says="Stop when the top five segments keep their order with this probability; 0 to use "
            "all samples.",
            methods=_LIME,
            least=0,
            below=1,
            typed=(0.0, 1.0),
        ),
    ] = 0.0
    gradient: Annotated[
        GradientName,
        Knob(
            label="Derivative",
            says="Difference, as in the paper; or analytic, its limit for small steps.",
            methods=_SALIENCY,
        ),
    ] = "difference"
    smoothing: Annotated[
        SmoothingName,
        Knob(label="Smooth by", says="How the saliency map is smoothed.", methods=_SALIENCY),
    ] = "gaussian"
    smoothing_px: Annotated[
        float,
        Knob(
            label="Smooth",
            says="Pixels of smoothing on each side of the saliency map; 0 leaves it as it is.",
            methods=_SALIENCY,
            least=0,
            typed=(0.0, 1000.0),
            span=(0.0, 50.0),
        ),
    ] = 0.0

    def __post_init__(self) -> None:
        for name, declared in self.knobs().items():
            object.__setattr__(self, name, declared.checked(getattr(self, name)))
        if self.step == 0:
            raise ValueError(f"step must not be 0, got {self.step}")
        if self.factor < 0 and self.perturbation in _SCALED:
            raise ValueError(
                f"factor must be 0 or more where a segment is scaled, got {self.factor}"
            )
        if self.control == "linearised" and self.kernel != "text":
            raise ValueError(
                f"kernel must be 'text' where control is 'linearised', got {self.kernel!r}"
            )
        if self.sampling == "limit" and self.kernel != "text":
            raise ValueError(
                f"kernel must be 'text' where sampling is 'limit', got {self.kernel!r}"
            )

    @classmethod
    def knobs(cls) -> dict[str, Declared]:
        """Declarations of all fields in order, read by everything that offers the knobs."""
        return _knobs(cls)

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
        known = set(cls.knobs())
        unknown = sorted(set(values) - known)
        if unknown:
            raise ValueError(f"unknown settings {unknown}; known are {sorted(known)}")
        return cls(**values)


@cache
def _knobs(settings: type[ExplainSettings]) -> dict[str, Declared]:
    return knobs_of(get_type_hints(settings, include_extras=True))
