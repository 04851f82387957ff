"""Part of `truth.py`: is a spectrum one for the model, and is rubbish known as such.

Galaxies and AGN of the demo are counted by the fold that had not seen them, kind and distance.
Real spectra and rubbish made of them train no measure and set no threshold. But how many
components, which scales and how wide a tolerance the distance has are round numbers that were
settled with these same real spectra in sight: what is printed for real spectra is optimistic, and
for others more may be wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from spexplain.core.spectra.spectrum import Spectrum
from spexplain.core.trust.domain.domain import Domain
from spexplain.data.ingest.readers import ReadError, read
from spexplain.data.lenses.built_lens import LensError
from spexplain.data.lenses.lenses import AgnLens, AnomalyLens
from spexplain.data.lenses.one_spectrum.open_spectrum import OpenSpectrum
from spexplain.data.lenses.one_spectrum.outside_spectrum import OutsideLens
from truth_case import SEED, Case, row

__all__ = ["measure"]

_MARGIN_PX = 150


def measure(case: Case) -> Mapping[str, Any]:
    """All figures of the domain, demo and real."""
    found = {"demo": _demo(case), "anomaly lens": _galaxies(case)}
    if case.real is not None:
        seen = _seen(case, case.real)
        found |= {"real": _real(seen), "rubbish": _rubbish(case, seen), "counts": _counts(seen)}
        found["anomaly lens"] |= _real_quasars(case, case.real)
    return found


def _demo(case: Case) -> dict[str, Any]:
    catalog, table = _of_rows(case, case.agn)
    outside, label = table["outside"].to_numpy(), catalog["label"].to_numpy(str)
    kind = np.where(label != "", "", catalog["kind"].to_numpy(str))
    kind[catalog["planted_kind"].fillna("").to_numpy(str) != ""] = "planted"
    found: dict[str, Any] = {}
    for name, least in (("passive", 0.95), ("star-forming", 0.93), ("composite", 0.88)):
        found[f"{name} outside"] = _at_least(outside[kind == name], least)
    found["AGN outside"] = _at_most(outside[label != ""], 0.02)
    for name in np.unique(label[label != ""]):
        found[f"{name} outside"] = _at_most(outside[label == name], 0.05)
    return found


def _galaxies(case: Case) -> dict[str, Any]:
    catalog, table = _of_rows(case, case.anomaly)
    outside = table["outside"].to_numpy()
    planted = catalog["planted_kind"].fillna("").to_numpy(str)
    galaxy = (catalog["spectral_class"] == "GALAXY").to_numpy()
    found = {
        "demo's class QSO outside": _at_least(outside[~galaxy], 0.90),
        "galaxies outside": _at_most(outside[galaxy & (planted == "")], 0.02),
    }
    for kind in np.unique(planted[planted != ""]):
        share = float(outside[planted == kind].mean())
        found[f"{kind} outside"] = row(round(share, 3), "stated", met=True)
    return found


def _of_rows(case: Case, lens: AgnLens | AnomalyLens) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The catalog and the domain's table of a lens's rows, in one order."""
    assert lens.domain is not None, "build the demo again: its domains are not there"
    table = lens.domain.table
    return case.collection.catalog.iloc[table.index.to_numpy()], table


class _Seen:
    """Real spectra as the AGN lens takes them, by group of the index."""

    def __init__(self) -> None:
        self.groups: dict[str, list[tuple[Spectrum, OpenSpectrum]]] = {}

    def add(self, group: str, spectrum: Spectrum, newcomer: OpenSpectrum) -> None:
        self.groups.setdefault(group, []).append((spectrum, newcomer))

    def outside(self, group: str) -> np.ndarray:
        return np.array([n.verdict.domain.outside for _, n in self.groups[group]], bool)

    def of_kind(self, group: str) -> np.ndarray:
        return np.array([n.verdict.domain.of_kind for _, n in self.groups[group]])

    def distance(self, group: str) -> np.ndarray:
        return np.array([n.verdict.domain.distance for _, n in self.groups[group]])

    def sdss(self) -> list[tuple[Spectrum, OpenSpectrum]]:
        return [one for group, of in self.groups.items() if group in _SDSS for one in of]


_SDSS = ("plain", "star-forming", "starburst", "broad", "narrow")


