"""HTML of the Clusters tab: scan over k, cards, one cluster in full."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np

from .....core.models.anomaly.scores import SCORE_TITLES
from .....core.settings import WeightSign
from .....core.words import EXPLAINED_R2, goodness, number_text
from .....data.lenses.explained_anomalies import Reasons
from .....data.study.figure_intervals import share_interval
from ....figures.svg.svg_spectra import ends, painted_mean, picture
from ....workspace.cluster_partition import Cluster, colours_meaning
from ...widgets.html_sections import button, foot_line
from .ratio_table import bpt_words, ratio_table

__all__ = ["card", "detail", "scan_charts"]

_SIGNS = {
    "keep": "A stretch that makes the anomaly stronger is told from one that makes it weaker",
    "drop": "As in the paper: only how much a stretch matters counts",
}


def scan_charts(
    reasons: Reasons | None,
    k: int,
    *,
    sign: WeightSign = "keep",
    coloured: bool = False,
    busy: str = "",
) -> str:
    """Inertia and silhouette over k, each k a button, and whether signs count.

    Parameters
    ----------
    reasons
        What is clustered; None draws nothing.
    k, sign
        As chosen.
    coloured
        The plane is coloured by these clusters.
    busy
        What is being done; "" for nothing.
    """
    if reasons is None:
        return ""
    scan = reasons.scan
    ks = scan["k"].tolist()
    buttons = "".join(
        button(
            str(n), {"k": int(n)}, css="plain on" if n == k else "plain",
            title=f"silhouette {number_text(s, '.3f')}" if math.isfinite(s) else "",
        )
        for n, s in zip(ks, scan["silhouette"], strict=True)
    )  # fmt: skip
    words = (
        f"elbow at {reasons.elbow}, best silhouette at {reasons.best_silhouette}"
        + (", the most tried" if reasons.best_silhouette == max(ks) else "")
        + f", built with {reasons.k}; explained: {_explained(reasons.explained)}"
        + (f"; {reasons.growth}" if reasons.growth else "")
    )
    state = f'<span class="busy">{busy}</span>' if busy else words
    signs = "".join(
        button(
            text, {"sign": value}, css="plain on" if value == sign else "plain", title=_SIGNS[value]
        )
        for value, text in (("keep", "with signs"), ("drop", "without"))
    )
    colour = button(
        "Colour the plane", {"do": "colour"}, css="plain on" if coloured else "plain",
        title="Colour the points of the plane by these clusters",
    )  # fmt: skip
    plane = button(
        "Plane of explanations", {"do": "plane"}, css="plain",
        title="t-SNE of the explanations themselves",
    )  # fmt: skip
    charts = _chart("Inertia", ks, scan["inertia"].to_numpy(), k)
    charts += _chart("Silhouette", ks, scan["silhouette"].to_numpy(), k)
    return (
        f"<h3>How many clusters of {len(reasons.rows):,} explanations</h3>{charts}"
        f'<div class="ks">{buttons}</div><div class="ks signs"><span class="name">Weights</span>'
        f'{signs}</div><p>{state}</p><div class="ks">{colour}{plane}</div>'
    )


def card(cluster: Cluster, title: str, *, picked: bool, colour: str = "") -> str:
    """One cluster, small, with its colour in the BPT diagram: a click shows it in full."""
    dot = f'<i class="chip" style="background:{colour}"></i>' if colour else ""
    inner = (
        f'<div class="head"><b title="{escape(title, quote=True)}">{dot}{escape(title)}</b>'
        f'<span title="members">{cluster.n:,}</span></div>'
        f"{_drawing(cluster)}"
        f"{foot_line(cluster.top())}"
        f'<div class="foot-line">median z {cluster.median_z:.3f}</div>{_fit_line(cluster)}'
    )
    css = "now" if picked else ""
    return button(inner, {"pick": cluster.number}, css=css, title="Show this cluster in full")


def detail(
    cluster: Cluster,
    title: str,
    name: str,
    members: Sequence[str],
    *,
    reasons: Reasons,
    known: str = "",
) -> str:
    """One cluster in full.

    Parameters
    ----------
    cluster
        Which.
    title
        What it is called now.
    name
        What the user calls it; "" if nothing.
    members
        Ids of the first by score.
    reasons
        What was clustered.
    known
        What the catalog says its members are.
    """
    field = (
        f'<label class="naming"><span class="name">Name</span> <input type="text" name="name" '
        f'maxlength="60" value="{escape(name, quote=True)}" placeholder="{escape(title)}" '
        'title="Kept beside the collection, also when it is built again"></label>'
    )
    alone = button(
        "Show alone", {"alone": cluster.number}, css="plain",
        title="Show its members alone on the plane",
    )  # fmt: skip
    select = button(
        "Select", {"select": cluster.number}, css="plain",
        title="Ring its members on the plane and list them to step through",
    )  # fmt: skip
    links = "".join(_member(cluster, at, id) for at, id in enumerate(members))
    kinds = bpt_words(cluster.lines)
    ratios = ratio_table(cluster.lines, "Line ratios, median of the members", dust=reasons.dust)
    return (
        f'<div class="line">{field}{alone} {select}</div>'
        f'<div class="large">{_drawing(cluster, spread=True)}</div>'
        f"{ends(cluster.wave_rest_aa)}"
        '<div class="caption"><span><i class="key-line"></i>mean spectrum</span>'
        '<span><i class="key-line box"></i>16–84 % of its members</span>'
        '</div><div class="caption known">'
        f"{escape(colours_meaning(reasons.settings, reasons.weight_sign))}</div>"
        f'<div class="caption known">{escape(known)}</div>'
        f'<div class="caption known">{_fit(cluster)}</div>'
        f'<div class="two"><div>{ratios}</div><div><div class="caption">'
        f"BPT: {escape(kinds) or 'no member has all four lines'}</div>"
        f'<div class="caption">The {len(members)} most anomalous of {cluster.n:,}</div>'
        f'<div class="members">{links}</div></div></div>'
    )


def _within(k: int, n: int) -> str:
    return f" (95 % interval {ends})" if (ends := share_interval(k, n)) else ""


def _member(cluster: Cluster, at: int, id: str) -> str:
    """A link to a member; one whose explanation is none is faint."""
    r2, badly = float(cluster.r2[at]), bool(cluster.not_explained[at])
    text = goodness(r2) + (": not explained" if badly else "") if math.isfinite(r2) else ""
    css = "plain faint" if badly else "plain"
    return button(escape(id), {"open": int(cluster.rows[at])}, css=css, title=text)


def _fit_line(cluster: Cluster) -> str:
    """How well the surrogates of the members fit, for a card."""
    if not np.isfinite(cluster.r2).any():
        return ""
    badly = int(cluster.not_explained.sum())
    text = f"median {goodness(float(np.nanmedian(cluster.r2)))}"
    return f'<div class="foot-line">{text}{f" · {badly} not explained" if badly else ""}</div>'


def _fit(cluster: Cluster) -> str:
    """The same in full."""
    if not np.isfinite(cluster.r2).any():
        return "How well the surrogates fit is not known: build again"
    middle, least = (float(of(cluster.r2)) for of in (np.nanmedian, np.nanmin))
    badly = int(cluster.not_explained.sum())
    text = f"Surrogates: median {goodness(middle)}, lowest {goodness(least)}. "
    if not badly:
        all_of_them = "It is" if cluster.n == 1 else f"All {cluster.n:,} are"
        return f"{text}{all_of_them} explained (R² {EXPLAINED_R2:g} or more)"
    share = f"{badly:,} of {cluster.n:,}{_within(badly, cluster.n)}"
    return (
        f"{text}{share} not explained (R² below {EXPLAINED_R2:g}): their "
        "weights are no reasons; faint in the list"
    )


def _drawing(cluster: Cluster, *, spread: bool = False) -> str:
    return painted_mean(
        cluster.wave_rest_aa,
        cluster.spectrum,
        cluster.labels,
        cluster.weights,
        label=f"mean spectrum of cluster {cluster.number}",
        spread=cluster.spread if spread else None,
    )


def _chart(title: str, ks: list[int], values: Any, chosen: int) -> str:
    """A small line over k, with the chosen one marked; nothing where values are not known yet."""
    if not np.isfinite(values).all():
        head = f'<div class="caption"><span>{title}</span><b>…</b></div>'
        return f'<div class="chart">{head}{picture([], label=title)}</div>'
    low, high = float(np.min(values)), float(np.max(values))
    x = 4 + 92 * (np.array(ks) - ks[0]) / max(ks[-1] - ks[0], 1)
    y = 36 - 32 * (np.asarray(values) - low) / max(high - low, 1e-12)
    points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
    dots = "".join(
        f'<line x1="{a:.1f}" y1="{b:.1f}" x2="{a + 0.01:.2f}" y2="{b:.1f}" '
        f'class="{"dot on" if k == chosen else "dot"}"/>'
        for k, a, b in zip(ks, x, y, strict=True)
    )
    at = number_text(values[ks.index(chosen)], ".3g") if chosen in ks else "–"
    line = f'<polyline class="thin" points="{points}"/>'
    return (
        f'<div class="chart"><div class="caption"><span>{title}</span><b>{at}</b></div>'
        f"{picture([line, dots], label=title)}</div>"
    )


def _explained(words: str) -> str:
    """The build's words with the page's names: 'mse by lime, flat 1' is 'MSE by LIME, flat 1'."""
    score, by, how = words.partition(" by ")
    method, comma, rest = how.partition(", ")
    method = method.upper() if method == "lime" else method
    return f"{SCORE_TITLES.get(score, score)}{by}{method}{comma}{rest}"
