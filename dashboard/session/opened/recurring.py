"""Recurrence of reasons over exposures, computed in background."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from ....core.explain.explanation import Explanation
from ....data.lenses import OpenSpectrum
from ..background.latest_wins import Answer, Background
from ..session import Session

if TYPE_CHECKING:
    from ....core.targets import Target
    from ....core.trust import Recurrence
    from ....data.collection import Collection

__all__ = ["Recurring"]

# Redraws that all come within so long are told of once.
_SOON_MS = 1000.0
_UNKNOWN = "whether another exposure would say so cannot be told: its errors are not known"


@dataclass(frozen=True, slots=True, eq=False)
class _SoFar:
    """Recurrence results so far, or why there can be none."""

    explanation: Explanation
    recurrence: Recurrence | None
    why_not: str = ""

    @property
    def complete(self) -> bool:
        return self.recurrence is None or self.recurrence.complete


class Recurring:
    """Keeps ``outcome.recurrence`` that of the explanation shown; None until it is known.

    Saliency maps are left out: their reasons are single pixels, of which none lasts.

    Parameters
    ----------
    session
        Whose explanations are asked about; they are complete and have been judged.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._asked: Explanation | None = None
        self._work: Background[_SoFar] = Background(
            session, self._arrived, passed_over=_all_are_near, pool=session.later
        )
        session.outcome.param.watch(self._explanation_changed, "explanation")
        session.outcome.param.watch(self._trust_known, "trust")

    def _explanation_changed(self, *_: object) -> None:
        self._work.cancel()
        self._asked = None
        self._session.outcome.param.update(recurrence=None, no_recurrence="")

    def _trust_known(self, *_: object) -> None:
        session, outcome = self._session, self._session.outcome
        explanation, spectrum = outcome.explanation, outcome.open_spectrum
        if (
            outcome.trust is None
            or explanation is None
            or spectrum is None
            or explanation is self._asked
        ):
            return
        if explanation.nothing or explanation.method == "saliency":
            return
        self._asked = explanation
        collection, target = session.workspace.collection, session.target_of(spectrum)
        self._work.request(partial(_redrawn, collection, spectrum, explanation, target))

    def _arrived(self, answer: Answer[_SoFar]) -> None:
        outcome, result = self._session.outcome, answer.result
        if result is not None and result.explanation is outcome.explanation:
            outcome.param.update(recurrence=result.recurrence, no_recurrence=result.why_not)
        elif isinstance(answer.error, ValueError):  # too few redraws can be prepared
            outcome.no_recurrence = str(answer.error)
        elif answer.error is not None:
            outcome.no_recurrence = "what another exposure would say could not be found out"
            self._session.complain(f"The noise could not be redrawn: {answer.error}")


def _all_are_near(answer: Answer[_SoFar]) -> bool:
    """Whether all redraws are expected so soon that telling of some would only delay them."""
    some = None if answer.result is None else answer.result.recurrence
    if answer.last or some is None:
        return False
    n_done = some.n_drawn + some.n_refused
    return answer.elapsed_ms * some.n_asked < _SOON_MS * n_done


def _redrawn(
    collection: Collection,
    spectrum: OpenSpectrum,
    explanation: Explanation,
    target: Target,
    cancelled: Callable[[], bool],
) -> Iterator[_SoFar]:
    # These load torch: not before the first plot.
    from ....data.lenses.one_spectrum.other_exposures import exposures_of, recurring

    exposures = spectrum.exposures
    if exposures is None:
        exposures = exposures_of(collection, spectrum.lens, spectrum.row)
    if not exposures.known:
        yield _SoFar(explanation, None, _UNKNOWN)
        return
    for so_far in recurring(exposures, explanation, spectrum.flux, target, cancelled=cancelled):
        yield _SoFar(explanation, so_far)
