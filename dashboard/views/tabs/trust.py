"""Tab “How far to believe it”: curves and checks behind the verdict."""

from __future__ import annotations

from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from ....core.words import correlation_text, number_text, percent
from ...figures.svg.svg_plots import Curve, line_plot
from ...figures.words.wording import METHOD_TITLES, meaning, with_command
from ...session.background.latest_wins import Answer, Background
from ...session.opened.evidence import Evidence, gather
from ...session.session import Session
from ..widgets.html_sections import SectionsPart, button
from .sections.recurrence import exposures_section

if TYPE_CHECKING:
    from ....core.surrogate.kernel_width import KernelAdvice
    from ....core.surrogate.stability import Stability
    from ....core.trust.curves import Curves
    from ....core.trust.methods_agree import Agreement
    from ....core.trust.randomisation import RandomisationCheck
    from ....core.trust.reviewers_figures import Faithfulness
    from ....core.trust.verdict import Trust

__all__ = ["show"]

_OPEN_ONE = "Open a spectrum: what speaks for and against its explanation is gathered here."
_N_POINTS = 40


def show(session: Session) -> SectionsPart:
    """Evidence for and against the explanation, computed while the tab is open."""
    return _Trust(session).part


class _Trust:
    def __init__(self, session: Session) -> None:
        self._session = session
        self._evidence: Evidence | None = None
        self.part = SectionsPart("trust", self._take)
        self._work: Background[Evidence] = Background(session, self._arrived)
        session.view.param.watch(self._begin, "tab")
        session.outcome.param.watch(self._begin, ["open_spectrum", "explanation", "trust"])
        session.outcome.param.watch(self._recurrence_arrived, ["recurrence", "no_recurrence"])
        self._begin()

    def _begin(self, *_: object) -> None:
        """Gather for an explanation that has been judged, if anybody looks."""
        if self._session.view.tab != "trust":
            self._work.cancel()
            return
        outcome = self._session.outcome
        explanation, spectrum = outcome.explanation, outcome.open_spectrum
        if self._evidence is not None and self._evidence.explanation is not explanation:
            self._work.cancel()
            self._evidence = None
        if (
            explanation is not None
            and spectrum is not None
            and outcome.trust
            and self._evidence is None
            and not explanation.nothing
        ):
            self._evidence = Evidence(explanation, doing="beginning")
            target = self._session.target_of(spectrum)
            self._work.request(partial(gather, explanation, spectrum.flux, target))
        self._draw()

    def _recurrence_arrived(self, *_: object) -> None:
        """Update after new results over other exposures."""
        if self._session.view.tab == "trust" and self._session.outcome.trust is not None:
            self._draw()

    def _exposures(self) -> str:
        outcome = self._session.outcome
        explanation, spectrum, trust = outcome.explanation, outcome.open_spectrum, outcome.trust
        effects = self._session.effects
        if explanation is None or spectrum is None or effects is None or explanation.nothing:
            return ""
        assert trust is not None  # nothing is drawn before
        return exposures_section(
            explanation,
            effects,
            trust,
            outcome.recurrence,
            wave_rest_aa=spectrum.wave_rest_aa,
            why_not=outcome.no_recurrence,
        )

    def _arrived(self, answer: Answer[Evidence]) -> None:
        if answer.error is not None:
            self.part.write(state=f"<p>{escape(str(answer.error))}</p>")
        elif answer.result is not None:
            self._evidence = answer.result
            self._draw()

    def _draw(self) -> None:
        trust = self._session.outcome.trust
        if trust is None:
            spectrum = self._session.outcome.open_spectrum
            text = _OPEN_ONE if spectrum is None else "Waiting for the explanation to settle …"
            if spectrum is not None and spectrum.reason:
                text = f"This lens cannot take it: {escape(with_command(spectrum.reason))}"
            self.part.write(state=f"<p>{text}</p>")
            return
        evidence = self._evidence
        self.part.write(
            state=_state(trust, evidence),
            exposures=self._exposures(),
            order=_order(trust.stability, trust.confidence)
            if trust.stability and not trust.nothing
            else "",
            curves=_curves(evidence.curves, meaning(evidence.explanation).value)
            if evidence and evidence.curves
            else "",
            methods=_methods(evidence) if evidence and evidence.agreements else "",
            model=_model(evidence.scrambled) if evidence and evidence.scrambled else "",
            figures=_figures(evidence.figures, evidence.logit)
            if evidence and evidence.figures
            else "",
            kernel=_kernel(trust.kernel, trust.n_samples) if trust.kernel else "",
        )

    def _take(self, message: dict[str, Any]) -> None:
        if "width" in message:
            self._session.knobs.param.update(kernel_width=float(message["width"]))
        elif "stop" in message:
            self._work.cancel()
            if self._evidence is not None:
                self._evidence = Evidence(self._evidence.explanation)
            self.part.write(state="<p>Stopped. Another explanation begins anew.</p>")


