"""The first HDUs of a FITS file, opened by astropy, as headers and plain numpy arrays."""

from __future__ import annotations

import math
from collections.abc import Callable, Container
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits
from astropy.table import Table

from ..errors import ReadError
from ..other_kinds import other_kind
from .fits_damage import NO_END, damage_as_error
from .fits_sizes import check_sizes
from .hdu import Hdu
from .packed import opened
from .varying_lengths import of_one_length, vary

__all__ = ["Hdu", "ReadError", "read_hdus"]

_LOOKED_AT, _SHOWN = 300, 20  # bytes of what is no FITS file
_CARD, _LONGEST_KEYWORD = 80, 8
_OF_COLUMNS, _OF_SIZE = ("TTYPE", "TFORM"), ("TFIELDS", "NAXIS1", "NAXIS2")
_MOST_AXES = 10
_LARGEST_PACKED = 20_000_000  # pixels of an image within a table


def read_hdus(
    path: str | Path, limit: int, *, images: Callable[[str], bool] = lambda _: False
) -> list[Hdu]:
    """Read the first HDUs of a FITS file, plain or packed (gzip, bzip2, xz, zip).

    Parameters
    ----------
    path
        Path of the file.
    limit
        Maximum number of HDUs.
    images
        Tells by EXTNAME whether the pixels of an image extension are wanted; the data of the
        primary HDU and of tables are always read.

    Raises
    ------
    ReadError
        ``"unreadable"`` if the file is absent, empty, truncated or damaged;
        ``"unknown format"`` if it is not FITS.
    """
    # Opened here, as astropy leaves files open that it cannot read; unpacked here, as it takes
    # the end of a truncated gzip stream for the end of the last HDU.
    with damage_as_error(), opened(Path(path)) as stream:
        start = stream.read(_LOOKED_AT)
        if not start:
            raise ReadError("unreadable", "the file is empty")
        if not b"SIMPLE".startswith(start[:6]):
            raise ReadError("unknown format", _no_fits(start))
        check_sizes(stream, limit)
        stream.seek(0)
        with fits.open(stream, memmap=False, disable_image_compression=True) as hdus:
            primary: Any = hdus[0]
            # Without an END card, astropy continues the header into the next HDU.
            if "XTENSION" in primary.header:
                raise ReadError("unreadable", NO_END)
            return [_read(hdu, images) for hdu in islice(hdus, limit)]


def _read(hdu: Any, images: Callable[[str], bool]) -> Hdu:
    """One HDU as `Hdu`; checksums are verified if its data are wanted.

    Not by ``fits.open(checksum=True)``, which reads all HDUs.
    """
    if _is_packed_image(hdu) and images(hdu.name):
        image = fits.CompImageHDU(bintable=hdu)
        return Hdu(image, image.data)
    if isinstance(hdu, fits.BinTableHDU):
        table = _table(hdu)
        _check_sums(hdu, table.keywords or ())
        return table
    if not isinstance(hdu, fits.ImageHDU) or images(hdu.name):
        _check_sums(hdu, hdu.header)
    _ = hdu.header  # built here, where damage is reported
    return Hdu(hdu, _data(hdu, images))


def _is_packed_image(hdu: Any) -> bool:
    """Whether this is an image compressed by fpack, of moderate size."""
    if not isinstance(hdu, fits.BinTableHDU) or hdu.header.get("ZIMAGE") is not True:
        return False
    axes: list[Any] = [hdu.header.get(f"ZNAXIS{number}") for number in range(1, _MOST_AXES)]
    sizes = [size for size in axes if isinstance(size, int)]
    return bool(sizes) and min(sizes) > 0 and math.prod(sizes) <= _LARGEST_PACKED


def _check_sums(hdu: Any, keywords: Container[str]) -> None:
    if "CHECKSUM" in keywords:
        sums = hdu.verify_checksum()
    else:
        sums = hdu.verify_datasum() if "DATASUM" in keywords else 1
    if sums == 0:
        raise ValueError("Checksum verification failed")


def _no_fits(start: bytes) -> str:
    if kind := other_kind(start):
        return f"no table of a spectrum but {kind}"
    start = start[:_SHOWN]
    says = f"not a FITS file: it begins with {start!r}"
    if not start.decode("latin-1").replace("\n", " ").replace("\r", " ").isprintable():
        return says
    return f"{says}; of text, make a FITS table with columns wave, flux and ivar"


