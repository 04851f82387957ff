"""Tab Clusters: number of clusters, their content and names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, get_args

import numpy as np
import panel as pn

from ....core.compute.cancel import Cancelled
from ....core.settings import WeightSign
from ....data.lenses.explained_anomalies import Reasons
from ....data.selections.selection import Selection
from ...figures.planes.bpt_diagram import bpt_figure, bpt_points
from ...figures.theme import category_colours
from ...session.background.latest_wins import Answer, Background
from ...session.session import Session
from ...workspace.cluster_partition import Partition, known_kinds
from ..widgets.components import invitation
from ..widgets.html_sections import SectionsPart
from .sections.cluster_cards import card, detail, scan_charts

__all__ = ["show"]


def show(session: Session) -> pn.Row | pn.pane.HTML:
    """The scan over k, a card for each cluster, the picked one in full, and the BPT diagram."""
    if session.workspace.reasons is None:
        return invitation("No clusters have been built: <b>spexplain build</b> makes them.")
    return _Clusters(session).whole


@dataclass(frozen=True, slots=True, eq=False)
class _Clustering:
    """Clusters, and what was clustered: at first without the scan over k where signs differ."""

    partition: Partition
    reasons: Reasons
    complete: bool


class _Clusters:
    def __init__(self, session: Session) -> None:
        self._session = session
        self._found: _Clustering | None = None
        self._picked = 0
        self.part = SectionsPart("clusters", self._take)
        self._bpt = pn.pane.HoloViews(
            None, backend="bokeh", linked_axes=False, width=280, sizing_mode="stretch_height",
            margin=(4, 10, 8, 0),
        )  # fmt: skip
        self.whole = pn.Row(self.part, self._bpt, sizing_mode="stretch_both", margin=0)
        self._work: Background[_Clustering] = Background(session, self._arrived)
        session.view.param.watch(self._begin, ["tab", "k", "weight_sign"])
        session.view.param.watch(self._dress, "theme")
        self._begin()

    @property
    def _k(self) -> int:
        reasons = self._session.workspace.reasons
        assert reasons is not None
        known = reasons.scan["k"].tolist()
        return self._session.view.k if self._session.view.k in known else reasons.k

    @property
    def _partition(self) -> Partition | None:
        return None if self._found is None else self._found.partition

    @property
    def _sign(self) -> WeightSign:
        reasons = self._session.workspace.reasons
        assert reasons is not None
        return self._session.view.weight_sign or reasons.weight_sign

    def _begin(self, *_: object) -> None:
        """Cluster into as many as are asked for, unless they are there already."""
        self._work.cancel()
        if self._session.view.tab != "clusters":
            return
        space, k, sign = self._session.workspace, self._k, self._sign
        clustering = self._found
        if (
            clustering is not None
            and clustering.partition.k == k
            and clustering.reasons.weight_sign == sign
        ):
            if clustering.complete:
                self._draw()
                return
        else:
            of = space.reasons if clustering is None else clustering.reasons
            self.part.write(choose=scan_charts(of, k, sign=sign, busy="clustering"))

        def work(cancelled: Callable[[], bool]) -> Iterator[_Clustering]:
            first = space.partition(k, sign)
            reasons = space.reasons_of(sign)
            known = bool(reasons.elbow)
            yield _Clustering(first, reasons, known)
            if not known:
                yield _Clustering(first, space.scan(sign, partial(_unless, cancelled)), True)

        self._work.request(work)

    def _arrived(self, answer: Answer[_Clustering]) -> None:
        if answer.result is None:
            self._session.complain(str(answer.error))
            return
        before = self._partition
        coloured = self._session.view.colour == self._colour
        self._found = answer.result
        if before is not answer.result.partition:
            self._picked = 0
            if coloured:
                self._colour_plane()
            self._draw_bpt()
        self._draw()

    @property
    def _colour(self) -> str:
        return "" if self._partition is None else self._partition.colour

    def _draw(self) -> None:
        space = self._session.workspace
        if self._found is None:
            return
        partition, names = self._found.partition, space.cluster_titles(self._found.partition)
        colours = category_colours(tuple(names), self._session.view.theme)
        cards = "".join(
            card(
                cluster, names[cluster.number], picked=cluster.number == self._picked,
                colour=colours[cluster.number],
            )
            for cluster in partition.clusters
        )  # fmt: skip
        cluster = partition.clusters[self._picked]
        ids = space.catalog["id"]
        members = [str(ids.iat[int(row)]) for row in cluster.rows[:20]]
        self.part.write(
            choose=scan_charts(
                self._found.reasons,
                partition.k,
                sign=self._sign,
                coloured=self._coloured(),
                busy="" if self._found.complete else "trying other numbers of clusters",
            ),
            cards=cards,
            detail=detail(
                cluster,
                names[cluster.number],
                space.cluster_names(partition)[cluster.number],
                members,
                reasons=self._found.reasons,
                known=known_kinds(space.catalog, cluster.rows),
            ),
        )

    def _dress(self, *_: object) -> None:
        self._draw_bpt()
        self._draw()

    def _draw_bpt(self) -> None:
        partition, reasons = self._partition, self._session.workspace.reasons
        if partition is None or reasons is None or not {"nii_ha", "oiii_hb"} <= set(reasons.lines):
            return
        points = bpt_points(reasons.lines, partition.numbers)
        names = self._session.workspace.cluster_titles(partition)
        self._bpt.object = bpt_figure(points, names, theme=self._session.view.theme)

    def _coloured(self) -> bool:
        return self._session.view.colour == self._colour != ""

    def _colour_plane(self) -> None:
        assert self._partition is not None
        self._session.colour_by(self._session.workspace.offer_clusters(self._partition))

    def _take(self, message: dict[str, Any]) -> None:
        if "k" in message:
            self._session.view.k = int(message["k"])
        elif message.get("sign") in get_args(WeightSign):
            built = self._session.workspace.reasons
            as_built = built is None or message["sign"] == built.weight_sign
            self._session.view.weight_sign = "" if as_built else message["sign"]
        elif message.get("do") == "colour" and self._partition is not None:
            self._colour_plane()
            self._draw()
        elif message.get("do") == "plane":
            planes = self._session.workspace.planes
            if "reasons" in planes:
                self._session.view.plane = "reasons"
        elif "pick" in message and self._partition is not None:
            self._picked = int(np.clip(message["pick"], 0, self._partition.k - 1))
            self._draw()
        elif "alone" in message and self._partition is not None:
            self._alone(int(message["alone"]))
        elif "select" in message and self._partition is not None:
            self._select(int(np.clip(message["select"], 0, self._partition.k - 1)))
        elif "open" in message:
            self._session.open(int(message["open"]))
        elif message.get("set") == "name":
            self._name(str(message["value"]))

    def _select(self, number: int) -> None:
        """Select the members of one cluster, and open their list."""
        assert self._partition is not None
        cluster = self._partition.clusters[number]
        title = self._session.workspace.cluster_titles(self._partition)[number]
        origin = f"{title} of {self._partition.k} clusters of reasons"
        self._session.selected.take(Selection(title, origin, cluster.rows))
        self._session.view.tab = "selected"

    def _alone(self, number: int) -> None:
        """Show the members of one cluster alone on the plane."""
        assert self._partition is not None
        self._colour_plane()
        titles = self._session.workspace.cluster_titles(self._partition)
        colouring = self._session.workspace.colouring(self._colour)
        names = getattr(colouring, "names", ())
        self._session.view.hidden = [name for name in names if name != titles[number]]
        self._draw()

    def _name(self, name: str) -> None:
        partition = self._partition
        if partition is None:
            return
        if not self._session.may_tag("name clusters"):
            return
        try:
            self._session.workspace.names.give(partition.clusters[self._picked].weights, name)
        except (ValueError, OSError) as error:
            self._session.complain(f"The name was not kept: {error}")
            return
        self._session.person.did(f"named cluster {self._picked} of {partition.k}: {name}")
        if self._coloured():
            self._colour_plane()
        self._draw()
        self._draw_bpt()


def _unless(cancelled: Callable[[], bool], _done: int, _total: int) -> None:
    if cancelled():
        raise Cancelled
