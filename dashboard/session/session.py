"""From a visitor's choices to an open spectrum and its explanation; no widgets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import param

from ...core.explain.explanation import Explanation
from ...core.explain.flux_effects import Effects, effects
from ...core.settings import ExplainSettings
from ...core.spectra.wave_axis import WaveAxis
from ...data.lenses.lenses import AgnLens, AnomalyLens, Lens, LensError
from ...data.selections.selection import Selection
from ..workspace.workspace import Workspace
from .background.browser_tab import BrowserTab, Schedule
from .background.latest_wins import Answer, Background
from .choices.knobs import Knobs
from .choices.open_spectrum import OpenSpectrum, open_row
from .choices.person import Person
from .choices.search import find
from .choices.selected_rows import SelectedRows
from .choices.state import Outcome, View

if TYPE_CHECKING:
    from ...core.targets import Target

__all__ = ["Session"]

T = TypeVar("T")

_SOON_MS = 150.0


class Session(BrowserTab):
    """The choices of one browser tab and what follows from them.

    Parameters
    ----------
    workspace
        What is shared.
    pool
        Worker threads, shared and bounded.
    schedule
        Runs a callback where the page may be changed (the document's thread).
    person
        Who it is, and what they may do; without one, whoever serves the page.

    Attributes
    ----------
    selected
        The spectra that are selected.
    """

    def __init__(
        self,
        workspace: Workspace,
        pool: Executor,
        schedule: Schedule,
        *,
        person: Person | None = None,
    ) -> None:
        super().__init__(pool, schedule)
        self.person = person or Person()
        self.workspace = workspace
        self.view, self.knobs, self.outcome = View(), Knobs(), Outcome()
        self.selected = SelectedRows()
        self._work: Background[Explanation] = Background(
            self, self._arrived, passed_over=_full_answer_is_near
        )
        self._target: tuple[tuple[object, ...], Target] | None = None
        self._offer_choices()
        self.view.param.watch(self._lens_changed, "lens")
        self.view.param.watch(self._open, ["lens", "spectrum", "z"])
        self.view.param.watch(self._explain_anew, ["target", "width_kms", "trimmed"])
        self.view.param.watch(self._find, "find")
        self.knobs.param.watch(self._explain_anew, Knobs.names())

    @property
    def lens(self) -> Lens | None:
        """The lens looked through, or None if none has been built."""
        return self.workspace.lenses.get(self.view.lens)

    @property
    def _usual_colours(self) -> dict[str, str]:
        """What each lens colours the plane by: types, or the score."""
        known = self.workspace.colours
        usual = {"agn": next(iter(known), ""), "anomaly": "score"}
        return {lens: colour for lens, colour in usual.items() if colour in known}

    @property
    def score(self) -> str:
        """The anomaly score that is explained, or the mean squared error while none is."""
        lens = self.workspace.lenses.get("anomaly")
        chosen = self.view.target
        return chosen if lens is not None and chosen in lens.targets else "mse"

    def verdict_of(self, shown: OpenSpectrum) -> Any:
        """What the model says of an open spectrum: by the score that is explained, if by one."""
        if shown.outside is None and isinstance(shown.lens, AnomalyLens) and not shown.reason:
            return shown.lens.verdict(shown.row, score=self.score)
        if isinstance(shown.lens, AgnLens) and shown.verdict is not None:
            verdict = shown.lens.at_level(shown.verdict, int(self.view.level) / 100)
            lacking = self.outcome.lacking
            if lacking and verdict.domain is not None:
                return replace(verdict, domain=replace(verdict.domain, lacking=lacking))
            return verdict
        return shown.verdict

    def next_level(self) -> None:
        """Ask for sets of types at the next of the levels; after the last comes the first."""
        levels = self.view.param["level"].objects
        self.view.level = levels[(levels.index(self.view.level) + 1) % len(levels)]

    def open(self, row: int) -> None:
        """Open the spectrum of a row."""
        # A redshift that was tried is of the spectrum it was tried on.
        self.view.param.update(spectrum=str(self.workspace.catalog["id"].iat[row]), z=None)

    def relist(self) -> None:
        """Say that the open list has changed, so that what shows it is filled anew."""
        self.outcome.relisted = True

    def colour_by(self, name: str) -> None:
        """Colour the plane by this: the menu may not have had it, or have had another so called."""
        view = self.view
        view.param["colour"].objects = [*self.workspace.colours]
        if view.colour == name:
            view.param.trigger("colour")
        view.colour = name

    def may_tag(self, deed: str) -> bool:
        """Whether the visitor may change what all see; if not, they are told what they may not."""
        allowed = self.person.may("tag")
        if not allowed:
            self.complain(self.person.refusal(deed))
        return allowed

    def complain(self, text: str) -> None:
        """Tell the visitor what went wrong."""
        self.outcome.problem = text

    def background(
        self, show: Callable[[T], object], failed: str, *, pool: Executor | None = None
    ) -> Background[T]:
        """Work behind this visitor's page, of which the newest request counts.

        Parameters
        ----------
        show
            Called in the page with each result.
        failed
            What the visitor is told where an error ends the work, before its cause.
        pool
            Threads instead of the visitor's own.
        """

        def take(answer: Answer[T]) -> None:
            if answer.error is not None:
                self.complain(f"{failed}: {answer.error}")
            elif answer.result is not None:
                show(answer.result)

        return Background(self, take, pool=pool)

    def _find(self, event: param.parameterized.Event) -> None:
        if not event.new.strip():
            return
        hits = find(self.workspace, event.new)
        self.view.find = ""  # the same id may be looked for twice
        if hits.n:
            if len(hits.around) > 1:
                self.selected.take(Selection("place", hits.text, hits.around), "new")
            self.open(hits.rows[0])
        else:
            self.complain(hits.sentence(self.workspace))

    def _offer_choices(self) -> None:
        space, view = self.workspace, self.view
        for name, known in (
            ("lens", space.lenses),
            ("plane", space.planes),
            ("colour", space.colours),
        ):
            view.param[name].objects = [*known] or [None]
            setattr(view, name, next(iter(known), None))
        self._lens_changed()

    def _lens_changed(self, *_: param.parameterized.Event) -> None:
        names = list(self.lens.targets) if self.lens else [None]
        self.view.param["target"].objects = names
        self.view.target = names[0]
        if self.view.lens in self.workspace.planes:
            self.view.plane = self.view.lens  # planes are named as the lens they lay out
        usual = self._usual_colours
        if self.view.colour in usual.values():  # and not one that was chosen
            self.view.colour = usual.get(self.view.lens, self.view.colour)

    def _open(self, *_: param.parameterized.Event) -> None:
        """A click, after the plane has made it a spectrum: look it up, show it, explain it."""
        self._work.cancel()
        self.outcome.explained(None, problem="", busy=False)
        try:
            shown = self._looked_up()
        except LensError as error:
            self.outcome.param.update(shown=None, problem=str(error))
            return
        self.outcome.shown = shown  # the views paint it
        self._explain()

    def _looked_up(self) -> OpenSpectrum | None:
        """The spectrum asked for, through the lens asked for; None if none is.

        Raises
        ------
        LensError
            There is no such spectrum, or it cannot be looked at, with why.
        """
        id, lens = self.view.spectrum, self.lens
        if not id or lens is None:
            return None
        try:
            row = self.workspace.collection.row_of(id)
        except KeyError as error:
            raise LensError(str(error.args[0])) from None
        return open_row(self.workspace, lens, row, tried_z=self.view.z)

    def _explain_anew(self, *_: param.parameterized.Event) -> None:
        # What was wrong before is taken back now and not when the answer comes: by then something
        # else may have been said.
        self.outcome.problem = ""
        self._explain()

    def _explain(self) -> None:
        shown = self.outcome.shown
        self._work.cancel()
        if shown is None or shown.reason or shown.lens is not self.lens:
            self.outcome.busy = False
            return
        try:
            settings = self.knobs.settings()
        except ValueError as error:
            self.outcome.param.update(problem=str(error), busy=False)
            return
        self.outcome.busy = True
        self._work.request(partial(_explained, shown.flux, self._maker(shown), settings))

    @property
    def axis(self) -> WaveAxis:
        """What the axis shows of the open spectrum's wavelengths."""
        shown = self.outcome.shown
        return self.view.axis(float("nan") if shown is None else shown.z)

    @property
    def loading(self) -> bool:
        """No explanation through this lens has been asked for yet: its model is being read."""
        return self.lens is not None and self.lens.name not in self.workspace.loaded

    def target_of(self, shown: OpenSpectrum) -> Target:
        """What is explained, kept while only knobs move: a target may prepare much once."""
        return self._maker(shown)()

    def _maker(self, shown: OpenSpectrum) -> Callable[[], Target]:
        """Makes the target for the choices as they are now; the first reads its model, for 3 s."""
        knobs, name = self.knobs_of(shown.lens), self.view.target
        key = (shown.lens.name, name, shown.row, shown.id, shown.z, *knobs.values())

        def make() -> Target:
            kept = self._target
            if kept is None or kept[0] != key:
                kept = self._target = (key, self.target_named(shown, name, **knobs))
                self.workspace.loaded.add(shown.lens.name)
            return kept[1]

        return make

    def knobs_of(self, lens: Lens) -> dict[str, float]:
        """What a lens's targets are asked for with besides their name."""
        if not isinstance(lens, AnomalyLens):
            return {}
        return {"width_kms": self.view.width_kms, "trimmed": self.view.trimmed}

    def target_named(self, shown: OpenSpectrum, name: str, **knobs: float) -> Target:
        """One of the lens's targets for an open spectrum, wherever that comes from."""
        if shown.outside is not None:
            return shown.outside.target(name, shown.flux, shown.sn_median)
        return shown.lens.target(name, shown.row, **knobs)

    @property
    def effects(self) -> Effects | None:
        """The weights of the explanation as they are shown; None while there is none."""
        shown, explanation = self.outcome.shown, self.outcome.explanation
        if shown is None or explanation is None:
            return None
        tenths = explanation.method == "saliency" and self.view.slope != "derivative"
        flux = shown.flux if tenths else None
        return effects(explanation, mirrored=self.outcome.mirrored, flux=flux)

    def present(self, shown: OpenSpectrum) -> None:
        """Open a spectrum that is in no collection."""
        self.view.param.update(spectrum="", z=None)
        self._work.cancel()
        self.outcome.explained(None, problem="", busy=False)
        self.outcome.shown = shown
        self._explain()

    def _arrived(self, answer: Answer[Explanation]) -> None:
        if answer.error is not None:
            self.outcome.param.update(problem=_in_words(answer.error), busy=False)
            return
        self.outcome.explained(answer.result, elapsed_ms=answer.elapsed_ms, busy=not answer.last)


def _explained(
    flux: np.ndarray,
    make_target: Callable[[], Target],
    settings: ExplainSettings,
    cancelled: Callable[[], bool],
) -> Iterator[Explanation]:
    from ...core.explain.entry import (
        explain_progressively,  # loads torch: not before the first plot
    )

    return explain_progressively(flux, make_target(), settings, cancelled=cancelled)


def _full_answer_is_near(answer: Answer[Explanation]) -> bool:
    """Whether the full answer is expected in less time than a hand on a slider notices.

    Drawing an early one would only hold it up.
    """
    early = answer.result
    if answer.last or early is None or not early.n_samples:
        return False
    return answer.elapsed_ms * early.settings.n_samples < _SOON_MS * early.n_samples


def _in_words(error: BaseException) -> str:
    """A ValueError is a message to the reader; anything else is named for a bug report too."""
    return str(error) if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"