def _data(
    hdu: fits.PrimaryHDU | fits.TableHDU | fits.ImageHDU,
    images: Callable[[str], bool],
) -> np.ndarray | None:
    if isinstance(hdu, fits.PrimaryHDU) or (isinstance(hdu, fits.ImageHDU) and images(hdu.name)):
        return hdu.data
    if isinstance(hdu, fits.TableHDU):  # columns as text
        stored: Any = hdu.data  # a recarray: columns are only known at run time
        return Table({name.upper(): stored[name] for name in stored.names}).as_array()
    return None


def _table(hdu: fits.BinTableHDU) -> Hdu:
    """Binary table with its rows as stored.

    Equivalent to `hdu.data`, which builds several objects for each of 240 columns, of which
    eight are needed; `hdu.header` builds some for each of 700 cards, nearly all of them equal in
    all files of a survey. Either makes reading an SDSS file several times slower.
    """
    file_info: Any = hdu.fileinfo()
    file = file_info["file"]
    file.seek(file_info["hdrLoc"])
    raw: bytes = file.read(file_info["datLoc"] - file_info["hdrLoc"])
    cards = [raw[at : at + _CARD] for at in range(0, len(raw), _CARD)]
    names = {card[:_LONGEST_KEYWORD] for card in cards}
    keywords = frozenset(name.decode("latin-1").strip().upper() for name in names)
    if "CONTINUE" in keywords:  # text over several cards
        header: Any = hdu.header
        cards = [f"{key:8}= {header[key]!r}".encode() for key in header if key[:5] in _OF_COLUMNS]
        cards += [f"{key:8}= {header[key]}".encode() for key in _OF_SIZE]
    n_columns, n_bytes, n_rows = (_whole(cards, key) for key in _OF_SIZE)
    columns = (card for card in cards if card[:5].decode("latin-1") in _OF_COLUMNS)
    layout, forms = _layout(b"".join(card.ljust(_CARD) for card in columns), n_columns)
    if layout.itemsize != n_bytes:
        raise ValueError(f"rows of {n_bytes} bytes, columns of {layout.itemsize}")
    file.seek(file_info["datLoc"])
    rows = np.frombuffer(file.read(n_bytes * n_rows), layout, count=n_rows)
    if any(map(vary, forms)) and "ZIMAGE" not in keywords:
        claims: Any = hdu.header
        gap = (claims.get("THEAP") or n_bytes * n_rows) - n_bytes * n_rows
        if gap < 0:
            raise ValueError(f"its heap lies within its rows (THEAP = {claims['THEAP']})")
        heap = file.read(claims["PCOUNT"])[gap:]
        rows, forms = of_one_length(rows, forms, heap)
    return Hdu(hdu, rows, keywords, forms)


def _whole(cards: list[bytes], keyword: str) -> int:
    wanted = f"{keyword:8}".encode()
    values: Any = [fits.Card.fromstring(card).value for card in cards if card[:8] == wanted]
    if not values:
        raise ValueError(f"a table without {keyword}")
    return int(values[0])


@lru_cache(maxsize=128)  # a survey has only a few layouts
def _layout(cards: bytes, n_columns: int) -> tuple[np.dtype, tuple[str, ...]]:
    """Row dtype with upper-case names, and each TFORM, from the cards TTYPEn and TFORMn."""
    facts: dict[str, Any] = {}
    for at in range(0, len(cards), _CARD):
        card = fits.Card.fromstring(cards[at : at + _CARD])
        facts.setdefault(str(card.keyword), card.value)
    numbers = range(1, n_columns + 1)
    names = [facts[f"TTYPE{n}"].upper() for n in numbers]
    if twice := next((name for name in names if names.count(name) > 1), ""):
        raise ReadError("unreadable", f"two of its columns are called {twice!r}: rename one")
    forms = tuple(facts[f"TFORM{n}"] for n in numbers)
    named = [fits.Column(name=name, format=form) for name, form in zip(names, forms, strict=True)]
    return fits.ColDefs(named).dtype.newbyteorder(">"), forms
