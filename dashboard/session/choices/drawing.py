"""How the open spectrum is drawn: axis and overlays."""

from __future__ import annotations

from typing import Literal, get_args

import param

from ....core.spectra import WaveAxis
from ....core.spectra.lines import Line, LineKind, lines_of
from ....core.spectra.units.wave_axis import AxisFrame, AxisMedium, AxisUnit

__all__ = ["AXIS", "LINE_KINDS", "Drawing", "ends_in", "ends_text"]

PaintName = Literal["line", "band"]
SpanName = Literal["model", "whole"]

AXIS = ("unit", "frame", "medium")
"""Choices that change what the axis shows of a wavelength."""

LINE_KINDS: tuple[LineKind, ...] = get_args(LineKind)
"""Choices that say which lines are marked, each called as its kind."""


_ENDS = r"(-?\d{1,9}(\.\d{1,9})?(~-?\d{1,9}(\.\d{1,9})?){%d})?\Z"


def ends_text(*ends: float) -> str:
    """What is in view, low and high end of each axis, as a link has it."""
    return "~".join(f"{end:.3f}" for end in ends)


def ends_in(text: str) -> list[float]:
    """The same as numbers, each pair ascending; none if the text is empty."""
    ends = [float(end) for end in text.split("~") if end]
    return [end for low in range(0, len(ends), 2) for end in sorted(ends[low : low + 2])]


class Drawing(param.Parameterized):
    """Choices of the spectrum's pane; part of :class:`~.state.View`."""

    paint = param.Selector(
        default="line",
        objects=list(get_args(PaintName)),
        label="Paint",
        doc="Draw the explanation as the colour of the line, or as bands behind it.",
    )
    span = param.Selector(
        default="model",
        objects=list(get_args(SpanName)),
        label="Range",
        doc="Show the wavelengths that the model sees, or all that was observed.",
    )
    waves = param.String(
        default="",
        regex=_ENDS % 1,
        doc="Stretch in view, as 4800~5050 (vacuum Å at rest); empty for all of the range.",
    )
    window = param.String(
        default="",
        regex=_ENDS % 3,
        doc="Part of the plane in view, low~high of x and then of y; empty for the whole plane.",
    )
    unit = param.Selector(
        default="Å", objects=list(get_args(AxisUnit)), label="Unit", doc="Unit of wavelength."
    )
    frame = param.Selector(
        default="rest",
        objects=list(get_args(AxisFrame)),
        label="Frame",
        doc="Rest-frame wavelengths, or as observed at the spectrum's redshift.",
    )
    medium = param.Selector(
        default="vacuum",
        objects=list(get_args(AxisMedium)),
        label="Medium",
        doc="Wavelengths in vacuum, as the models have them, or in standard air.",
    )
    clip = param.Boolean(
        default=False,
        label="Clip",
        doc="Fit the flux axis to the continuum and let strong lines run off the top.",
    )
    errors = param.Boolean(
        default=True, label="Errors", doc="Shade 1 σ of each pixel's error on both sides of it."
    )
    smooth_px = param.Number(
        default=0.0,
        bounds=(0.0, 100.0),
        softbounds=(0.0, 10.0),
        step=0.5,
        label="Smooth, px",
        doc="Draw the spectrum smoothed by a Gaussian of this many pixels, for the eye alone: the "
        "model sees it as it is.",
    )
    survey_model = param.Boolean(
        default=False,
        label="Survey fit",
        doc="Draw the survey pipeline's own model of the spectrum over it, where its file has one.",
    )
    residual = param.Boolean(
        default=False,
        label="Residual",
        doc="Beneath it, the spectrum minus what is drawn over it: the reconstruction, or else the "
        "survey's model.",
    )
    emission = param.Boolean(
        default=True, label="Emission", doc="Mark emission lines of ionised gas."
    )
    absorption = param.Boolean(
        default=True, label="Absorption", doc="Mark absorption lines of stars."
    )
    agn = param.Boolean(
        default=True, label="AGN", doc="Mark broad and high-ionisation lines of active nuclei."
    )
    sky = param.Boolean(
        default=False,
        label="Sky",
        doc="Mark lines of the night sky and bands of the Earth's air, at their observed "
        "wavelengths: what is there may be left of them.",
    )

    z = param.Number(
        default=None,
        bounds=(0.0, 20.0),
        inclusive_bounds=(False, True),
        allow_None=True,
        doc="Redshift that is tried on the open spectrum; empty for its own.",
    )
    pinned = param.String(
        default="", doc="Id of a second spectrum, laid over the open one; empty for none."
    )
    zooms = param.Boolean(
        default=False,
        label="Zoom windows",
        doc="Beside the spectrum, two windows: Hβ with [O III], and Hα with [N II].",
    )
    beside = param.Boolean(
        default=False,
        label="More",
        doc="More choices beside the plot: its axis, what lies over it, lines, redshift, and all "
        "settings of the explanation.",
    )

    def axis(self, z: float) -> WaveAxis:
        """The axis for a spectrum at redshift z; NaN if that is unknown."""
        return WaveAxis(self.unit, self.frame, self.medium, z)

    def lines(self, z: float) -> tuple[Line, ...]:
        """The marked lines, by ascending rest wavelength."""
        return lines_of([kind for kind in LINE_KINDS if getattr(self, kind)], z)
