"""A collection opened in a notebook: spectra, tables, planes, page."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from functools import cached_property
from html import escape
from operator import index
from pathlib import Path
from typing import TYPE_CHECKING, Any, SupportsIndex

import numpy as np
import pandas as pd

from ...core.compute import thread_pool
from ...core.spectra import Spectrum
from ...data.collection import Collection, flux_unit_of
from ...data.collection.annotations.tags import Annotations
from ...data.collection.catalog_facts import z_warning_of
from ...data.files import demo_path
from ...data.lenses import Lens, Plane, open_lenses, open_planes
from ...data.lenses.lenses import LensError
from ...data.objects import is_address
from ...data.selections import RowFilter
from ..workspace.standard_lists import misclassified
from .cells.local_server import PageServer, serve_here
from .collection_tables import cluster_table, plane_table
from .one_spectrum import OneSpectrum, read
from .prepared_wave import PreparedWave

if TYPE_CHECKING:
    from ...data.lenses import Placer
    from ..figures import ThemeName
    from .cells.served_view import ExplainView, ServedView
    from .cells.single_views import SingleViews

__all__ = ["OpenedCollection", "app", "open"]

_DEMOS = {"demo": False, "demo-small": True}


class OpenedCollection:
    """A collection for interactive use.

    ``c["demo-000141"]`` or ``c[141]`` is one spectrum, ``len(c)`` the number of spectra.

    Attributes
    ----------
    collection
        The collection on disk; its ``catalog`` is a DataFrame.
    """

    def __init__(self, collection: Collection) -> None:
        self.collection = collection

    @cached_property
    def lenses(self) -> dict[str, Lens]:
        """Lenses by name, ``agn`` and ``anomaly``, if they have been built."""
        return open_lenses(self.collection)

    @cached_property
    def planes(self) -> dict[str, Plane]:
        """Planes by name."""
        return open_planes(self.collection, unfinished=True)

    @cached_property
    def _placer(self) -> Placer:
        from ...data.lenses.placer import Placer  # loads scikit-learn

        return Placer(self.collection)

    @property
    def catalog(self) -> pd.DataFrame:
        """One row a spectrum: id, position, redshift, label …"""
        return self.collection.catalog

    @property
    def wave(self) -> PreparedWave:
        """(D,) rest wavelengths of :meth:`prepared`, vacuum Å; can prepare other spectra."""
        return self.wave_of()

    def wave_of(self, lens: str | None = None) -> PreparedWave:
        """(D,) rest wavelengths, vacuum Å, of the spectra prepared for a lens."""
        return PreparedWave.of(self.collection, self._lens(lens))

    def prepared(self, *, label: bool = False, lens: str | None = None) -> Any:
        """Prepared spectra, the input of a model.

        Parameters
        ----------
        label
            Return only spectra with a label, together with their labels.
        lens
            Name of the lens: ``agn`` or ``anomaly``; by default the first that was built.

        Returns
        -------
        X : (n, D) float32, or (X, y) with y (n,) the labels
            In order of :meth:`rows`.
        """
        of = self._lens(lens)
        spectra = np.asarray(of.preparation.array("spectra")[:])
        if not label:
            return spectra
        labels = self.catalog["label"].to_numpy(object)[of.rows].astype(str)
        known = labels != ""
        if not known.any():
            raise ValueError(f"no spectrum of {self.collection.path} that {of.name} takes is "
                             "labelled")  # fmt: skip
        return spectra[known], labels[known]

    def rows(self, *, label: bool = False, lens: str | None = None) -> np.ndarray:
        """(n,) rows of the catalogue in the order of :meth:`prepared`."""
        rows = self._lens(lens).rows
        return rows[self.catalog["label"].to_numpy(object)[rows] != ""] if label else rows

    def where(self, clause: str) -> pd.DataFrame:
        """Spectra for which a clause of the page's filter holds, with all columns it may name.

        These are the columns of the catalogue, the results, and the ``tag`` given on the page.

        Parameters
        ----------
        clause
            As on the page: ``z < 0.1 and sn_median > 20 and label == "type 2"``.

        Returns
        -------
        One row a spectrum, indexed by its row in the catalogue. A text that no spectrum has is
        warned of (UserWarning).

        Raises
        ------
        WhereError
            The clause cannot be understood, or names what is no column; a ValueError.
        """
        rows = self._filter.rows(clause)
        if absent := self._filter.absent(clause):
            warnings.warn(absent, stacklevel=2)
        columns = {name: self._filter.column(name) for name in self._filter.names}
        return pd.DataFrame({name: column.iloc[rows] for name, column in columns.items()})

    @cached_property
    def _filter(self) -> RowFilter:
        tags = Annotations(self.collection.path)
        return RowFilter.of(self.catalog, self.lenses, tags.column)

    def misclassified(self) -> pd.DataFrame:
        """Spectra whose predicted type differs from their label, most confident errors first."""
        return misclassified(self.catalog, self.lenses.get("agn")).table

    def tsne(self, plane: str = "agn") -> pd.DataFrame:
        """Positions of the spectra on a plane: id, x, y, label.

        ``placed_later`` marks spectra that were added after the plane was laid out, if any. A few
        spectra with lent models lie on the plane of the collection that lent them: ``attrs`` say
        whose it is (``"lender"``), how many points it has and how well one's own fit
        (``"placed"``), and ``far`` marks those far from all of them.

        Raises
        ------
        ValueError
            There is no such plane.
        """
        if plane not in self.planes:
            raise ValueError(f"there is no plane {plane!r} here; there are {list(self.planes)}")
        return plane_table(self.catalog, self.planes[plane])

    def clusters(self) -> pd.DataFrame:
        """Clusters of the most anomalous spectra by their explanations: id, cluster, score, rank.

        Raises
        ------
        ValueError
            The explanations have not been clustered.
        """
        return cluster_table(self.collection, self.lenses.get("anomaly"))

    def place(self, spectrum: Any, plane: str | None = None) -> tuple[float, float]:
        """(x, y) of a spectrum of your own on a plane.

        Parameters
        ----------
        spectrum
            Anything that :func:`read` takes, with its redshift.
        plane
            By default the first on which new spectra can be placed.

        Raises
        ------
        LensError
            The spectrum cannot be prepared, or there is no such plane; the message says why.
        """
        own_spectrum = self[spectrum.id] if _stored(spectrum, self.collection) else read(spectrum)
        plane = next(iter(self.planes), "") if plane is None else plane
        lens = next((name for name in self.lenses if self._placer.can_place(plane, name)), None)
        if lens is None:
            raise LensError(f"nothing new can be placed on plane {plane!r}; there are "
                            f"{list(self.planes)}")  # fmt: skip
        flux, *_ = self.wave_of(lens).prepare(own_spectrum)
        return self._placer.place(plane, flux)

    @cached_property
    def views(self) -> SingleViews:
        """Views for notebook cells, served on this machine from their first use."""
        from .cells.single_views import SingleViews  # loads panel

        return SingleViews(self.collection.path)

    @property
    def opened(self) -> str:
        """Id of the spectrum open in the views; empty if none is."""
        return self.views.opened

    @property
    def selected(self) -> list[str]:
        """Ids selected in the views by box, lasso or legend; else the id of the open spectrum.

        Assign ids to select them on the plane; unknown ids raise KeyError.
        """
        return self.views.selected

    @selected.setter
    def selected(self, ids: Iterable[str]) -> None:
        self.views.selected = ids

    def plane(self, plane: str = "", colour: str = "", *, theme: ThemeName = "light") -> ServedView:
        """The plane in a cell: click to open a spectrum; select by box, lasso or legend.

        Parameters
        ----------
        plane, colour
            Names; the page's defaults if empty.
        theme
            ``light`` or ``dark``.

        Raises
        ------
        ValueError
            There is no such plane or colouring.
        """
        from .cells.cell_views import plane_view  # loads panel

        return plane_view(self.views, plane, colour, theme)

    def spectrum(self, id: str = "", *, theme: ThemeName = "light") -> ServedView:
        """The open spectrum with its explanation, in a cell.

        ``id`` opens another one first; KeyError if it is unknown.
        """
        from .cells.cell_views import spectrum_view  # loads panel

        return spectrum_view(self.views, id, theme)

    def explain(
        self, id: str = "", target: str = "", *, theme: ThemeName = "light", **settings: Any
    ) -> ExplainView:
        """The open spectrum with the sliders of its explanation, in a cell.

        Parameters
        ----------
        id
            Spectrum to open first; empty keeps the open one, unknown ids raise KeyError.
        target
            ``"predicted"``, ``"type 1"``, ``"mse"`` …; the page's default if empty.
        theme
            ``light`` or ``dark``.
        **settings
            Initial values of the sliders, as in ``spexplain.ExplainSettings``.

        Raises
        ------
        LensError
            There is no such target.
        TypeError, ValueError
            A setting is unknown or has an invalid value.
        """
        from .cells.cell_views import explain_view  # loads panel

        return explain_view(self.views, id, target, theme, settings)

    def app(self, *, port: int = 0, show: bool = False) -> PageServer:
        """The whole page in a cell; parameters as of :func:`app`."""
        return app(self, port=port, show=show)

    def __len__(self) -> int:
        return self.collection.n_spectra

    def __iter__(self) -> Iterator[OneSpectrum]:
        return (self[row] for row in range(len(self)))

    def __getitem__(self, which: str | SupportsIndex) -> OneSpectrum:
        if isinstance(which, slice | list | np.ndarray):
            raise TypeError("one spectrum by its id or number; of many, c.prepared() has all")
        row = self.collection.row_of(which) if isinstance(which, str) else index(which)
        row += len(self) if row < 0 else 0
        spectrum = self.collection.observed(row)
        about = self.catalog.iloc[row]
        record = Spectrum(
            str(about["id"]), spectrum.wave_obs_aa, spectrum.flux, spectrum.ivar, z=spectrum.z,
            ra=float(about["ra"]), dec=float(about["dec"]), survey=str(about["survey"]),
            flux_unit=flux_unit_of(self.catalog, row) or _unit_of(str(about["survey"])),
            z_warning=z_warning_of(self.catalog, row),
        )  # fmt: skip
        return OneSpectrum(
            record, key=self.collection.key, row=row, sn_median=float(about["sn_median"])
        )

    def __repr__(self) -> str:
        first, last = self.collection.wave_rest_aa[[0, -1]]
        return (
            f"<collection {self.collection.path.name}: {len(self):,} spectra, "
            f"{first:.0f}–{last:.0f} Å at rest; models {list(self.lenses)}, "
            f"planes {list(self.planes)}>"
        )

    def _repr_html_(self) -> str:
        labels = self.catalog["label"].replace("", "unlabelled").value_counts()
        types = ", ".join(f"{n:,} {escape(str(name))}" for name, n in labels.items())
        shown = ["id", "z", "label", "sn_median", "survey"]
        table = self.catalog[shown].head(5).to_html(index=False, border=0, float_format="%.4g")
        return f"<p>{escape(repr(self)[1:-1])}<br>{types}</p>{table}<p>… {len(self):,} rows</p>"

    def _lens(self, name: str | None) -> Lens:
        if not self.lenses:
            raise ValueError(
                f"nothing has been built here yet: spexplain build {self.collection.path}"
            )
        name = next(iter(self.lenses)) if name is None else name
        if name not in self.lenses:
            raise ValueError(f"there is no lens {name!r} here; there are {list(self.lenses)}")
        return self.lenses[name]


def open(collection: str | Path) -> OpenedCollection:
    """Open a collection: a folder, an address, or ``"demo"``, built on first use (minutes).

    For an address such as s3://bucket/survey, new data are fetched first.

    Raises
    ------
    CollectionError
        There is no readable collection; the message says why.
    """
    if is_address(collection):
        from ...data.objects.working_copies import working_copy

        return OpenedCollection(Collection.open(working_copy(str(collection))))
    path = Path(collection).expanduser()
    if str(collection) in _DEMOS and not path.is_dir():
        small = _DEMOS[str(collection)]
        path = demo_path(small=small)
        if not path.is_dir():
            from ...data.demo.demo import build_demo

            path = build_demo(small=small)
    return OpenedCollection(Collection.open(path))


def app(
    collection: OpenedCollection | str | Path, *, port: int = 0, show: bool = True
) -> PageServer:
    """Serve the page of a collection beside the notebook, on this machine only.

    Parameters
    ----------
    collection
        A result of :func:`open`, or an argument of it.
    port
        Port to listen on; 0 for any free one.
    show
        Whether to open the page in the browser.

    Returns
    -------
    server
        Runs in its own thread; has ``url`` and ``stop()``.

    Raises
    ------
    OSError
        The port is taken.
    """
    from ..server.page import build_app
    from ..server.server import open_workspace

    opened = collection if isinstance(collection, OpenedCollection) else open(collection)
    pool = thread_pool(2, "spexplain-page")
    page = build_app(open_workspace(opened.collection.path), pool, set())
    served, url = serve_here({"/": page}, port=port, show=show)
    return PageServer(f"{url}/", served, pool)


def _unit_of(survey: str) -> str:
    """Of a catalogue without units: the demo is simulated in those of SDSS; else not known."""
    return "1e-17 erg/s/cm2/Å" if survey == "simulated" else ""


def _stored(spectrum: Any, collection: Collection) -> bool:
    return isinstance(spectrum, OneSpectrum) and spectrum.key == collection.key
