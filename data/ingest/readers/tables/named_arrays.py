"""HDF5 and NPZ: arrays by name, one spectrum or many, as surveys and notebooks write them."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any

import numpy as np

from .....core.spectra.spectrum import Spectrum
from ..errors import ReadError
from ..vocabulary.file_names import name_of
from ..vocabulary.hints import Hints, hinted_roles
from ..vocabulary.plain_words import in_own_words
from .rows_of_arrays import Row, holds_spectra, spectra_of_rows

__all__ = ["load_hdf5", "load_npy", "load_npz"]

_DEEPEST = 4  # groups within groups


@dataclass(frozen=True, slots=True, eq=False)
class _Arrays:
    """Arrays that belong together, read row by row; facts of all of them, and units."""

    arrays: Mapping[str, Any]
    facts: Mapping[str, Any] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)


def load_hdf5(stream: IO[bytes], path: Path, hints: Hints) -> Iterator[Spectrum]:
    """The spectra of the first group, from the root on, whose datasets are some.

    Units are attributes ``unit`` or ``units`` of a dataset; other attributes are facts.

    Raises
    ------
    ReadError
        The file is damaged, or no group holds spectra.
    """
    import h5py  # takes a while

    with _damage_told("HDF5"), h5py.File(stream, "r") as file:
        shown: list[str] = []
        for group in _groups(file, 0):
            found = _of_group(group, file)
            if holds_spectra(found.arrays, _speaking(found.arrays, hints)):
                yield from _spectra(found, path, hints)
                return
            shown += found.arrays
        raise ReadError("unknown format", _none(shown))


def load_npz(stream: IO[bytes], path: Path, hints: Hints) -> Iterator[Spectrum]:
    """The spectra in an archive of numpy's arrays, none of them pickled.

    Raises
    ------
    ReadError
        The file is damaged, or its arrays are no spectra.
    """
    with _damage_told("NPZ"), np.load(stream, allow_pickle=False) as file:
        found = _Arrays({name: file[name] for name in file.files})
    if not holds_spectra(found.arrays, hints):
        raise ReadError("unknown format", _none([*found.arrays]))
    yield from _spectra(found, path, hints)


def load_npy(stream: IO[bytes], path: Path, hints: Hints) -> Iterator[Spectrum]:
    """A spectrum in one array of numpy's with named fields, or with columns that the user names.

    Raises
    ------
    ReadError
        The file is damaged, or nothing says which column is what.
    """
    with _damage_told("NPY"):
        array = np.load(stream, allow_pickle=False)
    if array.dtype.names:
        found = {name: array[name] for name in array.dtype.names}
    elif array.ndim == 2:
        columns = array if array.shape[0] < array.shape[1] else array.T
        found = {f"col{number + 1}": column for number, column in enumerate(columns)}
    else:
        raise ReadError("unknown format", f"an array of shape {array.shape} is no spectrum")
    if not holds_spectra(found, hints):
        raise ReadError(
            "unknown format",
            f"an array whose columns have no names: say which is which, as in --column wave=1 "
            f"flux=2 error=3 (it has {len(found)} columns)",
        )
    yield from _spectra(_Arrays(found), path, hints)


@contextmanager
def _damage_told(kind: str) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError, KeyError, EOFError, RuntimeError, zipfile.BadZipFile) as error:
        why = "it is damaged, cut off or of another kind"
        if kind != "HDF5":  # numpy takes whatever is no array for a pickle
            why += ", or holds Python objects instead of plain arrays, which are not loaded"
        why = in_own_words(str(error), why)
        raise ReadError("unreadable", f"no {kind} that can be read: {why}") from error


def _none(names: list[str]) -> str:
    shown = ", ".join(names[:10]) or "none"
    return (
        f"arrays {shown}: none is a wavelength and another a flux; name them wave, flux and ivar "
        "(or error), or say --column wave=… flux=…"
    )


def _groups(group: Any, depth: int) -> Iterator[Any]:
    """A group and those in it; links out of the file are not followed."""
    import h5py

    yield group
    for name in group:
        link = group.get(name, getlink=True)
        if depth < _DEEPEST and isinstance(link, h5py.HardLink):
            inside = group[name]
            if isinstance(inside, h5py.Group):
                yield from _groups(inside, depth + 1)


def _of_group(group: Any, root: Any) -> _Arrays:
    import h5py

    arrays: dict[str, Any] = {}
    units: dict[str, str] = {}
    for name in group:
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            continue
        dataset = group[name]
        if isinstance(dataset, h5py.Dataset) and not dataset.external and not dataset.is_virtual:
            for part, values in _parts(name, dataset):
                arrays[part] = values
                unit = dataset.attrs.get("unit", dataset.attrs.get("units", ""))
                units[part] = unit.decode() if isinstance(unit, bytes) else str(unit)
    return _Arrays(arrays, {**root.attrs, **group.attrs}, units)


def _parts(name: str, dataset: Any) -> Iterator[tuple[str, Any]]:
    """The dataset, or the fields of a table."""
    if dataset.dtype.names is None:
        yield name, dataset
        return
    table = dataset[()]
    for part in dataset.dtype.names:
        yield part, table[part]


def _speaking(names: Mapping[str, Any], hints: Hints) -> Hints:
    return hints.about(names)


def _spectra(found: _Arrays, path: Path, hints: Hints) -> Iterator[Spectrum]:
    roles = hinted_roles(found.arrays, hints)
    flux = found.arrays[roles["flux"]]
    if flux.ndim not in (1, 2):
        raise ReadError("unreadable", f"flux has the shape {flux.shape}, expected (D,) or (n, D)")
    one = flux.ndim == 1
    pixels = [
        n for role, n in roles.items() if role != "redshift" or (one and _is_pixels(found, n))
    ]
    spectra = spectra_of_rows(_rows(found, pixels, flux.shape), found.units, path, hints)
    if flux.ndim == 2:
        yield from spectra
        return
    for spectrum in spectra:
        yield _named_by_file(spectrum, path)


def _is_pixels(found: _Arrays, name: str) -> bool:
    values = found.arrays.get(name)
    return values is not None and values.ndim == 1 and values.size > 1


def _named_by_file(spectrum: Spectrum, path: Path) -> Spectrum:
    own = name_of(path)
    return replace(spectrum, id=own) if spectrum.id == f"{own}-0" else spectrum


def _rows(found: _Arrays, pixels: list[str], shape: tuple[int, ...]) -> Iterator[Row]:
    facts = {**found.facts}
    if len(shape) == 1:
        arm = {name: _all(found.arrays[name]) for name in pixels}
        others = ((n, v) for n, v in found.arrays.items() if n not in pixels)
        facts |= {n: _all(v).reshape(-1)[0] for n, v in others if np.size(v) == 1}
        yield Row((arm,), facts)
        return
    shared = {n: _all(found.arrays[n]) for n in pixels if found.arrays[n].ndim == 1}
    of_rows = {n: found.arrays[n] for n in pixels if n not in shared}
    said = {
        name: _all(values)
        for name, values in found.arrays.items()
        if name not in pixels and values.shape == shape[:1]
    }
    for number in range(shape[0]):
        arm = shared | {name: np.asarray(values[number]) for name, values in of_rows.items()}
        yield Row((arm,), facts | {name: values[number] for name, values in said.items()})


def _all(values: Any) -> np.ndarray:
    return np.asarray(values[()])
