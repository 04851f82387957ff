import h5py
import pandas as pd
import pytest
from spexplain.data.fetch.contents import content_fault
from spexplain.data.files.checksums import sha256_of


def test_a_web_page_that_says_200_is_no_spectrum(tmp_path):
    path = tmp_path / "a"
    for page in (b"<!DOCTYPE html>", b"\n <!-- x --> <html>", b'<?xml version="1.0"?><VOTABLE>'):
        path.write_bytes(page)
        assert "web page" in content_fault(path, ".fits")
    path.write_bytes(b"")
    assert content_fault(path, ".parquet") == "nothing came"


def test_parquet_and_hdf5_are_whole_or_told(tmp_path):
    table, tree = tmp_path / "a.parquet", tmp_path / "a.hdf5"
    pd.DataFrame({"a": range(9)}).to_parquet(table)
    with h5py.File(tree, "w") as file:
        file["a"] = range(9)
    assert content_fault(table, ".parquet") == content_fault(tree, ".hdf5") == ""
    assert "no whole hdf5" in content_fault(table, ".hdf5")
    table.write_bytes(table.read_bytes()[:-1])
    assert "no whole parquet" in content_fault(table, ".parquet")


@pytest.mark.parametrize("wrong", [{"size": 3}, {"sha256": "0" * 64}])
def test_what_the_list_says_of_a_file_holds(tmp_path, wrong):
    path = tmp_path / "a"
    path.write_bytes(b"PAR1PAR1")
    assert content_fault(path, ".parquet", size=8, sha256=sha256_of(path)) == ""
    assert "the archive's list" in content_fault(path, ".parquet", **wrong)
