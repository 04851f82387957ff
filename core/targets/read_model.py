"""Models read from scikit-learn, torch, ONNX or any function."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from .any_model import Answers, AnyModel, Outputs
from .classifier import read_classifier
from .svm.coupled_svm import CoupledSvm

__all__ = ["read_model"]

_WAYS = ("predict_proba", "decision_function", "predict", "score_samples", "fit_predict")


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
        A fitted scikit-learn estimator or pipeline (of outlier detectors and densities the
        negative ``score_samples`` is explained: higher is stranger); a ``torch.nn.Module``; an
        ONNX session (``onnxruntime.InferenceSession``) or the path of an ``.onnx`` file; or any
        function (n, D) → (n,) or (n, C).
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
    if isinstance(source, type):
        raise TypeError(f"{source.__name__} is a class: hand over a model made of it, and fitted")
    own: str = getattr(source, "__name__", "") or type(source).__name__
    name = name or str("function" if own == "<lambda>" else own)
    named = None if classes is None else tuple(str(label) for label in classes)
    if named is not None and len(set(named)) != len(named):
        raise ValueError(f"classes must differ, got {named}")
    if isinstance(source, str | os.PathLike):
        source = _onnx_file(source)
    if _is_torch(source):
        from .torch_module import torch_answers, torch_gradients, torch_logits

        kind: Outputs = outputs or ("logits" if named else "value")
        gradients = torch_gradients(source, kind, len(named or ()))
        answers = torch_logits(source) if named and outputs is None else torch_answers(source)
        return AnyModel(name, answers, kind, named or (), gradients)
    if hasattr(source, "get_inputs") and hasattr(source, "run"):
        kind = outputs or ("probabilities" if named else "value")
        return AnyModel(name, _onnx_answers(source, named or ()), kind, named or ())
    if any(hasattr(source, way) for way in _WAYS):
        return _estimator(source, name, named, outputs)
    if callable(source):
        return AnyModel(name, source, outputs or ("probabilities" if named else "value"),
                        named or ())  # fmt: skip
    raise TypeError(
        f"a model is a scikit-learn estimator, a torch module, an ONNX session or a function of "
        f"spectra (n, D), got {type(source).__name__}"
    )


def _estimator(
    source: Any, name: str, named: tuple[str, ...] | None, outputs: Outputs | None
) -> AnyModel:
    made = _of_estimator(source, name, named, outputs)
    if outputs in (None, made.outputs) or (outputs == "probabilities" and made.outputs == "logits"):
        return made
    raise ValueError(
        f"{name} is asked for its {made.outputs}, got outputs={outputs!r}: leave it out, or hand "
        "over a function of spectra (n, D) that gives them, with classes=(...)"
    )


def _of_estimator(
    source: Any, name: str, named: tuple[str, ...] | None, outputs: Outputs | None
) -> AnyModel:
    classes: Any = getattr(source, "classes_", named)
    if classes is None:
        return _without_classes(source, name)
    own = tuple(str(label) for label in classes)
    if any(np.ndim(label) for label in classes):
        raise TypeError(
            f"{name} answers {len(own)} questions at once, of the classes {', '.join(own)}: hand "
            "over a function for one of them, such as "
            "lambda spectra: model.predict_proba(spectra)[0], with classes=(...)"
        )
    if named is not None and named != own:
        if len(named) != len(own):
            raise ValueError(f"{name} was fitted with {len(own)} classes {own}, got {named}")
        if set(named) == set(own):
            raise ValueError(f"the order of {name}'s classes is {own}, got {named}: leave it out")
        own = named
    if outputs == "decisions" and hasattr(source, "decision_function"):
        return AnyModel(name, _with_feature_names(source, "decision_function"), "decisions", own)
    if _softmax_of_decisions(source):
        # Its probabilities are rounded to 0 and 1 where it is sure; what they are made of is not.
        return AnyModel(name, _with_feature_names(source, "decision_function"), "logits", own)
    if hasattr(source, "predict_proba"):
        known = read_classifier(source) if named is None else None
        machine = known if isinstance(known, CoupledSvm) else None
        answers = _with_feature_names(source, "predict_proba")
        return AnyModel(name, answers, "probabilities", own, machine=machine)
    if hasattr(source, "decision_function"):
        return AnyModel(name, _with_feature_names(source, "decision_function"), "decisions", own)
    if hasattr(source, "classes_"):
        raise TypeError(
            f"{name} tells the class alone, with neither predict_proba nor decision_function: "
            "calibrate it (sklearn.calibration.CalibratedClassifierCV)"
        )
    return AnyModel(name, _with_feature_names(source, "predict"), outputs or "probabilities", own)


def _without_classes(source: Any, name: str) -> AnyModel:
    """An estimator of one number: a regressor's answer, or how strange a spectrum is."""
    from sklearn.utils import get_tags

    kind = get_tags(source).estimator_type if hasattr(source, "__sklearn_tags__") else None
    if kind in ("outlier_detector", "density_estimator"):
        return AnyModel(*_strangeness(source, name, kind), "value")
    if kind == "clusterer":
        raise TypeError(
            f"{name} gives the numbers of clusters, which have no order: hand over a function, "
            "such as lambda spectra: -model.transform(spectra)[:, 0]"
        )
    if kind == "classifier" or any(hasattr(source, way) for way in _WAYS[:2]):
        raise TypeError(
            f"{name} has no classes_: it is not fitted; call its fit(X, y) first, or, if it was "
            "made otherwise, name its classes: classes=(...), or hand over a function of one "
            "number, such as model.decision_function"
        )
    return AnyModel(name, _with_feature_names(source, "predict"), "value")


