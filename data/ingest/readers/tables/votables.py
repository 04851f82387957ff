"""Tables of a VOTable file, with their parameters as meta."""

from __future__ import annotations

from typing import IO, Any

from astropy.io.votable import parse
from astropy.table import Table

__all__ = ["read_votables"]


def read_votables(stream: IO[bytes]) -> list[Table]:
    """Tables with rows; parameters and infos by name are in their meta.

    Parameters
    ----------
    stream
        Open VOTable file.

    Returns
    -------
    A parameter with a utype is also stored under its last word (``spec:Target.Redshift``). Of equal
    names the nearest to the table counts.

    Raises
    ------
    ValueError
        The file has no table.
    """
    votable: Any = parse(stream, verify="ignore")
    tables = [*votable.iter_tables()]
    if not tables:
        raise ValueError("it has no table")
    full = [table for table in tables if table.nrows and len(table.fields) > 1]
    return [_with_metadata(votable, table) for table in full or tables[:1]]


def _with_metadata(votable: Any, held: Any) -> Table:
    table = held.to_table(use_names_over_ids=True)
    facts: dict[str, object] = {}
    for element in _elements(votable, held):
        utype = (getattr(element, "utype", None) or "").removesuffix(".Value")
        redshift = getattr(element, "ucd", None) == "src.redshift"
        names = [element.name, utype.rpartition(".")[2], "redshift" if redshift else ""]
        for name in filter(None, names):
            facts.setdefault(str(name), _plain(element.value))
    table.meta.update(facts)
    return table


def _elements(votable: Any, table: Any) -> list[Any]:
    """PARAM and INFO elements, the nearest first."""
    elements = [*table.params, *table.infos]
    for resource in votable.resources:
        if any(one is table for one in resource.iter_tables()):
            elements += [*resource.params, *resource.infos]
    return [*elements, *votable.params, *votable.infos]


def _plain(value: Any) -> object:
    return value.item() if hasattr(value, "item") and getattr(value, "size", 1) == 1 else value
