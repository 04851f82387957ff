"""Milky Way dust towards each spectrum: E(B-V) from the SFD map."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits
from numpy.typing import ArrayLike, NDArray
from sfdmap2 import sfdmap

from ...files import home, matches_checksum, note_checksum, sha256_of

__all__ = [
    "EBV_COLUMN_ADVICE",
    "MAPS_SOURCE",
    "SFD_SCALING",
    "DustError",
    "download_dust_maps",
    "dust_folder",
    "dust_is_there",
    "milky_way_ebv",
]

# Schlafly & Finkbeiner 2011 (ApJ 737, 103): SFD's reddening is too large by 1/0.86.
SFD_SCALING = 0.86

# File of each hemisphere → sign of its Galactic pole in the header.
_MAPS = {"SFD_dust_4096_ngp.fits": 1, "SFD_dust_4096_sgp.fits": -1}
MAPS_SOURCE = "https://raw.githubusercontent.com/kbarbary/sfddata/master"
_COMMAND = "spexplain download dust"
_MOST_BYTES, _TRIES = 2**28, 2
EBV_COLUMN_ADVICE = "ingest with E(B-V) in mag as a column “ebv” of --labels FILE"


class DustError(Exception):
    """The dust maps are absent, damaged or could not be fetched; the text says what to do."""


def dust_folder() -> Path:
    """Where ``spexplain download dust`` puts the maps."""
    return home() / "dust"


def dust_is_there() -> bool:
    """Whether both hemispheres of the map have been fetched."""
    return all((dust_folder() / name).is_file() for name in _MAPS)


def milky_way_ebv(
    ra_deg: ArrayLike,
    dec_deg: ArrayLike,
    *,
    folder: str | Path | None = None,
    scaling: float = SFD_SCALING,
) -> NDArray[np.float64]:
    """E(B-V) of the Milky Way towards each position (n,), mag.

    The map of Schlegel, Finkbeiner & Davis 1998 (ApJ 500, 525) by ``sfdmap2``, interpolated
    linearly between its 2.4′ pixels.

    Parameters
    ----------
    ra_deg, dec_deg
        (n,) ICRS, degrees; NaN where unknown, which gives NaN.
    folder
        Where the two FITS files of the map are; :func:`dust_folder` if None.
    scaling
        Factor on the map: 0.86 as O25 and for Fitzpatrick's law, 1 for SFD's own values.

    Raises
    ------
    DustError
        The maps are absent or damaged.
    ValueError
        Numbers of ra and dec differ, or a declination is beyond a pole.
    """
    folder = dust_folder() if folder is None else Path(folder)
    ra, dec = np.atleast_1d(np.asarray(ra_deg, float)), np.atleast_1d(np.asarray(dec_deg, float))
    if ra.shape != dec.shape or ra.ndim != 1:
        raise ValueError(f"ra and dec must have the same shape, got {ra.shape} and {dec.shape}")
    known = np.isfinite(ra) & np.isfinite(dec)
    if np.any(np.abs(dec[known]) > 90):
        worst = float(dec[known][np.argmax(np.abs(dec[known]))])
        raise ValueError(f"declination {worst}° is beyond a pole")
    absent = [name for name in _MAPS if not (folder / name).is_file()]
    if absent:
        raise DustError(
            f"the SFD dust map is not in {folder} (no {', '.join(absent)}): fetch it once with "
            f"“{_COMMAND}” (two files of 64 MB), or {EBV_COLUMN_ADVICE}"
        )
    damaged = [name for name, pole in _MAPS.items() if not _is_map(folder / name, pole)]
    if damaged:
        raise DustError(
            f"{', '.join(damaged)} in {folder} is damaged or no SFD dust map; fetch it again with "
            f"“{_COMMAND}”"
        )
    ebv = np.full(ra.shape, np.nan)
    if known.any():
        ebv[known] = sfdmap.SFDMap(str(folder), scaling=scaling).ebv(ra[known], dec[known])
    return ebv


def download_dust_maps(
    folder: str | Path | None = None,
    *,
    source: str = MAPS_SOURCE,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Path:
    """Fetch the SFD map, once: a hemisphere that is already there and complete is kept.

    An interrupted download is resumed.

    Parameters
    ----------
    folder
        Where to; :func:`dust_folder` if None.
    source
        Address that holds the two files.
    progress
        Called with (files done, files in all).

    Returns
    -------
    The folder.

    Raises
    ------
    DustError
        There is no network, the address does not have the files, or they are not the map.
    """
    folder = dust_folder() if folder is None else Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for done, (name, pole) in enumerate(_MAPS.items()):
        progress(done, len(_MAPS))
        path = folder / name
        if not (path.is_file() and _is_map(path, pole) and matches_checksum(path)):
            _fetch(f"{source}/{name}", folder / name, pole)
    progress(len(_MAPS), len(_MAPS))
    return folder


def _fetch(address: str, path: Path, pole: int) -> None:
    from ...fetch.polite_client import Manners, NotCome, PoliteClient  # loads requests

    part = path.with_name(f".{path.name}.part")
    try:
        PoliteClient(Manners(tries=_TRIES)).download(address, part, most_bytes=_MOST_BYTES)
        if not _is_map(part, pole):
            part.unlink()
            raise NotCome("refused", "it sent something else than the map; nothing was kept")
    except NotCome as error:
        raise DustError(
            f"cannot fetch {address} ({error}). Without the SFD map builds correct no Milky Way "
            "dust. Run the command again (it continues where it stopped), name a copy with "
            f"--source, put {' and '.join(_MAPS)} into {path.parent} by hand, or "
            f"{EBV_COLUMN_ADVICE}"
        ) from error
    note_checksum(path, sha256_of(part))
    os.replace(part, path)


def _is_map(path: Path, pole: int) -> bool:
    """Whether a file is one hemisphere of the map, with all its pixels."""
    # Only header and length: quick, and reading pixels of a damaged file would leave it open.
    try:
        with path.open("rb") as file:
            header: dict[str, Any] = dict(fits.Header.fromfile(file, padding=False).items())
            pixels = header["NAXIS1"] * header["NAXIS2"] * abs(header["BITPIX"]) // 8
            whole = path.stat().st_size >= file.tell() + pixels
        return whole and header["LAM_NSGP"] == pole and header["LAM_SCAL"] > 0
    except (OSError, EOFError, KeyError, TypeError, ValueError):
        return False
