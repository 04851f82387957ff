"""Files that are neither spectra nor tables, identified by their first bytes, with remedies."""

from __future__ import annotations

import re

__all__ = ["is_json", "other_kind"]

_PICKLE = "a pickle of Python, which is not loaded"
_AS_TABLE = "write it as FITS, ECSV, CSV or Parquet"
_KINDS = {
    b"ARROW1": "an Arrow file: write it as Parquet", b"%PDF": "a PDF",
    b"<html": "a web page: fetch the file anew", b"<!DOCTYPE": "a web page: fetch the file anew",
    b"\x1f\x9d": "packed by compress: unpack it", b"\x28\xb5\x2f\xfd": "packed by zstd: unpack it",
    b"\x89PNG": "a PNG picture", b"\xff\xd8\xff": "a JPEG picture",
    b"CDF\x01": f"netCDF of the classic kind: write it as netCDF 4, or {_AS_TABLE}",
    b"CDF\x02": f"netCDF of the classic kind: write it as netCDF 4, or {_AS_TABLE}",
    b"\xff\xff\xff\xff": "an Arrow stream: write it as Parquet", b"ORC": f"ORC: {_AS_TABLE}",
    b"7z\xbc\xaf": "packed by 7z: unpack it", b"#ASDF": f"ASDF: {_AS_TABLE}",
    b"SQLite format 3": f"a database of SQLite: {_AS_TABLE}",
    b"MATLAB 5.0 MAT-file": f"a file of MATLAB: save it with -v7.3, or {_AS_TABLE}",
    b"\xd0\xcf\x11\xe0": "a spreadsheet or document of Microsoft: save it as CSV",
}  # fmt: skip
_JSON = re.compile(rb"\s*[{\[]\s*[\"{\[]")
_BEGINNINGS = (
    (
        re.compile(rb".{257}ustar|.{,40}PaxHeader", re.DOTALL),
        "a tar within another file: unpack it",
    ),
    (
        re.compile(rb"\x80[\x02-\x05]|\((?:dp|lp|i)[0-9]|c(?:numpy|pandas|astropy|copy_reg)"),
        _PICKLE,
    ),
    (re.compile(rb"SR\x00[\x04\x06]"), f"a save file of IDL: {_AS_TABLE}"),
    (_JSON, f"JSON: {_AS_TABLE}"),
)


def other_kind(start: bytes) -> str:
    """Kind of a file by its first bytes, with a remedy; "" if it may be a table.

    Parameters
    ----------
    start
        First bytes of the file; 300 are needed for tar archives.
    """
    plain = start.lstrip()
    known = (kind for begins, kind in _KINDS.items() if plain.startswith(begins))
    begun = (kind for pattern, kind in _BEGINNINGS if pattern.match(start))
    return next(known, "") or next(begun, "")


def is_json(start: bytes) -> bool:
    """Whether a file begins as JSON with an object or a list of them does."""
    return _JSON.match(start) is not None
