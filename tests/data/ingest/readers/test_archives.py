"""A zip or tar of several files gives the spectra of all, within the bounds of one file."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile

import numpy as np
import pytest
from spexplain.core.spectra.grid import COLLECTION_GRID
from spexplain.data.ingest.one_file import Intake, Rejected
from spexplain.data.ingest.reader_processes.bounded_reader import BoundedReader
from spexplain.data.ingest.reader_processes.limits import PAGE
from spexplain.data.ingest.readers import ReadError, read_all
from spexplain.data.ingest.readers.errors import SomeUnreadError
from spexplain.data.ingest.readers.fits_files import packed

WAVE = np.linspace(4000, 9000, 60)


def a_table(height=1.0):
    rows = "".join(f"{wave:.1f},{height * wave / 100:.4f},0.5\n" for wave in WAVE)
    return f"# z = 0.1\nwave,flux,err\n{rows}".encode()


def zipped(path, files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def tarred(path, files, mode="w"):
    with tarfile.open(path, mode) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def outcomes(path):
    """Spectra, and (name within, error) of what could not be read."""
    found = []
    try:
        found.extend(read_all(path))
    except SomeUnreadError as error:
        return found, error.each
    return found, []


FILES = {"a.v1.csv": a_table(), "in/b.csv": a_table(2.0), "in/c.csv.gz": gzip.compress(a_table(3))}


@pytest.mark.parametrize("ending", ["zip", "tar", "tar.gz", "tgz", "tar.bz2", "tar.xz"])
def test_each_file_of_an_archive_is_read_under_its_own_name(tmp_path, ending):
    path = tmp_path / f"mine.{ending}"
    if ending == "zip":
        zipped(path, FILES)
    else:
        pack = {"tar.gz": "gz", "tgz": "gz", "tar.bz2": "bz2", "tar.xz": "xz"}.get(ending, "")
        tarred(path, FILES, f"w:{pack}")
    found, unread = outcomes(path)
    assert [one.id for one in found] == ["a.v1", "b", "c"]
    assert {one.file for one in found} == {str(path)}
    assert [float(one.flux[0] / found[0].flux[0]) for one in found] == pytest.approx([1, 2, 3])
    assert not unread


def test_files_of_one_name_have_the_folder_in_their_ids(tmp_path):
    found, _ = outcomes(zipped(tmp_path / "a.zip", {"x/s.csv": a_table(), "y/s.csv": a_table(2)}))
    assert [one.id for one in found] == ["x-s", "y-s"]


def test_what_is_no_spectrum_is_listed_by_its_name_within(tmp_path):
    files = {"README": b"my spectra, of the north", "s.csv": a_table(), "._s.csv": b"\0"}
    outcome = Intake(COLLECTION_GRID, 0.8)(zipped(tmp_path / "a.zip", files))
    (taken, refused) = outcome
    assert taken.id == "s"
    assert isinstance(refused, Rejected)
    assert (refused.id, refused.reason) == ("README", "unknown format")


def test_links_and_ways_out_of_the_folder_lead_nowhere(tmp_path):
    path = tarred(tmp_path / "a.tar", {"../../out.csv": a_table()})
    with tarfile.open(path, "a") as archive:
        link = tarfile.TarInfo("link.csv")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/hostname"
        archive.addfile(link)
    found, ((name, why),) = outcomes(path)
    assert [one.id for one in found] == ["out"]
    assert name == "link.csv"
    assert "not followed" in str(why)
    assert not (tmp_path.parent / "out.csv").exists()


@pytest.mark.parametrize("pack", [zipped, lambda path, files: tarred(path, files, "w:xz")])
def test_an_archive_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch, pack):
    monkeypatch.setattr(packed, "LARGEST_UNPACKED", 2_000_000)
    path = pack(tmp_path / "a", {f"{n}.csv": bytes(700_000) for n in range(3)})
    with pytest.raises(ReadError, match="unpacks to more than 2,000,000 bytes") as refused:
        list(read_all(path))
    assert refused.value.reason == "too large"


def test_a_damaged_archive_says_so(tmp_path):
    whole = tarred(tmp_path / "a.tar.gz", FILES, "w:gz").read_bytes()
    (tmp_path / "a.tar.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ReadError, match="a damaged tar archive"):
        list(read_all(tmp_path / "a.tar.gz"))


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_packed_table_is_no_archive(tmp_path, pack):
    (tmp_path / "a.csv.gz").write_bytes(pack(a_table()))
    assert [one.id for one in outcomes(tmp_path / "a.csv.gz")[0]] == ["a"]


def test_what_a_process_unpacks_is_gone_with_it(tmp_path, monkeypatch):
    """Also of one that is killed: it unpacks into a folder of its parent's."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    path = zipped(tmp_path / "a.zip", {"a.csv": a_table(), "b.csv": a_table()})
    with BoundedReader(PAGE, intake=Intake(COLLECTION_GRID, 0.8)) as reader:
        ((of_file, _), (_, ends)) = reader.pieces([path])
        assert (len(of_file), ends) == (2, True)
        assert [*tmp_path.glob("spexplain-*")]
    assert not [*tmp_path.glob("spexplain-*")]
