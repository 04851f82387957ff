"""Spectra from dropped files: viewed, explained and placed, never stored."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import param

from ....core.compute import thread_pool
from ....data.lenses import OpenSpectrum
from ...figures.words.wording import with_command
from ..background.latest_wins import Answer, Background
from ..session import Session

if TYPE_CHECKING:
    from ....data.lenses import Lens
    from ....data.lenses.one_spectrum.open_spectrum import TargetOfFlux

__all__ = ["DroppedFile"]

# For all visitors' files: a slow file delays other files, but no explanation.
_THREADS = thread_pool(2, "explain-dropped")


@dataclass(frozen=True, slots=True, eq=False)
class _Looked:
    """A dropped spectrum as the lens sees it, and where it lies once that is known.

    ``able`` are the titles of other lenses that can take one which this lens cannot.
    """

    found: OpenSpectrum
    place: tuple[float, float] | None
    complete: bool
    able: tuple[str, ...] = ()


class DroppedFile(param.Parameterized):
    """Opens files that were dropped on the page.

    Parameters
    ----------
    session
        In which they are opened, through its current lens.
    """

    place = param.Parameter(default=None, doc="(x, y) of the open file on the plane, or None.")

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._outside: TargetOfFlux | None = None
        self._name = ""  # of the file that is looked at
        self._work: Background[_Looked] = Background(session, self._arrived, pool=_THREADS)
        session.outcome.param.watch(self._forget, "open_spectrum")

    def receive(self, name: str, content: str) -> None:
        """Open a file, as base64; what is wrong with it is said on the page."""
        session = self._session
        try:
            data = base64.b64decode(content, validate=True)
        except (binascii.Error, ValueError):
            session.complain(f"{name} did not arrive whole; drop it again.")
            return
        if session.lens is None:
            session.complain(f"{name} cannot be opened: no model has been built here.")
            return
        session.person.did(f"opened a file of {len(data)} bytes: {name}")
        self._name = name
        self._work.request(partial(self._look, session.lens, session.view.plane, name, data))

    def _look(
        self,
        lens: Lens,
        plane: str | None,
        name: str,
        data: bytes,
        cancelled: Callable[[], bool],
    ) -> Iterator[_Looked]:
        """On a worker: read, prepare, judge; then place."""
        from ....data.lenses.one_spectrum.outside_spectrum import OutsideLens, read_bytes

        space = self._session.workspace
        outside = OutsideLens(space.collection, lens)
        spectrum = read_bytes(name, data)
        look = outside.look(spectrum)
        placing = plane is not None and not look.reason and space.placer.can_place(plane, lens.name)
        others = [
            other_lens
            for other_lens in space.lenses.values()
            if other_lens is not lens and look.reason
        ]
        able = [
            o.title for o in others if not OutsideLens(space.collection, o).look(spectrum).reason
        ]
        looked = _Looked(look, None, complete=not placing, able=tuple(able))
        yield looked
        if placing and plane is not None and not cancelled():
            yield replace(looked, place=space.placer.place(plane, look.flux), complete=True)

    def _arrived(self, answer: Answer[_Looked]) -> None:
        if answer.error is not None:
            why = with_command(str(answer.error))
            self._session.complain(f"{self._name} cannot be opened: {why}.")
            return
        looked = answer.result
        if looked is None:
            return
        look, lens = looked.found, looked.found.lens
        if look.reason:  # what is open stays open
            others = " or ".join(f"“{title}”" for title in looked.able)
            other = f"the lens {others} can take it" if others else "no other lens here can take it"
            why = with_command(look.reason)
            self._session.complain(
                f"{self._name} cannot serve the lens “{lens.title}”: {why}; {other}."
            )
            return
        if self._outside is not look.outside:  # its first answer
            self._outside = look.outside
            self._session.present(look)
        if self._open is look.outside:  # its place takes time: another may be open by now
            self.place = looked.place

    @property
    def _open(self) -> TargetOfFlux | None:
        """The open spectrum if it is from outside; None if it belongs to the collection."""
        spectrum = self._session.outcome.open_spectrum
        return None if spectrum is None else spectrum.outside

    def _forget(self, *_: object) -> None:
        """Another spectrum was opened: the dropped one is gone, and nothing of it stays."""
        if self._open is not self._outside:
            self.place = None
