"""Where nothing more can be written a command says so in a line, and nothing is lost."""

from __future__ import annotations

import errno
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from spexplain.core.spectra.spectrum import Spectrum
from spexplain.dashboard.cli.errors import told
from spexplain.data.collection.check import check
from spexplain.data.collection.collection import Collection
from spexplain.data.demo.simulate.fits import write_sdss_lite

_MAIN = "from spexplain.dashboard.cli import main; main()"
# No file may grow beyond so many bytes: to a program it looks as a full disk does, for root too.
_FULL = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, ({most}, {most}))
"""
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="limits of the system")


def command(*arguments: object, most: int | None = None) -> tuple[int, str]:
    """Exit code, and what was said on standard error."""
    code = ("" if most is None else _FULL.format(most=most)) + _MAIN
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True
    )
    return done.returncode, " ".join(done.stderr.split())


def test_an_ingest_goes_on_where_the_disk_was_full(tmp_path: Path):
    source, wave = tmp_path / "files", np.geomspace(3800.0, 9200.0, 3800)
    source.mkdir()
    for row in range(20):
        flux = np.random.default_rng(row).normal(3, 0.3, wave.size)
        name = f"9900-59000-{row:04}"
        write_sdss_lite(
            Spectrum(name, wave, flux, np.full(wave.size, 10.0), z=0.1),
            source / f"spec-{name}.fits",
        )
    out = tmp_path / "survey"
    code, said = command("ingest", source, "--out", out, "--jobs", 1, most=100_000)
    assert code == 1
    assert f"cannot write {out}" in said
    assert "Traceback" not in said
    assert not out.exists()
    for path in (out, tmp_path / "calm"):
        assert command("ingest", source, "--out", path, "--jobs", 1)[0] == 0
    assert [*check(out)] == []
    assert Collection.open(out).key == Collection.open(tmp_path / "calm").key


def test_an_explanation_that_cannot_be_kept_leaves_no_half_of_it(small_demo: Path, tmp_path: Path):
    id = Collection.open(small_demo).catalog["id"].iat[0]
    out = tmp_path / "why.fits"
    code, said = command(
        "explain", small_demo, "--id", id, "--target", "mse", "--save", out, most=2000
    )
    assert code == 1
    assert "cannot write" in said
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_may_not_be_written_is_named_and_not_the_lock_in_it():
    error = OSError(errno.EROFS, "Read-only file system", "/survey/runs/.lock")
    assert told(error) == f"cannot write into {Path('/survey/runs')}: Read-only file system"
    assert told(OSError(errno.ENOENT, "No such file", "/x")) == "[Errno 2] No such file: '/x'"
    assert told(ValueError("a value")) == "a value"
