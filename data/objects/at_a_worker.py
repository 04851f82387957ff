"""A remote collection opened by a worker: small files now, chunks on request."""

from __future__ import annotations

import shutil
import weakref
from collections.abc import Iterable
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

import zarr
from zarr.storage import FsspecStore, WrapperStore

from ..files.arrays.zarr_codecs import only_known_codecs
from .remote_folder import RemoteFolder

if TYPE_CHECKING:
    from zarr.abc.store import ByteRequest
    from zarr.core.buffer import Buffer, BufferPrototype

__all__ = ["Fetched", "remote_array"]

_DESCRIBED = "zarr.json"


class Fetched:
    """Files of a folder at an address, in a temporary folder that lives as long as this object.

    Attributes
    ----------
    path
        The local folder.

    Parameters
    ----------
    address
        The remote folder.
    names
        Files to fetch.
    arrays
        Folders of arrays for :meth:`store`.

    Raises
    ------
    AddressError
        A file is missing, or the address does not answer.
    """

    def __init__(self, address: str, names: Iterable[str], arrays: Iterable[str] = ()) -> None:
        self._remote = RemoteFolder(address)
        self.path = Path(mkdtemp(prefix="spexplain-"))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)
        for name in names:
            self._remote.fetch(name, self.path / name)
        files = (name for folder in arrays for name in self._remote.files(folder))
        self._described = [name for name in files if name.endswith(f"/{_DESCRIBED}")]
        for name in self._described:  # their folders are there; what is in them comes when opened
            (self.path / name).parent.mkdir(parents=True, exist_ok=True)

    def array(self, path: Path, *, mode: Any = "r") -> zarr.Array:
        """An array, by its local path; its chunks are fetched on access."""
        return zarr.open_array(self.store(path, read_only=mode == "r"), mode=mode, zarr_format=3)

    def store(self, path: Path, *, read_only: bool = True) -> WrapperStore[FsspecStore]:
        """Store of an array or group: metadata from here, where they were checked; data from there.

        Raises
        ------
        ValueError
            A codec is unknown.
        """
        below = path.relative_to(self.path).as_posix()
        for name in self._described:
            if name.startswith(f"{below}/") and not (self.path / name).exists():
                self._remote.fetch(name, self.path / name)
        only_known_codecs(path)
        address = f"{self._remote.address}/{below}"
        return _DescribedHere(FsspecStore.from_url(address, read_only=read_only), path)


class _DescribedHere(WrapperStore[FsspecStore]):
    """An array at an address whose metadata are read from this machine."""

    def __init__(self, store: FsspecStore, path: Path) -> None:
        super().__init__(store)
        self._path = path

    def _with_store(self, store: FsspecStore) -> _DescribedHere:
        return _DescribedHere(store, self._path)

    async def get(
        self, key: str, prototype: BufferPrototype, byte_range: ByteRequest | None = None
    ) -> Buffer | None:
        """Bytes of a file, or None if there is none."""
        if key.rpartition("/")[2] != _DESCRIBED:
            return await super().get(key, prototype, byte_range)
        described = self._path / key
        if not described.is_file():
            return None
        return prototype.buffer.from_bytes(described.read_bytes())


def remote_array(address: str, *, mode: Any = "r") -> zarr.Array:
    """The array at an address; its values are read on access.

    Raises
    ------
    AddressError
        There is none, or the address does not answer.
    """
    folder, _, name = address.rpartition("/")
    fetched = Fetched(folder, [f"{name}/{_DESCRIBED}"])
    return fetched.array(fetched.path / name, mode=mode)
