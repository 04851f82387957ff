"""The mean explanation of a selection, from the build or computed now."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import param

from ....core.settings import ExplainSettings, WeightSign
from ....core.words import EXPLAINED_R2
from ....data.lenses import AnomalyLens, Lens, Reasons
from ..background.latest_wins import Answer, Background
from ..session import Session
from .selection_summary import drawn_evenly

__all__ = ["MOST_EXPLAINED", "MeanReasons", "SelectionReasons", "built_mean", "explained_mean"]

MOST_EXPLAINED = 40
"""Spectra that are explained on the spot, drawn evenly of those selected."""


@dataclass(frozen=True, slots=True, eq=False)
class MeanReasons:
    """A mean of explanations at unit length, so that each counts the same.

    Attributes
    ----------
    labels : (D,)
        Segment of each pixel.
    weights : (S,)
        Mean of the raw weights, each spectrum's at unit length; ≥ 0 if signs were dropped.
    n, of
        Number of spectra explained, of those selected that the lens can take.
    goal
        Number of spectra to explain; ``n`` once all are.
    target
        What is explained.
    settings
        How it is explained.
    sign
        Whether signs were kept.
    r2 : (n,)
        Weighted R² of each surrogate; NaN without one.
    built
        Whether the explanations are the build's.
    complete
        Whether this is the final result.
    """

    labels: np.ndarray
    weights: np.ndarray
    n: int
    of: int
    goal: int
    target: str
    settings: Mapping[str, Any]
    sign: WeightSign
    r2: np.ndarray
    built: bool
    complete: bool = True

    @property
    def n_not_explained(self) -> int:
        """How many surrogates fit too badly for their weights to be reasons."""
        return int((self.r2 < EXPLAINED_R2).sum())


def built_mean(reasons: Reasons | None, lens: Lens | None, rows: np.ndarray) -> MeanReasons | None:
    """The mean of the build's explanations of some rows; None if there are none.

    Parameters
    ----------
    reasons
        The explanations of the build.
    lens
        The current lens: the build explains anomaly scores.
    rows : (n,)
        Rows of the collection.
    """
    if reasons is None or not isinstance(lens, AnomalyLens):
        return None
    inside = np.isin(reasons.rows, rows)
    n = int(inside.sum())
    if not n:
        return None
    # Here and not above: scikit-image takes a second that opening the page saves.
    from ....core.neighbourhood.segments import uniform

    return MeanReasons(
        labels=uniform(len(reasons.wave_rest_aa), reasons.unit.shape[1]),
        weights=reasons.unit[inside].mean(axis=0),
        n=n,
        of=int(np.isin(rows, lens.rows).sum()),
        goal=n,
        target=reasons.explained.partition(" by ")[0],
        settings=reasons.settings,
        sign=reasons.weight_sign,
        r2=reasons.r2[inside],
        built=True,
    )


def explained_mean(
    lens: Lens,
    rows: np.ndarray,
    target: str,
    settings: ExplainSettings,
    cancelled: Callable[[], bool],
    *,
    knobs: Mapping[str, float],
    most: int = MOST_EXPLAINED,
) -> Iterator[MeanReasons]:
    """Explain some rows one after the other, yielding the mean after each.

    Parameters
    ----------
    lens
        The lens with the target.
    rows : (n,)
        Rows of the collection; those that the lens can take are sampled evenly.
    target, settings
        What to explain, and how.
    cancelled
        Called often; True ends the work.
    knobs
        Further arguments of the lens's target.
    most
        Maximum number of spectra to explain.
    """
    from ....core.explain.clusters import unit_explanations  # late: scikit-learn, torch
    from ....core.explain.entry import explain_progressively
    from ....core.neighbourhood.segments import uniform

    few, of = drawn_evenly(lens, rows, most)
    n_pixels = len(lens.wave_rest_aa)
    n_common = min(settings.n_segments, n_pixels)
    made: list[np.ndarray] = []
    r2: list[float] = []
    for row in few:
        flux, what = lens.prepared(int(row)), lens.target(target, int(row), **knobs)
        *_, explanation = explain_progressively(
            flux, what, settings, counts=(), cancelled=cancelled
        )
        made.append(unit_explanations(explanation.weights[None], explanation.labels, n_common)[0])
        r2.append(explanation.r2)
        n = len(made)
        yield MeanReasons(
            labels=uniform(n_pixels, n_common), weights=np.mean(made, axis=0), n=n, of=of,
            goal=len(few), target=target, settings=asdict(settings), sign="keep",
            r2=np.array(r2), built=False, complete=n == len(few),
        )  # fmt: skip


class SelectionReasons(param.Parameterized):
    """The mean explanation of the current selection, while the tab is open.

    Parameters
    ----------
    session
        The session with selection and lens.
    """

    result = param.Parameter(default=None, doc="Of the current selection (MeanReasons), or None.")
    busy = param.Boolean(default=False, doc="Spectra are being explained.")

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._work: Background[MeanReasons] = Background(session, self._arrived)
        session.selected.param.watch(self._begin, "current")
        session.view.param.watch(self._begin, ["tab", "lens", "target"])
        session.knobs.param.watch(self._begin, session.knobs.names())
        self._of: Sequence[object] = ()
        self._begin()

    def explain(self) -> None:
        """Explain spectra of the selection with the current settings, replacing the result."""
        session, lens = self._session, self._session.lens
        if lens is None or not len(session.selected.rows):
            return
        try:
            settings = session.knobs.settings()
        except ValueError as error:
            session.complain(str(error))
            return
        self.busy = True
        self._work.request(
            partial(
                explained_mean, lens, session.selected.rows, session.view.target, settings,
                knobs=session.knobs_of(lens),
            )
        )  # fmt: skip

    def stop(self) -> None:
        """Stop explaining; results so far stay."""
        self._work.cancel()
        reasons = self.result
        kept = reasons if reasons is None or reasons.complete else replace(reasons, complete=True)
        self.param.update(busy=False, result=kept)

    def _begin(self, *_: object) -> None:
        session = self._session
        if session.view.tab != "selected":
            self.stop()
            return
        knobs = [getattr(session.knobs, name) for name in session.knobs.names()]
        now = (session.selected.current, session.lens, session.view.target, *knobs)
        if now == self._of:
            return
        self._of = now
        self._work.cancel()
        reasons, rows = session.workspace.reasons, session.selected.rows
        self.param.update(busy=False, result=built_mean(reasons, session.lens, rows))

    def _arrived(self, answer: Answer[MeanReasons]) -> None:
        if answer.error is not None:
            self._session.complain(f"The selection cannot be explained: {answer.error}")
            self.busy = False
        else:
            self.param.update(result=answer.result, busy=not answer.last)
