"""Addresses of the archives, and the hosts that redirects may lead to."""

from __future__ import annotations

import os
import re
from urllib.parse import urlsplit

__all__ = ["ARCHIVES", "base_address", "is_plain_path", "may_go"]

ARCHIVES = {
    "sas": ("https://data.sdss.org/sas", "SPEXPLAIN_FETCH_SAS"),
    "skyserver": ("https://skyserver.sdss.org", "SPEXPLAIN_FETCH_SKYSERVER"),
    "sparcl": ("https://astrosparcl.datalab.noirlab.edu", "SPEXPLAIN_FETCH_SPARCL"),
    "datalab": ("https://datalab.noirlab.edu", "SPEXPLAIN_FETCH_DATALAB"),
    "multimodal": ("https://huggingface.co", "SPEXPLAIN_FETCH_MULTIMODAL"),
}
"""Each with its address, and the environment variable that names another."""

# Archives spread their files over several hosts: redirects within a line are followed.
_FAMILIES = (("sdss.org", "sdss5.org"), ("noirlab.edu",), ("huggingface.co", "hf.co"))
_PORTS = {"http": 80, "https": 443}
_PART = re.compile(r"[A-Za-z0-9_=+-][A-Za-z0-9._=+-]*")


def base_address(archive: str, named: str | None = None) -> str:
    """The address of an archive: as given, else from its environment variable, else the default.

    Parameters
    ----------
    archive
        A name in `ARCHIVES`.
    named
        Address by the user, or None.

    Raises
    ------
    ValueError
        It is not an http or https address.
    """
    own, variable = ARCHIVES[archive]
    address = (named or os.environ.get(variable) or own).rstrip("/")
    if not _is_base(address):
        raise ValueError(
            f"“{address}” is not an archive's address: write https://host/path, "
            f"by an option or the variable {variable}"
        )
    return address


def may_go(start: str, to: str) -> bool:
    """Whether a redirect is followed: to the same host, or to another of the same archive.

    Never to another scheme but from http to https, nor to another port of the host.
    """
    try:
        origin, destination = urlsplit(start), urlsplit(to)
        ports = [part.port or _PORTS.get(part.scheme) for part in (origin, destination)]
    except ValueError:
        return False
    if destination.scheme not in _PORTS or (origin.scheme, destination.scheme) == ("https", "http"):
        return False
    usual = ports == [_PORTS[origin.scheme], _PORTS[destination.scheme]]
    if origin.hostname == destination.hostname:
        return usual or (ports[0] == ports[1] and origin.scheme == destination.scheme)
    return usual and any(
        all(_belongs(part.hostname or "", family) for part in (origin, destination))
        for family in _FAMILIES
    )


def is_plain_path(path: str) -> bool:
    """Whether a path from an archive stays below its folder, and has only plain characters."""
    return bool(path) and all(_PART.fullmatch(part) for part in path.split("/"))


def _is_base(address: str) -> bool:
    try:
        parts = urlsplit(address)
        host = parts.hostname and parts.port != 0
    except ValueError:  # a port that is no number
        return False
    plain = not (parts.query or parts.fragment or "@" in parts.netloc)
    return parts.scheme in _PORTS and bool(host) and plain


def _belongs(host: str, family: tuple[str, ...]) -> bool:
    return any(host == one or host.endswith(f".{one}") for one in family)
