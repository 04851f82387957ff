"""Target for the margin by which a support vector machine decides for a class."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...neighbourhood.neighbourhood import Neighbourhood
from ...surrogate.closed_form import ClosedForm, NoClosedForm
from ..base import RowEvaluator
from .closed_machines import closed_form
from .coupled_svm import CoupledSvm

__all__ = ["SvmMargin"]


class SvmMargin:
    """The least decision value of one class against another: m_c = min over k ≠ c of d_ck.

    Positive where the class wins all its pairs, so that the machine's votes go to it; 0 on the
    border. Where the class of the largest probability is not the one of most votes, its margin is
    negative: votes weigh the classes alike, as the machine was trained, and probabilities count how
    many there are of each. It is continuous, with a bend where the nearest rival changes, and has
    exact answers only where no mask changes it: seldom (of the demo's linear machine, × 0.9 and 77
    segments, around 2 of 40 spectra). :class:`SvmPair`, one rival by name, always has them.

    Parameters
    ----------
    svm
        The machine; shared between targets.
    class_index
        c, an index into the classes.

    Raises
    ------
    ValueError
        If there is no such class.
    """

    def __init__(self, svm: CoupledSvm, class_index: int) -> None:
        self.name = f"margin({svm.label_of(class_index)})"
        self.svm, self.class_index = svm, class_index
        signs = svm.signs(class_index)
        self._pairs = np.flatnonzero(signs)
        self._signs = signs[self._pairs]

    def __call__(self, spectra: NDArray[np.floating]) -> NDArray[np.float64]:
        """m_c (n,) of spectra (n, D)."""
        return self._least(self.svm.machine.decisions(spectra))

    def gradient(self, x: NDArray[np.floating]) -> NDArray[np.float64]:
        """∂ m_c/∂ flux (D,) at one spectrum (D,): that of the pair that is least."""
        x = np.asarray(x, dtype=np.float64)
        ours = self.svm.machine.decisions(x[None])[0, self._pairs] * self._signs
        least = int(np.argmin(ours))
        return self.svm.machine.gradient(x)[:, self._pairs[least]] * self._signs[least]

    def on_neighbourhood(self, neighbourhood: Neighbourhood) -> RowEvaluator:
        """m_c of any rows of a neighbourhood, from its pieces, in double precision."""
        decisions = self.svm.decisions_of(neighbourhood)
        return lambda rows: self._least(decisions(rows))

    def closed_form(self, neighbourhood: Neighbourhood) -> ClosedForm:
        """The decision against the nearest rival, where no mask makes another one nearer.

        That is shown by a bound, not by trying masks: of a linear machine it is exact, of others a
        rival may be said to change though it never does.

        Raises
        ------
        NoClosedForm
            If the nearest rival may change within the neighbourhood.
        """
        around = neighbourhood.in_double()
        machine = self.svm.machine
        ours = np.diag(self.svm.signs(self.class_index))[self._pairs]
        values = ours @ machine.decisions((around.base + around.delta)[None])[0]
        nearest = int(np.argmin(values))
        for other in np.delete(np.arange(len(ours)), nearest):
            if closed_form(machine, around, ours[other] - ours[nearest]).least() < 0:
                rival, second_rival = self._rivals(nearest, int(other))
                raise NoClosedForm(
                    f"the nearest rival of {self.svm.classes[self.class_index]} may change from "
                    f"{rival} to {second_rival} within the neighbourhood"
                )
        return closed_form(machine, around, ours[nearest])

    def _rivals(self, *pairs: int) -> list[str]:
        """The other class of some of our pairs."""
        both = np.stack(np.triu_indices(len(self.svm.classes), k=1))[:, self._pairs[list(pairs)]]
        return [self.svm.classes[int(a if a != self.class_index else b)] for a, b in both.T]

    def _least(self, decisions: NDArray[np.float64]) -> NDArray[np.float64]:
        return (decisions[:, self._pairs] * self._signs).min(axis=1)
