"""Settings that hold for every test, and the small demo that many of them look at."""

import os
from pathlib import Path

import pytest
from hypothesis import settings
from spexplain.data.demo import build_demo

# Timings on a shared machine say nothing about an example, so none is failed for being slow.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture(scope="session")
def small_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small demo collection with everything built; to be read only."""
    home = tmp_path_factory.mktemp("home")
    before = os.environ.get("SPEXPLAIN_HOME")
    os.environ["SPEXPLAIN_HOME"] = str(home)
    try:
        path = build_demo(small=True, jobs=2)
    finally:
        if before is None:
            del os.environ["SPEXPLAIN_HOME"]
        else:
            os.environ["SPEXPLAIN_HOME"] = before
    return path
