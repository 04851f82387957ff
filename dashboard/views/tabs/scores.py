"""Tab Scores: eight rankings, their agreement, one reconstruction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape
from typing import Any

import numpy as np
import panel as pn

from ....core.models.anomaly.scores import SCORE_TITLES
from ....core.words import number_text
from ....data.lenses.leaders import ScoreLeaders, score_leaders
from ....data.lenses.lenses import AnomalyLens
from ...figures.svg.svg_spectra import Frame, ends, picture, polyline, strips
from ...figures.words.set_words import lender_text
from ...figures.words.wording import score_text
from ...session.background.latest_wins import Answer, Background
from ...session.opened.reconstruction import Rebuilt, rebuilding
from ...session.session import Session
from ..widgets.components import invitation
from ..widgets.html_sections import SectionsPart, button, choice, slider
from .sections.score_tables import leaders_table, overlap_table, ranking_table, tops_of

__all__ = ["show"]


def show(session: Session) -> SectionsPart | pn.pane.HTML:
    """The score to rank by, its list, this spectrum's residuals, and how far scores agree."""
    lens = session.workspace.lenses.get("anomaly")
    if not isinstance(lens, AnomalyLens):
        return invitation("No anomaly score has been built: <b>spexplain build</b> makes eight.")
    return _Scores(session, lens).part


