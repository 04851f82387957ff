"""Targets for a model of any library: classes by name, on a chosen scale."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from .base import Target
from .scales import SCALES, Scale, on_scale, scale_name
from .svm.coupled_svm import CoupledSvm

__all__ = ["Answers", "AnyModel", "Of", "OutputTarget", "Outputs"]

Of = Literal["log-odds", "log p", "probability", "decision", "value"]
Outputs = Literal["probabilities", "log p", "logits", "decisions", "value"]
Answers = Callable[[NDArray[np.floating]], NDArray]


@dataclass(frozen=True, slots=True, eq=False)
class AnyModel:
    """A model of any kind, with the classes of its outputs.

    Attributes
    ----------
    name
        Shown to the user, and the target's name where there are no classes.
    answers
        Spectra (n, D) → (n, C), or (n,) for one number.
    outputs
        What the answers are.
    classes
        Of the columns; empty for one number.
    gradients
        (spectra (n, D), class index, of) → derivatives (n, D); None if the model knows none.
    machine
        A support vector machine taken apart, which is explained fastest; None of others.
    """

    name: str
    answers: Callable[..., Any]
    outputs: Outputs
    classes: tuple[str, ...] = ()
    gradients: Callable[[NDArray[np.floating], int, Of], NDArray[np.float64]] | None = None
    machine: CoupledSvm | None = None

    @property
    def usual(self) -> Of:
        """The scale on which it is explained unless another is asked for."""
        if not self.classes:
            return "value"
        return "decision" if self.outputs == "decisions" else "log-odds"

    def predicted(self, spectra: NDArray[np.floating]) -> NDArray[np.intp]:
        """Index of the likeliest class (n,) of spectra (n, D)."""
        if not self.classes:
            raise ValueError(f"{self.name} gives one number and no classes")
        return self.answered(spectra).argmax(axis=1)

    def by_class(self, spectra: NDArray[np.floating]) -> NDArray[np.float64]:
        """Probabilities (n, C) of spectra (n, D), decisions where there are none, or (n, 1)."""
        table = self.answered(spectra)
        if not self.classes:
            return table[:, None]
        if self.outputs == "decisions":
            return table
        return self._all_classes(table, "probability")

    def log_proba(self, spectra: NDArray[np.floating]) -> NDArray[np.float64]:
        """Log-probabilities (n, C) of spectra (n, D); a probability of 0 counts as 10⁻⁶."""
        return self._all_classes(self.answered(spectra), "log p")

    def log_odds(self, spectra: NDArray[np.floating]) -> NDArray[np.float64]:
        """log p − log(1 − p) (n, C) of spectra (n, D); probabilities within 10⁻⁶ of 0 and 1."""
        return self._all_classes(self.answered(spectra), "log-odds")

    def _all_classes(self, table: NDArray[np.float64], of: Of) -> NDArray[np.float64]:
        every = range(len(self.classes))
        return np.column_stack([scaled(table, self.outputs, c, of) for c in every])

    def index(self, label: str | int) -> int:
        """The place of a class, by its name or number.

        Raises
        ------
        ValueError
            There is no such class, or the number is the place of one and the name of another.
        """
        if not self.classes:
            raise ValueError(f"{self.name} gives one number and no classes, got class {label!r}")
        named = self.classes.index(str(label)) if str(label) in self.classes else None
        placed = None
        if isinstance(label, int | np.integer) and 0 <= label < len(self.classes):
            placed = int(label)
        if placed is None:
            if named is None:
                raise ValueError(f"there is no class {label!r}; {self.name} knows {self.classes}")
            return named
        if named not in (None, placed):
            raise ValueError(
                f"class {label} is {str(label)!r} by its name, but {self.classes[placed]!r} by its "
                f"place among {self.classes}: say which by its name, {str(label)!r} in quotes"
            )
        return placed

    def target(self, label: str | int | None = None, of: Of | None = None) -> Target:
        """One class on one scale, or the number, to be explained.

        Raises
        ------
        ValueError
            There is no such class, or the model has no such scale.
        """
        of = self.usual if of is None else of
        if of not in get_args(Of):
            raise ValueError(f"of must be one of {get_args(Of)}, got {of!r}")
        if not self.classes:
            if label is not None:
                self.index(label)
            if of != "value":
                raise ValueError(f"{self.name} gives one number and no {of}; name its classes")
            return OutputTarget(self.name, self, 0, of)
        if label is None:
            raise ValueError(f"which class? {self.name} knows {self.classes}")
        at = self.index(label)
        if of in ("decision", "value") and self.outputs != "decisions":
            raise ValueError(f"{self.name} gives {self.outputs}: of must be one of {SCALES}")
        if of in SCALES and self.outputs == "decisions":
            raise ValueError(
                f"{self.name} has a decision_function and no predict_proba, so no {of}: "
                "of='decision', or calibrate it (sklearn.calibration.CalibratedClassifierCV)"
            )
        label_name = self.classes[at]
        if of in ("decision", "value"):
            return OutputTarget(f"decision({label_name})", self, at, "decision")
        if self.machine is not None:
            return self.machine.target(at, of)
        return OutputTarget(scale_name(of, label_name), self, at, of)

    def answered(self, spectra: NDArray[np.floating]) -> NDArray[np.float64]:
        """Output of the model for spectra (n, D): (n, C) as declared by ``outputs``, or (n,).

        Raises
        ------
        ValueError
            Answers are of another shape, or not finite (logarithms may be −∞), or no probabilities
            where they should be.
        """
        answers = _numbers(self.name, self.answers(spectra))
        n, classes = len(spectra), len(self.classes)
        if not classes:
            answers = answers[:, 0] if answers.shape == (n, 1) else answers
            if answers.shape != (n,):
                remedy = (
                    "it is asked about many spectra at once, one a row"
                    if answers.ndim == 0
                    else "if it rebuilds spectra, hand over its error, such as "
                    "lambda spectra: ((model(spectra) - spectra) ** 2).mean(axis=1)"
                    if answers.shape == spectra.shape
                    else "if these are classes, name them: classes=(...); of several numbers hand "
                    "over a function that gives one, such as lambda spectra: model(spectra)[:, 0]"
                )
                raise ValueError(
                    f"{self.name} must map {spectra.shape} to ({n},), got {answers.shape}; {remedy}"
                )
        elif answers.ndim == 1 or answers.shape == (n, 1):
            answers = _two_columns(answers.reshape(n), self.outputs)
        if classes and answers.shape != (n, classes):
            raise ValueError(
                f"{self.name} must map {spectra.shape} to {(n, classes)}, one column for each of "
                f"{self.classes}, got {answers.shape}"
            )
        if classes and self.outputs == "probabilities" and np.any(np.abs(answers - 0.5) > 0.501):
            raise ValueError(
                f"{self.name} gives {answers[np.abs(answers - 0.5) > 0.501][0]:g} for a "
                "probability; if it gives something else, say what: outputs='logits', 'log p' or "
                "'decisions'"
            )
        bad = ~np.isfinite(answers)
        if self.outputs in ("log p", "logits"):
            bad &= answers != -np.inf
        if bad.any():
            rows = np.flatnonzero(bad if bad.ndim == 1 else bad.any(axis=1))
            raise ValueError(
                f"{self.name} gives {answers[bad][0]} for {len(rows)} of {n} spectra it was asked "
                f"about (the first is number {rows[0]})"
            )
        return answers


@dataclass(frozen=True, slots=True, eq=False)
class OutputTarget:
    """One output of a model on one scale.

    Attributes
    ----------
    name
        Shown to the user.
    model, index, of
        Whose, which class, and on which scale.
    """

    name: str
    model: AnyModel
    index: int
    of: Of

    def __call__(self, spectra: NDArray[np.floating]) -> NDArray[np.float64]:
        """Values (n,) of spectra (n, D)."""
        answers = self.model.answered(spectra)
        if self.of == "value":
            return answers
        if self.of == "decision":
            return answers[:, self.index]
        return scaled(answers, self.model.outputs, self.index, self.of)

    def gradients(self, spectra: NDArray[np.floating]) -> NDArray[np.float64] | None:
        """Derivatives (n, D) of spectra (n, D) in one pass; None if the model knows none."""
        gradients_of = self.model.gradients
        return None if gradients_of is None else gradients_of(spectra, self.index, self.of)

    def __getattr__(self, name: str) -> Any:
        # The setting gradient='analytic' asks for ``gradient``: there only if the model has it.
        if name == "gradient" and self.model.gradients is not None:
            return lambda x: self.gradients(np.asarray(x)[None])[0]  # type: ignore[index]
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")


def scaled(table: NDArray[np.float64], outputs: Outputs, index: int, of: Of) -> NDArray[np.float64]:
    """One class (n,) of a model's answers (n, C) on a scale; p is held within 10⁻⁶ of 0 and 1.

    Of logits l: log p = l_c − log Σ exp l, log-odds = l_c − log Σ_{others} exp l, without loss
    where p is near 1.
    """
    if outputs in ("logits", "log p"):
        others = np.delete(table, index, axis=1)
        odds = table[:, index] - np.asarray(logsumexp(others, axis=1))
        if of == "log-odds":
            return odds
        log_p = -np.logaddexp(0.0, -odds)
        return log_p if of == "log p" else np.exp(log_p)
    return on_scale(table[:, index], cast("Scale", of))


def _numbers(name: str, answers: Any) -> NDArray[np.float64]:
    """Answers of any library as an array, also of a torch tensor that knows of its gradient."""
    answers = answers.detach().cpu() if hasattr(answers, "detach") else answers
    try:
        if np.iscomplexobj(answers):
            raise TypeError("they are complex; take their real part or absolute value")
        return np.asarray(answers, np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{name} gives no numbers: {error} (a {type(answers).__name__}; hand over a function "
            "of spectra (n, D) that takes the part to be explained)"
        ) from error


def _two_columns(column: NDArray[np.float64], outputs: Outputs) -> NDArray[np.float64]:
    """Complete two classes: many models return the second only."""
    if outputs == "probabilities":
        return np.column_stack([1 - column, column])
    if outputs == "decisions":
        return np.column_stack([-column, column])
    return np.column_stack([np.zeros_like(column), column])