def _group(entry: Any) -> str:
    if entry.survey == "6dFGS":
        return "6dFGS"
    if entry.survey != "SDSS":
        return entry.survey
    subclass = entry.subclass
    if "BROADLINE" in subclass:
        return "broad"
    named = {"": "plain", "AGN": "narrow", "STARFORMING": "star-forming", "STARBURST": "starburst"}
    return named[subclass] if entry.kind == "GALAXY" else "other"


def _files(real: Path) -> list[tuple[str, Spectrum]]:
    index = pd.read_csv(real / "index.csv", dtype={"object_id": str})
    index = index.rename(columns={"class": "kind"}).fillna({"subclass": "", "kind": ""})
    found = []
    for entry in index.drop_duplicates("file").itertuples():
        try:
            found.append((_group(entry), read(real / str(entry.file))))
        except ReadError:
            continue
    return found


def _looked(lens: OutsideLens, spectrum: Spectrum) -> OpenSpectrum | None:
    try:
        newcomer = lens.look(spectrum)
    except LensError:
        return None
    return newcomer if newcomer.verdict is not None else None


def _seen(case: Case, real: Path) -> _Seen:
    lens, seen = OutsideLens(case.collection, case.agn), _Seen()
    for group, spectrum in _files(real):
        newcomer = _looked(lens, spectrum)
        if newcomer is not None and spectrum.z <= 0.8:
            seen.add(group, spectrum, newcomer)
    return seen


def _real(seen: _Seen) -> dict[str, Any]:
    return {
        "plain outside": _at_least(seen.outside("plain"), 0.80),
        "star-forming outside": _at_least(seen.outside("star-forming"), 0.70),
        "starburst outside": row(_share(seen.outside("starburst")), "stated", met=True),
        "broad-line not of the kind": _at_most(seen.of_kind("broad") < 0, 0.05),
        "broad-line outside by either measure": _at_most(seen.outside("broad"), 0.05),
        "narrow AGN outside": _at_most(seen.outside("narrow"), 0.10),
    }


def _rubbish(case: Case, seen: _Seen) -> dict[str, Any]:
    """Of each SDSS spectrum one of a kind: how many lie unlike anything."""
    lens, rng = OutsideLens(case.collection, case.agn), np.random.default_rng(SEED)
    assert case.agn.domain is not None
    found: dict[str, Any] = {}
    for kind, made in _KINDS.items():
        far = []
        for spectrum, _ in seen.sdss():
            newcomer = _looked(lens, made(spectrum, rng))
            if newcomer is not None:
                far.append(_unlike(newcomer))
        stated = kind in _STATED
        share = np.array(far, bool)
        found[kind] = row(_share(share), "stated", met=True) if stated else _at_least(share, 0.95)
    prepared = np.stack([newcomer.flux for _, newcomer in seen.sdss()])
    fivefold = _far(case.agn.domain.domain, 5 * prepared)
    found["fivefold, as prepared"] = _at_least(fivefold, 0.95)
    return found


def _unlike(newcomer: OpenSpectrum) -> bool:
    assert newcomer.verdict is not None
    domain = newcomer.verdict.domain
    return domain is not None and (domain.distance > 1 or newcomer.flux_unit == "counts")


def _far(domain: Domain, spectra: np.ndarray) -> np.ndarray:
    return domain(spectra.astype(np.float32)).distance > 1


def _constant(spectrum: Spectrum, _: np.random.Generator) -> Spectrum:
    level = np.float32(np.nanmedian(spectrum.flux))
    return replace(spectrum, flux=np.full_like(spectrum.flux, level))


def _reversed(spectrum: Spectrum, _: np.random.Generator) -> Spectrum:
    return replace(spectrum, flux=spectrum.flux[::-1], ivar=spectrum.ivar[::-1])


def _spiked(spectrum: Spectrum, rng: np.random.Generator) -> Spectrum:
    """Five pixels within the lens's range ten times as high: cosmic rays."""
    rest, flux = spectrum.wave_obs_aa / (1 + spectrum.z), spectrum.flux.copy()
    flux[rng.choice(np.flatnonzero((rest > 3750) & (rest < 5250)), 5, replace=False)] *= 10
    return replace(spectrum, flux=flux)


def _stretch(spectrum: Spectrum, rng: np.random.Generator) -> Spectrum:
    """A tenth of the lens's range five times as high: a broken arm."""
    rest, flux = spectrum.wave_obs_aa / (1 + spectrum.z), spectrum.flux.copy()
    start = rng.uniform(3750, 4900)
    flux[(rest > start) & (rest < start + _MARGIN_PX)] *= 5
    return replace(spectrum, flux=flux)


