"""SDSS and BOSS: ``spec-PLATE-MJD-FIBER.fits``, lite and full, and SDSS-I/II ``spSpec``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from .....core.spectra.spectrum import SPECTRAL_CLASSES, Spectrum
from .....core.spectra.units.unit_spellings import RELATIVE, SURVEY_FLUX, flux_factor
from ..fits_files.fits import Hdu, ReadError
from ..vocabulary.file_names import name_of
from ..vocabulary.noise import from_error, not_negative
from ..vocabulary.redshift.redshift_flags import flag_words
from ..vocabulary.redshift.redshift_words import KEYWORDS, redshift_of
from .sdss_columns import sdss_facts

__all__ = ["is_sp_spec", "is_spec", "load_sp_spec", "load_spec", "never_observed"]

# Bits of SPPIXMASK for pixels without data: FULLREJECT, NOSKY, NODATA, in every exposure.
# The others (NEARBADPIXEL, MANYBADCOLUMNS, BRIGHTSKY, …) are kept: in 184 files their residuals
# from the pipeline's model are no larger, in units of the error, than those of unflagged pixels
# (median |χ| 0.77–0.91 against 0.86), so ivar already accounts for them.
_NO_DATUM = (1 << 18) | (1 << 22) | (1 << 24)

# Of which SPECOBJ or SPALL has one.
_OF_SDSS = {"PLATE", "FIBERID", "CATALOGID", "SPECOBJID", "ZWARNING", "ZWARNING_NOQSO"}
# SPEC_CLN of SDSS-I/II: unknown, star, galaxy, QSO, high-z QSO, sky, late star, …
_SP_CLASSES = {1: "STAR", 2: "GALAXY", 3: "QSO", 4: "QSO", 6: "STAR"}
_SP_SKY = 5


def is_spec(hdus: Sequence[Hdu]) -> bool:
    """Whether HDU 1 is a coadd table with flux and log-wavelength, and SDSS's mask or headers.

    With flux in another unit than SDSS's it is a plain table.
    """
    if len(hdus) < 2 or not {"FLUX", "LOGLAM"} <= set(hdus[1].columns):
        return False
    if not _in_survey_unit(hdus[1].value(f"TUNIT{hdus[1].columns.index('FLUX') + 1}")):
        return False
    about = len(hdus) > 2 and bool(_OF_SDSS & {*hdus[2].columns})
    return "AND_MASK" in hdus[1].columns or about or "PLATEID" in hdus[0].header


def _in_survey_unit(unit: object) -> bool:
    if unit is None:  # as nearly always
        return True
    try:
        factor, called = flux_factor(str(unit), np.full(1, 5000.0))
    except ValueError:
        return True  # not a unit
    return called == RELATIVE or (called == SURVEY_FLUX and bool(np.allclose(factor, 1)))


def load_spec(hdus: Sequence[Hdu], path: Path) -> Spectrum:
    """Read a spectrum from the coadd table, with facts from SPECOBJ or SPALL.

    Wavelengths are vacuum, 10^loglam Å. Redshift and class are the pipeline's best (``Z``,
    ``CLASS``), not those without QSO templates. SDSS-I/II files call the position ``PLUG_RA``.

    Raises
    ------
    ReadError
        The table has no ivar, or is damaged.
    """
    coadd = hdus[1]
    if "IVAR" not in coadd.columns:
        raise ReadError("no errors", "the coadd table has no column ivar, so the noise is unknown")
    about = hdus[2] if len(hdus) > 2 else None
    ivar = not_negative(_pixels(coadd, "IVAR"))
    if "AND_MASK" in coadd.columns:
        ivar = np.where(never_observed(_pixels(coadd, "AND_MASK")), 0.0, ivar)
    plate, mjd, fiber = (
        _first(about, name, hdus[0].number(keyword))
        for name, keyword in (("PLATE", "PLATEID"), ("MJD", "MJD"), ("FIBERID", "FIBERID"))
    )
    own = _first(about, "Z", float("nan"))
    entries: Iterable[tuple[str, object]] = [] if np.isnan(own) else [("Z", own)]
    if about is None:  # a user's table in SDSS's format
        entries = ((name, hdu.value(name)) for hdu in (coadd, hdus[0]) for name in KEYWORDS)
    z, z_note = redshift_of(entries)
    return _spectrum(
        path,
        id=_identifier(plate, mjd, fiber, path),
        loglam=_pixels(coadd, "LOGLAM"),
        flux=_pixels(coadd, "FLUX"),
        ivar=ivar,
        z=z,
        z_note=z_note,
        ra=_placed(about, ("PLUG_RA", "FIBER_RA", "RACAT"), hdus[0]),
        dec=_placed(about, ("PLUG_DEC", "FIBER_DEC", "DECCAT"), hdus[0]),
        spectral_class=_first_text(about, "CLASS"),
        subclass=_first_text(about, "SUBCLASS"),
        z_warning=flag_words(lambda name: _flag(about, name)),
        facts=sdss_facts(about, hdus[3] if len(hdus) > 3 else None),
        model=_pixels(coadd, "MODEL") if "MODEL" in coadd.columns else None,
    )


def is_sp_spec(hdus: Sequence[Hdu]) -> bool:
    """Whether the primary image is an SDSS-I/II spectrum; LAMOST's differs by keywords only."""
    image, header = hdus[0].data, hdus[0].header
    wanted = ("COEFF0", "COEFF1", "SPEC_CLN", "PLATEID")
    return image is not None and image.ndim == 2 and all(keyword in header for keyword in wanted)


