"""Tab Compare: the open spectrum explained with many settings side by side."""

from __future__ import annotations

from functools import partial
from html import escape
from itertools import groupby
from typing import Any

import numpy as np

from ....core.explain.entry import ExplainSettings, Explanation
from ....core.explain.flux_effects import effects
from ....core.words import goodness, number_text
from ....data.lenses.one_spectrum.open_spectrum import OpenSpectrum
from ...figures.svg.svg_spectra import Frame, painted_pieces, picture, polyline
from ...figures.words.wording import with_command
from ...session.background.latest_wins import Answer, Background
from ...session.opened.comparison import Comparison, Variant, compare, variants
from ...session.session import Session
from ...workspace.cluster_partition import top_names
from ..widgets.html_sections import SectionsPart, button, foot_line

__all__ = ["show"]

_OPEN_ONE = "Open a spectrum: it is explained here with the settings of the paper's figures 7–11."

_OF_SUM = "Σφ − (f(x) − f(base)): shares must sum to what all segments perturbed change"

_KEY = (
    "Where segments are scaled, blue is where more flux raises what is explained, on whichever "
    "side of 1 the factor lies, and violet where any change does, or any lowers it; where they "
    "are filled, blue is where what is here, rather than the fill, raises it; orange lowers it."
)


def show(session: Session) -> SectionsPart:
    """Small multiples, computed while the tab is open; a click takes a panel's settings over."""
    return _Compare(session).part


class _Compare:
    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[ExplainSettings, Explanation] = {}
        self._of: tuple[object, ...] = ()
        self._result = Comparison()
        self.part = SectionsPart("compare", self._take)
        self._work: Background[Comparison] = Background(session, self._arrived)
        session.view.param.watch(self._begin, ["tab", "lens", "target", "width_kms", "trimmed"])
        session.outcome.param.watch(self._begin, "open_spectrum")
        session.knobs.param.watch(self._begin, session.knobs.names())
        self._begin()

    def _begin(self, *_: object) -> None:
        """Explain anew whatever has changed, if anybody looks."""
        session = self._session
        self._work.cancel()
        if session.view.tab != "compare":
            return
        spectrum = session.outcome.open_spectrum
        if spectrum is None or spectrum.reason or spectrum.lens is not session.lens:
            text = (
                _OPEN_ONE
                if spectrum is None
                else f"This lens cannot take it: {with_command(spectrum.reason)}"
            )
            self.part.write(state=f"<p>{escape(text)}</p>", panels="")
            return
        try:
            now = session.knobs.settings()
        except ValueError as error:
            self.part.write(state=f"<p>{escape(str(error))}</p>")
            return
        target = session.target_of(spectrum)
        of = (
            spectrum.lens.name,
            spectrum.row,
            session.view.target,
            *session.knobs_of(spectrum.lens).values(),
        )
        if of != self._of:
            self._of, self._known = of, {}
        self._result = Comparison(total=len(variants(len(spectrum.flux))))
        self._draw()
        self._work.request(partial(compare, spectrum.flux, target, now, self._known))

    def _arrived(self, answer: Answer[Comparison]) -> None:
        if answer.error is not None:
            self.part.write(state=f"<p>{escape(str(answer.error))}</p>")
        elif answer.result is not None:
            self._result = answer.result
            self._draw()

    def _draw(self) -> None:
        spectrum = self._session.outcome.open_spectrum
        if spectrum is None or not len(spectrum.flux):
            return
        done, now = self._result, self._session.knobs.settings()
        n_done = len(done.explanations) + len(done.failed)
        state = (
            (f"{n_done} of {done.total} computed. " if not done.complete else "")
            + "Each row varies one thing and keeps the rest as set above; a click takes it over. "
            + _KEY
        )
        frame = Frame(spectrum.wave_rest_aa, spectrum.flux)
        line = polyline(frame, spectrum.wave_rest_aa, spectrum.flux)
        groups = [
            f'<div class="row"><b>{escape(name)}</b><div class="multiples">'
            + "".join(self._panel(variant, now, frame, line, spectrum) for variant in members)
            + "</div></div>"
            for name, members in groupby(variants(len(spectrum.flux)), key=lambda v: v.group)
        ]
        self.part.write(state=f"<p>{state}</p>", panels="".join(groups))

    def _panel(
        self,
        variant: Variant,
        now: ExplainSettings,
        frame: Frame,
        line: str,
        spectrum: OpenSpectrum,
    ) -> str:
        explanation = self._result.explanations.get(variant.key)
        ribbon, fit, names = "", "", [self._result.failed.get(variant.key, "…")]
        if explanation is not None:
            fit, names = "", [explanation.nothing]
        if explanation is not None and not explanation.nothing:
            effect = effects(explanation, mirrored=self._result.mirrored.get(variant.key))
            shares = effect.values / (np.abs(effect.values).max() or 1.0)
            wave = spectrum.wave_rest_aa
            ribbon = painted_pieces(
                frame, wave, spectrum.flux, explanation.labels, shares, either=effect.either
            )
            fit = _fidelity(explanation)
            names = top_names(wave, explanation.labels, np.abs(effect.values))
        css = " ".join(
            name
            for name, on in (("now", variant.is_now(now)), ("waiting", explanation is None))
            if on
        )
        inner = (
            f'<div class="head"><b>{escape(variant.title)}</b><span>{escape(fit)}</span></div>'
            f"{picture([ribbon, line], label=escape(variant.title))}"
            f"{foot_line(names)}"
        )
        if variant.changes.get("method") == "shapley":
            inner = inner.replace("<span>", f'<span title="{_OF_SUM}">', 1)
        title = f"Explain with {', '.join(f'{n} {v}' for n, v in variant.changes.items())}"
        return button(inner, {"take": variant.key}, css=css, title=title)

    def _take(self, message: dict[str, Any]) -> None:
        for one in variants(10**9):
            if one.key == message.get("take"):
                self._session.knobs.param.update(**{"method": "lime"} | one.changes)


def _fidelity(explanation: Explanation) -> str:
    """How well the weights describe the target: R² of a fit; by how much shares fail to add up."""
    if explanation.method != "shapley":
        return goodness(explanation.r2, above=">")
    gap = float(explanation.weights.sum()) - (explanation.value - explanation.intercept)
    return f"Σφ off by {number_text(gap, '.0e')}" if gap else "Σφ off by 0"
