"""Edits of the open spectrum, with the model's answer and its new place."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import param

from ....core.spectra import EDIT_KINDS, Edit, apply_edits
from ....data.lenses import LensError, OpenSpectrum
from ..session import Session

if TYPE_CHECKING:
    from ....core.targets import Target

__all__ = ["AMOUNTS", "Considered", "Edits"]

# Kind → what the slider spans, its step, where it starts, and its unit.
AMOUNTS: dict[str, tuple[float, float, float, float, str]] = {
    "scale": (0.0, 3.0, 0.02, 1.0, "×"),
    "raise": (-2.0, 2.0, 0.02, 0.0, "in units of the flux"),
    "move": (-3000.0, 3000.0, 50.0, 0.0, "km/s"),
    "flatten": (0.0, 1.0, 0.02, 0.0, "of what stands above the continuum"),
    "broaden": (0.0, 10000.0, 100.0, 0.0, "km/s FWHM"),
    "noise": (0.0, 2.0, 0.02, 0.0, "σ, in units of the flux"),
}


@dataclass(frozen=True, slots=True, eq=False)
class Considered:
    """Answer of the model for an edited spectrum.

    Attributes
    ----------
    values, before
        Class → probability, or the score by name; of the edited spectrum, and of it as it is.
    place
        (x, y) on the plane; None while it is not known, or if the plane takes no newcomers.
    complete
        Nothing more will follow.
    outside
        Why the edited spectrum is unlike what the model learned on; "" where it is not, or where
        that is not known.
    outside_before
        The same of it as it is, by the same measures.
    """

    values: dict[str, float]
    before: dict[str, float]
    place: tuple[float, float] | None
    complete: bool
    outside: str = ""
    outside_before: str = ""


class Edits(param.Parameterized):
    """Edits of the open spectrum: the last is live, those before it are kept.

    Parameters
    ----------
    session
        Whose open spectrum is edited; opening another drops the edits.
    """

    low_aa = param.Number(default=None, allow_None=True, doc="Start of the stretch, rest Å.")
    high_aa = param.Number(default=None, allow_None=True, doc="End of the stretch, rest Å.")
    kind = param.Selector(default="scale", objects=list(EDIT_KINDS), doc="What is done to it.")
    amount = param.Number(default=1.0, doc="By how much.")
    renormalised = param.Boolean(
        default=True,
        doc="Divide the edited spectrum as the model's recipe does, before it is asked.",
    )
    applied = param.List(default=[], doc="Edits made before, oldest first.")
    edited = param.Parameter(
        default=None, doc="(D,) flux after all edits as the model sees it, or None."
    )
    considered = param.Parameter(default=None, doc="What the model says, or None.")

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._asked: tuple[object, Callable[[], _Before]] | None = None
        self._work = session.background(
            partial(setattr, self, "considered"), "The edited spectrum cannot be judged"
        )
        session.outcome.param.watch(self.reset, "open_spectrum")
        session.view.param.watch(self._consider, "plane")

    @property
    def open_spectrum(self) -> OpenSpectrum | None:
        """The spectrum that can be edited, if one is open."""
        spectrum = self._session.outcome.open_spectrum
        return None if spectrum is None or spectrum.reason else spectrum

    @property
    def pending(self) -> Edit | None:
        """The live edit; None if it changes nothing yet."""
        if self.low_aa is None or self.high_aa is None or not 0 < self.low_aa < self.high_aa:
            return None
        edit = Edit(self.kind, self.low_aa, self.high_aa, self.amount, seed=len(self.applied))
        return None if edit.neutral else edit

    def brush(self, low_aa: float, high_aa: float) -> None:
        """Choose a stretch; what was done to another before is kept."""
        self.keep()
        low, high = sorted((float(low_aa), float(high_aa)))
        self.param.update(low_aa=low, high_aa=high)
        self._consider()

    def choose(self, kind: str) -> None:
        """Do something else to the stretch; what was done before is kept."""
        if kind not in AMOUNTS:
            raise ValueError(f"kind={kind!r} is none of {tuple(AMOUNTS)}")
        self.keep()
        self.param.update(kind=kind, amount=AMOUNTS[kind][3])
        self._consider()

    def turn(self, amount: float) -> None:
        """Change the amount of the live edit."""
        low, high, *_ = AMOUNTS[self.kind]
        self.amount = min(max(float(amount), low), high)
        self._consider()

    def keep(self) -> None:
        """Let the live edit stand, and begin the next from there."""
        pending = self.pending
        if pending is not None:
            self.param.update(applied=[*self.applied, pending], amount=AMOUNTS[self.kind][3])

    def undo(self) -> None:
        """Take back the last edit."""
        if self.pending is not None:
            self.amount = AMOUNTS[self.kind][3]
        else:
            self.applied = self.applied[:-1]
        self._consider()

    def renormalise(self, wanted: bool) -> None:
        """Divide the edited spectrum as the model's recipe does, or leave it as edited."""
        self.renormalised = wanted
        self._consider()

    def reset(self, *_: object) -> None:
        """Back to the spectrum as it is."""
        self._work.cancel()
        self.param.update(applied=[], amount=AMOUNTS[self.kind][3], edited=None, considered=None)

    def _consider(self, *_: object) -> None:
        """Edit, and ask the model and the plane, off the page's thread; the latest wins."""
        spectrum = self.open_spectrum
        edits = [edit for edit in (*self.applied, self.pending) if edit is not None]
        if spectrum is None or not edits:
            self._work.cancel()
            self.param.update(edited=None, considered=None)
            return
        edited = apply_edits(spectrum.wave_rest_aa, spectrum.flux, edits)
        try:
            self.edited = spectrum.lens.renormalised(edited) if self.renormalised else edited
        except LensError as error:
            self._work.cancel()
            self.param.update(edited=edited, considered=None)
            self._session.complain(f"The edited spectrum cannot be prepared: {error}")
            return
        self._work.request(
            partial(
                _considering, spectrum, self.edited, self._asking(spectrum), self._placing(spectrum)
            )
        )

    def _placing(
        self, spectrum: OpenSpectrum
    ) -> Callable[[np.ndarray], tuple[float, float]] | None:
        plane, space = self._session.view.plane, self._session.workspace
        if plane is None or not space.placer.can_place(plane, spectrum.lens.name):
            return None
        return partial(space.placer.place, plane)

    def _asking(self, spectrum: OpenSpectrum) -> Callable[[], _Before]:
        """Whom to ask: every class, or the score that is explained. The first reads its model."""
        session = self._session
        target, knobs = session.view.target, session.knobs_of(spectrum.lens)
        key = (spectrum, target, *knobs.values())
        if self._asked is None or self._asked[0] != key:
            names = {kind: f"p({kind})" for kind in spectrum.verdict.probabilities}
            names = names or {target: target}

            def ask() -> _Before:
                targets = {
                    shortly: session.target_named(spectrum, name, **knobs)
                    for shortly, name in names.items()
                }
                before = {name: _value(target, spectrum.flux) for name, target in targets.items()}
                return _Before(targets, before, _why_outside(spectrum, spectrum.flux))

            self._asked = (key, cache(ask))
        return self._asked[1]


class _Before(NamedTuple):
    """Targets by name, what they say of the spectrum as it is, and why that is outside."""

    targets: dict[str, Target]
    before: dict[str, float]
    outside: str


def _considering(
    spectrum: OpenSpectrum,
    flux: np.ndarray,
    asking: Callable[[], _Before],
    place: Callable[[np.ndarray], tuple[float, float]] | None,
    cancelled: Callable[[], bool],
) -> Iterator[Considered]:
    targets, before, outside = asking()
    values = {name: _value(target, flux) for name, target in targets.items()}
    now = _why_outside(spectrum, flux)
    first = Considered(values, before, None, place is None, now, outside)
    yield first
    if place is not None and not cancelled():
        yield dataclasses.replace(first, place=place(flux), complete=True)


def _why_outside(spectrum: OpenSpectrum, flux: np.ndarray) -> str:
    """By the measures as they stand: a stored row's own are of a fit that had not seen it."""
    domain = spectrum.lens.domain
    facts = {"flux_unit": spectrum.flux_unit, "z": spectrum.z}
    return "" if domain is None else domain.of_flux(flux, facts).why


def _value(target: Target, flux: np.ndarray) -> float:
    return float(target(np.asarray(flux, np.float64)[None])[0])
