"""A folder at an fsspec address: atomic objects, readable errors."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from ..collection.format import CollectionError
from ..files import written_whole

__all__ = ["AddressError", "RemoteFolder", "Version", "is_address"]

# Entries of a listing that change whenever an object's bytes do; the first present one is used.
_MARKS = ("ETag", "etag", "generation", "mtime", "LastModified", "last_modified", "created")
_EXTRA = "pip install 'spexplain[objects]'"


class AddressError(CollectionError):
    """Data at an address cannot be read or written; the text says why."""


class Version(NamedTuple):
    """Version of an object: the store's own mark, and the number of bytes."""

    mark: str
    size: int


def is_address(text: object) -> bool:
    """Whether this is an address with a scheme, such as s3://bucket/survey, not a folder."""
    return "://" in str(text)


class RemoteFolder:
    """The objects below an address.

    Names are relative to it, with slashes. Endpoint and credentials are left to the libraries: for
    S3 the variables and files of AWS (``AWS_PROFILE``, ``AWS_ENDPOINT_URL`` …).

    Parameters
    ----------
    address
        Such as s3://bucket/survey.

    Raises
    ------
    AddressError
        It is not an address, or the library for its scheme is not installed.
    """

    def __init__(self, address: str) -> None:
        self.address = str(address).rstrip("/")
        scheme = self.address.partition("://")[0]
        if not is_address(self.address) or "::" in self.address:
            raise AddressError(f"{address} is not an address like s3://bucket/survey")
        if scheme in ("file", "local"):
            raise AddressError(f"{address} is a local folder: write it without {scheme}:")
        self._fs, self._root = _opened(self.address)

    def files(self, below: str = "") -> dict[str, Version]:
        """Name and present version of all objects, or of those below a folder.

        Hidden ones, such as the lock of a builder, are left out.

        Raises
        ------
        AddressError
            The store does not answer, there is no such bucket, or a name leads out of the folder.
        """
        with self._errors_in_words():
            self._fs.invalidate_cache()
            files = self._fs.find(self._at(below) if below else self._root, detail=True)
        names = {path.removeprefix(self._at("")): facts for path, facts in files.items()}
        inside = {name: _version(facts) for name, facts in names.items() if self._is_inside(name)}
        return {n: v for n, v in inside.items() if not any(p[0] == "." for p in n.split("/"))}

    def _is_inside(self, name: str) -> bool:
        """Whether a name is a file's, rather than the marker of a folder."""
        if not name or name.endswith("/"):
            return False
        if any(p in ("", ".", "..") for p in name.split("/")) or {*name} & {*'\\:\0\n\r*?"<>|'}:
            raise AddressError(
                f"{self.address} holds an object of the name {name!r}, which no file of a "
                "collection has: nothing of it is read. Remove that object"
            )
        return True

    def read(self, name: str) -> bytes | None:
        """The bytes of an object; None if it does not exist."""
        with self._errors_in_words():
            try:
                return self._fs.cat_file(self._at(name))
            except FileNotFoundError:
                return None

    def fetch(self, name: str, path: Path) -> None:
        """Download an object to a file, completely or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(path) as beside, self._errors_in_words():
            self._fs.get_file(self._at(name), str(beside))

    def put(self, path: Path, name: str) -> None:
        """Upload a file as an object, replacing any there."""
        with self._errors_in_words():
            self._fs.put_file(str(path), self._at(name))

    def create(self, name: str, content: bytes) -> bool:
        """Create an object atomically; False if it exists."""
        with self._errors_in_words():
            try:
                self._fs.pipe_file(self._at(name), content, mode="create")
            except FileExistsError:
                return False
        return True

    def remove(self, names: Iterable[str]) -> None:
        """Remove objects, as far as they exist."""
        for name in names:
            with self._errors_in_words():
                try:
                    self._fs.rm_file(self._at(name))
                except FileNotFoundError:
                    continue

    def _at(self, name: str) -> str:
        return f"{self._root}/{name}"

    @contextmanager
    def _errors_in_words(self) -> Iterator[None]:
        """Turn errors of the libraries into one line that names the address."""
        try:
            yield
        except PermissionError as error:
            raise AddressError(f"{self.address} cannot be accessed in this way: {error}") from error
        except (OSError, NotImplementedError, *_s3_errors()) as error:
            reason = " ".join(str(error).split()) or type(error).__name__
            raise AddressError(f"{self.address} cannot be reached: {reason}") from error


def _opened(address: str) -> tuple[Any, str]:
    """The file system, and the folder's path in it; sends no request."""
    from fsspec.core import url_to_fs

    try:
        return url_to_fs(address)
    except ImportError as error:
        way_out = f"; {_EXTRA}" if address.startswith("s3") else ""
        raise AddressError(f"{address} needs a library: {error}{way_out}") from error
    except ValueError as error:
        raise AddressError(f"{address} is not a known kind of address: {error}") from error


def _s3_errors() -> tuple[type[Exception], ...]:
    """botocore's own errors, such as missing credentials; empty if it is not loaded."""
    of_s3 = sys.modules.get("botocore.exceptions")
    return () if of_s3 is None else (of_s3.BotoCoreError, of_s3.ClientError)


def _version(facts: dict[str, Any]) -> Version:
    mark = next((str(facts[kind]) for kind in _MARKS if facts.get(kind)), "")
    return Version(mark, int(facts["size"] or 0))
