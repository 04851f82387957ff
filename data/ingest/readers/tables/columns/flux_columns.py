"""Flux and inverse variance from columns in any units, converted to one unit in float64."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ......core.spectra.units.unit_spellings import COUNTS, RELATIVE, flux_factor, square_root
from ...errors import NoPixelsError, ReadError
from ...vocabulary.column_roles.column_names import Role, plain_name
from ...vocabulary.column_roles.composed_names import composed_name
from ...vocabulary.noise import from_error, from_variance, not_negative
from .columns import Columns
from .table_conventions import stated_scale, unit_of, unit_of_flux

__all__ = ["FluxAndNoise", "flux_and_noise"]

_SMALL, _STEP = 1e-12, 1e17
_SHOWN = 12  # columns
_WEIGHTS = ("weight", "weights", "wt")  # 1/σ² only if their unit is that of an inverse variance
_PERCENT = ("%", "percent", "per cent", "pct")
_PER_HZ = ("fnu", "fluxnu")
_NOISE: tuple[Role, ...] = ("ivar", "error", "variance")
_POWERS: dict[Role, int] = {"variance": 1, "ivar": -1}


class FluxAndNoise(NamedTuple):
    """Flux and inverse variance (D,) float64, their unit, the factor (D,), flux as written, and
    what the column of the noise was taken as, with its name."""

    flux: np.ndarray
    ivar: np.ndarray
    unit: str
    factor: np.ndarray
    written: np.ndarray
    noise: tuple[Role, str]


def flux_and_noise(columns: Columns, named: dict[Role, str], wave_aa: np.ndarray) -> FluxAndNoise:
    """Flux and inverse variance, converted by the units of the columns.

    Parameters
    ----------
    columns, named
        The columns, and the column of each role.
    wave_aa : (D,)
        Observed wavelengths, Å.

    Returns
    -------
    Flux in 1e-17 erg/s/cm²/Å, in counts, or relative. The error may be in another unit of flux
    density, or in percent of the flux; a variance whose unit is not a square is taken as error.

    Raises
    ------
    ReadError
        There is no noise column, or its unit does not match that of the flux.
    ValueError
        A unit is not one of flux.
    """
    flux, unit = columns.numbers(named["flux"]), unit_of_flux(columns, named["flux"])
    if not flux.size:
        raise NoPixelsError("unreadable", "the table has no rows, or its arrays no pixels")
    if flux.shape != wave_aa.shape:
        raise ReadError("unreadable", f"{len(wave_aa)} wavelengths but {len(flux)} fluxes")
    weights = (name for name in columns.names if plain_name(name) in _WEIGHTS)
    if weight := next((n for n in weights if square_root(unit_of(columns, n), -1)), ""):
        named = {"ivar": weight, **named}
    role: Role | None = next((role for role in _NOISE if role in named), None)
    if role is None:
        raise ReadError(
            "no errors",
            f"of its columns {', '.join(columns.names[:_SHOWN])} none is an error, variance or "
            "ivar by its name, so the noise is unknown; name it error, or say --column error=…"
            " (or variance=…, ivar=… of a weight that is 1/σ²); from S/N, error = flux / (S/N)",
        )
    name = named[role]
    noise, written = columns.numbers(name), unit_of(columns, name)
    role = _by_unit(role, written) if written else _as_typed(role, columns)
    by = role, name
    if not unit and role == "error" and written not in _PERCENT:
        unit = written  # the noise is in the same unit
    factor, called = flux_factor(unit, wave_aa)
    scale = stated_scale(columns, flux, factor)
    if called in (RELATIVE, COUNTS):
        scale *= _bearable(flux * scale)
    per_hz = called == RELATIVE and plain_name(named["flux"]) in _PER_HZ
    if per_hz:  # unknown normalization, but known slope
        factor = (np.nanmedian(wave_aa) / wave_aa) ** 2
    # Most tables: skip the multiplications.
    as_it_is = called in (RELATIVE, COUNTS) and scale == 1 and not per_hz
    factor = factor if as_it_is else factor * scale
    in_unit = flux if as_it_is else flux * factor
    if role == "error":
        ivar = _of_error(noise, written, unit, called, (wave_aa, in_unit, factor, scale))
        return FluxAndNoise(in_unit, ivar, called, factor, flux, by)
    ivar = not_negative(noise) if role == "ivar" else from_variance(noise)
    if as_it_is:
        return FluxAndNoise(in_unit, ivar, called, factor, flux, by)
    own = _of_squares(written, _POWERS[role], called, (wave_aa, in_unit, factor, scale))
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        return FluxAndNoise(in_unit, ivar / own / own, called, factor, flux, by)


def _by_unit(role: Role, written: str) -> Role:
    """Role of a noise column by its unit, regardless of its name."""
    if role == "error" and square_root(written, 1):
        return "variance"
    if role != "ivar" and square_root(written, -1):
        return "ivar"
    if role == "variance" and written and not square_root(written, 1):
        composed = composed_name(f"flux_{written}")  # flux_var_jy is in Jy²
        try:
            density = flux_factor(written, np.full(1, 5000.0))[1] not in (RELATIVE, COUNTS)
        except ValueError:
            return role
        return "error" if density and composed is None else role
    return role


def _as_typed(role: Role, columns: Columns) -> Role:
    """What an uncertainty without a unit is by the type that astropy calls it, if it says one."""
    text = str(columns.value("UNCERTAINTY_TYPE") or "").lower()
    if role == "error" and "var" in text:
        return "ivar" if text.startswith("i") else "variance"
    return role


def _of_error(
    error: np.ndarray,
    written: str,
    unit: str,
    called: str,
    of_flux: tuple[np.ndarray, np.ndarray, np.ndarray, float],
) -> np.ndarray:
    """1/σ² (D,) from an error in its own unit, in the flux's unit, or in percent of the flux."""
    wave_aa, flux, factor, scale = of_flux
    if written in _PERCENT:
        return from_error(np.abs(flux) * error / 100)
    own, its = flux_factor(written or unit, wave_aa)
    if its != called:
        raise ReadError("unreadable", f"flux is in {unit!r}, its error in {its!r}")
    return from_error(error * (factor if its in (RELATIVE, COUNTS) else own * scale))


def _of_squares(
    unit: str,
    power: int,
    called: str,
    of_flux: tuple[np.ndarray, np.ndarray, np.ndarray, float],
) -> np.ndarray:
    """Factor for the square root of a variance (power 1) or inverse variance (-1).

    The factor of the flux, unless the column's unit is the square of another flux density.
    """
    wave_aa, _, factor, scale = of_flux
    root = square_root(unit, power)
    if not root or called in (RELATIVE, COUNTS):
        return factor
    own, its = flux_factor(root, wave_aa)
    return own * scale if its == called else factor


def _bearable(flux: np.ndarray) -> float:
    """Scale for a flux in unknown units, so that 1/σ² fits single precision; usually 1.

    A power of 1e17, so that all arms of a spectrum are scaled alike, and most reach the unit of
    the surveys.
    """
    sizes = np.abs(flux)
    if 2 * np.count_nonzero((sizes > _SMALL) & (sizes < 1 / _SMALL)) > sizes.size:
        return 1.0  # the median is among them
    sizes = sizes[np.isfinite(sizes) & (sizes != 0)]
    if not len(sizes):
        return 1.0
    usual = float(np.median(sizes))
    return 1.0 if _SMALL < usual < 1 / _SMALL else _STEP ** -round(np.log(usual) / np.log(_STEP))
