"""Files as SDSS writes them, small collections that are built in seconds, and real spectra."""

import dataclasses
import logging
import multiprocessing
import os
import shutil
from pathlib import Path

import fsspec
import numpy as np
import pandas as pd
import pytest
from astropy.io import fits
from spexplain.core.models.autoencoder.training import VaeSettings
from spexplain.core.models.svm.training import SvmSettings
from spexplain.core.planes.tsne import EmbedSettings
from spexplain.core.settings import ExplainSettings
from spexplain.core.spectra.grid import COLLECTION_GRID
from spexplain.data.build.agn_study import AgnStudy, plane_choices
from spexplain.data.build.all_stages import BuildSettings, build
from spexplain.data.collection import Collection, CollectionWriter
from spexplain.data.ingest.reader_processes import bounded_reader
from spexplain.data.study.evaluation import evaluate

from .forked_reader import SUBPROCESS

LOGLAM = 3.58 + 1e-4 * np.arange(3800)


def coadd_table(loglam, flux, ivar, and_mask, case):
    columns = {
        "flux": (flux, "E"),
        "loglam": (loglam, "E"),
        "ivar": (ivar, "E"),
        "and_mask": (and_mask, "J"),
    }
    return fits.BinTableHDU.from_columns(
        [
            fits.Column(name=getattr(name, case)(), format=form, array=values)
            for name, (values, form) in columns.items()
            if values is not None
        ],
        name="COADD",
    )


def object_table(plate, mjd, fiber, z, spectral_class, subclass, ra, dec):
    """A few columns among others of many formats, as in SPECOBJ."""
    columns = [
        ("CHUNK", "16A", ["chunk1"]),
        ("PLATESN2", "E", [15.0]),
        ("SPECPRIMARY", "B", [1]),
        ("TARGETOBJID", "22A", ["1237"]),
        ("THETA", "10E", [np.arange(10.0)]),
        ("PLATE", "J", [plate]),
        ("MJD", "J", [mjd]),
        ("FIBERID", "J", [fiber]),
        ("PLUG_RA", "D", [ra]),
        ("PLUG_DEC", "D", [dec]),
        ("CLASS", "6A", [spectral_class]),
        ("SUBCLASS", "21A", [subclass]),
        ("Z", "E", [z]),
        ("ZWARNING", "J", [0]),
    ]
    return fits.BinTableHDU.from_columns(
        [fits.Column(name=name, format=form, array=values) for name, form, values in columns],
        name="SPECOBJ",
    )


def spec_writer(root):
    """write_spec(name, fiber=1, z=0.1, flux=…, …) → path of a spec-PLATE-MJD-FIBER file."""

    def write(name=None, **changes):
        about = {"plate": 266, "mjd": 51602, "fiber": 1, "z": 0.1, "spectral_class": "GALAXY"}
        about |= {"subclass": "AGN", "ra": 146.5, "dec": -0.5}
        about |= {key: changes.pop(key) for key in list(changes) if key in about}
        loglam = changes.pop("loglam", LOGLAM)
        table = {
            "loglam": loglam,
            "flux": 5 + np.sin(np.arange(loglam.size) / 50),
            "ivar": np.full(loglam.size, 4.0),
            "and_mask": np.zeros(loglam.size, np.int32),
            "case": "lower",
        } | {key: changes.pop(key) for key in list(changes) if key in ("flux", "ivar", "and_mask")}
        table["case"] = changes.pop("case", "lower")
        hdus = [fits.PrimaryHDU(), coadd_table(**table)]
        if not changes.pop("bare", False):
            hdus.append(object_table(**about))
        for number in range(changes.pop("exposures", 0)):
            hdus.append(coadd_table(**table))
            hdus[-1].name = f"B1-{number:08}"
        assert not changes, changes
        path = root / (name or f"in/spec-{about['plate']:04}-51602-{about['fiber']:04}.fits")
        path.parent.mkdir(parents=True, exist_ok=True)
        fits.HDUList(hdus).writeto(path)
        return path

    return write