def _noise(spectrum: Spectrum, rng: np.random.Generator) -> Spectrum:
    sigma = 1 / np.sqrt(np.where(spectrum.ivar > 0, spectrum.ivar, np.inf))
    flux = np.where(spectrum.ivar > 0, rng.normal(size=sigma.size) * sigma, np.nan)
    return replace(spectrum, flux=flux.astype(np.float32))


def _elsewhere(spectrum: Spectrum, rng: np.random.Generator) -> Spectrum:
    return replace(spectrum, z=spectrum.z * rng.uniform(0.8, 1.2))


def _as_counts(spectrum: Spectrum, _: np.random.Generator) -> Spectrum:
    """What a detector counts: fewer towards both ends of its arm."""
    x = (spectrum.wave_obs_aa - 6000) / 3000
    response = np.clip(1 - x**2, 0.02, None).astype(np.float32)
    ivar = spectrum.ivar / response**2
    return replace(spectrum, flux=spectrum.flux * response, ivar=ivar, flux_unit="counts")


def _joined(spectrum: Spectrum, rng: np.random.Generator) -> Spectrum:
    """From somewhere in the lens's range on 1.4 times as high: arms that were badly joined."""
    rest, flux = spectrum.wave_obs_aa / (1 + spectrum.z), spectrum.flux.copy()
    flux[rest > rng.uniform(4000, 5000)] *= 1.4
    return replace(spectrum, flux=flux)


def _per_frequency(spectrum: Spectrum, _: np.random.Generator) -> Spectrum:
    """Flux per frequency under the name of flux per wavelength: a wrong unit."""
    by = ((spectrum.wave_obs_aa / 5500) ** 2).astype(np.float32)
    return replace(spectrum, flux=spectrum.flux * by, ivar=spectrum.ivar / by**2)


# How much of these is known is stated, whatever it is.
_STATED = ("wrong redshift", "arms badly joined", "flux per frequency")
_KINDS: dict[str, Callable[[Spectrum, np.random.Generator], Spectrum]] = {
    "constant": _constant,
    "reversed": _reversed,
    "spiked": _spiked,
    "fivefold stretch": _stretch,
    "noise": _noise,
    "wrong redshift": _elsewhere,
    "counts": _as_counts,
    "arms badly joined": _joined,
    "flux per frequency": _per_frequency,
}


def _counts(seen: _Seen) -> dict[str, Any]:
    """6dFGS against real quasars, with what its files say and by distance alone."""
    counts, quasars = seen.distance("6dFGS"), seen.distance("broad")
    curve = [
        {"border": b, "6dFGS": _share(counts > b), "broad-line": _share(quasars > b)}
        for b in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.25, 1.5, 2.0)
    ]
    said = np.array([_unlike(n) for _, n in seen.groups["6dFGS"]], bool)
    return {
        "6dFGS unlike anything, its unit included": _at_least(said, 0.90),
        "6dFGS unlike anything, by distance alone": _at_least(counts > 1, 0.90),
        "broad-line quasars unlike anything": _at_most(quasars > 1, 0.10),
        "one against the other as the border moves": curve,
    }


def _real_quasars(case: Case, real: Path) -> dict[str, Any]:
    lens = OutsideLens(case.collection, case.anomaly)
    by_class: dict[str, list[bool]] = {"QSO": [], "GALAXY": []}
    for group, spectrum in _files(real):
        newcomer = _looked(lens, spectrum) if group in _SDSS else None
        if newcomer is not None and newcomer.verdict is not None:
            domain = newcomer.verdict.domain
            by_class[spectrum.spectral_class].append(domain is not None and domain.outside)
    quasars, galaxies = (np.array(by_class[name], bool) for name in by_class)
    return {
        "real QSO outside": _at_least(quasars, 0.90),
        "real galaxies outside": row(_share(galaxies), "stated", met=True),
    }


def _share(inside: np.ndarray) -> str:
    return f"{inside.mean():.3f} ({int(inside.sum())} of {len(inside)})"


def _at_least(found: np.ndarray, least: float) -> Mapping[str, Any]:
    return row(_share(found), f"≥ {least:g}", met=bool(found.mean() >= least))


def _at_most(found: np.ndarray, most: float) -> Mapping[str, Any]:
    return row(_share(found), f"≤ {most:g}", met=bool(found.mean() <= most))
