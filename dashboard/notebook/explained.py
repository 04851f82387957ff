"""An explanation with its spectrum and model: plot, table, trust, save."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd

from ...core.explain import Effects, effects, mirror
from ...core.explain.explanation import Explanation
from ...core.explain.own_pieces import PiecesTarget
from ...core.spectra.lines.line_list import lines_reaching
from ...core.spectra.redshift_warning import doubt
from ...core.targets import Target
from ...core.targets.scales import clipped_note
from ...core.trust import Trust, assess
from ...core.words import goodness
from ...data.explanations import Origin, SavedExplanation, save_explanation
from ..figures import does_words, flux_label

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ...data.lenses.lenses import Verdict

__all__ = ["Explained"]

_ROWS = 5  # of the table in a notebook
_NOWHERE = Origin()


class Explained:
    """Why a model answers as it does for one spectrum.

    Attributes
    ----------
    explanation
        Weights, settings, samples: ``spexplain.Explanation``.
    wave_rest_aa, flux : (D,)
        What was explained.
    target
        What of the model.
    answers
        What the model says of the spectrum, by class.
    done
        How the spectrum was prepared; "" where it came prepared.
    filled : (D,) bool
        Pixels that were filled in rather than measured; None where that is not known.
    """

    def __init__(
        self,
        explanation: Explanation,
        wave_rest_aa: np.ndarray,
        flux: np.ndarray,
        target: Target,
        *,
        answers: dict[str, float] | None = None,
        pieces: tuple[Explanation, PiecesTarget] | None = None,
        origin: Origin = _NOWHERE,
        verdict: Verdict | None = None,
        filled: np.ndarray | None = None,
    ) -> None:
        self.explanation, self.flux, self.target = explanation, flux, target
        self.wave_rest_aa = np.asarray(wave_rest_aa)
        self.answers, self.done, self.name = answers or {}, origin.note, origin.spectrum_id
        self._pieces, self._origin, self._verdict = pieces, origin, verdict
        self.filled = filled
        self._trust: Trust | None = None

    @property
    def said(self) -> dict[str, float]:
        """Earlier name of ``answers``."""
        return self.answers

    @property
    def weights(self) -> np.ndarray:
        """(S,) weight of each segment."""
        return self.explanation.weights

    @cached_property
    def mirrored(self) -> np.ndarray | None:
        """(S,) raw weights with the factor on the other side of 1; None where there is none."""
        return None if self.explanation.nothing else mirror(*self._as_made)

    @property
    def effects(self) -> Effects:
        """The weights per +10 % of the flux, and where any change does the same."""
        return effects(self.explanation, mirrored=self.mirrored)

    @property
    def outside(self) -> str:
        """Warning that the spectrum is unlike the model's training sample, and why; else ""."""
        domain = self._origin.domain
        return f"{domain[:7]} the model's domain{domain[7:]}" if domain[:7] == "outside" else ""

    @property
    def untested(self) -> str:
        """What of a spectrum inside is beyond the model's training sample, as its z; else ""."""
        side, _, beyond = self._origin.domain.partition("; ")
        return beyond if side == "inside" else ""

    @property
    def doubted(self) -> str:
        """Warning that the redshift used is doubtful, and why; else ""."""
        return doubt(self._origin.z_warning).rstrip(".")

    @property
    def value(self) -> float:
        """Value of the target at the spectrum."""
        return self.explanation.value

    def plot(self, **options: Any) -> Figure:
        """The painted spectrum, a Matplotlib figure; options of ``explained_spectrum_figure``.

        It has panels of its own, to be drawn on afterwards: ``upper, lower, bar = figure.axes``.
        """
        from ..figures.printed.explained_spectrum import explained_spectrum_figure
        from ..figures.sight import Sight

        if {"ax", "axes", "fig", "figure"} & set(options):
            raise TypeError("plot() gives a figure of its own, to be drawn on afterwards: "
                            "upper, lower, bar = e.plot().axes; e.holoviews() is laid over "
                            "others")  # fmt: skip
        origin = self._origin
        known: dict[str, Any] = {
            "title": self.name, "verdict": self._verdict, "mirrored": self.mirrored,
            "whose": origin.whose, "z_warning": origin.z_warning,
            "sight": Sight(filled=self.filled),
        }  # fmt: skip
        if "lines" in options:
            known["sight"] = replace(known["sight"], lines=tuple(options["lines"]))
        if origin.lens:
            known["flux_label"] = flux_label(origin.lens, origin.flux_unit)
        return explained_spectrum_figure(
            self.wave_rest_aa, self.flux, self.explanation, **known | options
        )

    def holoviews(self) -> Any:
        """The painted spectrum as HoloViews elements, to be laid over or beside one's own."""
        from .composable import painted_spectrum  # loads holoviews

        return painted_spectrum(
            self.wave_rest_aa, self.flux, self.explanation, label=self.name, mirrored=self.mirrored
        )

    def table(self) -> pd.DataFrame:
        """One row a segment, the largest weight first, with the lines that reach into it.

        Columns ``wave_min_rest_aa`` and ``wave_max_rest_aa`` (vacuum Å), ``weight``, ``change``
        (what more flux does, or any change), ``per_10_percent`` where segments were scaled,
        ``lines``, and ``n_filled`` where some pixels were filled in rather than measured.
        """
        made, seen = self.explanation, self.effects
        edges = made.edges(self.wave_rest_aa)
        table = pd.DataFrame({"segment": np.arange(len(edges)), "wave_min_rest_aa": edges[:, 0],
                              "wave_max_rest_aa": edges[:, 1], "weight": made.weights})  # fmt: skip
        if seen.unit not in ("fill", "slope"):
            table["per_10_percent"] = seen.values
        table["change"] = [seen.in_words(number) for number in range(len(edges))]
        table["lines"] = [
            ", ".join(line.label for line in lines_reaching(low, high)) for low, high in edges
        ]
        if self.filled is not None and self.filled.any():
            table["n_filled"] = np.bincount(made.labels[self.filled], minlength=len(edges))
        return table.iloc[made.top(len(edges))].reset_index(drop=True)

    def trust(self) -> Trust:
        """How far to believe it; ``trust().sentence()`` says it in a line. Judged once."""
        if self._trust is None:
            self._trust = assess(*self._as_made)
        return self._trust

    @property
    def _as_made(self) -> tuple[Explanation, np.ndarray, Target]:
        """Explanation, what was explained and target: of the pieces, where they are one's own."""
        if self._pieces is None:
            return self.explanation, self.flux, self.target
        explanation, pieces = self._pieces
        return explanation, np.ones(len(explanation.weights), np.float32), cast("Target", pieces)

    def save(self, path: str | Path) -> None:
        """Write it as FITS with all that repeats it, and what tells its model from others.

        Raises
        ------
        ValueError
            Of segments or a baseline of one's own, which the file does not hold.
        """
        if self._pieces is not None:
            raise ValueError("segments and baselines of your own cannot be saved yet; see table()")
        origin = replace(self._origin, verdict=self._origin.verdict or {"values": self.answers})
        saved = SavedExplanation(
            self.explanation, self.wave_rest_aa, self.flux, origin,
            mirrored=self.mirrored, filled=self.filled,
        )  # fmt: skip
        save_explanation(path, saved)

    def __repr__(self) -> str:
        made = self.explanation
        of = f" of {self.name}" if self.name else ""
        drawn = "" if made.method in ("saliency", "occlusion") else f", {made.n_samples:,} samples"
        drawn += f", {goodness(made.r2)}" * (made.method == "lime" and not made.nothing)
        first = f"<{made.method} explanation{of}: {made.target} = {self.value:.4g}{drawn}"
        unscaled = self.done[self.done.find("not normalised") :]
        entries = (self.doubted, self.outside, self.untested, clipped_note(made.target, self.value))
        entries += (unscaled,) if "not normalised" in unscaled else ()
        first += "".join(f"; {words}" for words in entries if words)
        if made.nothing:
            return f"{first}; {made.nothing}>"
        top = self.table().iloc[0]
        where = f"{top['wave_min_rest_aa']:.0f}–{top['wave_max_rest_aa']:.0f} Å"
        line = f" ({top['lines']})" if top["lines"] else ""
        line += f", {n} of its pixels filled in" if (n := top.get("n_filled", 0)) else ""
        segment, seen = int(top["segment"]), self.effects
        per = " per unit of flux" * (seen.unit == "slope")
        most = f"{does_words(seen, segment)} it most, {seen.values[segment]:+.3g}{per} at {where}"
        most += line
        return f"{first}; {most}>"

    def _repr_html_(self) -> str:
        from ..figures.printed.saved_figure import inline_svg

        says = ", ".join(f"{escape(k)} {v:.3g}" for k, v in self.answers.items())
        warned = (self.doubted, self.outside, self.untested)
        words = [f"<b>{escape(warning)}</b>" for warning in warned if warning]
        words += [f"<b>{escape(self.explanation.target)} = {self.value:.4g}</b>"]
        words += [f"the model says: {says}"] if says else []
        words += [escape(self.trust().sentence())]
        held = clipped_note(self.explanation.target, self.value)
        words += [escape(text) for text in (held, self.done) if text]
        words += [f"model: {escape(self._origin.whose)}"] if self._origin.whose else []
        table = self.table().head(_ROWS).to_html(index=False, border=0, float_format="%.4g")
        return f"{inline_svg(self.plot())}<p>{'<br>'.join(words)}</p>{table}"
