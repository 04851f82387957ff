"""Sentences about effects: what the colours of an explanation mean."""

from __future__ import annotations

from ....core.explain import Effects, EffectUnit
from ....core.explain.explanation import Explanation
from ....core.settings import PerturbationName
from ....core.words import counted

__all__ = [
    "any_change",
    "axis_words",
    "does_words",
    "fill_words",
    "sentence_of",
    "short_of",
    "unit_words",
]

# Of what 10 % more is meant; and the same where there is little room.
_OF: dict[EffectUnit, tuple[str, str]] = {
    "flux": ("flux", "flux"),
    "contrast": ("contrast with the spectrum's median", "contrast"),
    "signal": ("contrast of the smoothed spectrum with its median, the noise as it is", "contrast"),
}
_FILLS: dict[PerturbationName, str] = {
    "flat": "a flat {:g}",
    "mean": "the segment's own mean × {:g}",
    "noise": "the smoothed spectrum with other noise × {:g}",
    "bump": "the same with a bump of {:g} on it",
}


def fill_words(explanation: Explanation) -> str:
    """Replacement of a segment: 'a flat 1', 'the segment's own mean'."""
    chosen = explanation.settings
    return _FILLS[chosen.perturbation].format(chosen.factor).removesuffix(" × 1")


def short_of(effects: Effects) -> str:
    """Subject of the colour key: '+10 % flux', 'what is here'."""
    if effects.unit == "fill":
        return "what is here"
    return "more flux" if effects.unit == "slope" else f"+10 % {_OF[effects.unit][1]}"


def does_words(effects: Effects, segment: int) -> str:
    """Effect of a segment: '+10 % flux raises', 'any change lowers', for a fill 'raises'."""
    return effects.in_words(segment).replace("more", short_of(effects), 1)


def unit_words(explanation: Explanation, effects: Effects) -> str:
    """Unit of a weight: 'per +10 % of the flux', 'rather than a flat 1'."""
    if effects.unit == "slope":
        return "per unit of flux"
    if effects.unit == "fill":
        return f"rather than {fill_words(explanation)}"
    return f"per +10 % of the {_OF[effects.unit][1]}"


def axis_words(effects: Effects, value: str) -> str:
    """A weight, short enough for an axis: 'Δ score', '∂ score'; the key has the unit."""
    return f"∂ {value}" if effects.unit == "slope" else f"Δ {value}"


def sentence_of(explanation: Explanation, effects: Effects, what: str) -> str:
    """All that the colours say.

    Parameters
    ----------
    explanation, effects
        What was found, and in which unit it is shown.
    what
        What is explained: 'the score', 'the log-odds of type 1'.
    """
    if effects.unit == "fill":
        return (
            f"Blue: what is here, rather than {fill_words(explanation)}, raises {what}. Orange: it "
            "lowers it. The weight is by how much."
        )
    if effects.unit == "slope":
        return (
            f"Blue: more flux at this pixel raises {what}. Orange: it lowers it. The weight is the "
            "derivative by the pixel's flux, as in the AGN paper: another unit than LIME's weights."
        )
    whole, short = _OF[effects.unit]
    if explanation.method == "saliency":
        return (
            f"Blue: more flux at this pixel raises {what}. Orange: it lowers it. The weight is the "
            "change per +10 % of the pixel's flux: the derivative times a tenth of the flux."
        )
    factor = explanation.settings.factor
    sides = f"× {factor:g} and × {2 - factor:g}" if effects.mirrored else f"× {factor:g}"
    sentence = (
        f"Blue: more {whole} here raises {what}. Orange: it lowers it. The weight is the change "
        f"per +10 % of the {short} of the segment, as segments {sides} tell."
    )
    if effects.n_below:
        of = f"{effects.n_below:,} of {counted(len(effects.values), 'segment')}"
        sentence += f" In {of} the flux is negative: there +10 % is of its size, upwards."
    return f"{sentence} {any_change(effects, what)}".rstrip()


def any_change(effects: Effects, what: str) -> str:
    """Number of segments for which any change has the same effect; "" while unknown."""
    if not effects.mirrored:
        return ""
    of = f"of {counted(len(effects.values), 'segment')}"
    up = int((effects.either & (effects.values > 0)).sum())
    down = int((effects.either & (effects.values < 0)).sum())
    if not up + down:
        return f"Any change here, up or down, would do the same in none {of}."
    does = [f"raises {what} in {up:,}"] if up else []
    does += [f"lowers {what if not up else 'it'} in {down:,}"] if down else []
    return f"Violet: any change here, up or down, {' and '.join(does)} {of}."
