"""One spectrum in a plain table: wavelength, flux and error, one pixel per row.

Such as ``Table({"wave": …, "flux": …, "ivar": …}).write("mine.fits")``, and files of other tools,
identified by the names and units of their columns, their masks and their headers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .....core.spectra.air_vacuum import air_to_vacuum
from .....core.spectra.spectrum import Medium, Spectrum
from .....core.spectra.units.unit_spellings import (
    RELATIVE,
    from_logarithm,
    length_within,
    wavelengths_aa,
)
from ....collection.catalog_facts import COLUMNS_FROM, Z_FROM
from ..errors import ReadError
from ..fits_files.fits import Hdu
from ..vocabulary.column_roles.column_names import Role, plain_name
from ..vocabulary.column_roles.hints import NO_HINTS, Hints, hinted_roles
from ..vocabulary.file_names import name_of
from ..vocabulary.keywords import values_of_keywords
from ..vocabulary.medium import Said, medium_of
from ..vocabulary.other_facts import HEADER_FACTS, UNHEEDED, facts_of
from ..vocabulary.positions import position_of
from ..vocabulary.redshift.redshift_flags import flag_words
from ..vocabulary.redshift.redshift_words import (
    AGAIN,
    KEYWORDS,
    VELOCITIES,
    in_its_unit,
    perhaps_redshifts,
    redshift_of,
    rivals_of,
    source_of,
)
from ..vocabulary.redshift.rest_frame import states_rest_frame
from ..vocabulary.spectral_classes import class_of
from .columns.columns import Columns
from .columns.flux_columns import flux_and_noise
from .columns.how_read import columns_taken
from .columns.mask_columns import unmasked, without_fill
from .columns.pixel_order import in_order
from .columns.rows_alike import once_a_table
from .columns.table_conventions import step_column, unit_of_axis

__all__ = ["AXES", "ORDERS", "spectrum_of_columns", "table_of"]

AXES: tuple[Role, ...] = ("wave", "log wave", "frequency", "energy")
ORDERS = {"order", "sporder", "echelleorder", "arm", "segment", "chip", "channel", "detector"}
"""What a column is called that numbers orders or arms of one spectrum, as `plain_name`."""
_SHOWN = 60  # letters
_SECOND = (*AGAIN, *VELOCITIES)
_AT_REST = (
    "its wavelengths are at rest, for it says {!r}, and observed ones are expected: multiply them "
    "by 1 + z; if they are observed all the same, --column wave={} says so"
)


def table_of(hdus: Sequence[Hdu], hints: Hints = NO_HINTS) -> Hdu | None:
    """The first HDU that is a table with spectral axis and flux, or None."""
    for hdu in hdus:
        if not hdu.columns:
            continue
        try:
            named = hinted_roles(hdu.columns, hints)
        except ReadError:
            continue  # another table may have the columns named by the user
        if "flux" in named and any(axis in named for axis in AXES):
            return hdu
    return None


def spectrum_of_columns(columns: Columns, path: Path, hints: Hints = NO_HINTS) -> Spectrum:
    """Read a spectrum from columns identified by their names, units and header.

    The axis is in the column's unit (Å if there is none and the values fit), in the observed
    frame, and in vacuum unless stated otherwise. Flux in any unit of flux density is converted to
    1e-17 erg/s/cm²/Å, counts stay counts, and without a unit the flux is relative. Pixels marked
    by mask or quality columns have ivar 0. Wavelengths may decrease, overlap or repeat (joined by
    inverse variance); invalid ones are dropped. Redshift is from the header or a column, position
    from ``RA``, ``DEC`` in degrees, class from ``CLASS``, ``SUBCLASS``. The id is the file's name.

    Raises
    ------
    ReadError
        There is neither ivar nor error, a unit does not fit, all pixels are masked, wavelengths are
        in the rest frame or of several spectra, or the table is damaged.
    """
    named = hinted_roles(columns.names, hints)
    try:
        wave, medium = _wave_vac_aa(
            columns, named, air=hints.air, named_by_user=bool({*AXES} & hints.by_user)
        )
        flux, ivar, unit, factor, written, noise = flux_and_noise(columns, named, wave)
        model = _model(columns, named, wave, factor)
        ivar, unheeded = unmasked(columns, named, ivar, hints.by_user)
        ivar, fill = without_fill(written, ivar)
        numbered = any(plain_name(name) in ORDERS for name in columns.names)
        wave, flux, ivar = in_order(wave, flux, ivar, numbered=numbered)
        redshifts = _redshifts(columns, named, hints.columns.get("redshift", ""))
        ra, dec = position_of(columns.value)
        z, z_note = redshift_of(redshifts)
        if z != z and not z_note:
            z_note = perhaps_redshifts((*columns.names, *columns.keywords))
        spectral_class, subclass = class_of(columns.value)
        return Spectrum(
            id=name_of(path),
            wave_obs_aa=wave,
            flux=flux,
            ivar=ivar,
            z=z,
            z_note=z_note,
            z_warning=flag_words(columns.value) or rivals_of(z, redshifts),
            medium=medium,
            facts=_facts(
                columns,
                {
                    "fill_value": fill,
                    UNHEEDED: unheeded,
                    COLUMNS_FROM: _taken(columns, named, noise, hints, unit),
                    Z_FROM: source_of(redshifts),
                },
            ),
            model=None if model is None else model(wave),
            ra=ra,
            dec=dec,
            survey=_text(columns, "SURVEY") or "own",
            spectral_class=spectral_class,
            subclass=subclass,
            flux_unit=unit,
            file=str(path),
        )
    except ValueError as error:
        raise ReadError("unreadable", str(error)) from error


def _wave_vac_aa(
    columns: Columns, named: dict[Role, str], *, air: bool, named_by_user: bool
) -> tuple[np.ndarray, Medium]:
    """Wavelengths (D,) in vacuum Å, NaN where invalid; and the stated medium."""
    axis: Role = next(axis for axis in AXES if axis in named)
    name = named[axis]
    values, unit = columns.numbers(name), unit_of_axis(columns, name)
    if values.size == 1 and (step := step_column(columns.names)):
        n_pixels = columns.numbers(named["flux"]).size
        values = values + columns.numbers(step) * np.arange(float(n_pixels))
    if axis == "log wave":
        values = from_logarithm(values, plain_name(name)[:2])
        unit = length_within(unit) or "Angstrom"
    elif axis != "wave" and not unit:
        raise ReadError("unreadable", f"column {name!r} is no wavelength and has no unit")
    wave = wavelengths_aa(values, unit)
    if not (wave.size and wave.min() > 0 and wave.max() < np.inf):
        wave = np.where(np.isfinite(wave) & (wave > 0), wave, np.nan)
    rest, medium = _frame_and_medium(columns, name, unit)
    if rest and not named_by_user:
        raise ReadError("unreadable", _AT_REST.format(rest[:_SHOWN], name))
    if medium == "air" or (air and not medium):
        good = np.isfinite(wave)
        wave[good] = air_to_vacuum(wave[good])
    return wave, medium or ("air" if air else "not said")


@once_a_table
def _frame_and_medium(columns: Columns, name: str, unit: str) -> tuple[str, Said]:
    """Statement that wavelengths are in the rest frame ("" if none), and the medium."""
    metadata: Any = {"column": name, "number": columns.names.index(name) + 1, "unit": unit}
    return states_rest_frame(columns.value, **metadata), medium_of(columns.value, **metadata)


def _facts(columns: Columns, found: dict[str, str]) -> dict[str, str | float]:
    """Facts from the header, and non-empty ones found about the pixels."""
    facts = facts_of(values_of_keywords(columns.value, HEADER_FACTS))
    return facts | {name: what for name, what in found.items() if what}


def _taken(
    columns: Columns, named: dict[Role, str], noise: tuple[Role, str], hints: Hints, unit: str
) -> str:
    """What was guessed of axis, flux and noise; their numbers are none."""
    axis: Role = next(axis for axis in AXES if axis in named)
    taken: tuple[tuple[Role, str], ...] = ((axis, named[axis]), ("flux", named["flux"]), noise)
    by_user = {plain_name(hints.columns[role]) for role in hints.by_user}
    guessed = tuple(one for one in taken if plain_name(one[1]) not in by_user)
    return columns_taken(columns, guessed, "" if unit == RELATIVE else unit)


def _model(
    columns: Columns, named: dict[Role, str], wave_aa: np.ndarray, factor: np.ndarray
) -> Callable[[np.ndarray], np.ndarray] | None:
    """The survey's model at each wavelength, in the unit of the flux; None without one."""
    if "model" not in named:
        return None
    values = columns.numbers(named["model"])
    if values.shape != wave_aa.shape:
        return None
    there = np.isfinite(wave_aa)
    order = np.argsort(wave_aa[there], kind="stable")
    x, y = wave_aa[there][order], (values * factor)[there][order]
    return lambda wave: np.interp(wave, x, y)


def _redshifts(columns: Columns, named: dict[Role, str], told: str) -> list[tuple[str, object]]:
    """Redshifts in the file by name; only the user's choice if there is one."""
    ask = columns.value
    own = _of_column(columns, named["redshift"]) if "redshift" in named else []
    if told and own and plain_name(named["redshift"]) == plain_name(told):
        return own
    if told and (value := ask(told.upper())) is not None:
        return [(told, value)]
    return [*values_of_keywords(ask, KEYWORDS), *own, *values_of_keywords(ask, _SECOND)]


def _of_column(columns: Columns, name: str) -> list[tuple[str, object]]:
    """The single value of a column; empty if it has none."""
    values = columns.numbers(name)
    good = np.unique(values[np.isfinite(values)])
    if not len(good):
        return []
    one = in_its_unit(float(good[0]), columns.unit(name))
    return [(f"column {name}", one if len(good) == 1 else f"{len(good)} values")]


def _text(columns: Columns, keyword: str) -> str:
    found = columns.value(keyword)
    return found.strip() if isinstance(found, str) else ""