def _state(trust: Trust, evidence: Evidence | None) -> str:
    text = f"<h3>{escape(_sentence(trust))}</h3>"
    if evidence is not None and evidence.doing:
        stop = button("Stop", {"stop": True}, css="plain", title="Gather no more")
        text += f'<p class="busy">{escape(evidence.doing)} … {stop}</p>'
    return text


def _sentence(trust: Trust) -> str:
    sentence = trust.sentence()
    return sentence[:1].upper() + sentence[1:] + "."


def _order(stability: Stability, confidence: float) -> str:
    """How sure the order of the top segments is, at fewer and at more samples."""
    n, k = stability.n_samples, len(stability.order)
    counts = np.geomspace(max(2 * stability.n_floor, n / 50), 8 * n, _N_POINTS)
    shown = sorted({1, (k + 1) // 2, k})
    curves = [
        Curve(counts, np.array([stability.probability(int(c), k=j) for c in counts]), f"line-{i}")
        for i, j in enumerate(shown)
    ]
    plot = line_plot(
        curves, x_label="samples", y_label="probability", log=True, y_range=(0.0, 1.0),
        x_ticks={float(counts[0]): f"{counts[0]:,.0f}", float(n): f"{n:,}",
                 float(counts[-1]): f"{counts[-1]:,.0f}"},
        marks=[float(n)], level=confidence,
    )  # fmt: skip
    keys = [(f"line-{i}", f"top {j}" if j > 1 else "the top one") for i, j in enumerate(shown)]
    return (
        "<h3>Would more samples tell?</h3>"
        f"{plot}{_key(keys)}<p>Probability that the largest segments stand as infinitely many "
        f"samples would put them; dashed: {percent(confidence, 'g')}, and the {n:,} samples "
        "used.</p>"
    )


def _curves(curves: Curves, value: str) -> str:
    """Does what is explained follow when segments are taken away by their weights?"""
    chance = np.percentile(curves.random, [5, 95], axis=0)
    drawn = [
        *(Curve(curves.fraction, side, "chance") for side in chance),
        Curve(curves.fraction, curves.insertion, "line-1"),
        Curve(curves.fraction, curves.deletion, "line-2"),
    ]
    plot = line_plot(
        drawn, x_label="share of the pixels", y_label=value,
        x_ticks={0.0: "0", 0.5: "50 %", 1.0: "100 %"},
    )  # fmt: skip
    better = "better than chance" if curves.gain > 2 else "no better than chance"
    gain = "over 100" if curves.gain > 100 else number_text(curves.gain, ".1f")
    keys = [("line-2", "taken away"), ("line-1", "put back"), ("chance", "random orders, 90 %")]
    return (
        f"<h3>Does the model follow the weights?</h3>{plot}{_key(keys)}"
        f"<p>Segments perturbed in the order of their weights: {better} "
        f"({gain}\N{NO-BREAK SPACE}σ below random orders).</p>"
    )


def _methods(evidence: Evidence) -> str:
    """The other methods on the same spectrum."""
    lines = "".join(_agreement(METHOD_TITLES[name], alike) for name, alike in evidence.agreements)
    head = "<tr><th></th><th>Spearman</th><th>top 5</th><th>sign</th></tr>"
    return (
        f"<h3>Do other methods agree?</h3><table class='matrix'>{head}{lines}</table>"
        f"<p>With {METHOD_TITLES[evidence.explanation.method]}, on what each segment contributes: "
        "rank correlation of the sizes, and of the five largest how many are among the other's "
        "five and have its sign.</p>"
    )


def _agreement(name: str, alike: Agreement) -> str:
    cells = (
        _number(alike.rank_correlation),
        f"{alike.top_overlap * alike.k:.0f} of {alike.k}",
        f"{alike.same_sign * alike.k:.0f} of {alike.k}",
    )
    return f"<tr><th>{name}</th>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _model(check: RandomisationCheck) -> str:
    """Would a model that has learnt nothing be explained alike?"""
    if check.depends_on_model:
        text = "The explanation is about what the model has learnt: scrambled models give another."
    else:
        text = "Beware: models with scrambled parameters give much the same explanation."
    return (
        f"<h3>Is it about this model?</h3><p>{text}</p><p>Rank correlation with "
        f"{len(check.agreements)} scrambled models: {_number(check.likeness)} (median of its "
        "size; below 0.5 is unlike).</p>"
    )


def _figures(figures: Faithfulness, logit: float | None) -> str:
    """Faithfulness measures by Quantus's names."""
    rows = [
        ("Infidelity", _figure(figures.infidelity), "squared error of what segments taken away "
         "were said to bring, over the square of what they did: 0 is best, 1 says nothing"),
        ("Faithfulness correlation", _correlation(figures.correlation), "of the two: 1 is best"),
        ("Completeness", _figure(figures.completeness), "what the weights sum to beyond the "
         "target as it is less all perturbed, over that: 0 is best"),
        ("Max-sensitivity", _figure(figures.max_sensitivity), "the most that noise of up to "
         f"{percent(figures.noise, 'g')} of the median flux changed the weights, as a share of "
         "them: 0 is best"),
    ]  # fmt: skip
    if logit is not None:
        rows.append(("Random logit", _correlation(logit), "correlation with the weights for "
                     "another class: far from 1 is best"))  # fmt: skip
    lines = "".join(
        f'<tr title="{escape(what)}"><th>{name}</th><td>{escape(value)}</td></tr>'
        for name, value, what in rows
    )
    return (
        f"<h3>The figures reviewers ask for</h3><table class='matrix'>{lines}</table>"
        f"<p>Of {figures.n_subsets:,} random subsets of the segments taken away and "
        f"{figures.n_noisy:,} spectra under slight noise. They tell whether the model follows the "
        "weights, not where the cause is, and depend on the class: compare within one.</p>"
    )


def _figure(value: float) -> str:
    return number_text(value, ".3g") if np.isfinite(value) else "–"


def _correlation(value: float) -> str:
    return correlation_text(value, 3) if np.isfinite(value) else "–"


def _kernel(kernel: KernelAdvice, n_samples: int) -> str:
    """Effective number of samples under the kernel."""
    text = (
        f"<h3>Is the kernel wide enough?</h3><p>Width {kernel.width:g}: the {n_samples:,} samples "
        f"count as {kernel.effective_samples:,.0f}; {kernel.needed_samples:,} are wanted, ten for "
        "each unknown.</p>"
    )
    if kernel.recommended_width is None:
        return f"{text}<p>No width leaves enough: take more samples.</p>"
    take = button(
        f"Take width {kernel.recommended_width:g}",
        {"width": kernel.recommended_width},
        css="plain",
        title="The narrowest, so the most local, that leaves enough samples",
    )
    return f"{text}<p>The narrowest that leaves so many: {kernel.recommended_width:g}.</p>{take}"


def _key(names: list[tuple[str, str]]) -> str:
    items = "".join(f'<span><i class="{css}"></i>{escape(text)}</span>' for css, text in names)
    return f'<div class="caption">{items}</div>'


def _number(value: float) -> str:
    return escape(correlation_text(value)) if np.isfinite(value) else "no order"
