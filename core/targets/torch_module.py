"""A torch module as a model: outputs, and gradients of many spectra in one pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .scales import LEAST

__all__ = ["torch_answers", "torch_gradients"]


def torch_answers(module: Any) -> Callable[[NDArray[np.floating]], NDArray[np.float64]]:
    """Spectra (n, D) → what the module answers, in its own precision and on its own device."""

    def answers(spectra: NDArray[np.floating]) -> NDArray[np.float64]:
        import torch

        with _evaluating(module), torch.no_grad():
            return _array(module(_tensor(module, spectra)))

    return answers


def torch_gradients(
    module: Any, outputs: str, n_classes: int
) -> Callable[[NDArray[np.floating], int, Any], NDArray[np.float64]]:
    """(spectra (n, D), class index, of) → the derivative of one class by every pixel, (n, D).

    Spectra do not know of each other, so the derivative of the sum of all values is that of each.
    """

    def gradients(spectra: NDArray[np.floating], index: int, of: Any) -> NDArray[np.float64]:
        import torch

        inputs = _tensor(module, spectra).requires_grad_()
        with _evaluating(module), torch.enable_grad():
            answers = module(inputs)
            answers = answers[:, 0] if not n_classes and answers.ndim == 2 else answers
            values = answers if not n_classes else _scaled(answers, outputs, index, of)
            (slope,) = torch.autograd.grad(values.sum(), inputs)
        return _array(slope)

    return gradients


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


def _tensor(module: Any, spectra: NDArray[np.floating]) -> Any:
    import torch

    like = next((p for p in module.parameters() if p.is_floating_point()), None)
    tensor = torch.as_tensor(np.array(spectra))
    return tensor.float() if like is None else tensor.to(device=like.device, dtype=like.dtype)


def _array(tensor: Any) -> NDArray[np.float64]:
    return tensor.detach().cpu().double().numpy()


@contextmanager
def _evaluating(module: Any) -> Iterator[None]:
    """Dropout and batch normalisation as in use, and back to training if it was training."""
    training = module.training
    module.eval()
    try:
        yield
    finally:
        module.train(training)
