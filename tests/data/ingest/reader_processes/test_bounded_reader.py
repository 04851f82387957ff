"""Hostile files cost themselves alone: refused with a reason, while the others are read."""

import bz2
import gzip
import lzma
import os
import re
import signal
import subprocess
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from astropy.io import fits
from astropy.table import Table
from spexplain.core.spectra.grid import WaveGrid
from spexplain.data.ingest.one_file import Intake, Rejected, Taken
from spexplain.data.ingest.reader_processes import bounded_reader, reading_process
from spexplain.data.ingest.reader_processes.bounded_reader import BoundedReader
from spexplain.data.ingest.reader_processes.limits import Limits
from spexplain.data.ingest.readers import ReadError, read

SMALL = Limits(4_000_000, 300_000_000, cpu_s=5.0, wall_s=20.0)
LARGE = Limits(50_000_000, 4_000_000_000, cpu_s=30.0, wall_s=90.0)
PACKINGS = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}


@pytest.fixture(autouse=True, scope="module")
def forked_readers():
    """Not here: each is started as the program starts it."""


@pytest.fixture
def reader():
    with BoundedReader(SMALL) as made:
        yield made


def own(path):
    wave = np.linspace(3600.0, 7500.0, 800)
    table = fits.BinTableHDU(Table({"wave": wave, "flux": wave / 4000, "ivar": wave * 0 + 9}))
    table.header["Z"] = 0.05
    fits.HDUList([fits.PrimaryHDU(), table]).writeto(path)
    return path


def test_a_good_file_is_read_as_without_bounds(reader, tmp_path):
    path = own(tmp_path / "good.fits")
    found, expected = reader.spectrum(path), read(path)
    for name in ("wave_obs_aa", "flux", "ivar"):
        assert getattr(found, name).tobytes() == getattr(expected, name).tobytes()
        assert getattr(found, name).dtype == getattr(expected, name).dtype
    assert (found.id, found.z, found.file) == (expected.id, expected.z, expected.file)


@pytest.mark.parametrize("value", ["-1", "-2147483648", "2147483648", "9223372036854775808"])
@pytest.mark.parametrize("key", ["BITPIX", "NAXIS", "NAXIS1", "NAXIS2", "PCOUNT", "GCOUNT"])
def test_an_impossible_size_is_told(tmp_path, key, value):
    content = own(tmp_path / "good.fits").read_bytes()
    card = re.compile(rb"(%-8s= ) *\d+" % key.encode())
    last = list(card.finditer(content))[-1]
    forged = last[1] + value.rjust(last.end() - last.start() - 10).encode()
    (tmp_path / "bad.fits").write_bytes(content[: last.start()] + forged + content[last.end() :])
    with pytest.raises(ReadError, match=r"negative|none of|not between|truncated|too large"):
        read(tmp_path / "bad.fits")


@pytest.mark.parametrize("packing", PACKINGS)
def test_a_bomb_is_refused_by_its_size(reader, tmp_path, packing):
    path = tmp_path / f"bomb.fits.{packing}"
    path.write_bytes(PACKINGS[packing](bytes(30_000_000)))
    with pytest.raises(ReadError, match="unpacks to more than 4,000,000 bytes") as caught:
        reader.spectrum(path)
    assert caught.value.reason == "too large"


def test_a_zip_that_says_it_is_large_is_refused(reader, tmp_path):
    with zipfile.ZipFile(tmp_path / "b.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.fits", bytes(30_000_000))
    with pytest.raises(ReadError, match="unpacks to more than"):
        reader.spectrum(tmp_path / "b.zip")


def test_a_process_that_is_killed_costs_no_file(reader, tmp_path):
    path = own(tmp_path / "good.fits")
    reader.spectrum(path)
    process = reader._idle.get()
    os.kill(process._popen.pid, signal.SIGKILL)
    process._popen.wait()
    reader._idle.put(process)
    assert reader.spectrum(path).z == 0.05


