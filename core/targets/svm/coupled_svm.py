"""Targets for class probabilities of a support vector machine (P21)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...models.svm.coupling import Coupling, votes_of
from ...neighbourhood.neighbourhood import Neighbourhood
from ..base import RowEvaluator
from ..scales import Scale, of_log_odds, scale_name, slope_by_log_odds
from .read_svm import kernel_machine_of
from .svm_kernels import KernelMachine

__all__ = ["CoupledSvm", "SvmTarget"]


@dataclass(frozen=True, slots=True, eq=False)
class CoupledSvm:
    """A support vector machine as arrays: kernel expansion, then coupled probabilities.

    Attributes
    ----------
    machine
        Decision values of every pair of classes.
    coupling
        From decision values to log-odds, smooth and strictly between 0 and 1 in probability.
    classes
        Labels, in the order of the probabilities.
    """

    machine: KernelMachine
    coupling: Coupling
    classes: tuple[str, ...]

    @classmethod
    def from_sklearn(cls, classifier: Any) -> CoupledSvm:
        """Read a fitted machine with its sigmoids.

        Parameters
        ----------
        classifier
            Has ``machine_``, an SVC of kernel linear, rbf or poly, or a pipeline of StandardScaler
            and SVC; ``slope_`` and ``offset_``, (pairs,); and ``classes_``, as
            :class:`~spexplain.core.models.svm.coupled_svc.CoupledSvc` does.

        Raises
        ------
        ValueError
            If the classifier is of another kind.
        """
        parts = [getattr(classifier, name, None) for name in ("machine_", "slope_", "offset_")]
        if any(part is None for part in parts):
            raise ValueError(f"need a support vector machine with its sigmoids, got {classifier!r}")
        machine, slope, offset = parts
        classes = tuple(str(label) for label in classifier.classes_)
        coupling = Coupling(
            np.asarray(slope, np.float64), np.asarray(offset, np.float64), len(classes)
        )
        return cls(kernel_machine_of(machine), coupling, classes)

    def log_proba(self, spectra: NDArray[np.floating]) -> NDArray[np.float64]:
        """Log-probabilities (n, C) of spectra (n, D)."""
        return self.coupling.log_proba(self.machine.decisions(spectra))

    def log_odds(self, spectra: NDArray[np.floating]) -> NDArray[np.float64]:
        """log p − log(1 − p) of every class (n, C), of spectra (n, D)."""
        return self.coupling.log_odds(self.machine.decisions(spectra))

    def votes(self, spectra: NDArray[np.floating]) -> NDArray[np.int64]:
        """The class (n,) that wins most pairs of spectra (n, D), as scikit-learn's ``predict``.

        It is not always the class of the largest probability, which is the one called predicted.
        Of classes with equally many the first is taken, as libsvm does.
        """
        return votes_of(self.machine.decisions(spectra), len(self.classes))

    def label_of(self, class_index: int) -> str:
        """The class of this index.

        Raises
        ------
        ValueError
            If there is none.
        """
        last = len(self.classes) - 1
        if not 0 <= class_index <= last:
            raise ValueError(f"class_index must be 0 to {last} {self.classes}, got {class_index}")
        return self.classes[class_index]

    def signs(self, class_index: int) -> NDArray[np.float64]:
        """Sign of each pair's decision (pairs,) for a class: 1 for it, -1 against, else 0.

        A pair is positive for its first class; the only one of two classes for its second.
        """
        n = len(self.classes)
        first, second = np.triu_indices(n, k=1)
        signs = (first == class_index) - 1.0 * (second == class_index)
        return -signs if n == 2 else signs

    def decisions_of(self, neighbourhood: Neighbourhood) -> RowEvaluator:
        """Decision values (m, pairs) of any rows of a neighbourhood, in double precision."""
        return self.machine.on_neighbourhood(neighbourhood.in_double())

    def target(self, class_index: int, scale: Scale = "log-odds") -> SvmTarget:
        """One class on one scale, to be explained."""
        return SvmTarget(self, class_index, scale)

    def gradient(self, x: NDArray[np.floating], class_index: int) -> NDArray[np.float64]:
        """∂ log-odds of a class/∂ flux (D,) at one spectrum (D,), in closed form."""
        x = np.asarray(x, dtype=np.float64)
        of_decisions = self.coupling.slopes(self.machine.decisions(x[None]), class_index)
        return self.machine.gradient(x) @ of_decisions


class SvmTarget:
    """The probability of one class on one of three scales; smooth on each.

    Parameters
    ----------
    classifier
        A CoupledSvm, or the classifier to make one of (share the former between targets: it holds
        the support vectors).
    class_index
        c, an index into the classes.
    scale
        ``"log-odds"``, log p − log(1 − p), nearly linear in the decisions wherever the spectrum
        lies; ``"log p"``, as in P21, which saturates where p is near 1: its gradient is that of the
        log-odds times 1 − p; ``"probability"``.

    Raises
    ------
    ValueError
        If the classifier is of another kind, or has no such class, or there is no such scale.
    """

    def __init__(self, classifier: Any, class_index: int, scale: Scale = "log-odds") -> None:
        svm = classifier
        if not isinstance(svm, CoupledSvm):
            svm = CoupledSvm.from_sklearn(classifier)
        self.name = scale_name(scale, svm.label_of(class_index))
        self.svm: CoupledSvm = svm
        self.class_index = class_index
        self.scale: Scale = scale

    def __call__(self, spectra: NDArray[np.floating]) -> NDArray[np.float64]:
        """Values (n,) of spectra (n, D)."""
        return self._of(self.svm.machine.decisions(spectra))

    def gradient(self, x: NDArray[np.floating]) -> NDArray[np.float64]:
        """The derivative by each pixel's flux (D,) at one spectrum (D,)."""
        x = np.asarray(x, dtype=np.float64)
        decisions = self.svm.machine.decisions(x[None])
        log_odds = float(self.svm.coupling.log_odds_of(decisions, self.class_index)[0])
        return slope_by_log_odds(log_odds, self.scale) * self.svm.gradient(x, self.class_index)

    def on_neighbourhood(self, neighbourhood: Neighbourhood) -> RowEvaluator:
        """Values of any rows of a neighbourhood, from its pieces, in double precision."""
        decisions = self.svm.decisions_of(neighbourhood)
        return lambda rows: self._of(decisions(rows))

    def _of(self, decisions: NDArray[np.float64]) -> NDArray[np.float64]:
        return of_log_odds(self.svm.coupling.log_odds_of(decisions, self.class_index), self.scale)
