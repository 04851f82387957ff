"""Tables of the model as HTML."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import numpy as np
import panel as pn
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from ....core.models.class_metrics import classification_metrics
from ....core.words import probability_text
from ....data.collection.trained.trained_models import probability_column
from ....data.study.figure_intervals import class_intervals, macro_interval_text, share_interval
from ...session.session import Session
from ...workspace.confusion_table import ordered_types
from ...workspace.workspace import Workspace
from ..widgets.html_sections import SectionsPart
from .sections.certainty import certainty_html
from .sections.training_curve import training_html

__all__ = ["model_html", "show"]

_LOOK_MS = 2000

_COLUMNS = '<div class="columns" tabindex="0">'


def show(session: Session) -> SectionsPart:
    """How good the classifier is, and how the autoencoder learnt, also while a build trains it."""
    space = session.workspace
    report, path = model_html(space), space.collection.path
    part = SectionsPart("model", lambda _: None)

    def look() -> None:
        if session.view.tab == "model":
            part.write(report=_beside(report, training_html(path)))

    look()
    if pn.state.curdoc is not None:
        pn.state.add_periodic_callback(look, period=_LOOK_MS)
    session.view.param.watch(lambda *_: look(), "tab")
    return part


def _beside(report: str, training: str) -> str:
    if report.startswith(_COLUMNS):
        return f"{report.removesuffix('</div>')}{training}</div>"
    return f"{_COLUMNS}{training}</div>" if training else report


def model_html(space: Workspace) -> str:
    """Precision, recall and F for each class, and the confusion matrix."""
    lens = space.lenses.get("agn")
    if lens is None or "predicted" not in lens.columns:
        return _invite(
            "No classifier has been built, or only by an earlier version: <b>spexplain build</b> "
            "makes one."
        )
    predictions = lens.columns
    truth = space.catalog["label"].to_numpy(object)[predictions.index.to_numpy()].astype(str)
    called = predictions["predicted"].to_numpy(object).astype(str)
    known, which = np.isin(truth, lens.targets), "all labelled spectra"
    tested = (
        known & (predictions["split"] == "test").to_numpy()
        if "split" in predictions
        else known & False
    )
    if tested.any():
        known, which = tested, "the test set, which the classifier has not seen"
    if not known.any():
        return _unchecked(lens, called)
    about = f"{what}: on {which}" if (what := getattr(lens, "described", "")) else f"On {which}"
    sample = getattr(lens, "learnt_from", "")
    about += f"; {sample}" if sample else ""
    return _report(truth[known], called[known], about, _certain(lens))


def _report(truth: np.ndarray, predicted: np.ndarray, about: str, certain: str) -> str:
    kinds = ordered_types({*truth.tolist(), *predicted.tolist()})
    quietly: Any = {"zero_division": 0.0}
    scores = np.array(precision_recall_fscore_support(truth, predicted, labels=kinds, **quietly))
    metrics = classification_metrics(truth, predicted, kinds).to_dict()
    ends = class_intervals(metrics)
    lines = [
        f"<tr><th>{escape(kind)}</th>"
        + "".join(f"<td>{v:.3f}{_within(end)}</td>"
                  for v, end in zip(column[:3], ends.get(kind, ("",) * 3), strict=True))
        + f"<td>{column[3]:,.0f}</td></tr>"
        for kind, column in zip(kinds, scores.T, strict=True)
    ]  # fmt: skip
    mean = scores[:3].mean(axis=1)
    of_mean = [macro_interval_text(metrics, of) for of in ("precision", "recall", "f")]
    lines.append("<tr class=sum><th>mean (macro)</th>"
                 + "".join(f"<td>{v:.3f}{_within(end)}</td>"
                           for v, end in zip(mean, of_mean, strict=True))
                 + f"<td>{scores[3].sum():,.0f}</td></tr>")  # fmt: skip
    head = "<th></th><th>precision</th><th>recall</th><th>F</th><th>spectra</th>"
    table = _table(about, head, lines)
    return f"{_COLUMNS}{table}{_confusion(truth, predicted, kinds)}{certain}</div>"


def _within(ends: str) -> str:
    """A 95 % interval beside a figure of few spectra."""
    return f' <small class="muted" title="95 % interval">{ends}</small>' if ends else ""


def _certain(lens: Any) -> str:
    known = getattr(lens, "certainty", None)
    return "" if known is None else certainty_html(known)


def _unchecked(lens: Any, called: np.ndarray) -> str:
    """Predictions of a classifier without labels to check, and its scores where it was trained."""
    predictions = lens.columns
    lines = []
    for kind in ordered_types(set(lens.targets) & set(called.tolist())):
        here = called == kind
        shares = predictions[probability_column(kind)].to_numpy(np.float64)[here]
        percentiles = np.percentile(shares, [16, 50, 84])
        low, middle, high = (escape(probability_text(p)) for p in percentiles)
        lines.append(
            f"<tr><th>{escape(kind)}</th><td>{here.sum():,}</td>"
            f"<td>{here.mean():.3f}{_within(share_interval(int(here.sum()), len(here)))}</td>"
            f"<td>{middle}</td><td>{low} to {high}</td></tr>"
        )
    head = (
        "<th>called</th><th>spectra</th><th>share</th><th>median p</th>"
        '<th title="16th to 84th percentile">16–84 % of p</th>'
    )
    what = getattr(lens, "described", "") or "The classifier"
    table = _table(
        f"{what}: what it says here, where no spectrum has a type to check it", head, lines
    )
    tested = getattr(lens, "lent_test", None)
    return f"{_COLUMNS}{table}{_lender_test(tested) if tested else ''}{_certain(lens)}</div>"


def _lender_test(test: Mapping[str, Any]) -> str:
    """Scores on the test set of the collection on which it was trained."""
    of, ends = test["by_class"], class_intervals(test)
    lines = [
        f"<tr><th>{escape(kind)}</th>"
        + "".join(
            f"<td>{of[kind][name]:.3f}{_within(end)}</td>"
            for name, end in zip(
                ("precision", "recall", "f"), ends.get(kind, ("",) * 3), strict=True
            )
        )
        + f"<td>{of[kind]['n']:,}</td></tr>"
        for kind in ordered_types(of)
    ]
    head = "<th></th><th>precision</th><th>recall</th><th>F</th><th>spectra</th>"
    return _table("Where it was trained: on the test set, which it had not seen", head, lines)


def _confusion(truth: np.ndarray, predicted: np.ndarray, kinds: list[str]) -> str:
    counts = confusion_matrix(truth, predicted, labels=kinds)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    lines = []
    for i, kind in enumerate(kinds):
        tints = [
            f'<td style="background:color-mix(in srgb, var(--{"accent" if i == j else "warn"}) '
            f'{45 * shares[i, j]:.0f}%, transparent)">{counts[i, j]:,}</td>'
            for j in range(len(kinds))
        ]
        lines.append(f"<tr><th>{escape(kind)}</th>{''.join(tints)}</tr>")
    head = "<th></th>" + "".join(f"<th>{escape(kind)}</th>" for kind in kinds)
    return _table("True type (rows) called (columns)", head, lines)


def _table(caption: str, head: str, lines: list[str]) -> str:
    return (
        f'<table class="plain"><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table>"
    )


def _invite(text: str) -> str:
    return f'<div class="invite"><div>{text}</div></div>'
