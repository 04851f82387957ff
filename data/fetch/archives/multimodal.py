"""Multimodal Universe data sets on the Hugging Face Hub: Parquet and HDF5."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from ..addresses import is_plain_path
from ..jobs import FileJob
from ..manifest import Entry
from ..polite_client import NotCome, PoliteClient

__all__ = ["multimodal_jobs"]

_ENDINGS = (".parquet", ".hdf5", ".h5")
_MOST_LISTED_BYTES, _MOST_PAGES = 64_000_000, 1000


def multimodal_jobs(
    client: PoliteClient,
    base: str,
    data_set: str,
    revision: str,
    patterns: Iterable[str],
    *,
    most_bytes: int,
) -> tuple[list[FileJob], list[Entry]]:
    """Files of a data set that match, with size and SHA-256 of the Hub's list.

    Parameters
    ----------
    client, base
        HTTP client, and address of the Hub.
    data_set
        ``owner/name``.
    revision
        Branch, tag or commit.
    patterns
        Patterns of paths, as in the shell: ``healpix=583``, ``data/train-*``, ``*``; one without a
        wildcard matches a part of the path.
    most_bytes
        Largest size of a file.

    Returns
    -------
    jobs, others
        Jobs, and entries of patterns that match nothing.

    Raises
    ------
    ValueError
        The name of the data set or of the revision is invalid.
    NotCome
        The list could not be fetched.
    """
    if data_set.count("/") != 1 or not is_plain_path(data_set):
        raise ValueError(
            f"“{data_set}” is not a data set's name: write it like MultimodalUniverse/sdss"
        )
    if not is_plain_path(revision):
        raise ValueError(f"“{revision}” is not a revision: write it like main")
    jobs: list[FileJob] = []
    others: list[Entry] = []
    entries = list(_listed(client, base, data_set, revision))
    left = dict.fromkeys(patterns)
    chosen: dict[str, dict[str, Any]] = {}
    for pattern in left:
        matching = {str(one["path"]): one for one in entries if _matches(str(one["path"]), pattern)}
        if not matching:
            files = f"none of the {len(entries):,} files of {data_set} matches"
            others.append(Entry(pattern, "missing", reason=files))
        chosen |= matching
    for path, one in chosen.items():
        if not is_plain_path(path):
            others.append(Entry(path[:80], "refused", reason="no plain path of a file"))
            continue
        lfs = one.get("lfs") if isinstance(one.get("lfs"), dict) else {}
        size, digest = one.get("size"), str((lfs or {}).get("oid", ""))
        address = f"{base}/datasets/{data_set}/resolve/{revision}/{quote(path, safe='/=')}"
        jobs.append(
            FileJob(
                path, f"{data_set.replace('/', '--')}/{path}", (address,), most_bytes,
                size=size if isinstance(size, int) else None,
                sha256=digest if len(digest) == 64 else None,
            )
        )  # fmt: skip
    return jobs, others


def _listed(
    client: PoliteClient, base: str, data_set: str, revision: str
) -> Iterator[dict[str, Any]]:
    """Entries of files with spectra, page by page."""
    start = f"{base}/api/datasets/{data_set}/tree/{revision}"
    address = f"{start}?{urlencode({'recursive': 'true'})}"
    for _ in range(_MOST_PAGES):
        content, following = client.ask(address, most_bytes=_MOST_LISTED_BYTES)
        if not isinstance(content, list):
            raise NotCome("refused", f"no list of files came, but {str(content)[:200]}")
        for one in content:
            if (
                isinstance(one, dict)
                and one.get("type") == "file"
                and str(one.get("path", "")).endswith(_ENDINGS)
            ):
                yield one
        if not following:
            return
        origin, destination = urlsplit(start), urlsplit(following)
        if (origin.scheme, origin.netloc, origin.path) != (
            destination.scheme,
            destination.netloc,
            destination.path,
        ):
            raise NotCome("refused", f"the list continues at another host: {following[:200]}")
        address = following
    raise NotCome("refused", f"the list has more than {_MOST_PAGES:,} pages")


def _matches(path: str, pattern: str) -> bool:
    if any(letter in pattern for letter in "*?["):
        return fnmatch.fnmatchcase(path, pattern)
    return pattern in (path, *path.split("/")) or path.startswith(f"{pattern.rstrip('/')}/")
