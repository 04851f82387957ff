"""What is no table is called by its name under any ending, with what to do."""

import gzip
import pickle
import sqlite3
import zipfile

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pytest
from scipy.io import savemat
from spexplain.data.ingest.readers import ReadError, read

COLUMNS = {"wave": np.arange(5000.0, 5100.0), "flux": np.ones(100)}
PICKLE = "a pickle of Python, which is not loaded"


def workbook(path):
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"):
            archive.writestr(name, "<x/>")


def database(path):
    with sqlite3.connect(path) as connection:
        connection.execute("create table t(a)")
    connection.close()


@pytest.mark.parametrize("ending", ["csv", "dat", ""])
@pytest.mark.parametrize(
    ("write", "words"),
    [
        *((lambda p, k=k: p.write_bytes(pickle.dumps(COLUMNS, k)), PICKLE) for k in (0, 2, 4, 5)),
        (lambda p: p.write_bytes(gzip.compress(pickle.dumps(COLUMNS))), PICKLE),
        (lambda p: pd.DataFrame(COLUMNS).to_pickle(p, compression=None), PICKLE),
        (
            lambda p: pa.feather.write_feather(pa.table(COLUMNS), p),
            "an Arrow file: write it as Par",
        ),
        (
            lambda p: p.write_text("#ASDF 1.0.0\n#ASDF_STANDARD 1.6.0\n%YAML 1.1\n"),
            "ASDF: write it as",
        ),
        (lambda p: p.write_bytes(b"SR\0\4" + bytes(400)), "IDL: write it as"),
        (lambda p: p.write_text("<!DOCTYPE html><p>404</p>"), "a web page: fetch the file anew"),
        (lambda p: savemat(p, COLUMNS, appendmat=False), "MATLAB: save it with -v7.3"),
        *((database, "SQLite: write it as"), (workbook, "Excel: save it as CSV")),
    ],
)
def test_what_is_no_table_is_called_by_its_name(tmp_path, write, words, ending):
    path = tmp_path / f"a.{ending}".rstrip(".")
    write(path)
    with pytest.raises(ReadError, match=words) as told:
        read(path)
    assert told.value.reason == "unknown format"
