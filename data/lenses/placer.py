"""Placement of outside spectra on the planes of a collection."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np

from ...core.planes import EmbedSettings, PlaneMap, fit_components
from ..collection import Collection, Run, RunStore
from ..collection.trained.laid_plane import laid_plane
from ..files import some_rows
from .built_lens import LensError

__all__ = ["Placer"]

_STAGES = {"agn": ("embed-p21", "prepare-p21"), "anomaly": ("embed-o25", "prepare-o25")}

Project = Callable[[np.ndarray], np.ndarray]


class Placer:
    """Places prepared spectra on the planes of a collection; may be shared between threads.

    A plane is made ready when it is first asked for, which takes about a second for every ten
    thousand spectra on it.

    Parameters
    ----------
    collection
        Built, with planes.
    """

    def __init__(self, collection: Collection) -> None:
        self._store = RunStore(collection.path)
        self._ready: dict[str, tuple[Project, PlaneMap]] = {}
        self._lock = threading.Lock()

    def can_place(self, plane: str, lens: str) -> bool:
        """Whether spectra as a lens has them belong on a plane."""
        return plane.partition("-")[0] == lens and lens in _STAGES

    def place(self, plane: str, flux: np.ndarray) -> tuple[float, float]:
        """(x, y) of one spectrum.

        Parameters
        ----------
        plane
            Its name: ``"agn"``, ``"anomaly"``, or one of those of ``build --planes``.
        flux : (D,)
            As the plane's lens prepares it.

        Raises
        ------
        LensError
            If there is no such plane, new spectra cannot be placed on it, or the shape differs.
        """
        with self._lock:
            if plane not in self._ready:
                self._ready[plane] = self._make(plane)
        project, plane_map = self._ready[plane]
        try:
            x, y = plane_map.place(project(np.asarray(flux, np.float32)[None]))[0].tolist()
        except ValueError as error:
            raise LensError(f"cannot be placed on plane {plane!r}: {error}") from error
        return x, y

    def _make(self, plane: str) -> tuple[Project, PlaneMap]:
        run, prepared, table = self._run_of(plane)
        if run.stage != "planes":
            project, features, xy = laid_plane(run, prepared)
            return project, PlaneMap(features, xy)
        xy, rows = run.table(table), prepared.table("rows")["row"].to_numpy()
        at = np.searchsorted(rows, xy["row"].to_numpy())
        values = some_rows(prepared.array("spectra"), at)
        facts = next(entry for entry in run.metrics["planes"] if entry["name"] == plane)
        project = _refit(values, EmbedSettings(**facts["settings"]))
        return project, PlaneMap(project(values), xy[["x", "y"]].to_numpy())

    def _run_of(self, plane: str) -> tuple[Run, Run, str]:
        """The plane's run, that of its spectra, and the name of its table."""
        stage, needs = _STAGES.get(plane, ("planes", "prepare-p21"))
        run = self._store.find(stage)
        known = {"xy"} if stage != "planes" else {plane}
        if run is None or not (run.path / f"{next(iter(known))}.parquet").exists():
            raise LensError(f"there is no plane {plane!r} to place a spectrum on")
        if run.metrics.get("features") == "latent":
            raise LensError(f"plane {plane!r} shows latent points; spectra cannot be placed on it")
        prepared = self._store.get(needs, run.inputs[needs])
        if prepared is None:
            raise LensError(f"{run.path} lacks the spectra it was made from; build again")
        return run, prepared, next(iter(known))


def _refit(spectra: np.ndarray, settings: EmbedSettings) -> Project:
    """The same map again: it follows from spectra, settings and seed."""
    if settings.pca is None:
        spread = spectra.std(axis=0) if settings.standardise else np.ones(spectra.shape[1])
        centre = spectra.mean(axis=0) if settings.standardise else np.zeros(spectra.shape[1])
        scale = np.where(spread > 0, spread, 1.0)
        return lambda values: ((values - centre) / scale).astype(np.float32)
    return fit_components(
        spectra, settings.pca, standardise=settings.standardise, seed=settings.seed
    ).project
