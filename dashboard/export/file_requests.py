"""Files requested on the page: written in the background, then passed to the browser."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from ...data.lenses import OpenSpectrum
from ..figures.sight import Sight
from ..figures.words.wording import with_command
from ..session import Visitor
from ..session.opened.lines_lacking import lacking_of
from .plane_file import plane_file
from .save import SavedFile, keep, origin_of

if TYPE_CHECKING:
    from ..figures import Window

__all__ = ["FileRequests"]

_NO_LINES = (
    "Python that repeats an explanation begins from a collection, and {id} is in none: "
    "“Explanation (FITS)” holds its flux too."
)

_OWN_REDSHIFT = (
    "Python that repeats an explanation takes {id} at its own redshift: “Explanation (FITS)” holds "
    "the flux at the one that is tried."
)


class FileRequests:
    """Writes plane, selection or explanation in their state at the time of the request.

    Parameters
    ----------
    session
        The visitor's session, which also shows errors.
    in_view, sight
        Return the visible part of the plane and of the spectrum.
    hand_over
        Called on the page with each file.
    """

    def __init__(
        self,
        session: Visitor,
        in_view: Callable[[], Window],
        sight: Callable[[], Sight | None],
        hand_over: Callable[[SavedFile], None],
    ) -> None:
        self._session, self._in_view, self._sight = session, in_view, sight
        self._work = session.background(hand_over, "It could not be saved")

    def ask(self, wanted: str) -> None:
        """Request one kind of file: ``keep-png``, ``plane-svg``, ``selection-csv`` …

        Any other text does nothing.
        """
        what, _, kind = wanted.partition("-")
        if what == "plane":
            self._plane(kind)
        elif what == "selection":
            self._selection(kind)
        elif what == "keep":
            self._explanation(kind)

    def _plane(self, kind: str) -> None:
        if self._session.view.plane is None:
            self._session.complain("There is no plane to save.")
        else:
            self._work.request(plane_file(self._session, self._in_view(), kind))

    def _selection(self, kind: str) -> None:
        from .selection_files import SELECTION_FILES, keep_selection

        session, selection = self._session, self._session.selected.current
        if selection is None:
            session.complain("Select spectra first: there is nothing to export.")
        elif kind in SELECTION_FILES:
            self._work.request(partial(keep_selection, session.workspace, selection, kind))

    def _explanation(self, kind: str) -> None:
        from ...data.explanations.saved import SavedExplanation

        session, outcome, view = self._session, self._session.outcome, self._session.view
        spectrum, explanation, trust = outcome.open_spectrum, outcome.explanation, outcome.trust
        if spectrum is None or explanation is None:
            session.complain(_nothing_to_save(spectrum))
            return
        if kind == "py" and spectrum.outside is not None:
            session.complain(
                (_OWN_REDSHIFT if spectrum.tried else _NO_LINES).format(id=spectrum.id)
            )
            return
        if outcome.lacking is None:  # requested before its lines were measured
            outcome.lacking = lacking_of(spectrum)
        verdict = session.verdict_of(spectrum)
        origin = origin_of(
            session.workspace.collection,
            spectrum.lens,
            view.target,
            spectrum.id,
            flux_unit=spectrum.flux_unit,
            domain=None if verdict is None else verdict.domain,
            z_warning=spectrum.z_warning,
            note=f"tried at z = {spectrum.z:.5g}, not its own" if spectrum.tried else "",
            verdict=verdict,
            # A spectrum in no collection is explained with the default filter and trimming.
            **(session.knobs_of(spectrum.lens) if spectrum.outside is None else {}),
        )
        intervals = None if trust is None else trust.intervals
        sight = self._sight()
        saved = SavedExplanation(
            explanation, spectrum.wave_rest_aa, spectrum.flux, origin, intervals,
            outcome.recurrence, mirrored=outcome.mirrored,
            filled=None if sight is None else sight.unmeasured,
        )  # fmt: skip
        self._work.request(partial(keep, saved, kind, verdict, view.paint, sight=sight))


def _nothing_to_save(spectrum: OpenSpectrum | None) -> str:
    if spectrum is None:
        return "Open a spectrum first: there is no explanation to save yet."
    if spectrum.reason:
        return f"There is no explanation to save: {with_command(spectrum.reason)}"
    return "The explanation is still on its way: save it once it is there."
