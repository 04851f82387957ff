"""Terms on which a page is served: address, access and permissions."""

from __future__ import annotations

import ipaddress
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ....data.files import home
from ....data.files.password_file import read_password_file
from ....data.files.secret import server_secret
from .doors import Door, OAuthDoor, OpenDoor, PasswordDoor
from .known_hosts import KnownHosts

__all__ = ["Terms"]

_PREFIX = re.compile(r"(/[\w.~-]+)*")


@dataclass(frozen=True)
class Terms:
    """Address, access and permissions of a served page.

    Attributes
    ----------
    port, address
        Port and address to listen on; port 0 takes any free one.
    auth
        Password file (``spexplain password``), or None.
    oauth
        TOML file with an OAuth provider and roles, or None.
    no_auth
        Whether everybody is let in without login, also from other machines.
    origins
        Public origins, such as ``https://spectra.example.org``.
    prefix
        Path of the page below the origin, such as ``/spectra``.
    read_only
        Whether nobody may change anything.
    proxy
        Whether to trust a proxy's headers for the client address (``X-Forwarded-For``) and TLS.
    most_sessions
        Maximum number of open pages.
    """

    port: int = 5006
    address: str = "127.0.0.1"
    auth: Path | None = None
    oauth: Path | None = None
    no_auth: bool = False
    origins: tuple[str, ...] = ()
    prefix: str = ""
    read_only: bool = False
    proxy: bool = False
    most_sessions: int = 200

    def __post_init__(self) -> None:
        chosen = [self.auth is not None, self.oauth is not None, self.no_auth]
        if sum(chosen) > 1:
            raise ValueError("choose one of --auth, --oauth and --no-auth")
        if self.exposed and not any(chosen):
            raise ValueError(
                f"{self._where()} can be reached from other machines: give --auth FILE "
                "(spexplain password FILE NAME makes one), --oauth FILE, or --no-auth to let "
                "everybody in"
            )
        if not _PREFIX.fullmatch(self.path):
            raise ValueError(f"a prefix is /letters or /several/words, got {self.prefix!r}")
        KnownHosts.of(self.address, self.origins)

    @property
    def path(self) -> str:
        """The prefix with a slash in front and none behind; "" at the root."""
        bare = self.prefix.strip("/")
        return f"/{bare}" if bare else ""

    @property
    def exposed(self) -> bool:
        """Whether other machines can reach the page, directly or through a proxy."""
        return not _is_loopback(self.address) or any(
            not _is_loopback(re.sub(r"^https?://|[:/][^\]]*$", "", one)) for one in self.origins
        )

    @property
    def hosts(self) -> KnownHosts:
        """Host names and origins of the server."""
        return KnownHosts.of(self.address, self.origins)

    def secret(self) -> str:
        """Key that signs cookies and sessions; created on first use, stored if there is a login.

        Raises
        ------
        OSError
            Its file cannot be read or created.
        """
        if self.auth is None and self.oauth is None:
            return secrets.token_hex(32)
        return server_secret(home() / "server-secret")

    def door(self, secret: str) -> Door:
        """The authentication that these terms ask for.

        Raises
        ------
        OSError, ValueError
            The password or OAuth file cannot be read, or is malformed.
        """
        if self.auth is not None:
            door = PasswordDoor(self.auth, secret, self.read_only)
            door.people()
            return door
        if self.oauth is not None:
            return OAuthDoor.read(self.oauth, secret, read_only=self.read_only)
        return OpenDoor("look" if self.read_only else "build")

    def words(self) -> Iterator[str]:
        """Lines that state what is exposed and to whom; none if only this machine has access."""
        may = "look, explain and drop files" + ("" if self.read_only else ", tag and name clusters")
        if self.auth is not None:
            people = read_password_file(self.auth).values()
            roles = ("look" if self.read_only else one.role for one in people)
            named = ", ".join(f"{one.name} ({r})" for one, r in zip(people, roles, strict=True))
            yield f"Let in with a password: {named}."
        elif self.oauth is not None:
            yield f"Let in are those whom the provider in {self.oauth} knows and the file names."
        elif self.exposed:
            yield f"Whoever reaches {self._where()} may {may}, without a password (--no-auth)."
        if self.exposed and not _is_loopback(self.address):
            yield (
                "What goes over the network is not encrypted, passwords neither: "
                "put TLS in front (docs/deploy.md)."
            )
        if self.read_only and not self.exposed:
            yield "Nobody may do more than look (--read-only)."

    def _where(self) -> str:
        if _is_loopback(self.address):
            return ", ".join(self.origins)
        return f"{self.address}, port {self.port}"


def _is_loopback(name: str) -> bool:
    bare = name.strip("[]").lower()
    try:
        return ipaddress.ip_address(bare).is_loopback
    except ValueError:
        return bare == "localhost"
