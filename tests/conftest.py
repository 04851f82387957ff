"""Settings that hold for every test, and the small demo that many of them look at."""

import base64
import gc
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings
from spexplain.core.spectra.spectrum import Spectrum
from spexplain.data.collection.collection import Collection
from spexplain.data.demo.demo import build_demo
from spexplain.data.demo.simulate.fits import write_sdss_lite

# Timings on a shared machine say nothing about an example, so none is failed for being slow.
settings.register_profile("patient", deadline=None, max_examples=60)
settings.load_profile("patient")


def pytest_collection_finish() -> None:
    """What was imported stays: the collector need not look through it again and again."""
    gc.freeze()


@pytest.fixture(scope="session")
def small_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small demo collection with everything built; to be read only.

    Runs of tests that are begun side by side build it once, where SPEXPLAIN_TEST_DEMO says, and
    each reads a copy of its own.
    """
    home = tmp_path_factory.mktemp("home")
    together = os.environ.get("SPEXPLAIN_TEST_DEMO")
    if not together:
        return built_in(home)
    with FileLock(Path(together) / "tests.lock"):
        built = built_in(Path(together))
    return shutil.copytree(built, home / built.name)


def built_in(home: Path) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPEXPLAIN_HOME", str(home))
        return build_demo(small=True, jobs=2)


@pytest.fixture(scope="session")
def as_file() -> Callable[..., str]:
    """as_file(collection, row, path, z=None): a stored spectrum as an SDSS file, in base64."""

    def write(collection: Collection, row: int, path: Path, z: float | None = None) -> str:
        flux, ivar = collection.spectrum(row)
        z = float(collection.catalog["z"][row]) if z is None else z
        seen = ivar > 0
        wave_obs_aa = collection.wave_rest_aa[seen] * (1 + z)
        spectrum = Spectrum(
            "9900-59000-0001", wave_obs_aa, flux[seen], ivar[seen], z=z, spectral_class="GALAXY"
        )
        return base64.b64encode(write_sdss_lite(spectrum, path).read_bytes()).decode()

    return write
