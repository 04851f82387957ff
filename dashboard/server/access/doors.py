"""Authentication: open to everybody, by a password file, or by an OAuth provider."""

from __future__ import annotations

import hmac
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from tornado.httputil import HTTPServerRequest
from tornado.web import create_signed_value, decode_signed_value

from ....data.files.password_file import ROLES, Entry, read_password_file
from ...session.choices.person import Person

__all__ = ["DAYS", "Door", "OAuthDoor", "OpenDoor", "PasswordDoor", "own_pass"]

DAYS = 7
"""How long a login lasts."""

_COOKIE = "spexplain-person"
_OWN = "spexplain-own"
_OAUTH_OPTIONS = {
    "provider": "oauth_provider",
    "key": "oauth_key",
    "secret": "oauth_secret",
    "redirect_uri": "oauth_redirect_uri",
    "extra_params": "oauth_extra_params",
    "jwt_user": "oauth_jwt_user",
}


class Door(Protocol):
    """Interface of authentication: identifies the sender of a request."""

    @property
    def has_login(self) -> bool:
        """Whether visitors must log in."""
        ...

    def who(self, request: HTTPServerRequest) -> Person | None:
        """The sender of a request; None if they must log in first."""
        ...


@dataclass(frozen=True)
class OpenDoor:
    """Lets everybody in, with one role."""

    role: str = "build"
    has_login: bool = False

    def who(self, request: HTTPServerRequest) -> Person | None:
        """An anonymous person with the role of this door."""
        return Person("", self.role, request.remote_ip or "")


@dataclass
class PasswordDoor:
    """Lets in the people of a password file, which is read again whenever it changes.

    Parameters
    ----------
    path
        The password file.
    secret
        Key that signs the cookies.
    read_only
        Whether nobody may change anything.
    own
        Cookie value of the server's own request during warm-up.
    """

    path: Path
    secret: str
    read_only: bool = False
    own: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    has_login: bool = True
    cookie: str = _COOKIE
    _read: tuple[tuple[int, int], dict[str, Entry]] = ((0, 0), {})

    def people(self) -> Mapping[str, Entry]:
        """Entries of the password file by name, as it is now.

        Raises
        ------
        OSError, ValueError
            The file cannot be read, or is malformed.
        """
        stat = self.path.stat()
        stamp = stat.st_mtime_ns, stat.st_ino
        if stamp != self._read[0]:
            self._read = stamp, read_password_file(self.path)
        return self._read[1]

    def who(self, request: HTTPServerRequest) -> Person | None:
        """The person named by a validly signed cookie, if their entry has not changed since."""
        cookies = _cookies(request)
        if hmac.compare_digest(cookies.get(_OWN, "").encode(), self.own.encode()):
            return Person("", "look", request.remote_ip or "")
        signed = cookies.get(_COOKIE)
        value = signed and decode_signed_value(self.secret, _COOKIE, signed, max_age_days=DAYS)
        name, _, fingerprint = value.decode().partition(" ") if value else ("", "", "")
        try:
            entry = self.people().get(name)
        except (OSError, ValueError):
            return None  # the login page reports what is wrong with the file
        if entry is None or not hmac.compare_digest(entry.fingerprint, fingerprint):
            return None
        return Person(name, "look" if self.read_only else entry.role, request.remote_ip or "")

    def cookie_of(self, entry: Entry) -> tuple[str, str]:
        """Name and signed value of the cookie that identifies a person."""
        value = create_signed_value(self.secret, _COOKIE, f"{entry.name} {entry.fingerprint}")
        return _COOKIE, value.decode()


@dataclass(frozen=True)
class OAuthDoor:
    """Lets in people authenticated by an OAuth provider, with the roles that a file assigns.

    Attributes
    ----------
    options
        Keyword arguments of ``pn.serve`` for OAuth.
    roles
        Role by user name at the provider (GitHub: the login; others: the e-mail address).
    everyone
        Role of everybody not listed; "" lets nobody else in.
    """

    options: Mapping[str, Any]
    roles: Mapping[str, str]
    everyone: str
    secret: str
    read_only: bool = False
    has_login: bool = True

    @classmethod
    def read(cls, path: Path, secret: str, *, read_only: bool = False) -> OAuthDoor:
        """Read a TOML file with ``provider``, ``key``, ``secret`` and a table ``[roles]``.

        Raises
        ------
        OSError
            It cannot be read.
        ValueError
            A key is missing or unknown, or a role does not exist.
        """
        try:
            entries = tomllib.loads(path.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise ValueError(f"{path} is no TOML: {error}") from error
        roles, everyone = entries.pop("roles", {}), entries.pop("everyone", "")
        if missing := {"provider", "key", "secret"} - set(entries):
            raise ValueError(f"{path} lacks {', '.join(sorted(missing))}")
        if unknown := set(entries) - set(_OAUTH_OPTIONS):
            raise ValueError(
                f"{path}: {', '.join(sorted(unknown))} is no option; there are "
                f"{', '.join(_OAUTH_OPTIONS)}, everyone, [roles]"
            )
        for role in [*roles.values(), *([everyone] if everyone else [])]:
            if role not in ROLES:
                raise ValueError(f"{path}: a role is one of {', '.join(ROLES)}; got {role!r}")
        if not roles and not everyone:
            raise ValueError(f"{path} lets nobody in: name people in [roles], or set everyone")
        options = {_OAUTH_OPTIONS[name]: value for name, value in entries.items()}
        return cls(options, roles, everyone, secret, read_only)

    def who(self, request: HTTPServerRequest) -> Person | None:
        """The person of the cookie signed by Panel; None without a cookie or a role."""
        signed = _cookies(request).get("user")
        value = signed and decode_signed_value(self.secret, "user", signed, max_age_days=DAYS)
        if not value:
            return None
        name = value.decode()
        role = self.roles.get(name, self.everyone)
        role = "look" if role and self.read_only else role
        return Person(name, role, request.remote_ip or "") if role else None

    def refusal(self, request: HTTPServerRequest) -> str:
        """Message for a person authenticated by the provider but without a role; else ""."""
        signed = _cookies(request).get("user")
        value = signed and decode_signed_value(self.secret, "user", signed, max_age_days=DAYS)
        if not value or self.who(request) is not None:
            return ""
        return f"{value.decode()[:80]} has no role on this page: whoever serves it can give one."


def own_pass(door: Door) -> str | None:
    """Cookie header for a server's request to itself; None if it cannot be authenticated."""
    if isinstance(door, OAuthDoor):
        return None
    return f"{_OWN}={door.own}" if isinstance(door, PasswordDoor) else ""


def _cookies(request: HTTPServerRequest) -> dict[str, str]:
    return {name: morsel.value for name, morsel in request.cookies.items()}
