"""Target for the decision of a support vector machine between two classes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...neighbourhood.neighbourhood import Neighbourhood
from ...surrogate.closed_form import ClosedForm
from ..base import RowEvaluator
from .closed_machines import closed_form
from .coupled_svm import CoupledSvm

__all__ = ["SvmPair"]


class SvmPair:
    """The decision of one class against another, d_cr: positive where the pair's vote goes to c.

    One pair of a machine of one against one (P21's), whatever the other classes do: a kernel
    expansion without a bend, so that LIME's limit and Shapley values are exact at any spectrum.

    Parameters
    ----------
    svm
        The machine; shared between targets.
    class_index, rival_index
        c and r, indices into the classes.

    Raises
    ------
    ValueError
        If there is no such class, or both are the same.
    """

    def __init__(self, svm: CoupledSvm, class_index: int, rival_index: int) -> None:
        self.name = f"{svm.label_of(class_index)} against {svm.label_of(rival_index)}"
        if class_index == rival_index:
            raise ValueError(f"need two classes, got {svm.label_of(class_index)!r} twice")
        self.svm, self.class_index, self.rival_index = svm, class_index, rival_index
        self._coefficients = svm.signs(class_index) * (svm.signs(rival_index) != 0)

    def __call__(self, spectra: NDArray[np.floating]) -> NDArray[np.float64]:
        """d_cr (n,) of spectra (n, D)."""
        return self.svm.machine.decisions(spectra) @ self._coefficients

    def gradient(self, x: NDArray[np.floating]) -> NDArray[np.float64]:
        """∂ d_cr/∂ flux (D,) at one spectrum (D,)."""
        return self.svm.machine.gradient(np.asarray(x, dtype=np.float64)) @ self._coefficients

    def on_neighbourhood(self, neighbourhood: Neighbourhood) -> RowEvaluator:
        """d_cr of any rows of a neighbourhood, from its pieces, in double precision."""
        decisions = self.svm.decisions_of(neighbourhood)
        return lambda rows: decisions(rows) @ self._coefficients

    def closed_form(self, neighbourhood: Neighbourhood) -> ClosedForm:
        """The decision as a function of the masks; of every kernel P21 uses there is one."""
        return closed_form(self.svm.machine, neighbourhood.in_double(), self._coefficients)
