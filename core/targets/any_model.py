"""A model of any library as targets: its classes by name, on the scale that is asked for."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from .base import Target
from .classifier import Classifier, read_classifier
from .scales import SCALES, Scale, on_scale, scale_name
from .svm import CoupledSvm

__all__ = ["AnyModel", "Of", "OutputTarget", "Outputs", "read_model"]

Of = Literal["log-odds", "log p", "probability", "decision", "value"]
Outputs = Literal["probabilities", "log p", "logits", "decisions", "value"]


Answers = Callable[[NDArray[np.floating]], NDArray]


@dataclass(frozen=True, slots=True, eq=False)
class AnyModel:
    """What a model answers, and which classes its answers are of.

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
    machine: Classifier | None = None

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
        every = range(len(self.classes))
        return np.column_stack([scaled(table, self.outputs, c, "probability") for c in every])

    def index(self, label: str | int) -> int:
        """The place of a class, by its name or number.

        Raises
        ------
        ValueError
            There is no such class.
        """
        if not self.classes:
            raise ValueError(f"{self.name} gives one number and no classes, got class {label!r}")
        if not isinstance(label, str) and 0 <= int(label) < len(self.classes):
            return int(label)
        if label not in self.classes:
            raise ValueError(f"there is no class {label!r}; {self.name} knows {self.classes}")
        return self.classes.index(str(label))

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
        """What the model answers on spectra (n, D): (n, C) as ``outputs`` says, or (n,).

        Raises
        ------
        ValueError
            Answers are of another shape, or not finite (logarithms may be −∞), or no probabilities
            where they should be.
        """
        answers = np.asarray(self.answers(spectra), np.float64)
        n, classes = len(spectra), len(self.classes)
        if not classes:
            answers = answers[:, 0] if answers.shape == (n, 1) else answers
            if answers.shape != (n,):
                raise ValueError(
                    f"{self.name} must map {spectra.shape} to ({n},), got {answers.shape}; if "
                    "these are classes, name them: classes=(...)"
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


def read_model(
    source: Any,
    *,
    classes: Sequence[str] | None = None,
    outputs: Outputs | None = None,
    name: str | None = None,
) -> AnyModel:
    """A model of any library as what can be explained.

    Parameters
    ----------
    source
        A fitted scikit-learn estimator or pipeline; a ``torch.nn.Module``; an ONNX session
        (``onnxruntime.InferenceSession``) or the path of an ``.onnx`` file; or any function
        (n, D) → (n,) or (n, C).
    classes
        Names of the columns; by default an estimator's own.
    outputs
        What the answers are: ``logits`` by default of a torch module with classes,
        ``probabilities`` of other models with classes.
    name
        Shown; by default the function's or class's own.

    Raises
    ------
    TypeError
        If it is none of these, or not fitted; the text says what to do.
    ValueError
        If outputs is unknown.
    """
    if outputs is not None and outputs not in get_args(Outputs):
        raise ValueError(f"outputs must be one of {get_args(Outputs)}, got {outputs!r}")
    if isinstance(source, AnyModel):
        return source
    own: str = getattr(source, "__name__", "") or type(source).__name__
    name = name or str("function" if own == "<lambda>" else own)
    named = None if classes is None else tuple(str(label) for label in classes)
    if named is not None and len(set(named)) != len(named):
        raise ValueError(f"classes must differ, got {named}")
    if isinstance(source, str | os.PathLike):
        source = _onnx_file(source)
    if _is_torch(source):
        from .torch_module import torch_answers, torch_gradients

        kind: Outputs = outputs or ("logits" if named else "value")
        gradients = torch_gradients(source, kind, len(named or ()))
        return AnyModel(name, torch_answers(source), kind, named or (), gradients)
    if hasattr(source, "get_inputs") and hasattr(source, "run"):
        kind = outputs or ("probabilities" if named else "value")
        return AnyModel(name, _onnx_answers(source, bool(named)), kind, named or ())
    if any(hasattr(source, way) for way in ("predict", "predict_proba", "decision_function")):
        return _estimator(source, name, named)
    if callable(source):
        return AnyModel(name, source, outputs or ("probabilities" if named else "value"),
                        named or ())  # fmt: skip
    raise TypeError(
        f"a model is a scikit-learn estimator, a torch module, an ONNX session or a function of "
        f"spectra (n, D), got {type(source).__name__}"
    )


def _estimator(source: Any, name: str, named: tuple[str, ...] | None) -> AnyModel:
    from sklearn.base import is_classifier

    classes: Any = getattr(source, "classes_", named)
    if classes is None and (
        hasattr(source, "predict_proba")
        or hasattr(source, "decision_function")
        or (hasattr(source, "__sklearn_tags__") and is_classifier(source))
    ):
        raise TypeError(
            f"{name} has no classes_: it is not fitted; call its fit(X, y) first, or, if it was "
            "made otherwise, name its classes: classes=(...)"
        )
    if classes is None:
        return AnyModel(name, source.predict, "value")
    own = tuple(str(label) for label in classes)
    if named is not None and named != own:
        if len(named) != len(own):
            raise ValueError(f"{name} was fitted with {len(own)} classes {own}, got {named}")
        own = named
    if _softmax_of_decisions(source):
        # Its probabilities are rounded to 0 and 1 where it is sure; what they are made of is not.
        return AnyModel(name, source.decision_function, "logits", own)
    if hasattr(source, "predict_proba"):
        known = read_classifier(source) if named is None else None
        machine = known if isinstance(known, CoupledSvm) else None
        return AnyModel(name, source.predict_proba, "probabilities", own, machine=machine)
    return AnyModel(name, source.decision_function, "decisions", own)


def _softmax_of_decisions(source: Any) -> bool:
    """Whether a classifier's probabilities are the softmax of its decision function."""
    from sklearn.linear_model import LogisticRegression

    last = source.steps[-1][1] if hasattr(source, "steps") else source
    one_by_one = getattr(last, "solver", "") == "liblinear" and len(last.classes_) > 2
    return type(last) is LogisticRegression and not one_by_one


def _two_columns(column: NDArray[np.float64], outputs: Outputs) -> NDArray[np.float64]:
    """Of two classes many models tell the second alone."""
    if outputs == "probabilities":
        return np.column_stack([1 - column, column])
    if outputs == "decisions":
        return np.column_stack([-column, column])
    return np.column_stack([np.zeros_like(column), column])


def _is_torch(source: Any) -> bool:
    bases = type(source).__mro__
    return any(base.__module__.startswith("torch.nn") and base.__name__ == "Module"
               for base in bases)  # fmt: skip


def _onnx_file(path: str | os.PathLike[str]) -> Any:
    try:
        import onnxruntime  # pyright: ignore[reportMissingImports]
    except ImportError as error:
        raise TypeError(
            f"{os.fspath(path)}: to read an ONNX file, install onnxruntime (pip install "
            "onnxruntime), or hand over a function"
        ) from error
    return onnxruntime.InferenceSession(os.fspath(path), providers=["CPUExecutionProvider"])


def _onnx_answers(session: Any, classes: bool) -> Answers:
    model_input = session.get_inputs()[0]
    dtype = np.float64 if "double" in str(model_input.type) else np.float32

    def answers(spectra: NDArray[np.floating]) -> NDArray:
        outputs = session.run(None, {model_input.name: np.ascontiguousarray(spectra, dtype)})
        # Converted classifiers give labels first, then probabilities, often one dict a spectrum.
        table = outputs[-1] if classes else outputs[0]
        if isinstance(table, list):
            return np.array([list(row.values()) for row in table])
        return np.asarray(table)

    return answers