def load_sp_spec(hdus: Sequence[Hdu], path: Path) -> Spectrum:
    """A spectrum from the rows of the primary image: flux, continuum-subtracted, error, mask.

    Wavelengths are vacuum, 10^(COEFF0 + COEFF1·i) Å. A pixel whose error is not positive has no
    data. A redshift that the pipeline calls not measured or failed (Z_STATUS 0, 1) is unknown, as
    is that of a sky fibre.

    Raises
    ------
    ReadError
        The image has no error row, or is damaged.
    """
    primary = hdus[0]
    rows = primary.data
    if rows is None or len(rows) < 3:
        n_rows = 0 if rows is None else len(rows)
        raise ReadError("no errors", f"the image has {n_rows} rows and no error among them")
    ivar = from_error(rows[2])
    if rows.shape[0] > 3:
        ivar = np.where(never_observed(rows[3]), 0.0, ivar)
    code = primary.value("SPEC_CLN")
    unmeasured = code == _SP_SKY or primary.value("Z_STATUS") in (0, 1)
    plate, mjd, fiber = (primary.number(name) for name in ("PLATEID", "MJD", "FIBERID"))
    return _spectrum(
        path,
        id=_identifier(plate, mjd, fiber, path),
        loglam=primary.number("COEFF0") + primary.number("COEFF1") * np.arange(rows.shape[1]),
        flux=rows[0],
        ivar=ivar,
        z=float("nan") if unmeasured else primary.number("Z"),
        ra=primary.number("RAOBJ"),
        dec=primary.number("DECOBJ"),
        spectral_class=_SP_CLASSES.get(code, "") if isinstance(code, int) else "",
        subclass="",
    )


def _spectrum(
    path: Path,
    *,
    id: str,
    loglam: np.ndarray,
    flux: np.ndarray,
    ivar: np.ndarray,
    z: float,
    z_note: str = "",
    ra: float,
    dec: float,
    spectral_class: str,
    subclass: str,
    z_warning: str = "",
    facts: Mapping[str, str | float] | None = None,
    model: np.ndarray | None = None,
) -> Spectrum:
    with np.errstate(over="ignore", invalid="ignore"):
        wave = np.power(10.0, loglam.astype(np.float64))
    try:
        return Spectrum(
            id=id,
            wave_obs_aa=wave,
            flux=flux,
            ivar=ivar,
            z=z,
            z_note=z_note,
            ra=ra,
            dec=dec,
            survey="SDSS",
            spectral_class=spectral_class if spectral_class in SPECTRAL_CLASSES else "",
            subclass=subclass,
            file=str(path),
            z_warning=z_warning,
            medium="vacuum",
            facts=facts or {},
            model=model,
        )
    except ValueError as error:
        raise ReadError("unreadable", str(error)) from error


def _identifier(plate: float, mjd: float, fiber: float, path: Path) -> str:
    """``PLATE-MJD-FIBER`` as in SDSS's file names; the file's name if one is missing."""
    if not np.all(np.isfinite([plate, mjd, fiber])):
        return name_of(path)
    return f"{int(plate):04}-{int(mjd)}-{int(fiber):04}"


def _flag(table: Hdu | None, column: str) -> object:
    return None if table is None or column not in table.columns else _first(table, column, -1.0)


def _first(table: Hdu | None, column: str, otherwise: float) -> float:
    """Value of a column in the first row, or ``otherwise`` if there is none."""
    if table is None or column not in table.columns:
        return otherwise
    values = np.ravel(table.numbers(column)[:1])
    return float(values[0]) if values.size else otherwise


def _placed(table: Hdu | None, names: Sequence[str], primary: Hdu) -> float:
    """Coordinate in degrees from the first of these columns, else from the primary header."""
    values = (_first(table, name, float("nan")) for name in names)
    return next((value for value in values if np.isfinite(value)), primary.number(names[0]))


def _first_text(table: Hdu | None, column: str) -> str:
    if table is None or column not in table.columns:
        return ""
    return next(iter(table.texts(column)), "")


def _pixels(table: Hdu, column: str) -> np.ndarray:
    """Column (D,) with one number per row."""
    values = table.numbers(column)
    if values.ndim != 1:
        raise ReadError("unreadable", f"column {column!r} has {values.shape[1]} numbers a row")
    return values


def never_observed(mask: np.ndarray) -> np.ndarray:
    """Where a mask of SDSS, (D,), marks that no exposure has data.

    spSpec stores it as floats, which may be damaged.
    """
    bits = np.where(np.abs(mask) < 2.0**31, mask, 0).astype(np.int64)
    return (bits & _NO_DATUM) != 0
