"""The noise test of P21 (section 4): how a classifier fares as the spectra it sees get worse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .metrics import classification_metrics

__all__ = ["NOISE_SIGMAS", "NoiseCurve", "noise_test"]

# In units of the flux at 5100 Å, which the preparation makes 1.
NOISE_SIGMAS = (0.1, 0.2, 0.3, 0.4, 1.0, 2.0, 3.0, 4.0)


@dataclass(frozen=True, slots=True, eq=False)
class NoiseCurve:
    """F of every class at every noise, for several draws of the noise.

    Attributes
    ----------
    classes
        C labels.
    sigmas
        S standard deviations, in units of the flux at 5100 Å.
    f_score : (S, R, C)
        F of each class, R draws.
    called : (S, R, C)
        Share of the spectra that are called each class: 1 for one class, whatever the spectrum,
        where the noise leaves the classifier nothing to go by.
    """

    classes: tuple[str, ...]
    sigmas: tuple[float, ...]
    f_score: np.ndarray
    called: np.ndarray

    @property
    def macro_f(self) -> np.ndarray:
        """(S, R): mean over classes."""
        return self.f_score.mean(axis=2)

    def to_dict(self) -> dict[str, Any]:
        """JSON-serialisable; the spread is the standard deviation over draws."""
        by_class = {
            label: {
                "f": _list(self.f_score[:, :, at].mean(axis=1)),
                "spread": _list(self.f_score[:, :, at].std(axis=1)),
                "called": _list(self.called[:, :, at].mean(axis=1)),
            }
            for at, label in enumerate(self.classes)
        }
        return {
            "sigmas": list(self.sigmas),
            "repeats": self.f_score.shape[1],
            "macro_f": _list(self.macro_f.mean(axis=1)),
            "spread": _list(self.macro_f.std(axis=1)),
            "by_class": by_class,
        }


def noise_test(
    predict: Callable[[np.ndarray], np.ndarray],
    features: np.ndarray,
    labels: np.ndarray,
    *,
    sigmas: Sequence[float] = NOISE_SIGMAS,
    repeats: int = 5,
    seed: int = 0,
    callback: Callable[[int, int], None] | None = None,
) -> NoiseCurve:
    """Add Gaussian noise to test spectra and classify them.

    Parameters
    ----------
    predict
        Spectra (n, D) to labels (n,).
    features : (n, D)
        Test spectra, 1 at 5100 Å.
    labels : (n,) str
        Their true classes.
    sigmas
        Standard deviations of the noise, each ≥ 0.
    repeats
        Draws of the noise at each sigma; the paper has one.
    seed
        Of the noise.
    callback
        Called with (done, total) after each draw; may raise to stop.

    Raises
    ------
    ValueError
        If a sigma is negative, or there is no draw or no spectrum.
    """
    if min(sigmas, default=-1.0) < 0 or repeats < 1 or not len(labels):
        raise ValueError(
            f"need sigmas ≥ 0, a draw and a spectrum, got {tuple(sigmas)}, {repeats} draws and "
            f"{len(labels)} spectra"
        )
    features = np.asarray(features, np.float64)
    classes = tuple(sorted(set(np.asarray(labels).tolist())))
    found = np.empty((len(sigmas), repeats, len(classes)))
    called = np.empty_like(found)
    for at, sigma in enumerate(sigmas):
        for draw in range(repeats):
            # The same noise at every sigma, scaled: neighbouring points differ by sigma alone.
            noise = np.random.default_rng([seed, draw]).normal(size=features.shape)
            predicted = predict(features + sigma * noise)
            known = (*classes, *sorted(set(predicted.tolist()) - set(classes)))
            scores = classification_metrics(labels, predicted, known).f_score
            found[at, draw] = scores[: len(classes)]
            called[at, draw] = [np.mean(predicted == label) for label in classes]
            if callback is not None:
                callback(at * repeats + draw + 1, len(sigmas) * repeats)
    return NoiseCurve(classes, tuple(sigmas), found, called)


def _list(values: np.ndarray) -> list[float]:
    return [round(float(value), 6) for value in values]
