"""A torch module as a model: outputs, and gradients of many spectra in one pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .scales import LEAST

__all__ = ["torch_answers", "torch_gradients", "torch_logits"]


def torch_answers(module: Any) -> Callable[[NDArray[np.floating]], NDArray[np.float64]]:
    """Spectra (n, D) → what the module answers, in its own precision and on its own device.

    It raises ValueError where the module fails on such an array, or answers with no tensor.
    """

    return partial(_answers, module)


def _answers(module: Any, spectra: NDArray[np.floating]) -> NDArray[np.float64]:
    import torch

    with _evaluating(module), torch.no_grad():
        return _array(_forward(module, _tensor(module, spectra)))


def torch_logits(module: Any) -> Callable[[NDArray[np.floating]], NDArray[np.float64]]:
    """As :func:`torch_answers`, for a module whose outputs are not declared as logits.

    It raises ValueError where the last step of the module is a softmax or a sigmoid, which is
    looked for when it is first asked, or every row sums to one.
    """
    return _Logits(module)


@dataclass
class _Logits:
    module: Any
    last: str | None = None

    def __call__(self, spectra: NDArray[np.floating]) -> NDArray[np.float64]:
        self.last = _last_step(self.module, spectra[:1]) if self.last is None else self.last
        answers = _answers(self.module, spectra)
        rows = answers.reshape(len(answers), -1)
        shares = rows.shape[1] > 1 and (rows >= 0).all() and np.allclose(rows.sum(axis=1), 1, 1e-5)
        value = self.last in ("Softmax", "Sigmoid")
        if value or shares:
            how = f"ends in a {self.last.lower()}" if value else "gives rows that sum to one"
            raise ValueError(
                f"{type(self.module).__name__} {how}: it gives probabilities; say so "
                "with outputs='probabilities' (or outputs='logits' if they are meant as such)"
            )
        return answers


def torch_gradients(
    module: Any, outputs: str, n_classes: int
) -> Callable[[NDArray[np.floating], int, Any], NDArray[np.float64]]:
    """(spectra (n, D), class index, of) → the derivative of one class by every pixel, (n, D).

    Spectra do not know of each other, so the derivative of the sum of all values is that of each.
    """
    return partial(_gradients, module, outputs, n_classes)


def _gradients(
    module: Any, outputs: str, n_classes: int, spectra: NDArray[np.floating], index: int, of: Any
) -> NDArray[np.float64]:
    import torch

    inputs = _tensor(module, spectra).requires_grad_()
    with _evaluating(module), torch.enable_grad():
        answers = _forward(module, inputs)
        answers = answers[:, 0] if not n_classes and answers.ndim == 2 else answers
        values = answers if not n_classes else _scaled(answers, outputs, index, of)
        (slope,) = torch.autograd.grad(values.sum(), inputs)
    return _array(slope)


def _scaled(answers: Any, outputs: str, index: int, of: str) -> Any:
    """As ``any_model.scaled``, in torch."""
    import torch

    if answers.ndim == 1 or answers.shape[1] == 1:
        column = answers.reshape(-1)
        first = 1 - column if outputs == "probabilities" else torch.zeros_like(column)
        answers = torch.stack([-column if outputs == "decisions" else first, column], dim=1)
    if of == "decision":
        return answers[:, index]
    if outputs == "probabilities":
        p = answers[:, index]
        if of == "probability":
            return p
        return torch.log(p.clamp(min=LEAST)) if of == "log p" else torch.logit(p, eps=LEAST)
    others = torch.cat([answers[:, :index], answers[:, index + 1 :]], dim=1)
    odds = answers[:, index] - torch.logsumexp(others, dim=1)
    if of == "log-odds":
        return odds
    log_p = torch.nn.functional.logsigmoid(odds)
    return log_p if of == "log p" else log_p.exp()


def _forward(module: Any, inputs: Any) -> Any:
    import torch

    own = type(module).__name__
    try:
        answers = module(inputs)
    except RuntimeError as error:
        raise ValueError(
            f"{own} fails on an array of shape {tuple(inputs.shape)}: {error}; if it needs a "
            "channel, hand over torch.nn.Sequential(torch.nn.Unflatten(1, (1, "
            f"{inputs.shape[1]})), model)"
        ) from error
    except TypeError as error:
        raise ValueError(
            f"{own} cannot be called with spectra alone: {error}; hand over a function of spectra "
            "(n, D) that adds what else it takes"
        ) from error
    if not torch.is_tensor(answers):
        raise ValueError(
            f"{own} gives a {type(answers).__name__} and no tensor: hand over a function of "
            "spectra (n, D) that takes the part to be explained"
        )
    if answers.is_complex():
        raise ValueError(
            f"{own} gives complex numbers: hand over a function that takes their real part or "
            "absolute value"
        )
    return answers


# What changes the shape of answers, not their values.
_RESHAPING = ("Squeeze", "Unsqueeze", "View", "UnsafeView", "Alias", "Select", "T", "Transpose")


def _last_step(module: Any, spectrum: NDArray[np.floating]) -> str:
    """Name of the last operation of the module's answer for one spectrum (1, D), '' if unknown."""
    import torch

    with _evaluating(module), torch.enable_grad():
        step = _forward(module, _tensor(module, spectrum).requires_grad_()).grad_fn
    while step is not None:
        name = step.name().split("Backward")[0]
        if name not in _RESHAPING or not step.next_functions:
            return name
        step = step.next_functions[0][0]
    return ""


def _tensor(module: Any, spectra: NDArray[np.floating]) -> Any:
    import torch

    like = next((p for p in module.parameters() if p.is_floating_point()), None)
    if like is not None and like.is_meta:
        raise ValueError(f"{type(module).__name__} has no weights: it is on the 'meta' device")
    tensor = torch.as_tensor(np.array(spectra))
    return tensor.float() if like is None else tensor.to(device=like.device, dtype=like.dtype)


def _array(tensor: Any) -> NDArray[np.float64]:
    return tensor.detach().cpu().double().numpy()


@contextmanager
def _evaluating(module: Any) -> Iterator[None]:
    """Dropout and batch normalisation as in use, and each part back to the mode it was in."""
    modes = [(part, part.training) for part in module.modules()]
    module.eval()
    try:
        yield
    finally:
        for part, training in modes:
            part.training = training
