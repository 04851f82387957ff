"""Trust in the explanation on the page, judged once it has settled."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from ....core.explain import mirrored_settings
from ....core.explain.explanation import Explanation
from ..session import Session

if TYPE_CHECKING:
    from ....core.targets import Target
    from ....core.trust import Trust

__all__ = ["AssessedExplanation", "SettledTrust"]

# An explanation that stands for so long is one to be read; under a moving slider none does.
_CALM_S = 0.2


@dataclass(frozen=True, slots=True, eq=False)
class AssessedExplanation:
    """An explanation, what is known of its error, and its weights on the other side of 1."""

    explanation: Explanation
    trust: Trust
    mirrored: np.ndarray | None = None
    complete: bool = True


class SettledTrust:
    """Keeps ``outcome.trust`` and ``mirrored`` those of the explanation shown; None until known.

    Parameters
    ----------
    session
        Whose explanations are judged.
    calm_s
        For how long an explanation must have stood, seconds.
    """

    def __init__(self, session: Session, *, calm_s: float = _CALM_S) -> None:
        self._session = session
        self._calm_s = calm_s
        self._timer: threading.Timer | None = None
        self._work = session.background(
            self._assessed, "The explanation could not be judged", pool=session.later
        )
        session.on_close(self._wait_no_more)
        session.outcome.param.watch(self._changed, "explanation")

    def _changed(self, *_: object) -> None:
        self._wait_no_more()
        self._work.cancel()
        session = self._session
        session.outcome.param.update(trust=None, mirrored=None)
        explanation, spectrum = session.outcome.explanation, session.outcome.open_spectrum
        if explanation is None or spectrum is None or not explanation.complete:
            return
        work = partial(_judge, explanation, spectrum.flux, session.target_of(spectrum))
        self._timer = threading.Timer(self._calm_s, self._work.request, [work])
        self._timer.daemon = True
        self._timer.start()

    def _wait_no_more(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _assessed(self, assessed: AssessedExplanation) -> None:
        outcome = self._session.outcome
        # The timer may have asked while another explanation came.
        if assessed.explanation is outcome.explanation:
            outcome.param.update(trust=assessed.trust, mirrored=assessed.mirrored)


def _judge(
    explanation: Explanation, flux: np.ndarray, target: Target, cancelled: Callable[[], bool]
) -> Iterator[AssessedExplanation]:
    from ....core.explain.mirrored import mirror  # these load torch: not before the first plot
    from ....core.trust.trust import assess

    if cancelled():
        return
    trust = assess(explanation, flux, target)
    if explanation.nothing or mirrored_settings(explanation.settings) is None:
        yield AssessedExplanation(explanation, trust)
        return
    yield AssessedExplanation(explanation, trust, complete=False)
    yield AssessedExplanation(
        explanation, trust, mirror(explanation, flux, target, cancelled=cancelled)
    )
