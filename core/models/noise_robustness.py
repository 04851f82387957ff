"""The noise test of P21 (section 4): classifier performance at decreasing S/N."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .class_metrics import classification_metrics
from .small_samples import f_interval, macro_interval

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
    counts
        Test spectra of each class.
    f_ends : (S, C, 2)
        95 % interval of each class's F, of the draws' mean counts: what so few test spectra leave
        open. Draws of the noise repeat the same spectra and do not make it narrower.
    macro_ends : (S, 2)
        The same of the mean F; NaN where something is called a class that no test spectrum is of.
    """

    classes: tuple[str, ...]
    sigmas: tuple[float, ...]
    f_score: np.ndarray
    called: np.ndarray
    counts: tuple[int, ...]
    f_ends: np.ndarray
    macro_ends: np.ndarray

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
                "n": self.counts[at],
                "ends": [_list(ends) for ends in self.f_ends[:, at]],
            }
            for at, label in enumerate(self.classes)
        }
        return {
            "sigmas": list(self.sigmas),
            "repeats": self.f_score.shape[1],
            "macro_f": _list(self.macro_f.mean(axis=1)),
            "spread": _list(self.macro_f.std(axis=1)),
            "ends": [_list(ends) if np.isfinite(ends).all() else None for ends in self.macro_ends],
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
    classes, counts = np.unique(np.asarray(labels).astype(str), return_counts=True)
    f_scores = np.empty((len(sigmas), repeats, len(classes)))
    called = np.empty_like(f_scores)
    f_ends, macro_ends = np.empty((len(sigmas), len(classes), 2)), np.empty((len(sigmas), 2))
    for at, sigma in enumerate(sigmas):
        confused = []
        for draw in range(repeats):
            # The same noise at every sigma, scaled: neighbouring points differ by sigma alone.
            noise = np.random.default_rng([seed, draw]).normal(size=features.shape)
            predicted = predict(features + sigma * noise)
            known = (*classes.tolist(), *sorted(set(predicted.tolist()) - set(classes.tolist())))
            scores = classification_metrics(labels, predicted, known)
            f_scores[at, draw] = scores.f_score[: len(classes)]
            confused.append(scores.confusion)
            called[at, draw] = [np.mean(predicted == label) for label in classes]
            if callback is not None:
                callback(at * repeats + draw + 1, len(sigmas) * repeats)
        f_ends[at], macro_ends[at] = _ends(confused, len(classes))
    return NoiseCurve(
        tuple(classes.tolist()), tuple(sigmas), f_scores, called, tuple(counts.tolist()), f_ends,
        macro_ends,
    )  # fmt: skip


def _ends(confused: Sequence[np.ndarray], n_classes: int) -> tuple[np.ndarray, np.ndarray]:
    """(C, 2) of each class's F and (2,) of their mean, of tables (K, K) of as many spectra each."""
    wide = max(len(counts) for counts in confused)
    mean = np.mean([np.pad(counts, (0, wide - len(counts))) for counts in confused], axis=0)
    by_class = np.column_stack(f_interval(mean))[:n_classes]
    return by_class, np.array(macro_interval(mean) if wide == n_classes else (np.nan, np.nan))


def _list(values: np.ndarray) -> list[float]:
    return [round(float(value), 6) for value in values]
