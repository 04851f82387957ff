"""Blocks of spectra of any length as observed, stored end to end."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any, cast

import numpy as np
import zarr
from zarr.codecs import BloscCodec, Crc32cCodec, ZstdCodec

from ...files.arrays.zarr_codecs import Opened, only_known_codecs
from .observed import StoredSpectrum
from .wave_code import KINDS, WaveCode, decode_wave

__all__ = ["Block", "block_path", "write_block"]

_INDEX = ("start", "n_pixels", "model_start", "wave_kind", "wave_first", "wave_step")
# Pixels decompressed to read one spectrum: eight of SDSS. 4, 8 and 16 give similar sizes. Noise
# compresses badly: zstd takes four times as long as lz4 for 3 % fewer bytes.
_CHUNK_PIXELS = 32_768


def block_path(spectra: Path, number: int) -> Path:
    """Folder of a block."""
    return spectra / f"{number:06}"


def write_block(path: Path, spectra: Sequence[StoredSpectrum]) -> bytes:
    """Write a block, replacing any there; returns a digest of its content.

    A block is a zarr group: ``flux``, ``ivar``, ``model`` and ``wave`` are the pixels of one
    spectrum after another; ``index`` (n, 6) says where each begins. Listed wavelengths are stored
    in ``wave`` once, however many spectra share them.
    """
    shutil.rmtree(path, ignore_errors=True)
    group = zarr.create_group(path)
    waves, wave_starts = _listed_once(spectra)
    lengths = np.array([len(spectrum.flux) for spectrum in spectra], np.int64)
    has_model = np.array([spectrum.model is not None for spectrum in spectra], bool)
    index = np.zeros((len(spectra), len(_INDEX)))
    index[:, 0] = np.cumsum(lengths) - lengths
    index[:, 1] = lengths
    modelled = np.where(has_model, lengths, 0)
    index[:, 2] = np.where(has_model, np.cumsum(modelled) - modelled, -1)
    index[:, 3] = [KINDS.index(spectrum.wave.kind) for spectrum in spectra]
    index[:, 4] = [
        start if spectrum.wave.kind == "listed" else spectrum.wave.first
        for spectrum, start in zip(spectra, wave_starts, strict=True)
    ]
    index[:, 5] = [spectrum.wave.step for spectrum in spectra]
    models = [spectrum.model for spectrum in spectra if spectrum.model is not None]
    digest = blake2b(digest_size=16)
    for name, values in (
        ("flux", _joined([spectrum.flux for spectrum in spectra], np.float32)),
        ("ivar", _joined([spectrum.ivar for spectrum in spectra], np.float32)),
        ("model", _joined(models, np.float32)),
        ("wave", waves),
    ):
        digest.update(values.data)
        _store_pixels(group, name, values)
    digest.update(index.data)
    stored = group.create_array("index", data=index, compressors=[ZstdCodec(), Crc32cCodec()])
    stored.attrs["columns"] = list(_INDEX)
    stored.attrs["wave_kinds"] = list(KINDS)
    return digest.digest()


class Block:
    """Read access to a block; safe to share between threads.

    Parameters
    ----------
    path
        Its folder.
    opened
        How arrays are opened.
    """

    def __init__(self, path: Path, opened: Opened = only_known_codecs) -> None:
        self._group = zarr.open_group(opened(path), mode="r", zarr_format=3)
        self._arrays: dict[str, zarr.Array] = {}
        index = np.asarray(self._array("index")[...])
        self._start, self._n, self._model = index[:, :3].T.astype(np.int64)
        self._kind, self._wave = index[:, 3].astype(np.int64), index[:, 4:]

    def __len__(self) -> int:
        return len(self._start)

    def wave(self, at: int) -> np.ndarray:
        """(D,) observed vacuum Å of one spectrum."""
        kind, n = KINDS[self._kind[at]], int(self._n[at])
        first, step = self._wave[at].tolist()
        if kind != "listed":
            return decode_wave(WaveCode(kind, first, step), n)
        return self._listed[int(first) : int(first) + n]

    def pixels(self, first: int, stop: int) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Flux and ivar of consecutive spectra, read at once."""
        begin, end = int(self._start[first]), int(self._start[stop - 1] + self._n[stop - 1])
        cuts = self._start[first + 1 : stop] - begin
        flux, ivar = (
            np.split(np.asarray(self._array(name)[begin:end]), cuts) for name in ("flux", "ivar")
        )
        return flux, ivar

    def model(self, at: int) -> np.ndarray | None:
        """(D,) float32 of one spectrum, None without."""
        start = int(self._model[at])
        if start < 0:
            return None
        return np.asarray(self._array("model")[start : start + int(self._n[at])])

    @cached_property
    def _listed(self) -> np.ndarray:
        return np.asarray(self._array("wave")[...])

    def _array(self, name: str) -> zarr.Array:
        if name not in self._arrays:  # each look-up reads a file
            self._arrays[name] = cast("zarr.Array", self._group[name])
        return self._arrays[name]


def _store_pixels(group: zarr.Group, name: str, values: np.ndarray) -> None:
    """Store pixels as one file, parts of which can be decompressed separately."""
    layout: dict[str, Any] = {"chunks": (max(values.size, 1),)}
    if values.size > _CHUNK_PIXELS:
        n_chunks = -(-values.size // _CHUNK_PIXELS)
        layout = {"chunks": (_CHUNK_PIXELS,), "shards": (n_chunks * _CHUNK_PIXELS,)}
    array = group.create_array(
        name,
        shape=values.shape,
        dtype=values.dtype,
        compressors=[BloscCodec(cname="lz4", clevel=1, shuffle="bitshuffle"), Crc32cCodec()],
        **layout,
    )
    array[:] = values


def _listed_once(spectra: Sequence[StoredSpectrum]) -> tuple[np.ndarray, list[int]]:
    """All distinct listed wavelengths end to end, and where each spectrum's begin."""
    starts: dict[bytes, int] = {}
    different: list[np.ndarray] = []
    listed, size = [], 0
    for spectrum in spectra:
        wave = np.ascontiguousarray(spectrum.wave.listed, np.float64)
        content = wave.tobytes()
        if content not in starts:
            starts[content] = size
            different.append(wave)
            size += wave.size
        listed.append(starts[content])
    return _joined(different, np.float64), listed


def _joined(parts: Sequence[np.ndarray], dtype: type) -> np.ndarray:
    return np.concatenate([np.empty(0, dtype), *(np.asarray(part, dtype) for part in parts)])
