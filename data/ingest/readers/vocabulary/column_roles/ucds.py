"""Roles of columns by the Virtual Observatory's UCDs, and utypes of the Spectrum data model.

Sources: the UCD1+ controlled vocabulary (IVOA 2018), and the Spectrum data model 1.1 (IVOA 2011).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from .column_names import Role, columns_by_role
from .hints import Hints

__all__ = ["role_by_ucd", "with_ucds"]

_UTYPES: tuple[tuple[str, Role], ...] = (
    (r"fluxaxis\.accuracy\.(staterr|staterror)", "error"),
    (r"fluxaxis\.accuracy\.quality", "quality"),
    (r"fluxaxis\.value", "flux"),
    (r"spectralaxis\.value", "wave"),
)
_UCDS: tuple[tuple[str, Role], ...] = (
    (r"stat\.error.*phot\.flux", "error"),
    (r"stat\.variance.*phot\.flux", "variance"),
    (r"meta\.code\.qual.*(phot\.flux|spect)", "quality"),
    (r"phot\.flux\.density", "flux"),
    (r"em\.wl(?!\.)", "wave"),
    (r"em\.freq(?!\.)", "frequency"),
    (r"em\.energy(?!\.)", "energy"),
)
_AXES: set[Role] = {"wave", "log wave", "frequency", "energy"}


def role_by_ucd(ucd: str, utype: str = "") -> Role | None:
    """Role of a column by UCD and utype; None if they give none.

    Parameters
    ----------
    ucd
        Such as ``em.wl;obs.atmos`` or ``stat.error;phot.flux.density;em.wl``.
    utype
        Such as ``spec:Spectrum.Data.FluxAxis.Value``; it takes precedence.
    """
    for written, known, match in ((utype, _UTYPES, re.search), (ucd, _UCDS, re.match)):
        text = written.strip().lower()
        role: Role | None = next((role for pattern, role in known if match(pattern, text)), None)
        if role is not None:
            return role
    return None


def with_ucds(names: Sequence[str], value: Callable[[str], object], hints: Hints) -> Hints:
    """Hints with the roles by UCD of columns whose names give none.

    Parameters
    ----------
    names
        Names of the columns.
    value
        Function that returns ``TUCDn`` and ``TUTYPn``, n from 1.
    hints
        Hints of the user, which take precedence.
    """
    known = columns_by_role(names)
    if "flux" in known and known.keys() & _AXES:
        return hints
    roles: dict[Role, str] = {}
    for number, name in enumerate(names, 1):
        role = role_by_ucd(str(value(f"TUCD{number}") or ""), str(value(f"TUTYP{number}") or ""))
        if role is not None and role not in hints.columns:
            roles.setdefault(role, name)
    if not roles:
        return hints
    return replace(hints, columns={**roles, **hints.columns}, by_ucd=frozenset(roles))