def _strangeness(source: Any, name: str, kind: str) -> tuple[str, Answers]:
    """The score of an outlier detector or a density, the higher the stranger, and its name."""
    from sklearn.exceptions import NotFittedError
    from sklearn.utils.validation import check_is_fitted

    try:
        check_is_fitted(source)
    except NotFittedError:
        raise TypeError(f"{name} is not fitted; call its fit(X) first") from None
    if not hasattr(source, "score_samples"):
        raise TypeError(
            f"{name} has no score_samples: it scores no spectra but those it was fitted to; "
            "LocalOutlierFactor does with novelty=True"
        )
    scores = _with_feature_names(source, "score_samples")
    shown = f"{name} anomaly score" if kind == "outlier_detector" else f"−log density ({name})"
    return shown, partial(_negative, scores)


def _negative(scores: Answers, spectra: NDArray[np.floating]) -> NDArray:
    return -np.asarray(scores(spectra))


def _with_feature_names(source: Any, method: str) -> Answers:
    """A method of an estimator, whose spectra bear the names of the table it was fitted to."""
    answers = getattr(source, method)
    names = getattr(source, "feature_names_in_", None)
    return answers if names is None else partial(_as_table, answers, names)


def _as_table(answers: Any, names: Any, spectra: NDArray[np.floating]) -> NDArray:
    import pandas as pd

    return answers(pd.DataFrame(spectra, columns=names))


def _softmax_of_decisions(source: Any) -> bool:
    """Whether a classifier's probabilities are the softmax of its decision function."""
    from sklearn.linear_model import LogisticRegression

    last = source.steps[-1][1] if hasattr(source, "steps") else source
    one_by_one = getattr(last, "solver", "") == "liblinear" and len(last.classes_) > 2
    return type(last) is LogisticRegression and not one_by_one


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


def _onnx_answers(session: Any, classes: tuple[str, ...]) -> Answers:
    inputs = [each.name for each in session.get_inputs()]
    if len(inputs) > 1:
        raise TypeError(
            f"this ONNX model takes {len(inputs)} inputs {inputs}: hand over a function of spectra "
            "(n, D) that runs it with the others, and takes the output to be explained"
        )
    model_input = session.get_inputs()[0]
    dtype = np.float64 if "double" in str(model_input.type) else np.float32

    def answers(spectra: NDArray[np.floating]) -> NDArray:
        outputs = session.run(None, {model_input.name: np.ascontiguousarray(spectra, dtype)})
        tables = [_onnx_table(output, classes) for output in outputs]
        n = len(spectra)
        shapes = ((n, len(classes)), *((n,), (n, 1)) * (len(classes) in (0, 2)))
        # Converted classifiers give labels first, then probabilities, often one dict a spectrum.
        fit = [table for table in tables if table.dtype.kind == "f" and table.shape in shapes]
        if len(fit) == 1 or len(tables) == 1:
            return (fit or tables)[0]
        wanted = f"one column for each of {classes}" if classes else "one number a spectrum"
        raise ValueError(
            f"this ONNX model has {len(tables)} outputs, of shapes "
            f"{[table.shape for table in tables]}, and {len(fit)} of them give {wanted}: "
            + ("" if classes or fit else "if it tells classes, name them: classes=(...); else ")
            + "hand over a function of spectra (n, D) that takes the one to be explained"
        )

    return answers


def _onnx_table(output: Any, classes: tuple[str, ...]) -> NDArray:
    """An output as an array; of a dict a spectrum its columns are in the order of the classes."""
    if not (isinstance(output, list) and output and isinstance(output[0], dict)):
        return np.asarray(output)
    own = {str(key): key for key in output[0]}
    keys = [own[label] for label in classes] if set(own) == set(classes) else list(output[0])
    return np.array([[row[key] for key in keys] for row in output], np.float64)
