"""The recurring reasons for being anomalous, as small cards: mean spectrum and mean explanation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..core.lines import PAGE_LINES
from ..core.segments import segment
from ..data.collection import Collection
from ..data.runs import RunStore

__all__ = ["Cluster", "open_clusters", "top_names"]

_N_TOP = 3


@dataclass(frozen=True, slots=True, eq=False)
class Cluster:
    """What the spectra of one cluster have in common.

    Attributes:
        number: of the cluster, as in the lens's column.
        n: how many spectra.
        median_z: their median redshift.
        wave_rest_aa, spectrum: (D,) their mean, as prepared.
        labels: (D,) segment of each pixel.
        weights: (S,) mean explanation: absolute weights of unit length.
    """

    number: int
    n: int
    median_z: float
    wave_rest_aa: np.ndarray
    spectrum: np.ndarray
    labels: np.ndarray
    weights: np.ndarray

    def top(self) -> list[str]:
        """The strongest segments by what stands in them."""
        return top_names(self.wave_rest_aa, self.labels, self.weights)


def top_names(wave_rest_aa: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> list[str]:
    """The strongest segments by what stands in them: lines, else the wavelength in Å.

    Parameters
    ----------
    wave_rest_aa, labels : (D,)
        Vacuum wavelengths, Å, and segment of each pixel.
    weights : (S,)
        Of which the largest count.
    """
    names = []
    for number in np.argsort(-weights)[:_N_TOP]:
        wave = wave_rest_aa[labels == number]
        inside = [line.label for line in PAGE_LINES if wave[0] <= line.wave_vac_aa <= wave[-1]]
        names.append(" + ".join(inside) if inside else f"{wave.mean():.0f} Å")
    return names


def open_clusters(collection: Collection) -> list[Cluster]:
    """The clusters that have been built, in order; empty if none have."""
    store = RunStore(collection.path)
    run = store.find("cluster")
    if run is None:
        return []
    prepared = store.get("prepare-o25", run.inputs["prepare-o25"])
    if prepared is None:
        return []
    wave = prepared.read_array("wavelength")
    spectra, centres = run.read_array("mean_spectra"), run.read_array("centres")
    labels = segment(spectra[0], method="uniform", n_segments=centres.shape[1])
    summary = run.table("summary")
    return [
        Cluster(int(number), int(n), float(z), wave, spectra[k], labels, np.abs(centres[k]))
        for k, (number, n, z) in enumerate(
            zip(summary["cluster"], summary["n"], summary["median_z"], strict=True)
        )
    ]
