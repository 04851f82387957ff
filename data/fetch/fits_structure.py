"""Structural check of FITS files: size and checksums.

Numbers in headers are trusted only as far as the file reaches, and no data are interpreted: that is
left to the bounded reader.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import IO, Any

import numpy as np
from astropy.io import fits

__all__ = ["fits_fault"]

_BLOCK, _CARD = 2880, 80
_MOST_HEADER_BLOCKS = 2000
_AT_ONCE = 1 << 22  # bytes, a multiple of four
_ONES = 0xFFFFFFFF


def fits_fault(path: Path) -> str:
    """Fault of a file as FITS, as text; "" if it is complete.

    Each HDU's data follow its header as BITPIX, NAXISn, PCOUNT and GCOUNT say, and the last ends
    with the file. Where it has DATASUM or CHECKSUM, the sums are those of its bytes (FITS 4.0,
    4.4.2.7: 32-bit words in ones' complement).

    Raises
    ------
    OSError
        The file cannot be read.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        number = 0
        while file.tell() < size:
            fault = _hdu_fault(file, size, first=number == 0)
            if fault:
                return f"HDU {number}: {fault}"
            number += 1
    return "" if number else "it is empty"


def _hdu_fault(file: IO[bytes], size: int, *, first: bool) -> str:
    start = file.tell()
    text = _header(file)
    keyword = "SIMPLE" if first else "XTENSION"
    if text is None or not text.startswith(keyword):
        return f"no header that begins with {keyword} and ends with END"
    with warnings.catch_warnings(action="ignore"):
        try:
            header: Any = fits.Header.fromstring(text)
            n_bytes = _data_bytes(header)
            noted = header.get("DATASUM")
            wanted = None if noted is None else int(str(noted))
        except (ValueError, TypeError, KeyError, fits.VerifyError) as error:
            return f"its header cannot be read ({' '.join(str(error).split())[:100]})"
    data = file.tell()
    end = data + -(-n_bytes // _BLOCK) * _BLOCK
    if n_bytes < 0 or end > size:
        return f"cut off: it ends at byte {end:,}, the file at {size:,}"
    file.seek(start)
    of_header, of_data = _sum(file, data - start), _sum(file, end - data)
    if wanted is not None and wanted != of_data:
        return "its data are not those that its DATASUM was made of"
    if header.get("CHECKSUM", "") and _folded(of_header + of_data) not in (0, _ONES):
        return "its bytes are not those that its CHECKSUM was made of"
    return ""


def _header(file: IO[bytes]) -> str | None:
    blocks: list[bytes] = []
    while len(blocks) < _MOST_HEADER_BLOCKS:
        block = file.read(_BLOCK)
        if len(block) < _BLOCK or not block.isascii():
            return None
        blocks.append(block)
        cards = (block[at : at + _CARD].rstrip() for at in range(0, _BLOCK, _CARD))
        if b"END" in cards:
            return b"".join(blocks).decode("ascii")
    return None


def _data_bytes(header: Any) -> int:
    axes = [int(header[f"NAXIS{n + 1}"]) for n in range(int(header["NAXIS"]))]
    if not axes:
        return 0
    if header.get("GROUPS") is True and axes[0] == 0:  # random groups
        axes = axes[1:]
    n = int(np.prod(np.array(axes, dtype=object)))
    pixels = int(header.get("GCOUNT", 1)) * (int(header.get("PCOUNT", 0)) + n)
    return abs(int(header["BITPIX"])) // 8 * pixels


def _sum(file: IO[bytes], n_bytes: int) -> int:
    """Sum of the next bytes as 32-bit words, in ones' complement."""
    total = 0
    while n_bytes > 0:
        block = file.read(min(n_bytes, _AT_ONCE))
        total += int(np.frombuffer(block, ">u4").sum(dtype=np.uint64))
        n_bytes -= len(block)
    return _folded(total)


def _folded(total: int) -> int:
    while total > _ONES:
        total = (total & _ONES) + (total >> 32)
    return total
