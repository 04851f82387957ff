"""Explained anomalies in k clusters, and the content of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from ...core.settings import WeightSign
from ...core.spectra.lines.line_list import lines_reaching
from ...core.words import EXPLAINED_R2
from ...data.lenses import Reasons
from .line_summary import LineSummary, line_summary

__all__ = [
    "Cluster",
    "Partition",
    "colours_meaning",
    "known_kinds",
    "partition",
    "top_names",
]

_N_TOP = 3
_SPECTRA = 2_000
# What is done to a segment; {f} is the factor.
_DONE = {
    "scale": "where the flux is {f} times as high",
    "shrink": "where the contrast with the median is {f} times as high",
    "shrink-signal": "where the contrast with the median is {f} times as high, but for the noise",
    "flat": "where the flux is put at {f} times the median",
    "mean": "where the flux is put at {f} times its mean",
    "noise": "where the noise is another, {f} times as strong",
    "bump": "where a bump of {f} times the median is added",
}


@dataclass(frozen=True, slots=True, eq=False)
class Cluster:
    """One cluster, and what its spectra have in common.

    Attributes
    ----------
    number
        0 is the largest.
    rows : (n,)
        Members, rows of the collection, the most anomalous first.
    median_z
        Median redshift of the members.
    wave_rest_aa, spectrum : (D,)
        Mean of the prepared members, of at most 2000 among them.
    spread : (2, D)
        16th and 84th percentile of the members at each wavelength.
    labels : (D,)
        Segment of each pixel.
    weights : (S,)
        Mean of the explanations at unit length; ≥ 0 if signs were dropped.
    lines
        Line ratios of the members, and their classes.
    r2 : (n,)
        Weighted R² of each member's surrogate; NaN if not known.
    """

    number: int
    rows: np.ndarray
    median_z: float
    wave_rest_aa: np.ndarray
    spectrum: np.ndarray
    spread: np.ndarray
    labels: np.ndarray
    weights: np.ndarray
    lines: LineSummary
    r2: np.ndarray

    @property
    def n(self) -> int:
        """Number of members."""
        return len(self.rows)

    @property
    def not_explained(self) -> np.ndarray:
        """(n,) bool: members whose surrogate fits too badly for its weights to be reasons."""
        return self.r2 < EXPLAINED_R2

    def top(self) -> list[str]:
        """Names of the strongest segments."""
        return top_names(self.wave_rest_aa, self.labels, self.weights)


@dataclass(frozen=True, slots=True, eq=False)
class Partition:
    """The explained spectra in k clusters.

    Attributes
    ----------
    k
        Number of clusters.
    numbers : (n,)
        Cluster of each explained spectrum, in the order of the reasons.
    clusters
        The largest first.
    weight_sign
        Whether weights were clustered with their signs; "" for the build's choice.
    """

    k: int
    numbers: np.ndarray
    clusters: tuple[Cluster, ...]
    weight_sign: WeightSign | Literal[""] = ""

    @property
    def colour(self) -> str:
        """Name of the colouring of the plane by these clusters."""
        return f"clusters:{self.k}" + (f":{self.weight_sign}" if self.weight_sign else "")

    @property
    def centres(self) -> np.ndarray:
        """(k, S) mean explanations."""
        return np.stack([cluster.weights for cluster in self.clusters])


def partition(reasons: Reasons, k: int, z: np.ndarray) -> Partition:
    """Cluster the explanations into k, and summarise each cluster.

    Parameters
    ----------
    reasons
        The explained spectra.
    k
        1 to the number of different explanations; as built, the clusters are those of the build.
    z : (N,)
        Redshifts of the whole collection.

    Raises
    ------
    ValueError
        If there are not k different explanations.
    """
    # Here and not above: scikit-image takes a second that opening the page saves.
    from ...core.neighbourhood.segments import uniform

    stored = reasons.as_built and k == reasons.k
    numbers, centres = reasons.built() if stored else _clustered(reasons, k)
    labels = uniform(len(reasons.wave_rest_aa), reasons.unit.shape[1])
    clusters = []
    for number in range(k):
        inside = numbers == number
        spectra = reasons.spectra(_evenly_spread(np.flatnonzero(inside)))
        rows, lines = reasons.rows[inside], reasons.lines.loc[inside]
        clusters.append(
            Cluster(
                number=number,
                rows=rows,
                median_z=float(np.median(z[rows])),
                wave_rest_aa=reasons.wave_rest_aa,
                spectrum=spectra.mean(axis=0),
                spread=np.percentile(spectra, [16, 84], axis=0),
                labels=labels,
                weights=centres[number],
                lines=line_summary(lines),
                r2=reasons.r2[inside],
            )
        )
    sign = "" if reasons.as_built else reasons.weight_sign
    return Partition(k, numbers, tuple(clusters), sign)


def _evenly_spread(at: np.ndarray) -> np.ndarray:
    """All members, or of a large cluster some evenly spread ones, enough for mean and spread."""
    if len(at) <= _SPECTRA:
        return at
    return at[np.linspace(0, len(at) - 1, _SPECTRA).astype(np.int64)]


def _clustered(reasons: Reasons, k: int) -> tuple[np.ndarray, np.ndarray]:
    # Here and not above: scikit-learn takes seconds, and what was built does without.
    from ...core.explain.clusters import cluster_explanations

    clusters = cluster_explanations(reasons.unit, k, seed=reasons.seed)
    return clusters.labels, clusters.centres


def colours_meaning(
    settings: Mapping[str, Any], sign: WeightSign, *, what: str = "the score"
) -> str:
    """The meaning of the colours of a mean explanation, for clusters built with these settings.

    Parameters
    ----------
    settings
        Of the explanations; empty if not known.
    sign
        Whether the signs of the weights were kept.
    what
        What was explained.
    """
    done = _DONE.get(settings.get("perturbation", ""))
    if settings.get("method") == "saliency":
        where = "with more flux"
        kept = f"blue: {what} rises {where}, orange: it falls"
    else:
        where = done.format(f=f"{settings['factor']:g}") if done else "where a stretch is perturbed"
        kept = f"blue: {what} falls {where}, orange: it rises"
    dropped = f"the bluer, the more {what} changes {where}, up or down"
    return "mean explanation, " + (kept if sign == "keep" else dropped)


def known_kinds(catalog: pd.DataFrame, rows: np.ndarray) -> str:
    """Kinds of some rows by the catalogue, commonest first, such as "planted: single spikes 12".

    What was planted in a simulated collection, else the survey's subclass, with names unchanged;
    "" if the catalogue has neither.
    """
    for column, called in (("planted_kind", "planted"), ("subclass", "subclass")):
        if column in catalog:
            values = catalog[column].iloc[rows].astype(str)
            counts = values[values != ""].value_counts()
            if len(counts):
                rest = len(rows) - int(counts.sum())
                words = [f"{kind} {n}" for kind, n in counts.items()]
                return f"{called}: {', '.join(words + ([f'none {rest}'] if rest else []))}"
    return ""


def top_names(wave_rest_aa: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> list[str]:
    """The strongest segments, named by the lines in them, else by their wavelength in Å.

    Parameters
    ----------
    wave_rest_aa, labels : (D,)
        Vacuum wavelengths, Å, and segment of each pixel.
    weights : (S,)
        The largest in absolute value are named.
    """
    names = []
    for number in np.argsort(-np.abs(weights))[:_N_TOP]:
        wave = wave_rest_aa[labels == number]
        inside = [line.label for line in lines_reaching(wave[0], wave[-1])]
        names.append(" + ".join(inside) if inside else f"{wave.mean():.0f} Å")
    return names
