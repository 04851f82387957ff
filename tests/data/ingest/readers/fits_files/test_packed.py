"""A zip of one file is that file; what is packed twice, or only begins as archives do, is none."""

import bz2
import gzip
import io
import lzma
import zipfile

import numpy as np
import pytest
from spexplain.data.ingest.readers import read
from spexplain.data.ingest.readers.errors import ReadError
from spexplain.data.ingest.readers.fits_files.packed import unpacked


def zipped(content):
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("a", content)
    return whole.getvalue()


def test_what_macos_puts_beside_a_file_is_no_file_of_the_zip(tmp_path):
    rows = "".join(f"{wave:.1f},{wave / 100:.3f},0.5\n" for wave in np.linspace(4000, 9000, 60))
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("mine/", "")
        archive.writestr("mine/a.csv", f"wave,flux,err\n{rows}")
        archive.writestr("__MACOSX/mine/._a.csv", b"\0\5\x16\7")
    found = read(tmp_path / "a.zip")
    assert (found.id, found.flux.size) == ("a", 60)


@pytest.mark.parametrize("within", [gzip.compress, bz2.compress, lzma.compress, zipped])
@pytest.mark.parametrize("without", [gzip.compress, bz2.compress, lzma.compress, zipped])
def test_what_is_packed_twice_says_so(within, without):
    with pytest.raises(ReadError, match=r"packed twice, within by \w+: unpack it"):
        unpacked(without(within(b"wave,flux\n")))


@pytest.mark.parametrize("name", ["PK", "BZ", "BZ_mag"])
def test_a_table_whose_first_column_begins_as_archives_do_is_a_table(tmp_path, name):
    rows = "".join(f"1,{wave:.1f},{wave / 100:.3f},0.5\n" for wave in np.linspace(4000, 9000, 60))
    (tmp_path / "a.csv").write_text(f"{name},wave,flux,err\n{rows}")
    assert read(tmp_path / "a.csv").flux.size == 60
