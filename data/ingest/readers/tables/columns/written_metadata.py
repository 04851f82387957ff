"""Metadata written by astropy and pandas beside columns: units and headers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from astropy.table import meta as table_meta

from ...vocabulary.column_roles.column_names import plain_name

__all__ = ["described", "from_json", "of_parquet", "of_yaml", "unit_in_metadata"]

_YAML, _PANDAS = b"table_meta_yaml", (b"PANDAS_ATTRS", b"pandas")
_VOTABLE = b"IVOA.VOTable-Parquet.content"
_UNITS = ("unit", "units", "UNIT", "Unit")
_PAIR = re.compile(r"\s*[:=]\s*")
_NO_WORDS = ("unit", "units", "parquet:field_id")
_LONGEST = 200  # bytes of a metadata value; schemas are longer


def of_yaml(lines: Iterable[str | bytes]) -> tuple[dict[str, str], dict[str, object]]:
    """Units by column, and header, of a table written by astropy.

    Parameters
    ----------
    lines
        Lines of YAML, as in ECSV.

    Returns
    -------
    Both are empty if the lines are not such YAML.
    """
    text = [line.decode("utf-8", "replace") if isinstance(line, bytes) else line for line in lines]
    try:
        header: Any = table_meta.get_header_from_yaml(text)
    except (table_meta.YamlParseError, ValueError, TypeError):
        return {}, {}
    columns = header.get("datatype", [])
    units = {str(one["name"]): str(one["unit"]) for one in columns if one.get("unit")}
    about = {str(one["name"]): one["description"] for one in columns if one.get("description")}
    metadata = {f"{name.upper()}_DESCRIPTION": str(words) for name, words in about.items()}
    return units, {**metadata, **(header.get("meta") or {})}


def from_json(value: object) -> Any:
    """Parsed JSON text; any other value unchanged."""
    if not isinstance(value, str | bytes):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def unit_in_metadata(said: object, name: str, names: Sequence[str]) -> str:
    """Unit of a column from metadata about units: by column name, or for all in order.

    Parameters
    ----------
    said
        ``{"flux": "Jy"}``, ``{"flux": {"unit": "Jy"}}``, ``["nm", "Jy"]``, ``"flux: Jy"``, or
        JSON of these.
    name, names
        Name of the column, and names of all columns.

    Returns
    -------
    The unit as written; "" if there is none for the column.
    """
    said = from_json(said)
    if isinstance(said, str):
        parts = re.split(r"[,;\n]\s*", said)
        said = {
            pair[0]: pair[1] for pair in (_PAIR.split(p, 1) for p in parts) if pair[1:]
        } or parts
    if isinstance(said, list | tuple | np.ndarray) and len(said) == len(names):
        said = dict(zip(names, said, strict=True))
    for key, value in said.items() if isinstance(said, Mapping) else ():
        if plain_name(str(key).rpartition(".")[2]) == plain_name(name):
            of_column = value if isinstance(value, Mapping) else {"unit": value}
            return next((str(of_column[one]).strip() for one in _UNITS if one in of_column), "")
        if isinstance(value, Mapping) and (unit := unit_in_metadata(value, name, ())):
            return unit
    return ""


def described(said: Mapping[str, object]) -> str:
    """Description of an array in its attributes, beside its unit; "" without one.

    Parameters
    ----------
    said
        Attributes of the array, by lower-case name.
    """
    texts = {name: value for name, value in said.items() if isinstance(value, str)}
    return "; ".join(
        f"{name} {value}"
        for name, value in texts.items()
        if name not in _NO_WORDS and len(value) <= _LONGEST
    )


def of_parquet(metadata: Mapping[bytes, bytes] | None) -> tuple[dict[str, str], dict[str, object]]:
    """Units by column, and facts common to all rows, from the metadata of a schema.

    Parameters
    ----------
    metadata
        astropy's YAML, pandas' ``attrs``, or plain keys and values.
    """
    units: dict[str, str] = {}
    facts: dict[str, object] = {}
    for key, value in (metadata or {}).items():
        if key == _YAML:
            more, header = of_yaml(value.splitlines())
            units |= more
            facts |= header
        elif key in _PANDAS:
            facts |= _attributes(value)
        elif key == _VOTABLE:
            units |= _units_of_votable(value.decode("utf-8", "replace"))
        elif len(value) <= _LONGEST or value[:1] in b"[{":
            facts[key.decode("utf-8", "replace")] = value.decode("utf-8", "replace")
    return units, facts


def _units_of_votable(text: str) -> dict[str, str]:
    fields = (
        dict(re.findall(r'(\w+)="([^"]*)"', one))
        for one in re.findall(r"<(?:\w+:)?FIELD\s[^>]*>", text)
    )
    return {one["name"]: one["unit"] for one in fields if one.get("name") and one.get("unit")}


def _attributes(value: bytes) -> dict[str, Any]:
    try:
        decoded = json.loads(value)
    except ValueError:
        return {}
    attrs = decoded.get("attributes", decoded) if isinstance(decoded, dict) else {}
    return {
        str(name): one
        for name, one in attrs.items()
        if isinstance(one, str | int | float | dict | list)
    }
