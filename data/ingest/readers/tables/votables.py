"""VOTables: the table of a spectrum among those of a file, with what its parameters say."""

from __future__ import annotations

from typing import IO, Any

from astropy.io.votable import parse
from astropy.table import Table

__all__ = ["read_votable"]


def read_votable(stream: IO[bytes]) -> Table:
    """The first table that has rows, with parameters and infos by their names in its meta.

    Parameters
    ----------
    stream
        Of a VOTable.

    Returns
    -------
    Of a parameter with a utype also the last word of that (``spec:Target.Redshift``).

    Raises
    ------
    ValueError
        There is no table.
    """
    votable: Any = parse(stream, verify="ignore")
    tables = [*votable.iter_tables()]
    if not tables:
        raise ValueError("it has no table")
    chosen = next((one for one in tables if one.nrows and len(one.fields) > 1), tables[0])
    table = chosen.to_table(use_names_over_ids=True)
    said: dict[str, object] = {}
    for element in _elements(votable, chosen):
        names = [element.name, (getattr(element, "utype", None) or "").rpartition(".")[2]]
        for name in filter(None, names):
            said.setdefault(str(name), _plain(element.value))
    table.meta.update(said)
    return table


def _elements(votable: Any, table: Any) -> list[Any]:
    """Params and infos, the nearest first."""
    found = [*table.params, *table.infos]
    for resource in votable.resources:
        found += [*resource.params, *resource.infos]
    return [*found, *votable.params, *votable.infos]


def _plain(value: Any) -> object:
    return value.item() if hasattr(value, "item") and getattr(value, "size", 1) == 1 else value
