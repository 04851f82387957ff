"""A small collection with formulas for models: what the page shows of it can be reckoned."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from spexplain.core.targets import CallableTarget
from spexplain.dashboard.session.visitor import Visitor
from spexplain.dashboard.workspace.workspace import Workspace
from spexplain.data.collection.pixels.observed import ObservedSpectrum
from spexplain.data.lenses.lenses import LensError, Verdict
from spexplain.data.lenses.plane_points import Plane

TYPES = ("type 1", "type 2", "intermediate")
HBETA_AA = 4862.68


@dataclass
class FakeCollection:
    path: Path
    catalog: pd.DataFrame
    n_rejected: int = 3

    @property
    def rejects(self) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "file": ["far.fits", "near.fits", "broken-7.fits"],
                "id": ["far-1", "near-star", ""],
                "reason": ["redshift too high", "star", "unreadable"],
                "detail": ["z = 1.9002 > 0.8", "", "it ends early"],
            }
        )

    def row_of(self, id: str) -> int:
        found = np.flatnonzero(self.catalog["id"] == id)
        if not found.size:
            raise KeyError(f"no spectrum {id!r} in {self.path}; similar: sim-00001")
        return int(found[0])

    provenance: dict[str, Any] = field(default_factory=dict)

    @property
    def wave_rest_aa(self) -> np.ndarray:
        return np.linspace(4100.0, 8000.0, 300)

    def spectrum(self, row: int) -> tuple[np.ndarray, np.ndarray]:
        return fake_flux(self.wave_rest_aa, row), np.ones(300, np.float32)

    def observed(self, row: int) -> ObservedSpectrum:
        wave = np.linspace(4100.0, 8000.0, 300)
        flux = fake_flux(wave, row).astype(np.float32)
        ivar = np.ones(300, np.float32)
        return ObservedSpectrum(wave, flux, ivar, ivar == 0, None, 0.1)


@dataclass
class FakeLens:
    """Log-odds (or score) is the mean flux within 30 Å of Hβ, minus 1."""

    name: str
    title: str
    wave_rest_aa: np.ndarray
    targets: tuple[str, ...]
    columns: pd.DataFrame
    rows: np.ndarray
    verdicts: Any
    model_key: str = "feed"
    domain: Any = None
    whose: str = "this collection's own"

    def reason(self, row: int) -> str:
        return "" if row in self.columns.index else "it covers 4100–8000 Å of 3729–5266 Å"

    def usable(self, row: int) -> bool:
        return not self.reason(row)

    def prepared(self, row: int) -> np.ndarray:
        return self.renormalised(fake_flux(self.wave_rest_aa, row))

    def prepared_rows(self, rows: np.ndarray) -> np.ndarray:
        return np.stack([self.prepared(row) for row in rows])

    def renormalised(self, flux: np.ndarray) -> np.ndarray:
        norm = np.interp(5100.0, self.wave_rest_aa, flux) if self.name == "agn" else np.median(flux)
        if not norm > 0:
            raise LensError(f"flux is {norm}, not positive")
        return (flux / norm).astype(np.float32)

    def target(self, name: str, row: int) -> CallableTarget:
        near = np.abs(self.wave_rest_aa - HBETA_AA) < 30
        spelled = self.name == "anomaly" or name.endswith(")")
        shown = name if spelled else f"log-odds({name})"
        plain = lambda spectra: spectra[:, near].mean(axis=1) - 1.0  # noqa: E731
        of_p = shown.startswith("p(")
        return CallableTarget((lambda spectra: expit(plain(spectra))) if of_p else plain, shown)

    def has_target(self, name: str) -> bool:
        return name in self.targets

    def verdict(self, row: int) -> Verdict:
        return self.verdicts(row)


def fake_flux(wave: np.ndarray, row: int) -> np.ndarray:
    rng = np.random.default_rng(row)
    flux = 1.0 + 0.1 * np.sin(wave / 400.0) + rng.normal(0, 0.03, len(wave))
    for at, height in ((HBETA_AA, 0.6), (4960.3, 0.8), (5008.24, 2.4), (3728.48, 0.9)):
        flux += height * np.exp(-0.5 * ((wave - at) / (6 + 3 * (row % 5))) ** 2)
    return flux.astype(np.float32)


def fake_workspace(path: Path, n: int = 300) -> Workspace:
    """n spectra in three clumps by type; every 15th misclassified; the last five lack Hβ's lens."""
    rng = np.random.default_rng(0)
    kind = rng.integers(0, 4, n)
    label = np.array([*TYPES, ""])[kind]
    catalog = pd.DataFrame({"id": [f"sim-{row:05d}" for row in range(n)]})
    catalog["ra"], catalog["dec"] = rng.uniform(0, 360, n), rng.uniform(-10, 60, n)
    catalog["z"], catalog["label"] = rng.uniform(0.02, 0.4, n), label
    catalog["spectral_class"], catalog["subclass"] = "GALAXY", ""
    catalog["sn_median"] = rng.lognormal(2.5, 0.5, n)
    catalog["survey"], catalog["file"] = "simulated", ""
    rows = np.arange(n - 5)
    guess = np.array(TYPES)[np.where(kind == 3, 1, kind)]
    guess[::15] = np.roll(np.array(TYPES), 1)[np.where(kind[::15] == 3, 1, kind[::15])]
    agn = pd.DataFrame(index=rows)
    agn["predicted"] = guess[rows]
    for name in TYPES:
        agn[f"p_{name.replace(' ', '_')}"] = np.where(agn["predicted"] == name, 0.8, 0.1)
    agn["votes"], agn["log_odds"] = agn["predicted"], np.log(4.0)
    agn["correct"] = pd.Series(agn["predicted"] == label[rows]).where(label[rows] != "")
    score = rng.lognormal(-5, 1, n)
    anomaly = pd.DataFrame({"score": score, "cluster": np.where(score > 0.02, kind, np.nan)})
    rank = pd.Series(score).rank(ascending=False).astype(int)

    def classify(row: int) -> Verdict:
        found = agn.loc[row]
        shares = {name: float(found[f"p_{name.replace(' ', '_')}"]) for name in TYPES}
        return Verdict("type", label[row], found["predicted"], shares, float("nan"), 0, 0)

    def weigh(row: int) -> Verdict:
        return Verdict("score", label[row], "", {}, float(score[row]), int(rank[row]), n)

    wave_agn = np.linspace(3728.91, 5265.95, 1000)
    wave_all = np.arange(3600.0, 7373.0)
    lenses = {
        "agn": FakeLens("agn", "AGN type", wave_agn, ("predicted", *TYPES), agn, rows, classify),
        "anomaly": FakeLens(
            "anomaly", "Anomaly score", wave_all, ("mse",), anomaly, np.arange(n), weigh
        ),
    }
    middles = np.array([[-20, 5], [15, 18], [8, -20], [-3, 0]], float)
    planes = {}
    for name, title, here in (
        ("agn", "t-SNE of AGN spectra", rows),
        ("anomaly", "t-SNE of galaxy spectra", np.arange(n)),
    ):
        xy = (middles[kind[here]] + rng.normal(0, 4, (len(here), 2))).astype(np.float32)
        planes[name] = Plane(
            name, title, here, xy, {"trustworthiness": 0.98, "knn_recall": 0.4}, {}
        )
    return Workspace(FakeCollection(path, catalog), lenses, planes)


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return fake_workspace(tmp_path_factory.mktemp("collections") / "fake")


@pytest.fixture(scope="session")
def pool() -> Any:
    with ThreadPoolExecutor(2) as executor:
        yield executor


@pytest.fixture
def session(workspace: Workspace, pool: ThreadPoolExecutor) -> Any:
    made = Visitor(workspace, pool, lambda callback: callback())
    yield made
    made.close()


@pytest.fixture
def wait_until() -> Any:
    """wait_until(condition): polls until a condition holds, and fails if it never does."""

    def wait(condition: Any, patience_s: float = 20.0) -> None:
        end = time.monotonic() + patience_s
        while not condition():
            assert time.monotonic() < end, "it never came to pass"
            time.sleep(0.005)

    return wait
