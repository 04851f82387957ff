"""Whether a model answers alike for the same spectrum, asked again and in other company."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

__all__ = ["repeatable_answers"]


def repeatable_answers(
    answers: Callable[[np.ndarray], list[dict[str, float]]], flux: np.ndarray, name: str
) -> list[dict[str, float]]:
    """Answers of the model `name` for spectra (n, D), of which the first is asked again.

    Raises
    ------
    ValueError
        The answer is one of chance, or depends on the others.
    """
    value = answers(flux)
    others = flux * np.array([[1.0], [1.5], [0.8]], flux.dtype) if len(flux) == 1 else flux[:1]
    first, again = (np.array([*one.values()]) for one in (value[0], answers(others)[0]))
    if np.allclose(first, again, rtol=1e-3, atol=1e-6):
        return value
    same = np.array([*answers(flux)[0].values()])
    if not np.allclose(first, same, rtol=1e-3, atol=1e-6):
        raise ValueError(
            f"{name} {_two_answers(first, same)} for the same spectrum: an explanation would be "
            "one of chance; fix its seed, or put it into the mode in which it is used"
        )
    if np.allclose(first, again, rtol=0.02, atol=1e-6):  # sums rounded in another order
        return value
    raise ValueError(
        f"{name} {_two_answers(first, again)} for the same spectrum among others: its answer for "
        "one depends on those it is asked about together, as of a mean or maximum of all of "
        "them or batch normalisation in training; let it treat each row alone"
    )


def _two_answers(one: np.ndarray, other: np.ndarray) -> str:
    at = int(np.abs(one - other).argmax())
    return f"answers {one[at]:g} and then {other[at]:g}"
