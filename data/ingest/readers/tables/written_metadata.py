"""Metadata as libraries write it beside columns: units and headers, of astropy and of pandas."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from astropy.table import meta as table_meta

__all__ = ["described", "of_parquet", "of_yaml"]

_YAML, _PANDAS = b"table_meta_yaml", (b"PANDAS_ATTRS", b"pandas")
_VOTABLE = b"IVOA.VOTable-Parquet.content"
_NO_WORDS = ("unit", "units", "parquet:field_id")
_LONGEST = 200  # bytes of a value that is said of a spectrum; schemas are longer


def of_yaml(lines: Iterable[str | bytes]) -> tuple[dict[str, str], dict[str, object]]:
    """Units by column, and the header, of a table that astropy wrote.

    Parameters
    ----------
    lines
        Of YAML, as ECSV has it.

    Returns
    -------
    Both empty if they are none.
    """
    text = [line.decode("utf-8", "replace") if isinstance(line, bytes) else line for line in lines]
    try:
        header: Any = table_meta.get_header_from_yaml(text)
    except (table_meta.YamlParseError, ValueError, TypeError):
        return {}, {}
    columns = header.get("datatype", [])
    units = {str(one["name"]): str(one["unit"]) for one in columns if one.get("unit")}
    return units, dict(header.get("meta") or {})


def described(said: Mapping[str, object]) -> str:
    """What is said of an array in words, beside its unit; empty if nothing is.

    Parameters
    ----------
    said
        Attributes of the array, by names in lower case.
    """
    texts = {name: value for name, value in said.items() if isinstance(value, str)}
    return "; ".join(
        f"{name} {value}"
        for name, value in texts.items()
        if name not in _NO_WORDS and len(value) <= _LONGEST
    )


def of_parquet(metadata: Mapping[bytes, bytes] | None) -> tuple[dict[str, str], dict[str, object]]:
    """Units by column, and what is said of all rows, by the metadata of a schema.

    Parameters
    ----------
    metadata
        astropy's YAML, pandas' ``attrs`` (``units`` among them), and plain keys with their values.
    """
    units: dict[str, str] = {}
    facts: dict[str, object] = {}
    for key, value in (metadata or {}).items():
        if key == _YAML:
            more, header = of_yaml(value.splitlines())
            units |= more
            facts |= header
        elif key in _PANDAS:
            attrs = _attributes(value)
            units |= {str(k): str(v) for k, v in dict(attrs.pop("units", None) or {}).items()}
            facts |= attrs
        elif key == _VOTABLE:
            units |= _units_of_votable(value.decode("utf-8", "replace"))
        elif len(value) <= _LONGEST:
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
        str(name): one for name, one in attrs.items() if isinstance(one, str | int | float | dict)
    }
