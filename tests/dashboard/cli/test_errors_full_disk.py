"""Where nothing more can be written a command says so in a line, and nothing is lost."""

from __future__ import annotations

import errno
import re
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from spexplain.core.spectra.spectrum import Spectrum
from spexplain.dashboard.cli import main
from spexplain.dashboard.cli.errors import user_message
from spexplain.dashboard.export import stored_spectrum
from spexplain.data.collection.check import check
from spexplain.data.collection.collection import Collection
from spexplain.data.collection.format import write_json, write_parquet
from spexplain.data.demo.simulate.fits import write_sdss_lite
from spexplain.data.explanations.fits_file import save_explanation
from spexplain.data.explanations.saved import SavedExplanation
from spexplain.data.files.arrays.named_arrays import save_arrays
from spexplain.data.ingest.to_collection import ingest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="limits of the system")


@contextmanager
def full_disk(most: int) -> Iterator[None]:
    """No file may grow beyond so many bytes: to a program it looks as a full disk, for root too."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    heard = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, heard)


def refused(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    """What a command says on standard error as it fails."""
    with pytest.raises(SystemExit) as left:
        main([*map(str, words)])
    said = " ".join(capsys.readouterr().err.split())
    assert left.value.code == 1
    assert "Traceback" not in said
    return said


def test_an_ingest_goes_on_where_the_disk_was_full(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
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
    with full_disk(100_000):
        said = refused(capsys, "ingest", source, "--out", out, "--jobs", 1)
    assert f"cannot write {out}" in said
    assert not out.exists()
    for path in (out, tmp_path / "calm"):
        ingest([source], path)
    assert [*check(out)] == []
    assert Collection.open(out).key == Collection.open(tmp_path / "calm").key


def test_an_explanation_that_cannot_be_kept_leaves_no_half_of_it(
    small_demo: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    id = str(Collection.open(small_demo).catalog["id"].iat[0])
    words = ["explain", small_demo, "--id", id, "--target", "mse", "--samples", "200"]

    def full(path: Path, saved: SavedExplanation) -> None:
        with full_disk(2000):
            save_explanation(path, saved)

    monkeypatch.setattr(stored_spectrum, "save_explanation", full)
    assert "cannot write" in refused(capsys, *words, "--save", tmp_path / "why.fits")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_may_not_be_written_is_named_and_not_the_lock_in_it():
    error = OSError(errno.EROFS, "Read-only file system", "/survey/runs/.lock")
    assert user_message(error) == f"cannot write into {Path('/survey/runs')}: Read-only file system"
    assert (
        user_message(OSError(errno.ENOENT, "No such file", "/x")) == "[Errno 2] No such file: '/x'"
    )
    assert user_message(ValueError("a value")) == "a value"


def test_of_a_full_disk_is_said_where_there_is_how_much_room(tmp_path: Path):
    """Whatever wrapped the error: a build's stage, a library that names no file."""
    full = OSError(errno.ENOSPC, "No space left on device")
    stage = RuntimeError("stage svm failed: no space left")
    stage.__cause__ = full
    for error in (full, stage):
        said = user_message(error, ["build", str(tmp_path / "survey")])
        assert re.search(rf"free: .*\d MB in {re.escape(str(tmp_path))}", said)
        assert said.startswith(str(error))
        assert said.endswith("Make room, and run the same command again")


@pytest.mark.parametrize(
    "write",
    [
        lambda path: write_json(path, {"a": "x" * 9000}),
        lambda path: write_parquet(path, pd.DataFrame({"a": np.random.default_rng(0).random(900)})),
        lambda path: save_arrays(path, {"a": np.zeros(9000)}),
    ],
    ids=["json", "parquet", "arrays"],
)
def test_what_finds_no_room_names_the_file_and_leaves_nothing(
    tmp_path: Path, write: Callable[[Path], None]
):
    """A model that cannot be saved is an error of the disk, not of the model."""
    with full_disk(2000), pytest.raises(OSError, match="too large") as caught:
        write(tmp_path / "a")
    assert (caught.value.errno, caught.value.filename) == (errno.EFBIG, str(tmp_path / "a"))
    assert not [*tmp_path.glob(".*")]