def sp_spec_writer(root):
    """write_sp_spec(SPEC_CLN=2, rows=…, …) → path of a legacy spSpec file."""

    def write(name="in/spSpec-51602-0266-001.fit", rows=None, **cards):
        if rows is None:
            flux = 5 + np.sin(np.arange(LOGLAM.size) / 50)
            rows = np.stack([flux, flux - 5, np.full(flux.size, 0.5), np.zeros(flux.size)])
        primary = fits.PrimaryHDU(np.asarray(rows, np.float32))
        given = {"PLATEID": 266, "MJD": 51602, "FIBERID": 1, "Z": 0.1, "Z_STATUS": 4}
        given |= {"SPEC_CLN": 2, "RAOBJ": 146.5, "DECOBJ": -0.5}
        given |= {"COEFF0": LOGLAM[0], "COEFF1": 1e-4, "TELESCOP": "SDSS 2.5-M"}
        primary.header.update(given | cards)
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        primary.writeto(path)
        return path

    return write


@pytest.fixture
def write_spec(tmp_path):
    return spec_writer(tmp_path)


@pytest.fixture
def write_sp_spec(tmp_path):
    return sp_spec_writer(tmp_path)


@pytest.fixture(scope="session")
def folder_of_fates(tmp_path_factory):
    """One input of each fate, and things that are no FITS files; leave it as it is."""
    root = tmp_path_factory.mktemp("fates")
    write_spec, write_sp_spec = spec_writer(root), sp_spec_writer(root)
    write_spec("in/a/galaxy.fits", fiber=1, z=0.1)
    write_spec("in/a/qso.fits", fiber=2, z=0.5, spectral_class="QSO", subclass="BROADLINE")
    write_sp_spec("in/b/spSpec-51602-0266-003.fit", FIBERID=3)
    write_spec("in/b/star.fits", fiber=4, z=0.0001, spectral_class="STAR", subclass="F5")
    write_spec("in/b/far.fits", fiber=5, z=1.2, spectral_class="QSO")
    write_spec("in/b/none.fits", fiber=6, z=np.nan)
    write_spec("in/b/zero.fits", fiber=7, z=0.0)
    write_spec("in/b/blue.fits", fiber=8, z=-0.001)
    write_spec("in/b/short.fits", fiber=9, loglam=4.0 + 1e-4 * np.arange(100))
    write_spec("in/b/empty_pixels.fits", fiber=10, flux=np.full(3800, np.nan))
    write_spec("in/b/no_ivar.fits", fiber=11, ivar=None)
    write_spec("in/b/z_again.fits", fiber=1, z=0.1)
    whole = (root / "in/a/galaxy.fits").read_bytes()
    (root / "in/b/cut.fits").write_bytes(whole[: len(whole) // 2])
    (root / "in/b/nothing.fits").write_bytes(b"")
    (root / "in/b/text.fits").write_text("wavelength flux\n1 2\n")
    fits.PrimaryHDU(np.ones((5, 9))).writeto(root / "in/b/image.fits")
    (root / "in/README.md").write_text("not asked for")
    return root / "in"


@pytest.fixture(scope="session")
def real_spectra():
    """Folder of real spectra: $SPEXPLAIN_REAL, or shared/real beside the checkout."""
    beside = Path(__file__).resolve().parents[3] / "shared" / "real"
    folder = Path(os.environ.get("SPEXPLAIN_REAL", beside))
    if not (folder / "index.csv").exists():
        pytest.skip(f"no real spectra at {folder}; set SPEXPLAIN_REAL to use some")
    return folder


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


@pytest.fixture(autouse=True, scope="module")
def forked_readers():
    """Files are read by processes that are quickly there; who tests these starts them anew."""
    with pytest.MonkeyPatch.context() as patch:
        if "forkserver" in multiprocessing.get_all_start_methods():
            patch.setattr(bounded_reader, "subprocess", SUBPROCESS)
        yield


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


@pytest.fixture(scope="session")
def s3():
    """s3(name) → the address of a new bucket of a server on loopback, the only one there is."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    nowhere = {f"AWS_{name}_FILE": os.devnull for name in ("CONFIG", "SHARED_CREDENTIALS")}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        for name, value in {**nowhere, "AWS_EC2_METADATA_DISABLED": "true"}.items():
            patch.setenv(name, value)
        for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "DEFAULT_REGION"):
            patch.setenv(f"AWS_{name}", "us-east-1")

        def bucket(name):
            fsspec.filesystem("s3").mkdir(name)
            return f"s3://{name}"

        yield bucket
    server.stop()


@pytest.fixture
def memory():
    """memory(name) → an address of this process, where nothing lies."""
    fs = fsspec.filesystem("memory")
    yield lambda name: f"memory://{name}"
    fs.store.clear()
