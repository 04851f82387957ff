"""Password file of a served page: names, roles and scrypt hashes, one per line."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .atomic import written_whole

__all__ = ["ROLES", "Entry", "hashed", "is_password", "read_password_file", "set_password"]

ROLES = ("look", "tag", "build")
"""What people may do, each all that stands before it: look; tag and name; build."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
# 32 MB and a tenth of a second a guess: the least that OWASP's cheat sheet asks of scrypt.
_N, _R, _P = 2**15, 8, 3
_MOST_BYTES = 2**28
_SHORTEST = 8


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a password file.

    Attributes
    ----------
    name
        Of the person: letters, digits and ``. _ @ -``.
    role
        One of ``ROLES``.
    hash
        ``scrypt$N$r$p$salt$key``, both in base64.
    """

    name: str
    role: str
    hash: str

    @property
    def fingerprint(self) -> str:
        """Digest of name, role and hash, which changes with any of them."""
        whole = f"{self.name} {self.role} {self.hash}"
        return hashlib.sha256(whole.encode()).hexdigest()[:24]


def hashed(password: str, salt: bytes | None = None) -> str:
    """A password as ``scrypt$N$r$p$salt$key`` (RFC 7914); without a salt, with one of its own."""
    salt = os.urandom(16) if salt is None else salt
    key = _key(password, salt, _N, _R, _P)
    return f"scrypt${_N}${_R}${_P}${_text(salt)}${_text(key)}"


def is_password(password: str, hash: str) -> bool:
    """Whether this is the password of a hash.

    Raises
    ------
    ValueError
        The hash is none of scrypt's, or asks for more memory than is given.
    """
    n, r, p, salt, key = _parts(hash)
    return hmac.compare_digest(_key(password, salt, n, r, p), key)


def read_password_file(path: Path) -> dict[str, Entry]:
    """The people of a password file by name.

    Raises
    ------
    OSError
        It cannot be read, or others than its owner may read or change it.
    ValueError
        A line of it is none of ours; it is named.
    """
    text = path.read_text(encoding="utf-8")
    mode = stat.S_IMODE(path.stat().st_mode)
    if os.name == "posix" and mode & 0o077:
        raise PermissionError(f"{path} is open to others (mode {mode:o}): chmod 600 {path}")
    entries: dict[str, Entry] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        entry = _entry(line, f"{path}, line {number}")
        if entry.name in entries:
            raise ValueError(f"{path}, line {number}: {entry.name} stands there twice")
        entries[entry.name] = entry
    if not entries:
        raise ValueError(f"{path} names nobody: spexplain password {path} NAME adds a person")
    return entries


def set_password(path: Path, name: str, password: str, role: str = "tag") -> bool:
    """Write a person into a password file, made with mode 600 where there is none.

    Returns
    -------
    known
        Whether the person was in it: the password and role are others now.

    Raises
    ------
    ValueError
        If the name, the role or the password is none that can be used.
    OSError
        If the file cannot be read or written.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"a name is of letters, digits and . _ @ -, 64 at most; got {name[:80]!r}")
    if role not in ROLES:
        raise ValueError(f"a role is one of {', '.join(ROLES)}; got {role!r}")
    if len(password) < _SHORTEST:
        raise ValueError(f"a password has {_SHORTEST} characters at least, not {len(password)}")
    people: Mapping[str, Entry] = read_password_file(path) if path.exists() else {}
    written = {**people, name: Entry(name, role, hashed(password))}
    lines = [f"{entry.name} {entry.role} {entry.hash}\n" for entry in written.values()]
    with written_whole(path) as beside:
        # Before anything stands in it.
        os.close(os.open(beside, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600))
        beside.write_text("".join(lines), encoding="utf-8")
    return name in people


def _entry(line: str, where: str) -> Entry:
    words = line.split()
    if len(words) != 3 or words[1] not in ROLES or not _NAME.fullmatch(words[0]):
        raise ValueError(f"{where}: not a name, a role ({', '.join(ROLES)}) and a hash")
    try:
        _parts(words[2])
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None
    return Entry(*words)


def _parts(hash: str) -> tuple[int, int, int, bytes, bytes]:
    kind, *rest = hash.split("$")
    try:
        if kind != "scrypt":
            raise ValueError(kind)
        n, r, p = (int(number) for number in rest[:3])
        salt, key = (base64.b64decode(text, validate=True) for text in rest[3:])
        sound = n > 1 and n & (n - 1) == 0 and min(r, p) > 0 and len(key) >= 16
        if not sound or 128 * n * r * p > _MOST_BYTES:
            raise ValueError(f"{n}, {r}, {p}")
    except (ValueError, binascii.Error):
        raise ValueError("not a hash that `spexplain password` has made") from None
    return n, r, p, salt, key


def _key(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    encoded = password.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(encoded, salt=salt, n=n, r=r, p=p, maxmem=2 * _MOST_BYTES, dklen=32)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
