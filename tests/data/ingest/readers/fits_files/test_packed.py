"""A zip of one file is that file."""

import zipfile

import numpy as np
from spexplain.data.ingest.readers import read


def test_what_macos_puts_beside_a_file_is_no_file_of_the_zip(tmp_path):
    rows = "".join(f"{wave:.1f},{wave / 100:.3f},0.5\n" for wave in np.linspace(4000, 9000, 60))
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("mine/", "")
        archive.writestr("mine/a.csv", f"wave,flux,err\n{rows}")
        archive.writestr("__MACOSX/mine/._a.csv", b"\0\5\x16\7")
    found = read(tmp_path / "a.zip")
    assert (found.id, found.flux.size) == ("a", 60)
