"""A collection small enough to be built in a second or two, with something to find in it."""

import dataclasses
import shutil

import numpy as np
import pandas as pd
import pytest
from spexplain.core.grids import COLLECTION_GRID
from spexplain.core.settings import ExplainSettings
from spexplain.core.train.svm import SvmSettings
from spexplain.core.train.vae import VaeSettings
from spexplain.core.tsne import EmbedSettings
from spexplain.data.agn_study import AgnStudy, plane_choices
from spexplain.data.build import BuildSettings, build
from spexplain.data.collection import Collection, CollectionWriter
from spexplain.data.evaluate import evaluate

LINES = {"type 1": 4861.0, "type 2": 5007.0, "intermediate": 4340.0}
SPIKED = (3, 60)  # rows with a spike that no other spectrum has
UNUSABLE = 7  # a row that covers neither lens's range


def flux_of(rng, label):
    wave = COLLECTION_GRID.wave_rest_aa
    flux = 1 + rng.normal(0, 0.1) * (wave - 5100) / 1000
    if label:
        flux = flux + 2 * np.exp(-(((wave - LINES[label]) / 15) ** 2))
    return flux + 0.05 * rng.normal(size=wave.size)


def write_collection(path, labels, seed=0, classes=""):
    rng = np.random.default_rng(seed)
    flux = np.array([flux_of(rng, label) for label in labels], np.float32)
    for row in SPIKED:
        if row < len(flux):
            flux[row, 3300:3320] += 8
    if len(flux) > UNUSABLE:
        flux[UNUSABLE, :2000] = np.nan
    catalog = pd.DataFrame(
        {
            "id": [f"s{row:03}" for row in range(len(labels))],
            "z": rng.uniform(0.02, 0.03, len(labels)),
            "label": labels,
            "spectral_class": classes,
        }
    )
    with CollectionWriter.create(path, COLLECTION_GRID, {"made_by": "a test"}) as writer:
        writer.append(catalog, flux, np.full(flux.shape, 400.0))
    return Collection.open(path)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """No test sees, or builds, the user's own demo."""
    monkeypatch.setenv("SPEXPLAIN_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture(scope="session")
def quick():
    """Settings under which every stage takes a fraction of a second."""
    plane = EmbedSettings(perplexity=10, early=20, iterations=30)
    return BuildSettings(
        vae=VaeSettings(hidden=(16,), n_latent=2, batch=32, epochs=12),
        vae_from=20,
        embed_p21=plane,
        embed_o25=plane,
        explain=ExplainSettings(n_segments=20, n_samples=300),
        top_at_least=8,
        k=2,
    )


@pytest.fixture
def labelled(tmp_path):
    """120 spectra: 90 of three types, 30 without a label."""
    labels = [*LINES] * 30 + [""] * 30
    return write_collection(tmp_path / "labelled", labels)


@pytest.fixture
def unlabelled(tmp_path):
    """12 spectra without labels: too few to train anything on."""
    return write_collection(tmp_path / "unlabelled", [""] * 12, seed=1)


@pytest.fixture(scope="session")
def built(tmp_path_factory, quick):
    """The labelled collection, built; to be read only."""
    labels = [*LINES] * 30 + [""] * 30
    collection = write_collection(tmp_path_factory.mktemp("built") / "built", labels)
    report = build(collection, settings=quick)
    assert not report.skipped
    return collection


@pytest.fixture(scope="session")
def study(quick):
    """The quick settings with a study of three machines, three noises and two planes."""
    choices = plane_choices((5.0,))
    return dataclasses.replace(
        quick,
        study=AgnStudy(
            machines=(
                ("three", SvmSettings()),
                ("three", SvmSettings("rbf", 1e-2, 1e-3)),
                ("two", SvmSettings(c=0.4)),
            ),
            sigmas=(0.0, 1.0, 30.0),
            noise_repeats=2,
            time_repeats=2,
            planes=(choices[0], choices[3]),
        ),
    )


@pytest.fixture(scope="session")
def evaluated(built, study, tmp_path_factory):
    """An evaluation of a copy of the built collection, planes included; to be read only."""
    copy = Collection.open(shutil.copytree(built.path, tmp_path_factory.mktemp("studied") / "c"))
    build(copy, settings=study, only=["planes"])
    return evaluate(copy, settings=study)


@pytest.fixture
def copied(built, tmp_path):
    """A copy of the built collection, to change."""
    return Collection.open(shutil.copytree(built.path, tmp_path / "copied"))


@pytest.fixture
def write():
    """write(path, labels, seed=0, classes="") → a collection like the others."""
    return write_collection


@pytest.fixture(scope="session")
def surveyed(tmp_path_factory, quick):
    """90 labelled spectra with a line each and 330 without: what an AGN's domain needs, built."""
    path = tmp_path_factory.mktemp("surveyed") / "survey"
    collection = write_collection(path, [*LINES] * 30 + [""] * 330, seed=4)
    report = build(collection, settings=quick, only=["domain-p21"])
    assert "domain-p21" in report.built
    return collection