def test_what_takes_too_long_is_refused_and_the_others_are_taken(tmp_path):
    first, slow, last = (own(tmp_path / f"good-{k}.fits") for k in range(3))
    limits = Limits(4_000_000, 300_000_000, cpu_s=5.0, wall_s=2.0)
    with BoundedReader(limits, intake=Intake(WaveGrid(3600.0, 7000.0), 0.8)) as reader:
        taken = [outcome for outcomes, _ in reader.pieces([first]) for outcome in outcomes]
        process = reader._idle.get()
        os.kill(process._popen.pid, signal.SIGSTOP)  # as one whose disk does not answer
        reader._idle.put(process)
        taken += [outcome for outcomes, _ in reader.pieces([slow, last]) for outcome in outcomes]
    assert [type(one) for one in taken] == [Taken, Rejected, Taken]
    assert (taken[1].reason, taken[1].detail) == ("too slow", "reading it took more than 2 s")


def test_a_table_that_points_elsewhere_fetches_nothing(reader, tmp_path):
    table = tmp_path / "t.vot"
    Table({"wave": np.arange(1.0, 5.0), "flux": np.ones(4)}).write(
        table, format="votable", tabledata_format="binary"
    )
    secret = tmp_path / "secret"
    secret.write_bytes(bytes(64))
    forged = re.sub(
        r"(?s)<STREAM.*?</STREAM>", f'<STREAM href="file://{secret}"/>', table.read_text()
    )
    table.write_text(forged)
    with pytest.raises(ReadError, match="refused"):
        reader.spectrum(table)


def test_what_a_reader_needs_none_of_is_forbidden():
    for event in ("socket.connect", "urllib.Request", "subprocess.Popen"):
        with pytest.raises(PermissionError, match="outside of it"):
            reading_process._forbid(event, ())
    reading_process._forbid("open", ())


def many(path, n):
    wave = np.linspace(3600.0, 7500.0, 40)
    rows = [{"id": f"{k}", "z": 0.05, "wave": wave, "flux": wave / 4000 + k, "ivar": wave * 0 + 9}
            for k in range(n)]  # fmt: skip
    pd.DataFrame(rows).to_parquet(path)
    return path


def test_a_file_of_many_spectra_comes_in_parts(tmp_path):
    path = many(tmp_path / "many.parquet", 600)
    intake = Intake(WaveGrid(3600.0, 7000.0), 0.8)
    with BoundedReader(LARGE, intake=intake) as reader:
        pieces = list(reader.pieces([path, path]))
    assert [len(outcomes) for outcomes, _ in pieces] == [256, 256, 88, 0] * 2
    assert [ends for _, ends in pieces] == [False, False, False, True] * 2
    whole = intake(path)
    for one, other in zip([x for some, _ in pieces[:4] for x in some], whole, strict=True):
        assert repr(one.row) == repr(other.row)  # NaN is not itself
        assert one.spectrum.flux.tobytes() == other.spectrum.flux.tobytes()


def test_what_came_before_the_process_was_ended_in_the_middle_counts(tmp_path, monkeypatch):
    path, made = many(tmp_path / "many.parquet", 6000), []
    start = subprocess.Popen
    recorded = lambda *words, **how: made.append(start(*words, **how)) or made[-1]  # noqa: E731
    monkeypatch.setattr(bounded_reader.subprocess, "Popen", recorded)
    with BoundedReader(LARGE, intake=Intake(WaveGrid(3600.0, 7000.0), 0.8)) as reader:
        pieces = reader.pieces([path])
        first, ends = next(pieces)
        (child,) = made
        child.kill()  # as a system without memory would; what is in the pipe may follow
        *_, (last, at_end) = pieces
    assert (len(first), ends, at_end) == (256, False, True)
    assert [type(one) for one in last] == [Rejected]
    assert "brought down the process" in last[0].detail


def test_a_file_that_is_read_some_rows_at_a_time_may_be_larger_than_others():
    limits = Limits(1000, 1000, cpu_s=1.0, wall_s=1.0, streamed_bytes=9000)
    assert limits.most_bytes(Path("a.parquet")) == 9000
    assert limits.most_bytes(Path("a.fits")) == 1000
    assert SMALL.most_bytes(Path("a.pq")) == SMALL.size_bytes
