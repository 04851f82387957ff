"""Declaration of a setting: its range and its texts, written beside its field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, Literal, cast, get_args, get_origin

__all__ = ["Declared", "Knob", "KnobKind", "knobs_of"]

KnobKind = Literal["choice", "count", "number"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Knob:
    """One field of the settings, as the page, the shell and a link know it.

    Attributes
    ----------
    label, says
        Its name to a reader, and one or two sentences.
    methods
        Which methods use it; empty for all.
    titles
        What choices are called; the choice itself where it is not among them.
    least, above, below
        What the number is at least, above, or below; None for no such end.
    typed
        Between what a person at the page may type.
    span, step, log
        What a slider spans, in what steps, and whether logarithmically; no span for no slider.
    folded
        Whether the page shows it only on request.
    """

    label: str
    says: str
    methods: frozenset[str] = frozenset()
    titles: Mapping[str, str] = field(default_factory=dict)
    least: float | None = None
    above: float | None = None
    below: float | None = None
    typed: tuple[float, float] | None = None
    span: tuple[float, float] | None = None
    step: float | None = None
    log: bool = False
    folded: bool = True

    def heeded_by(self, method: str) -> bool:
        """Whether a method looks at it."""
        return not self.methods or method in self.methods


@dataclass(frozen=True, slots=True)
class Declared:
    """A knob with what its annotation says: kind, choices, whether None is a value.

    Attributes
    ----------
    name, knob
        The field, and what is said of it.
    kind
        One of several words, a whole number, or a number.
    choices
        The words; empty for numbers.
    optional
        Whether None is a value: the default that something else decides.
    """

    name: str
    knob: Knob
    kind: KnobKind
    choices: tuple[str, ...] = ()
    optional: bool = False

    def checked(self, value: Any) -> Any:
        """The value as plain Python.

        Raises
        ------
        ValueError
            If it is no such choice, not whole, not finite or out of range.
        """
        if self.kind == "choice":
            if value not in self.choices:
                raise ValueError(f"{self.name} must be one of {self.choices}, got {value!r}")
            return value
        if value is None and self.optional:
            return None
        number = self._number(value)
        if not self._within(number):
            none = " or None" if self.optional else ""
            raise ValueError(f"{self.name} must be {self._range()}{none}, got {value}")
        return number

    def _number(self, value: Any) -> Any:
        """Counts become Python's whole numbers; others stay of the kind they are."""
        if self.kind == "count":
            if isinstance(value, bool) or not hasattr(value, "__index__"):
                raise ValueError(f"{self.name} must be a whole number, got {value!r}")
            return int(value)
        if isinstance(value, str | bool) or not hasattr(value, "__float__"):
            raise ValueError(f"{self.name} must be a number, got {value!r}")
        if not isfinite(cast("float", value)):
            raise ValueError(f"{self.name} must be finite, got {value}")
        return value

    def _within(self, value: float) -> bool:
        least, above, below = self.knob.least, self.knob.above, self.knob.below
        return (
            (least is None or value >= least)
            and (above is None or value > above)
            and (below is None or value < below)
        )

    def _range(self) -> str:
        ends = (("at least", self.knob.least), ("above", self.knob.above))
        bounds = [f"{word} {end:g}" for word, end in ends if end is not None]
        if self.knob.below is not None:
            bounds.append(f"below {self.knob.below:g}")
        return " and ".join(bounds)


def knobs_of(hints: Mapping[str, Any]) -> dict[str, Declared]:
    """The knobs among annotations such as ``Annotated[int, Knob(label="Seed", …)]``, in order.

    Parameters
    ----------
    hints
        Of ``typing.get_type_hints(settings, include_extras=True)``.

    Raises
    ------
    TypeError
        If a field is annotated otherwise.
    """
    return {name: _declared(name, hint) for name, hint in hints.items()}


def _declared(name: str, hint: Any) -> Declared:
    base, *annotations = get_args(hint)
    knob = next((each for each in annotations if isinstance(each, Knob)), None)
    if knob is None:
        raise TypeError(f"{name} is no knob: annotate it as Annotated[type, Knob(...)]")
    if get_origin(base) is Literal:
        return Declared(name, knob, "choice", choices=get_args(base))
    kind: KnobKind = "count" if base is int else "number"
    return Declared(name, knob, kind, optional=type(None) in get_args(base))
