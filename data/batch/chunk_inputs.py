"""Inputs of chunks, opened once per process, from a folder or an address."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import zarr

from ...core.compute import fastest_device
from ..collection import Autoencoders, Run, load_autoencoders
from ..collection.collection import read_meta
from ..collection.format import CATALOG_NAME, META_NAME, SPECTRA_NAME
from ..collection.only_spectra import only_spectra
from ..collection.pixels.exposures import Preparation
from ..collection.pixels.stored_spectra import StoredSpectra
from ..files import load_arrays
from ..files.arrays.zarr_codecs import only_known_codecs
from ..objects import AddressError, RemoteFolder, is_address

if TYPE_CHECKING:
    from ...core.planes import PlaneMap
    from ...core.targets import Classifier

__all__ = [
    "classifier_at",
    "networks_at",
    "plane_at",
    "preparation_at",
    "run_array",
    "scoring_networks_at",
    "spectra_at",
    "write_rows",
]

# Cached by address: addresses of runs contain their key, and the collection's key is passed along,
# so a cached value is never stale. A build has two preparations and one model of each kind.
_OPEN = 4


@lru_cache(_OPEN)
def spectra_at(address: str, key: str) -> StoredSpectra:
    """The spectra of a collection, without its catalogue; its key must be this one."""
    if not is_address(address):
        return only_spectra(address)
    from ..objects.at_a_worker import Fetched

    fetched = Fetched(address, [META_NAME, CATALOG_NAME], [SPECTRA_NAME])
    if read_meta(fetched.path)["key"] != key:
        raise AddressError(f"the collection at {address} has changed since the build began")
    return only_spectra(fetched.path, opened=fetched.store)


@lru_cache(_OPEN)
def run_array(address: str, name: str) -> zarr.Array:
    """An array of a finished run; its values are read on access."""
    if is_address(address):
        from ..objects.at_a_worker import remote_array

        return remote_array(f"{address}/{name}.zarr")
    return Run.open(Path(address)).array(name)


@lru_cache(_OPEN)
def preparation_at(address: str) -> Preparation:
    """How a run of stage prepare-p21 or prepare-o25 prepared its spectra."""
    kept = ("recipe.json", "kept.zarr/", "sample_median.zarr/")
    with _run_at(address, *kept) as run:
        return Preparation.of(run)


@lru_cache(_OPEN)
def networks_at(address: str) -> Autoencoders:
    """The autoencoders of a run of stage vae."""
    with _run_at(address, "model") as run:
        return load_autoencoders(run)


@lru_cache(_OPEN)
def scoring_networks_at(address: str) -> Autoencoders:
    """The same for reconstructing many spectra: on a GPU if torch finds one."""
    with _run_at(address, "model") as run:
        autoencoders = load_autoencoders(run)
    for vae in autoencoders.vaes:
        vae.to(fastest_device())
    return autoencoders


@lru_cache(_OPEN)
def classifier_at(address: str, key: str) -> Classifier:
    """The classifier in a file of the run with this key."""
    from ...core.targets import read_classifier
    from ..files.sklearn_models import load_classifier

    del key
    with _file_at(address) as path:
        return read_classifier(load_classifier(path))


@lru_cache(2)  # two planes are made side by side
def plane_at(address: str, key: str) -> PlaneMap:
    """The plane whose points are in a file of this digest, ready for others to be placed on it."""
    from ...core.planes.place_new import PlaneMap

    del key
    with _file_at(address) as path:
        arrays, _ = load_arrays(path)
    return PlaneMap(arrays["features"], arrays["xy"])


def write_rows(address: str, first: int, rows: np.ndarray) -> None:
    """Write whole shards of an existing array, from row ``first`` on."""
    if is_address(address):
        from ..objects.at_a_worker import remote_array

        array = remote_array(address, mode="r+")
    else:
        array = zarr.open_array(only_known_codecs(Path(address)), mode="r+", zarr_format=3)
    array[first : first + len(rows)] = rows


@contextmanager
def _file_at(address: str) -> Iterator[Path]:
    """A file; of one at an address a copy here, for as long as it is read."""
    if not is_address(address):
        yield Path(address)
        return
    from ..objects.at_a_worker import Fetched

    folder, _, name = address.rpartition("/")
    fetched = Fetched(folder, [name])
    yield fetched.path / name


@contextmanager
def _run_at(address: str, *beginnings: str) -> Iterator[Run]:
    """A finished run; if it is at an address, a temporary copy of the files that begin so."""
    if not is_address(address):
        yield Run.open(Path(address))
        return
    from ..objects.at_a_worker import Fetched

    there = RemoteFolder(address).files()
    of_all = ("run.json", "metrics.json")
    fetched = Fetched(address, [name for name in there if name.startswith((*of_all, *beginnings))])
    yield Run.open(fetched.path)
