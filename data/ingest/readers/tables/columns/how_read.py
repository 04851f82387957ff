"""What was guessed of columns: which were taken by other than the usual names, and their units."""

from __future__ import annotations

from ...vocabulary.column_roles.column_names import Role, plain_name
from .columns import Columns
from .rows_alike import once_a_table
from .table_conventions import unit_of_flux

__all__ = ["columns_taken"]

_USUAL: dict[Role, tuple[str, ...]] = {
    "wave": ("wave", "wavelength", "lambda", "spectralaxis"),
    "log wave": ("loglam",),
    "flux": ("flux",),
    "error": ("error", "err", "fluxerr", "fluxerror", "sigma", "uncertainty"),
    "ivar": ("ivar",),
    "variance": ("var", "variance"),
}


@once_a_table
def columns_taken(columns: Columns, taken: tuple[tuple[Role, str], ...], unit: str) -> str:
    """Columns that were taken by unusual names, as ``--column`` has them, and unusual units.

    Parameters
    ----------
    columns
        All of them.
    taken
        Role and name of axis, flux and noise, without those that the user named.
    unit
        What the flux is in after reading, "" if that needs no word.

    Returns
    -------
    For example ``flux=FLX error=SIG``; "" if nothing was guessed.
    """
    text = " ".join(
        f"{role.replace(' ', '')}={name}"
        for role, name in taken
        if plain_name(name) not in _USUAL.get(role, ())
    )
    flux = next((name for role, name in taken if role == "flux"), "")
    if not unit or not flux or columns.unit(flux):
        return text
    written = unit_of_flux(columns, flux)
    by = f"flux in {written}, not by its column" if written else "flux in the unit of its error"
    return f"{text}; {by}".removeprefix("; ")
