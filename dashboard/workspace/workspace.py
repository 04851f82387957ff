"""One collection as shared by all visitors: read once, never written."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd

from ...data.collection import Annotations, ClusterNames, Collection, IdSearch
from ...data.collection.lookup.sky_search import SkySearch
from ...data.files.arrays.mapped_columns import MAPPED_FROM
from ...data.lenses import Lens, Plane, Reasons, reasons_by_sign, scanned
from ...data.selections import RowFilter
from ...data.selections.kept_selections import KeptSelections
from .cluster_partition import Partition, partition
from .colouring import (
    MISSING,
    Categories,
    Colouring,
    as_numbers,
    colour_groups,
    colour_titles,
    colouring,
)
from .listing import Listing
from .plane_search import PlaneSearch
from .rejections import Rejection, rejections
from .selections_colouring import colouring_of_selections
from .standard_lists import (
    can_be_checked,
    least_sure,
    misclassified,
    most_anomalous,
    outside_domain,
)

if TYPE_CHECKING:
    from ...core.settings import WeightSign
    from ...data.lenses import Placer

__all__ = ["Workspace"]

_MOST_COLUMNS, _MOST_OF_MILLIONS = 12, 3
_COLOURED = ("colouring", "points")


class Workspace:
    """A collection, its lenses and its planes, with what is derived from them kept.

    Parameters
    ----------
    collection
        The spectra and their catalog.
    lenses
        By name; those that have been built.
    planes
        By name; those that have been built.
    reasons
        Explained anomalies and their clusters; None if none have been built.

    Attributes
    ----------
    drawn
        Set once a plane has been drawn for any visitor.
    compiled
        Cleared while datashader is being compiled; pictures wait for it, the page does not.
    loaded
        Names of the lenses whose model has been read.
    """

    def __init__(
        self,
        collection: Collection,
        lenses: Mapping[str, Lens],
        planes: Mapping[str, Plane],
        reasons: Reasons | None = None,
    ) -> None:
        self.collection = collection
        self.catalog = collection.catalog
        self.lenses = dict(lenses)
        self.planes = dict(planes)
        self.reasons = reasons
        self.names = ClusterNames(collection.path)
        self.annotations = Annotations(collection.path)
        self.kept_selections = KeptSelections(collection.path)
        self.colours = colour_titles(self.catalog, self.lenses)
        self.colour_groups = colour_groups(self.catalog, self.colours)
        self.drawn = threading.Event()
        self.compiled = threading.Event()
        self.compiled.set()
        self.loaded: set[str] = set()
        self._kept: dict[tuple[str, ...], Any] = {}
        self._recent: dict[str, None] = {}  # columns that coloured the plane, the last one last
        self._lock = threading.Lock()

    @cached_property
    def placer(self) -> Placer:
        """Places spectra from outside, and edited ones, on the planes."""
        from ...data.lenses.placer import (
            Placer,  # loads scikit-learn and openTSNE: not at the start
        )

        return Placer(self.collection)

    @cached_property
    def ids(self) -> IdSearch:
        """Finds rows of the catalog by a part of their id."""
        return IdSearch(self.catalog["id"])

    @cached_property
    def sky(self) -> SkySearch:
        """Finds rows by their place on the sky."""
        coordinates = (as_numbers(self.catalog[name]) for name in ("ra", "dec"))
        return SkySearch(*coordinates)

    @cached_property
    def row_filter(self) -> RowFilter:
        """Finds rows by a where-clause on the columns of the catalogue and of the lenses, and tags.

        Tags change, so they are read again at each use.
        """
        return RowFilter.of(self.catalog, self.lenses, lambda ids: self.annotations.column(ids))

    @cached_property
    def rejected_ids(self) -> IdSearch:
        """Finds inputs that were not taken by a part of their id, or of their file's name."""
        ids, files = self.collection.rejects["id"], self.collection.rejects["file"]
        names = (id or PurePath(file).name for id, file in zip(ids, files, strict=True))
        return IdSearch(names)

    @cached_property
    def rejections(self) -> list[Rejection]:
        """Why inputs were not taken, the commonest reason first."""
        return rejections(self.collection.rejects) if self.collection.n_rejected else []

    def colouring(self, name: str) -> Colouring:
        """Colouring of the points by name; raises KeyError for an unknown one."""
        make = lambda: colouring(name, self.catalog, self.lenses)  # noqa: E731
        made = self._made_once(("colouring", name), make)
        if self._long or self.colour_groups.get(name):
            self._hold_few(name)
        return made

    @property
    def _long(self) -> bool:
        """Whether it has so many spectra that all usual colourings would take gigabytes."""
        return len(self.catalog) >= MAPPED_FROM

    @property
    def usual_colours(self) -> tuple[str, ...]:
        """Names of the colourings that are made ready before anybody asks for them."""
        usual = [name for name in [*self.colours] if not self.colour_groups.get(name)]
        return tuple(usual[:_MOST_OF_MILLIONS] if self._long else usual)

    def points(self, plane: str, colour: str) -> pd.DataFrame:
        """The plane's points as the shader takes them: x, y, and category or value."""

        def make() -> pd.DataFrame:
            from ..figures.planes.shade import (
                as_category,  # loads datashader: not before a picture is drawn
            )

            chosen, rows = self.colouring(colour), self.planes[plane].rows
            points = self.on_plane(plane)
            table = pd.DataFrame({"x": points.x, "y": points.y}, copy=False)
            if isinstance(chosen, Categories):
                table["category"] = as_category(chosen.codes[rows], len(chosen.names))
            else:
                table["value"] = chosen.values[rows].astype(np.float32)
            return table

        return self._made_once(("points", plane, colour), make)

    def on_plane(self, plane: str) -> PlaneSearch:
        """The points of a plane, ready to be searched."""
        return self._made_once(("plane", plane), lambda: PlaneSearch.of(self.planes[plane]))

    def listing(self, tab: str) -> Listing:
        """The list of a tab; an empty one for tabs without a list."""
        if tab == "anomalous":
            return self.ranking("mse")
        of = least_sure if tab == "unsure" else misclassified
        return self._made_once(("listing", tab), lambda: of(self.catalog, self.lenses.get("agn")))

    @property
    def checked(self) -> bool:
        """Whether any spectrum has a type that the classifier may get right or wrong."""
        lens = self.lenses.get("agn")
        return self._made_once(("checked",), lambda: can_be_checked(self.catalog, lens))

    def ranking(self, score: str) -> Listing:
        """The most anomalous by one of the eight scores."""
        column = "score" if score == "mse" else score
        lens = self.lenses.get("anomaly")
        return self._made_once(
            ("ranking", score), lambda: most_anomalous(self.catalog, lens, score=column)
        )

    def outside(self, lens: str) -> Listing:
        """Spectra unlike what the lens's model learned on."""
        of = self.lenses.get(lens)
        return self._made_once(("outside", lens), lambda: outside_domain(self.catalog, of))

    def reasons_of(self, sign: str) -> Reasons:
        """The explanations with signs kept or dropped, "" as built; KeyError where there are none.

        Inertia and silhouette are unknown until :meth:`scan` has found them.
        """
        built = self.reasons
        if built is None:
            raise KeyError("no clusters have been built")
        if sign in ("", built.weight_sign):
            return built
        wanted = cast("WeightSign", sign)
        known = self._kept.get(("scanned", sign))
        return known or self._made_once(("reasons", sign), lambda: reasons_by_sign(built, wanted))

    def scan(self, sign: str, callback: Callable[[int, int], None]) -> Reasons:
        """The same with inertia and silhouette; calls callback(done, total), which may raise."""
        return self._made_once(("scanned", sign), lambda: scanned(self.reasons_of(sign), callback))

    def partition(self, k: int, sign: str = "") -> Partition:
        """The explanations in k clusters; KeyError where none have been built."""
        reasons = self.reasons_of(sign)
        z = self.catalog["z"].to_numpy(np.float64)
        key = ("partition", str(k), "" if reasons.as_built else sign)
        return self._made_once(key, lambda: partition(reasons, k, z))

    def cluster_names(self, partition: Partition) -> list[str]:
        """The user's name of each cluster; "" for those without one."""
        return self.names.of(partition.centres)

    def cluster_titles(self, partition: Partition) -> list[str]:
        """Title of each cluster: its name, or its number."""
        names = self.cluster_names(partition)
        return [name or f"cluster {number}" for number, name in enumerate(names)]

    def offer_clusters(self, partition: Partition) -> str:
        """Let these clusters, as they are called now, colour the plane; gives the colour's name."""
        assert self.reasons is not None
        key, titles = partition.colour, self.cluster_titles(partition)
        codes = np.full(len(self.catalog), partition.k, np.int16)
        codes[self.reasons.rows] = partition.numbers
        how = {"keep": ", signs kept", "drop": ", no signs", "": ""}[partition.weight_sign]
        title = f"{partition.k} clusters of reasons{how}"
        return self._offer(
            Categories(key, title, (*titles, MISSING["cluster"]), codes, partition.k)
        )

    def offer_selections(self) -> str:
        """Let the kept selections, as they are now, colour the plane; gives the colour's name.

        Raises
        ------
        OSError
            They cannot be read.
        """
        return self._offer(colouring_of_selections(self.kept_selections, self.catalog))

    def _offer(self, made: Categories) -> str:
        """Add a colouring of the plane, replacing any of this name."""
        key = made.name
        with self._lock:
            self._kept[("colouring", key)] = made
            for kept in [kept for kept in self._kept if kept[0] == "points" and kept[2] == key]:
                del self._kept[kept]
            self.colours[key] = made.title
        return key

    def _made_once(self, key: tuple[str, ...], make: Callable[[], Any]) -> Any:
        """A result shared by all visitors; two at once may both compute it, and one is kept."""
        if (kept := self._kept.get(key)) is not None:
            return kept
        made = make()
        with self._lock:
            return self._kept.setdefault(key, made)

    def _hold_few(self, colour: str) -> None:
        """Keep this colouring and the last used: each needs some ten bytes for each spectrum."""
        with self._lock:
            self._recent.pop(colour, None)
            self._recent[colour] = None
            while len(self._recent) > (_MOST_OF_MILLIONS if self._long else _MOST_COLUMNS):
                gone = next(iter(self._recent))
                del self._recent[gone]
                for key in [key for key in self._kept if key[0] in _COLOURED and key[-1] == gone]:
                    del self._kept[key]