class _Scores:
    def __init__(self, session: Session, lens: AnomalyLens) -> None:
        self._session, self._lens = session, lens
        self._rebuilt: Rebuilt | None = None
        self._tops = tops_of(len(lens.rows))
        self._top, self._leading = self._tops[0], False
        self._leaders: dict[int, ScoreLeaders] = {}
        self._reckoning = 0  # the length of the lists that are being gone through
        self.part = SectionsPart("scores", self._take)
        self._work: Background[Rebuilt] = Background(session, self._arrived)
        self._leaders_work: Background[ScoreLeaders] = Background(session, self._leaders_arrived)
        view = session.view
        view.param.watch(self._begin, ["tab", "target", "lens", "width_kms", "trimmed"])
        session.outcome.param.watch(self._begin, "open_spectrum")
        self._begin()

    @property
    def _score(self) -> str:
        return self._session.score

    def _begin(self, *_: object) -> None:
        session, spectrum = self._session, self._session.outcome.open_spectrum
        self._work.cancel()
        if session.view.tab != "scores":
            self._leaders_work.cancel()
            self._reckoning = 0
            return
        self._lead()
        row = -1 if spectrum is None else spectrum.row
        if self._rebuilt is not None and self._rebuilt.row != row:
            self._rebuilt = None
        self._draw()
        if self._lens.usable(row):
            self._work.request(rebuilding(session, self._lens, row))

    def _arrived(self, answer: Answer[Rebuilt]) -> None:
        if answer.error is not None:
            self._session.complain(str(answer.error))
            return
        self._rebuilt = answer.result
        self._draw()

    def _draw(self) -> None:
        session, lens = self._session, self._lens
        view, score = session.view, self._score
        titles = {name: SCORE_TITLES[name] for name in lens.targets}
        controls = choice("score", "Rank and explain by", titles, score)
        controls += slider(
            "width_kms", "Filter width, km/s", view.width_kms, low=0, high=1000, step=10,
            title="Filtered scores leave out this velocity on both sides of each line",
        )  # fmt: skip
        controls += slider(
            "trimmed", "Trimmed share", view.trimmed, low=0, high=0.2, step=0.005,
            title="Trimmed scores leave out this share of the pixels, the largest residuals",
        )  # fmt: skip
        controls += button(
            "Reconstruction above", {"do": "rebuilt"}, css="plain on" if view.rebuilt else "plain",
            title="Draw the reconstruction over the open spectrum, and shade the filter",
        )  # fmt: skip
        self.part.write(
            controls=controls,
            said=self._said(score),
            list=ranking_table(session.workspace.ranking(score), session.outcome.open_spectrum),
            look=self._look(),
            overlap=self._of_tops(),
        )

    def _of_tops(self) -> str:
        if self._leading:
            return leaders_table(self._lens, self._leaders.get(self._top), self._top, self._score)
        return overlap_table(self._lens, self._top)

    def _lead(self) -> None:
        """Reckon what leads the tops asked for, unless it is known."""
        top = self._top
        wanted = top if self._leading and top not in self._leaders else 0
        if wanted == self._reckoning:
            return
        self._reckoning = wanted
        if not wanted:
            self._leaders_work.cancel()
            return
        catalog, lens = self._session.workspace.catalog, self._lens

        def work(cancelled: Callable[[], bool]) -> Iterator[ScoreLeaders]:
            yield score_leaders(catalog, lens, top=top, cancelled=cancelled)

        self._leaders_work.request(work)

    def _leaders_arrived(self, answer: Answer[ScoreLeaders]) -> None:
        if answer.result is None:
            self._leading = False
            self._session.complain(str(answer.error))
        else:
            self._leaders[self._top] = answer.result
        self._reckoning = 0
        self._draw()

    def _said(self, score: str) -> str:
        rebuilt = self._rebuilt
        if rebuilt is None:
            spectrum = self._session.outcome.open_spectrum
            if spectrum is None:
                return "<p>Open a spectrum to see its score and reconstruction.</p>"
            if spectrum.outside is not None:
                return (
                    "<p>A file from outside: its score by MSE stands above, and its "
                    "reconstruction is not drawn here.</p>"
                )
            if not self._lens.usable(spectrum.row):
                return "<p>This spectrum has no anomaly score.</p>"
            return "<p>Reconstructing the spectrum …</p>"
        changed = not np.isclose(rebuilt.value, rebuilt.usual, rtol=1e-4)
        rank = f"rank {rebuilt.rank:,} of {rebuilt.n_ranked:,}"  # of the usual width and share
        if scale := lender_text(self._lens.verdict(rebuilt.row, score=score)):
            rank = f"{escape(scale)}; {rank} here"
        if changed:
            rank = f"{score_text(rebuilt.usual)}, {rank}, with the paper's width and share"
        return (
            f"<p><b>{escape(SCORE_TITLES[score])} {score_text(rebuilt.value)}</b><br>{rank}</p>"
            f"<p>{rebuilt.kept.sum():,} of {len(rebuilt.kept):,} pixels kept by the filter, "
            f"{rebuilt.trimmed.sum():,} of these trimmed</p>"
        )

    def _look(self) -> str:
        rebuilt, lens = self._rebuilt, self._lens
        if rebuilt is None:
            return ""
        wave, flux = lens.wave_rest_aa, lens.prepared(rebuilt.row)
        frame = Frame(wave, np.concatenate([flux, rebuilt.reconstruction]))
        # The spectrum, thin, on the reconstruction, broad: where they agree both are seen.
        above = [
            strips(frame, wave, ~rebuilt.kept),
            polyline(frame, wave, rebuilt.reconstruction, "beneath"),
            polyline(frame, wave, flux, "hair"),
        ]
        below = Frame(wave, np.append(rebuilt.residual, -rebuilt.residual), clip=(0.2, 99.8))
        largest = int(np.argmax(np.abs(rebuilt.residual)))
        most = number_text(rebuilt.residual[largest], "+.3g")
        low, top = (number_text(end, ".2g") for end in (frame.low, frame.top))
        zero = polyline(below, wave[[0, -1]], np.zeros(2), "zero")
        residual = [
            strips(below, wave, ~rebuilt.kept),
            strips(below, wave, rebuilt.trimmed).replace('"shade"', '"shade trimmed"'),
            zero,
            polyline(below, wave, rebuilt.residual, "again"),
        ]
        shaded = (
            '<span><i class="key-line box"></i>filtered</span>' if not rebuilt.kept.all() else ""
        )
        if rebuilt.trimmed.any():
            shaded += '<span><i class="key-line box trimmed"></i>trimmed</span>'
        return (
            '<div class="caption"><span><i class="key-line"></i>spectrum</span>'
            '<span><i class="key-line red broad"></i>reconstruction; residual below</span>'
            f"{shaded}</div>"
            f'<div class="large">{picture(above, label="spectrum and reconstruction")}</div>'
            f'<div class="low">{picture(residual, label="residual")}</div>'
            f"{ends(wave)}"
            f"<p>In units of the median flux: spectrum drawn from {low} to {top}, residual "
            f"(reconstruction minus spectrum) to ±{below.top:.2g}; "
            f"largest {most} at {wave[largest]:.0f} Å.</p>"
        )

    def _take(self, message: dict[str, Any]) -> None:
        view, name = self._session.view, message.get("set")
        if name == "score" and message["value"] in self._lens.targets:
            view.lens = "anomaly"
            view.target = message["value"]
            self._session.relist()
        elif name in ("width_kms", "trimmed"):
            low, high = view.param[name].bounds
            setattr(view, name, min(max(float(message["value"]), low), high))
        elif message.get("do") == "rebuilt":
            view.rebuilt = not view.rebuilt
            self._draw()
        elif "open" in message:
            self._session.open(int(message["open"]))
        elif message.get("top") in self._tops:
            self._top = message["top"]
            self._lead()
            self._draw()
        elif "leading" in message:
            self._leading = bool(message["leading"])
            self._lead()
            self._draw()
