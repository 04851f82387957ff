"""How much Milky Way dust lies before each spectrum: E(B-V) from the SFD map."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits
from numpy.typing import ArrayLike, NDArray
from sfdmap2 import sfdmap

from ..files.download import FetchError, fetch_file, matches_checksum
from ..files.folders import home

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

# By hemisphere: file, and the sign its header gives to the Galactic pole it shows.
_MAPS = {"SFD_dust_4096_ngp.fits": 1, "SFD_dust_4096_sgp.fits": -1}
MAPS_SOURCE = "https://raw.githubusercontent.com/kbarbary/sfddata/master"
_COMMAND = "spexplain download dust"
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
        Positions do not pair up, or a declination is beyond a pole.
    """
    folder = dust_folder() if folder is None else Path(folder)
    ra, dec = np.atleast_1d(np.asarray(ra_deg, float)), np.atleast_1d(np.asarray(dec_deg, float))
    if ra.shape != dec.shape or ra.ndim != 1:
        raise ValueError(f"positions do not pair up: ra {ra.shape}, dec {dec.shape}")
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
    """Fetch the SFD map, once: a hemisphere that is there already and whole is kept.

    A fetch that was broken off goes on where it stopped.

    Parameters
    ----------
    folder
        Where to; :func:`dust_folder` if None.
    source
        Address that holds the two files.
    progress
        Told how many of how many files are there.

    Returns
    -------
    The folder.

    Raises
    ------
    DustError
        There is no network, the address does not have the files, or what it sent is
        not the map.
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
    try:
        fetch_file(address, path, is_right=lambda came: _is_map(came, pole))
    except FetchError as error:
        raise DustError(
            f"{error}. Without the SFD map builds correct no Milky Way dust. Run the command again "
            f"(it goes on where it stopped), name a copy with --source, put {' and '.join(_MAPS)} "
            f"into {path.parent} by hand, or {EBV_COLUMN_ADVICE}"
        ) from error


def _is_map(path: Path, pole: int) -> bool:
    """Whether a file is one hemisphere of the map, with all its pixels."""
    # Header and length alone: quick, and astropy leaves a damaged file open when it reads pixels.
    try:
        with path.open("rb") as file:
            header: dict[str, Any] = dict(fits.Header.fromfile(file, padding=False).items())
            pixels = header["NAXIS1"] * header["NAXIS2"] * abs(header["BITPIX"]) // 8
            whole = path.stat().st_size >= file.tell() + pixels
        return whole and header["LAM_NSGP"] == pole and header["LAM_SCAL"] > 0
    except (OSError, EOFError, KeyError, TypeError, ValueError):
        return False
