"""From a visitor's choices to an open spectrum and its explanation; no widgets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import param

from ...core.explain import Effects, effects
from ...core.explain.explanation import Explanation
from ...core.settings import ExplainSettings
from ...core.spectra import WaveAxis
from ...data.lenses import AgnLens, AnomalyLens, Lens, OpenSpectrum
from ...data.lenses.lenses import LensError
from ...data.selections import Selection
from ..workspace import Workspace
from .background.browser_tab import BrowserTab, Schedule
from .background.latest_wins import Answer, Background
from .choices.knobs import Knobs
from .choices.open_spectrum import open_row
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
    """The choices of one browser tab, and the open spectrum and explanation that follow.

    Parameters
    ----------
    workspace
        What is shared.
    pool
        Worker threads, shared and bounded.
    schedule
        Runs a callback on the document's thread, where the page may be changed.
    person
        The signed-in person and their permissions; by default whoever serves the page.

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
        """The current lens, or None if none has been built."""
        return self.workspace.lenses.get(self.view.lens)

    @property
    def _usual_colours(self) -> dict[str, str]:
        """The default colouring of the plane for each lens: types, or the score."""
        known = self.workspace.colours
        usual = {"agn": next(iter(known), ""), "anomaly": "score"}
        return {lens: colour for lens, colour in usual.items() if colour in known}

    @property
    def score(self) -> str:
        """The explained anomaly score; the mean squared error if the target is no score."""
        lens = self.workspace.lenses.get("anomaly")
        chosen = self.view.target
        return chosen if lens is not None and chosen in lens.targets else "mse"

    def verdict_of(self, spectrum: OpenSpectrum) -> Any:
        """The model's verdict on an open spectrum, by the explained score if there is one."""
        if (
            spectrum.outside is None
            and isinstance(spectrum.lens, AnomalyLens)
            and not spectrum.reason
        ):
            return spectrum.lens.verdict(spectrum.row, score=self.score)
        if isinstance(spectrum.lens, AgnLens) and spectrum.verdict is not None:
            verdict = spectrum.lens.at_level(spectrum.verdict, int(self.view.level) / 100)
            lacking = self.outcome.lacking
            if lacking and verdict.domain is not None:
                return replace(verdict, domain=replace(verdict.domain, lacking=lacking))
            return verdict
        return spectrum.verdict

    def next_level(self) -> None:
        """Switch to the next confidence level of the sets of types, cyclically."""
        levels = self.view.param["level"].objects
        self.view.level = levels[(levels.index(self.view.level) + 1) % len(levels)]

    def open(self, row: int) -> None:
        """Open the spectrum of a row."""
        # A redshift that was tried is of the spectrum it was tried on.
        self.view.param.update(spectrum=str(self.workspace.catalog["id"].iat[row]), z=None)

    def relist(self) -> None:
        """Signal that the open list has changed, so that its view is refilled."""
        self.outcome.relisted = True

    def colour_by(self, name: str) -> None:
        """Colour the plane by a colouring that is new to the menu, or replaces one of this name."""
        view = self.view
        view.param["colour"].objects = [*self.workspace.colours]
        if view.colour == name:
            view.param.trigger("colour")
        view.colour = name

    def may_tag(self, deed: str) -> bool:
        """Whether the visitor may change shared data; if not, they get a message."""
        allowed = self.person.may("tag")
        if not allowed:
            self.complain(self.person.refusal(deed))
        return allowed

    def complain(self, text: str) -> None:
        """Show the visitor an error message."""
        self.outcome.problem = text

    def background(
        self, show: Callable[[T], object], failed: str, *, pool: Executor | None = None
    ) -> Background[T]:
        """Background work for this visitor, of which only the newest request counts.

        Parameters
        ----------
        show
            Called on the page's thread with each result.
        failed
            Beginning of the message shown if an error ends the work.
        pool
            Threads to use instead of the visitor's own.
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
        """Look up the chosen spectrum, show it and explain it."""
        self._work.cancel()
        self.outcome.explained(None, problem="", busy=False)
        try:
            spectrum = self._looked_up()
        except LensError as error:
            self.outcome.param.update(open_spectrum=None, problem=str(error))
            return
        self.outcome.open_spectrum = spectrum  # the views paint it
        self._explain()

    def _looked_up(self) -> OpenSpectrum | None:
        """The chosen spectrum through the chosen lens; None if none is chosen.

        Raises
        ------
        LensError
            There is no such spectrum, or it cannot be shown; the message says why.
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
        spectrum = self.outcome.open_spectrum
        self._work.cancel()
        if spectrum is None or spectrum.reason or spectrum.lens is not self.lens:
            self.outcome.busy = False
            return
        try:
            settings = self.knobs.settings()
        except ValueError as error:
            self.outcome.param.update(problem=str(error), busy=False)
            return
        self.outcome.busy = True
        self._work.request(partial(_explained, spectrum.flux, self._maker(spectrum), settings))

    @property
    def axis(self) -> WaveAxis:
        """The wavelength axis of the open spectrum."""
        spectrum = self.outcome.open_spectrum
        return self.view.axis(float("nan") if spectrum is None else spectrum.z)

    @property
    def loading(self) -> bool:
        """Whether the model of the current lens has yet to be read."""
        return self.lens is not None and self.lens.name not in self.workspace.loaded

    def target_of(self, spectrum: OpenSpectrum) -> Target:
        """The target of the explanation, cached while only settings change."""
        return self._maker(spectrum)()

    def _maker(self, spectrum: OpenSpectrum) -> Callable[[], Target]:
        """A factory of the target for the current choices; the first call reads the model (3 s)."""
        knobs, name = self.knobs_of(spectrum.lens), self.view.target
        key = (spectrum.lens.name, name, spectrum.row, spectrum.id, spectrum.z, *knobs.values())

        def make() -> Target:
            kept = self._target
            if kept is None or kept[0] != key:
                kept = self._target = (key, self.target_named(spectrum, name, **knobs))
                self.workspace.loaded.add(spectrum.lens.name)
            return kept[1]

        return make

    def knobs_of(self, lens: Lens) -> dict[str, float]:
        """Keyword arguments of a lens's targets."""
        if not isinstance(lens, AnomalyLens):
            return {}
        return {"width_kms": self.view.width_kms, "trimmed": self.view.trimmed}

    def target_named(self, spectrum: OpenSpectrum, name: str, **knobs: float) -> Target:
        """One of the lens's targets for an open spectrum, stored or from outside."""
        if spectrum.outside is not None:
            return spectrum.outside.target(name, spectrum.flux, spectrum.sn_median)
        return spectrum.lens.target(name, spectrum.row, **knobs)

    @property
    def effects(self) -> Effects | None:
        """The effects of the explanation as shown; None if there is none."""
        spectrum, explanation = self.outcome.open_spectrum, self.outcome.explanation
        if spectrum is None or explanation is None:
            return None
        tenths = explanation.method == "saliency" and self.view.slope != "derivative"
        flux = spectrum.flux if tenths else None
        return effects(explanation, mirrored=self.outcome.mirrored, flux=flux)

    def present(self, spectrum: OpenSpectrum) -> None:
        """Open a spectrum from outside the collection."""
        self.view.param.update(spectrum="", z=None)
        self._work.cancel()
        self.outcome.explained(None, problem="", busy=False)
        self.outcome.open_spectrum = spectrum
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
    """Whether the full result is expected so soon that drawing an early one would only delay it."""
    early = answer.result
    if answer.last or early is None or not early.n_samples:
        return False
    return answer.elapsed_ms * early.settings.n_samples < _SOON_MS * early.n_samples


def _in_words(error: BaseException) -> str:
    """The message of an error; with its type, for a bug report, unless it is a ValueError."""
    return str(error) if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"
