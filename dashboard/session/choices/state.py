"""State of one visitor: parameters and results, no widgets.

One instance of each class per browser tab. Views render these and write back to them; nothing
here imports panel or bokeh.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, get_args

import param

from ....core.models import LEVELS
from ....core.models.anomaly import FILTER_KMS, TRIMMED_FRACTION
from ....core.settings import WeightSign
from .drawing import Drawing
from .tabs import all_tabs

if TYPE_CHECKING:
    import numpy as np

    from ....core.explain.explanation import Explanation
    from ....core.trust import Recurrence, Trust
    from ....data.lenses import OpenSpectrum, WholeSpectrum

__all__ = ["Outcome", "View"]

SlopeName = Literal["derivative", "tenth"]
ThemeName = Literal["light", "dark"]


class View(Drawing):
    """The view: collection-dependent choices (the first four), open spectrum, and more."""

    lens = param.Selector(
        default=None, objects=[None], label="Lens", doc="Which model the spectra are seen through."
    )
    target = param.Selector(
        default=None,
        objects=[None],
        label="Explain",
        doc="What is explained: a class on the scale of log-odds or another, or the anomaly score.",
    )
    plane = param.Selector(
        default=None, objects=[None], label="Plane", doc="Which embedding of the spectra is drawn."
    )
    colour = param.Selector(
        default=None, objects=[None], label="Colour by", doc="What colours the points."
    )
    drag = param.Selector(
        default="pan",
        objects=["pan", "box", "lasso"],
        label="Drag",
        doc="What a drag over the plane does: move it, or select by a box or a lasso. Shift adds "
        "to the selection, Alt takes from it, both keep what is in both; Escape clears it.",
    )
    spectrum = param.String(default="", doc="Id of the open spectrum; empty when none is open.")
    find = param.String(
        default="",
        label="Find",
        doc="A part of an id, plate-MJD-fiber, or a place on the sky with its radius: "
        "146.7 +0.5 2', 09:46:48 +00:30:00 30\". ↓ and ↑ choose among what is found, Enter opens "
        "it, Escape leaves.",
    )
    tab = param.Selector(
        default=all_tabs()[0].name,
        objects=[tab.name for tab in all_tabs()],
        doc="The open list or table.",
    )
    sort = param.String(
        default="", doc="Column the list is sorted by, '-' in front for falling; empty as given."
    )
    tagged = param.Selector(
        default="",
        objects=["", "inside", "outside", "any", *map(str, range(10))],
        label="Tag",
        doc="Which spectra a list holds: all, those inside or outside what the model learned on, "
        "those with any tag, or those with one tag.",
    )
    slope = param.Selector(
        default="derivative",
        objects=list(get_args(SlopeName)),
        label="Saliency in",
        doc="The derivative by each pixel's flux, as in the AGN paper; or the change per +10 % of "
        "the flux, which compares with LIME's weights.",
    )
    width_kms = param.Number(
        default=FILTER_KMS,
        bounds=(0.0, 5000.0),
        softbounds=(0.0, 1000.0),
        step=10.0,
        label="Filter width",
        doc="Filtered scores leave out this velocity on both sides of each emission line, km/s.",
    )
    trimmed = param.Number(
        default=TRIMMED_FRACTION,
        bounds=(0.0, 0.5),
        softbounds=(0.0, 0.2),
        step=0.005,
        label="Trimmed",
        doc="Share of the pixels, those of the largest residuals, that trimmed scores leave out.",
    )
    rebuilt = param.Boolean(
        default=False,
        label="Reconstruction",
        doc="Draw what the autoencoder makes of the spectrum over it, and shade the filter.",
    )
    k = param.Integer(
        default=0, bounds=(0, 50), doc="Clusters of explanations; 0 for as many as were built."
    )
    weight_sign = param.Selector(
        default="",
        objects=["", *get_args(WeightSign)],
        doc="Cluster explanations with the signs of their weights, or without; empty as built.",
    )
    level = param.Selector(
        default="90",
        objects=[f"{100 * level:.0f}" for level in LEVELS],
        label="Set at",
        doc="Percent of each type's spectra whose set of types must hold the true type.",
    )
    filter = param.String(
        default="",
        label="Filter",
        doc="A where-clause on any column of the catalogue and of the results; what it holds of is "
        "selected. Empty for none.",
    )
    hidden = param.List(
        default=[], item_type=str, doc="Categories that the legend has switched off."
    )
    theme = param.Selector(
        default="light", objects=list(get_args(ThemeName)), doc="Light or dark page."
    )


def _result(doc: str) -> Any:
    """A parameter that is None at first, and else of the type that it is annotated with."""
    return param.Parameter(default=None, doc=doc)


class Outcome(param.Parameterized):
    """The results of the choices; written by the session only."""

    open_spectrum: OpenSpectrum | None = _result("The open spectrum.")
    whole: WholeSpectrum | None = _result("All that was observed of it; None until known.")
    pinned: Any = _result("The second spectrum (PinnedSpectrum); None while there is none.")
    mean: Any = _result("A selection's mean over it (MeanOver); None while there is none.")
    lacking: tuple[str, ...] | None = _result(
        "Lines one would expect of its type and it does not show, in words; None until known."
    )
    explanation: Explanation | None = _result("The newest one of it.")
    trust: Trust | None = _result("How far to believe that explanation; None until judged.")
    mirrored: np.ndarray | None = _result(
        "Raw weights with the factor on the other side of 1; None until asked, or if there is no "
        "such side."
    )
    recurrence: Recurrence | None = _result(
        "What other exposures would say of it so far; None unknown."
    )
    no_recurrence = param.String(default="", doc="Why that cannot be known; empty if it can.")
    elapsed_ms = param.Number(default=0.0, doc="Compute time of that explanation so far, ms.")
    busy = param.Boolean(default=False, doc="A fuller explanation is on its way.")
    problem = param.String(default="", doc="What went wrong, in words for the reader; or empty.")
    stretch: tuple[str, float, float] | None = _result(
        "Colour, and what its low and high ends stand for on the plane as it is seen."
    )
    relisted = param.Event(doc="The open list has changed, and not by another tab or order.")

    def explained(self, explanation: object, **more: object) -> None:
        """Set another explanation, or None, and drop the trust and recurrence of the last one.

        All at once, so that no view sees results of one beside those of the other, which may have
        another number of segments.
        """
        gone = {"trust": None, "mirrored": None, "recurrence": None, "no_recurrence": ""}
        self.param.update(explanation=explanation, **gone, **more)
