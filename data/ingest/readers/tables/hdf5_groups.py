"""Arrays in the groups of an HDF5 file, and metadata in the groups around them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..vocabulary.column_roles.column_names import columns_by_role
from .columns.written_metadata import described, of_yaml
from .metadata_axis import axis_of_metadata
from .table import AXES

__all__ = ["Arrays", "groups_within"]

_STORED = ("_FillValue", "missing_value", "scale_factor", "add_offset")
_COLUMN_META = "__table_column_meta__"  # written by astropy beside a table
_DEEPEST = 4  # groups within groups
_MOST_BLOCKS = 10  # of a pandas DataFrame, each of one dtype
_MOST_BESIDE = 20  # groups with facts about spectra in neighbouring groups


@dataclass(frozen=True, slots=True, eq=False)
class Arrays:
    """Arrays that belong together, read row by row, with common facts, units and a name.

    Descriptions of arrays are in `common`, like header cards that hold for all rows.
    """

    arrays: Mapping[str, Any]
    facts: Mapping[str, Any] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    name: str = ""
    common: Mapping[str, object] = field(default_factory=dict)


def groups_within(file: Any) -> Iterator[Arrays]:
    """Arrays of each group of a file, starting at the root; external links are not followed.

    Axes, names and facts of surrounding groups are added: of a parent group, or of a sibling or
    child with one value per row.

    Parameters
    ----------
    file
        An open ``h5py.File``.
    """
    yield from _within(file, _of_group(file, file), 0)


def _within(group: Any, found: Arrays, depth: int) -> Iterator[Arrays]:
    import h5py

    inside: list[tuple[Any, Arrays]] = []
    for name in group:
        link = group.get(name, getlink=True)
        if depth < _DEEPEST and isinstance(link, h5py.HardLink):
            below = group[name]
            if isinstance(below, h5py.Group):
                inside.append((below, _of_group(below, group.file)))
    beside = [one for _, one in inside if not columns_by_role(one.arrays).keys() & {"flux"}]
    yield _with_facts(found, beside[:_MOST_BESIDE])
    for below, own in inside:
        others = [one for one in beside[:_MOST_BESIDE] if one is not own]
        yield from _within(below, _with_facts(_with_axis(own, found), [found, *others]), depth + 1)


def _with_axis(own: Arrays, above: Arrays) -> Arrays:
    """Add the axis of the parent group to a group that has a flux of that size and no axis."""
    roles, around = columns_by_role(own.arrays), columns_by_role(above.arrays)
    axis = next((around[one] for one in AXES if one in around), None)
    if axis is None or "flux" not in roles or roles.keys() & {*AXES}:
        return own
    if own.arrays[roles["flux"]].shape[-1:] != above.arrays[axis].shape[-1:]:
        return own
    units = {axis: above.units.get(axis, ""), **own.units}
    common = {**above.common, **own.common}
    return replace(own, arrays={axis: above.arrays[axis], **own.arrays}, units=units, common=common)


def _with_facts(own: Arrays, around: Sequence[Arrays]) -> Arrays:
    """Add facts of the groups around one with a flux: one value per row, or single values."""
    flux = own.arrays.get(columns_by_role(own.arrays).get("flux", ""))
    if flux is None:
        return own
    n_rows = flux.shape[0] if flux.ndim > 1 else 1
    more = {
        name: values
        for one in reversed(around)
        for name, values in one.arrays.items()
        if values.shape in ((n_rows,), ()) and name not in own.arrays
    }
    facts = {name: value for one in reversed(around) for name, value in one.facts.items()}
    return replace(own, arrays={**own.arrays, **more}, facts={**facts, **own.facts})


def _of_group(group: Any, root: Any) -> Arrays:
    import h5py

    arrays: dict[str, Any] = {}
    units: dict[str, str] = {}
    facts: dict[str, Any] = {}
    common: dict[str, object] = {}
    for name in group:
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            continue
        dataset = group[name]
        if isinstance(dataset, h5py.Dataset) and not dataset.external and not dataset.is_virtual:
            if name.endswith(_COLUMN_META):
                continue
            metadata = {str(key).lower(): _text(value) for key, value in dataset.attrs.items()}
            for part, values in _parts(name, dataset):
                arrays[part] = values
                names = (f"{part.lower()}_unit", "unit", "units")
                units[part] = next((metadata[one] for one in names if one in metadata), "")
            if dataset.dtype.names is not None:
                facts |= dataset.attrs
                beside = group.get(f"{name}.{_COLUMN_META}")
                more, header = of_yaml(beside[()].tolist()) if beside is not None else ({}, {})
                units |= more
                facts |= header
                continue
            if words := described(metadata):
                common[f"{name.upper()}_DESCRIPTION"] = words
            if "flux" in columns_by_role([name]):
                facts |= {k: v for k, v in dataset.attrs.items() if not isinstance(v, str | bytes)}
    arrays |= _of_pandas(group)
    facts = {**root.attrs, **group.parent.attrs, **group.attrs, **facts}
    name = group.name.strip("/").replace("/", "-")
    roles = columns_by_role(arrays)
    if "flux" in roles and not roles.keys() & {*AXES} and (axis := axis_of_metadata(facts)):
        arrays[axis.name] = axis.values(arrays[roles["flux"]].shape[-1])
        units[axis.name] = axis.unit
    return Arrays(arrays, facts, units, name, common)


def _of_pandas(group: Any) -> dict[str, np.ndarray]:
    """Columns of a DataFrame that pandas wrote in blocks; empty for any other group."""
    columns: dict[str, np.ndarray] = {}
    for number in range(_MOST_BLOCKS):
        items, values = (group.get(f"block{number}_{part}") for part in ("items", "values"))
        if items is None or values is None:
            break
        names = [_text(name) for name in items[()].tolist()] if items.dtype.kind == "S" else []
        if values.ndim == 2 and values.shape[1] == len(names):
            columns |= dict(zip(names, values[()].T, strict=True))
    return columns


def _text(value: Any) -> str:
    if isinstance(value, np.ndarray) and value.size == 1:
        value = value.reshape(())[()]
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _unscaled(dataset: Any) -> Any:
    """Dataset scaled by netCDF's conventions, NaN for the fill value; others unchanged."""
    metadata = {key: np.asarray(dataset.attrs[key]) for key in _STORED if key in dataset.attrs}
    metadata = {key: value.item() for key, value in metadata.items() if value.size == 1}
    if dataset.dtype.kind not in "iuf" or not metadata:
        return dataset
    values = dataset[()]
    none = np.isin(values, [metadata[key] for key in _STORED[:2] if key in metadata])
    if not none.any() and not metadata.keys() & {*_STORED[2:]}:
        return dataset
    values = np.where(none, np.nan, values.astype(np.float64))
    return values * metadata.get("scale_factor", 1.0) + metadata.get("add_offset", 0.0)


def _parts(name: str, dataset: Any) -> Iterator[tuple[str, Any]]:
    """The dataset, or the fields of a table; rows of varying length are padded by NaN."""
    import h5py

    kind = h5py.check_vlen_dtype(dataset.dtype)
    if kind is not None and np.dtype(kind).kind in "iuf" and dataset.ndim == 1:
        rows = [np.asarray(row, np.float64) for row in dataset[()]]
        longest = max(map(len, rows), default=0)
        padded = [np.pad(row, (0, longest - len(row)), constant_values=np.nan) for row in rows]
        yield name, np.array(padded).reshape(len(rows), longest)
        return
    if dataset.dtype.names is None:
        yield name, _unscaled(dataset)
        return
    table = dataset[()]
    for part in dataset.dtype.names:
        yield part, table[part]
