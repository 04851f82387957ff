"""What must hold of every public function of core, and how each says so.

A function declares, beside how its arguments are made, what becomes of its answer when they are
scaled, shifted, put in another order, spoilt by a NaN or given in single precision: a law below, or
the reason why there is none. Nothing has a default: who adds a function has to think of each.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pytest

Arguments = dict[str, Any]
Numbers = list[np.ndarray]
# (the function, its arguments, its answer, randomness) → raises where the law is broken
Law = Callable[[Callable[..., Any], Arguments, Numbers, np.random.Generator], None]


@dataclasses.dataclass(frozen=True)
class Laws:
    """Of one function.

    Attributes
    ----------
    make
        Randomness → arguments by name.
    scale, shift, order, nan
        A law, or why there is none.
    single
        How far (relative to the largest number) the answer of float32 arguments may be from that
        of the same in float64; or why it is not asked.
    given
        The answer → what of it is compared; all by default.
    examples
        How many arguments hypothesis tries.
    """

    make: Callable[[np.random.Generator], Arguments]
    scale: Law | str
    shift: Law | str
    order: Law | str
    nan: Law | str
    single: float | str
    given: Callable[[Any], Any] = lambda answer: answer
    examples: int = 6


@dataclasses.dataclass(frozen=True)
class NoArrays:
    """Of a function that takes no arrays: why nothing of this kind can hold of it."""

    why: str


def numbers(answer: Any) -> Numbers:
    """Every array and number of an answer, in a fixed order."""
    return list(_numbers(answer))


def _numbers(answer: Any) -> Iterator[np.ndarray]:
    if isinstance(answer, np.ndarray):
        yield answer
    elif isinstance(answer, bool | int | float | np.generic):
        yield np.asarray(answer)
    elif isinstance(answer, Mapping):
        for key in answer:
            yield from _numbers(answer[key])
    elif dataclasses.is_dataclass(answer):
        for field in dataclasses.fields(answer):
            yield from _numbers(getattr(answer, field.name))
    elif isinstance(answer, tuple | list | Iterator):
        for one in answer:
            yield from _numbers(one)


def same_bytes(found: Numbers, wanted: Numbers) -> None:
    """Equal to the last bit."""
    assert len(found) == len(wanted)
    for one, other in zip(found, wanted, strict=True):
        assert (one.shape, one.dtype) == (other.shape, other.dtype)
        assert one.tobytes() == other.tobytes()


def close(found: Numbers, wanted: Numbers, rtol: float) -> None:
    """Equal to this share of the largest number of each array; text and truth values alike."""
    assert len(found) == len(wanted)
    for one, other in zip(found, wanted, strict=True):
        if other.dtype.kind == "f":
            finite = np.abs(other[np.isfinite(other)])
            atol = rtol * max(finite.max(initial=0.0), 1e-12)
            np.testing.assert_allclose(one, other, rtol=rtol, atol=atol)
        else:
            np.testing.assert_array_equal(one, other)


def times(*names: str, gives: float | tuple[float, ...] = 0.0, rtol: float = 1e-6) -> Law:
    """These arguments times a positive number: the answer times a power of it, or one for each."""

    def law(function, arguments, answer, rng):
        factor = 2.0 ** rng.uniform(-4, 4)
        changed = function(**arguments | {n: _kept(arguments[n], factor, 0) for n in names})
        powers = gives if isinstance(gives, tuple) else (gives,) * len(answer)
        wanted = [
            one * factor**power if one.dtype.kind == "f" else one
            for one, power in zip(answer, powers, strict=True)
        ]
        close(changed, wanted, rtol)

    return law


def plus(*names: str, gives: float | tuple[float, ...] = 0.0, rtol: float = 1e-6) -> Law:
    """A constant added to these arguments: so many times it is added to the answer."""

    def law(function, arguments, answer, rng):
        constant = rng.uniform(-3, 3)
        changed = function(**arguments | {n: _kept(arguments[n], 1, constant) for n in names})
        shares = gives if isinstance(gives, tuple) else (gives,) * len(answer)
        wanted = [
            one + share * constant if one.dtype.kind == "f" else one
            for one, share in zip(answer, shares, strict=True)
        ]
        close(changed, wanted, rtol)

    return law


def _kept(value: Any, factor: float, constant: float) -> Any:
    """The array, changed, in its own dtype."""
    return (factor * np.asarray(value) + constant).astype(np.asarray(value).dtype)


def rows(*names: str, rtol: float = 1e-6, invariant: bool = False) -> Law:
    """Rows of these arguments in another order: those of the answer are, or nothing changes."""

    def law(function, arguments, answer, rng):
        n = len(arguments[names[0]])
        order = rng.permutation(n)
        changed = function(**arguments | {name: arguments[name][order] for name in names})
        moved = [
            one[order] if not invariant and one.ndim and len(one) == n else one for one in answer
        ]
        close(changed, moved, rtol)

    return law


def nan_refused(*names: str) -> Law:
    """A NaN in any of these is a ValueError."""

    def law(function, arguments, _answer, rng):
        for name in names:
            with pytest.raises(ValueError, match=r"\S"):
                function(**arguments | {name: _spoilt(arguments[name], rng)[0]})

    return law


def nan_alone(name: str, rtol: float = 1e-6) -> Law:
    """A NaN in one row of this argument changes the answer in that row alone."""

    def law(function, arguments, answer, rng):
        spoilt, row = _spoilt(arguments[name], rng)
        changed = function(**arguments | {name: spoilt})
        n = len(spoilt)
        for found, wanted in zip(changed, answer, strict=True):
            if wanted.ndim and len(wanted) == n:
                close([np.delete(found, row, axis=0)], [np.delete(wanted, row, axis=0)], rtol)

    return law


def nan_there(name: str, rtol: float = 1e-6) -> Law:
    """The same, and of the row's own answer something is NaN."""
    alone = nan_alone(name, rtol)

    def law(function, arguments, answer, rng):
        alone(function, arguments, answer, rng)
        spoilt, row = _spoilt(arguments[name], rng)
        found = function(**arguments | {name: spoilt})
        mine = [one[row] for one in found if one.ndim and len(one) == len(spoilt)]
        assert any(np.isnan(one).any() for one in mine if one.dtype.kind == "f")

    return law


def _spoilt(value: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, int]:
    """With one NaN, and in which row."""
    spoilt = np.array(value)
    place = tuple(int(rng.integers(size)) for size in spoilt.shape)
    spoilt[place] = np.nan
    return spoilt, place[0]
