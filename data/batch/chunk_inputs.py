"""What chunks read, opened once in each process that does any."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import zarr

from ...core.compute.device import fastest_device
from ..collection.exposures import Preparation
from ..collection.only_spectra import only_spectra
from ..collection.runs import Run
from ..collection.stored_spectra import StoredSpectra
from ..collection.trained.autoencoders import Autoencoders, load_autoencoders
from ..files.zarr_codecs import only_known_codecs

if TYPE_CHECKING:
    from ...core.targets import Classifier

__all__ = [
    "classifier_at",
    "networks_at",
    "preparation_at",
    "run_array",
    "scoring_networks_at",
    "spectra_at",
    "write_rows",
]

# Addresses hold the key of what lies there, and the collection's is given beside: what was read
# under one is what lies there now. A build has two preparations and one model of each kind.
_OPEN = 4


@lru_cache(_OPEN)
def spectra_at(address: str, key: str) -> StoredSpectra:
    """The spectra of the collection of this key, without its catalogue."""
    del key
    return only_spectra(address)


@lru_cache(_OPEN)
def run_array(address: str, name: str) -> zarr.Array:
    """An array of a finished run, nothing read yet."""
    return Run.open(Path(address)).array(name)


@lru_cache(_OPEN)
def preparation_at(address: str) -> Preparation:
    """How a run of stage prepare-p21 or prepare-o25 prepared its spectra."""
    return Preparation.of(Run.open(Path(address)))


@lru_cache(_OPEN)
def networks_at(address: str) -> Autoencoders:
    """The autoencoders of a run of stage vae."""
    return load_autoencoders(Run.open(Path(address)))


@lru_cache(_OPEN)
def scoring_networks_at(address: str) -> Autoencoders:
    """The same for reconstructing many spectra: on a GPU, where torch finds one."""
    found = load_autoencoders(Run.open(Path(address)))
    for vae in found.vaes:
        vae.to(fastest_device())
    return found


@lru_cache(_OPEN)
def classifier_at(address: str, key: str) -> Classifier:
    """The classifier in a file, of a run of this key."""
    from ...core.targets import read_classifier
    from ..files.sklearn_models import load_classifier

    del key
    return read_classifier(load_classifier(Path(address)))


def write_rows(address: str, first: int, rows: np.ndarray) -> None:
    """Write whole shards of an array that is there, from row ``first`` on."""
    array = zarr.open_array(only_known_codecs(Path(address)), mode="r+", zarr_format=3)
    array[first : first + len(rows)] = rows
