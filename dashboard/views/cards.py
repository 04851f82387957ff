"""The clusters of reasons as cards; a click shows one alone on the plane."""

from __future__ import annotations

from typing import Any

import numpy as np
import panel as pn

from ..clusters import Cluster
from ..colouring import Categories
from ..session import Session
from .parts import CardsPart, invitation

__all__ = ["show"]

_WIDTH, _HEIGHT = 100.0, 40.0
_PIECE_POINTS = 12  # a card is a few hundred pixels wide: more points would not be seen


def show(session: Session) -> CardsPart | pn.pane.HTML:
    """One card for each cluster that has been built, or what to do where none has."""
    if not session.workspace.clusters:
        return invitation("No clusters have been built: <b>spexplain build</b> makes them.")

    def take(message: dict[str, Any]) -> None:
        known = "cluster" in session.workspace.colours
        found = session.workspace.colouring("cluster") if known else None
        if isinstance(found, Categories) and message.get("cluster") in found.names:
            session.view.colour = "cluster"
            session.view.hidden = [name for name in found.names if name != message["cluster"]]

    cards = [describe(cluster) for cluster in session.workspace.clusters]
    return CardsPart(
        cards=cards, css_classes=["in-cards"], sizing_mode="stretch_both", on_message=take
    )


def describe(cluster: Cluster) -> dict[str, Any]:
    """The card as the script draws it: words, and polylines with how much each matters."""
    wave, flux = cluster.wave_rest_aa, cluster.spectrum
    x = _WIDTH * (wave - wave[0]) / (wave[-1] - wave[0])
    # Strong lines may run off the top: the continuum and what is on it are to be seen.
    low, high = np.percentile(flux, [0.5, 99.5])
    y = _HEIGHT * (1 - np.clip((flux - low) / max(high - low, 1e-9), -0.05, 1.05))
    share = cluster.weights / max(float(cluster.weights.max()), 1e-9)
    pieces = []
    for number in range(len(share)):
        inside = np.flatnonzero(cluster.labels == number)
        kept = inside[np.unique(np.linspace(0, len(inside) - 1, _PIECE_POINTS).astype(int))]
        kept = np.append(kept, min(kept[-1] + 1, len(x) - 1))  # joins the next piece
        points = " ".join(f"{a:.2f},{b:.1f}" for a, b in zip(x[kept], y[kept], strict=True))
        pieces.append([points, round(float(share[number]), 3)])
    return {
        "name": f"cluster {cluster.number}",
        "about": f"{cluster.n:,} spectra · z {cluster.median_z:.3f}",
        "top": " · ".join(cluster.top()),
        "pieces": pieces,
    }
