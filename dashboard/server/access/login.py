"""The login page, through the hook that Bokeh documents for it."""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from html import escape
from typing import Any

from bokeh.server.auth_provider import AuthProvider
from tornado.httputil import HTTPServerRequest
from tornado.web import RequestHandler

from ....data.files.password_file import Entry, hashed, is_password
from ...session.choices.person import Person
from .doors import DAYS, PasswordDoor
from .plain_page import plain_page

__all__ = ["Guesses", "PasswordLogin"]

_WRONG = "That name and password do not belong together."
_LONGEST = 1024  # of a password, in characters


class Guesses:
    """Rate limit of password guesses: after a few failures an address waits, longer each time.

    Parameters
    ----------
    clock
        Returns the time in seconds since an arbitrary epoch.
    """

    free = 5
    """Wrong passwords that cost nothing."""
    longest_s = 900.0
    """The longest wait, and how long an address is remembered."""
    most = 10_000
    """Addresses that are remembered."""
    names = 50
    """Of each address."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        # For each address: number of failures by name, and the time of the last.
        self._wrong: dict[str, tuple[Counter[str], float]] = {}

    def wait_s(self, address: str) -> float:
        """Seconds until this address may try again; 0 if it may now."""
        wrong, at = self._wrong.get(_network(address), (Counter[str](), 0.0))
        if wrong.total() < self.free:
            return 0.0
        pause = min(2.0 ** min(wrong.total() - self.free, 20), self.longest_s)
        return max(at + pause - self._clock(), 0.0)

    def was_wrong(self, address: str, name: str) -> None:
        """Count a wrong password."""
        now, address = self._clock(), _network(address)
        wrong, at = self._wrong.pop(address, (Counter[str](), now))
        if now - at > self.longest_s:
            wrong.clear()
        # Only a bounded number of names is remembered per address.
        wrong[name if len(wrong) < self.names else ""] += 1
        self._wrong[address] = (wrong, now)
        if len(self._wrong) > self.most:
            del self._wrong[next(iter(self._wrong))]  # the one longest not heard of

    def was_right(self, address: str, name: str) -> None:
        """Reset the count of this name only: a valid login must not allow guessing other names."""
        wrong, _ = self._wrong.get(_network(address), (Counter[str](), 0.0))
        wrong.pop(name, None)


def _network(address: str) -> str:
    """The IPv4 address, or the /64 network of an IPv6 address, which one customer usually has."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(known, ipaddress.IPv4Address):
        return address
    return str(known.ipv4_mapped or ipaddress.ip_network((int(known), 64), strict=False))


class PasswordLogin(AuthProvider):
    """Bokeh's authentication hook: the user of a request, and the login and logout pages.

    Parameters
    ----------
    door
        Checks names and passwords.
    counted
        Called with the outcome of each attempt.
    """

    def __init__(
        self, door: PasswordDoor, counted: Callable[[bool], None] = lambda right: None
    ) -> None:
        self._door = door
        self._counted = counted
        self._guesses = Guesses()
        super().__init__()

    @property
    def get_user(self) -> Callable[[Any], Any]:
        """Function that returns the name of a request's sender; None redirects to the login."""

        def name(handler: Any) -> str | None:
            request: HTTPServerRequest = handler.request
            person = self._door.who(request)
            return None if person is None else person.name or "spexplain"

        return name

    @property
    def get_user_async(self) -> None:
        """None: there is no asynchronous lookup."""
        return None

    @property
    def login_url(self) -> str:
        """Below the prefix."""
        return "/login"

    @property
    def get_login_url(self) -> None:
        """None: the login address does not depend on the request."""
        return None

    @property
    def logout_url(self) -> str:
        """Below the prefix."""
        return "/logout"

    @property
    def login_handler(self) -> type[RequestHandler]:
        """Handler of the login page."""
        door, guesses, counted = self._door, self._guesses, self._counted
        return type("Login", (_Login,), {"door": door, "guesses": guesses, "counted": counted})

    @property
    def logout_handler(self) -> type[RequestHandler]:
        """Handler of the logout: removes the cookie."""
        return type("Logout", (_Logout,), {"door": self._door})


# One at a time, so that password checks leave cores and memory to the pages.
_CHECKING = ThreadPoolExecutor(1, thread_name_prefix="explain-login")
_MOST_WAITING = 20
# Checked for unknown names, so that they take as long as known ones.
_NOBODY = hashed("nobody's", salt=bytes(16))


class _Login(RequestHandler):
    """The login form and its submission."""

    door: PasswordDoor
    guesses: Guesses
    counted: Callable[[bool], None]
    waiting = 0

    def get(self) -> None:
        """Show the login form."""
        self._show(200, "")

    async def post(self) -> None:
        """Check name and password."""
        address = self.request.remote_ip or ""
        name = self.get_body_argument("name", "", strip=True)[:64]
        if wait := self.guesses.wait_s(address):
            self.set_header("Retry-After", str(int(wait) + 1))
            self._show(429, f"Too many wrong passwords; try again in {int(wait) + 1} s.")
            return
        if _Login.waiting >= _MOST_WAITING:
            self.set_header("Retry-After", "5")
            self._show(503, "Too many people log in at once; try again in a moment.")
            return
        try:
            entry = self.door.people().get(name)
        except (OSError, ValueError) as error:
            Person(name, "look", address).did(f"could not log in: {error}")
            self._show(503, "The server's password file cannot be read; its log says why.")
            return
        await self._judge(name, address, entry)

    async def _judge(self, name: str, address: str, entry: Entry | None) -> None:
        password = self.get_body_argument("password", "", strip=False)[:_LONGEST]
        hash = _NOBODY if entry is None else entry.hash
        _Login.waiting += 1
        try:
            checking = _CHECKING.submit(is_password, password, hash)
            right = await asyncio.wrap_future(checking)
        finally:
            _Login.waiting -= 1
        type(self).counted(right and entry is not None)
        if not right or entry is None:
            self.guesses.was_wrong(address, name)
            Person(name, "look", address).did("was refused: wrong name or password")
            self._show(403, _WRONG, name)
            return
        self.guesses.was_right(address, name)
        Person(name, entry.role, address).did("logged in")
        cookie, value = self.door.cookie_of(entry)
        self.set_cookie(
            cookie, value, expires_days=DAYS, path=_root(self), httponly=True, samesite="Lax",
            secure=self.request.protocol == "https",
        )  # fmt: skip
        self.redirect(self._next())

    def _next(self) -> str:
        """Address to return to after login, restricted to this page."""
        root, wanted = _root(self), self.get_argument("next", "")
        below_root = wanted == root or wanted.startswith((root + "?", root.rstrip("/") + "/?"))
        return wanted if below_root and "\\" not in wanted and wanted.isprintable() else root

    def _show(self, status: int, wrong: str, name: str = "") -> None:
        self.set_status(status)
        self.set_header("Cache-Control", "no-store")
        alert = f'<p class="wrong" role="alert">{escape(wrong)}</p>' if wrong else ""
        focus_name, focus_password = ("", " autofocus") if name else (" autofocus", "")
        self.finish(
            plain_page(
                "Log in",
                f'<form method="post">{alert}'
                f'<label>Name<input name="name" value="{escape(name)}" required{focus_name} '
                'autocomplete="username" autocapitalize="none" spellcheck="false"></label>'
                f'<label>Password<input name="password" type="password" required{focus_password} '
                'autocomplete="current-password"></label>'
                "<button>Log in</button></form>",
            )
        )


class _Logout(RequestHandler):
    """Handler of the logout: removes the cookie."""

    door: PasswordDoor

    def get(self) -> None:
        """Remove the cookie."""
        person = self.door.who(self.request)
        if person is not None:
            person.did("logged out")
        self.clear_cookie(self.door.cookie, path=_root(self))
        self.set_header("Cache-Control", "no-store")
        words = (
            f'<p>You have logged out.</p><p><a href="{escape(_root(self))}">Log in again</a></p>'
        )
        self.finish(plain_page("Logged out", words))


def _root(handler: Any) -> str:
    """Path of the page as the browser sees it."""
    return f"{handler.application.prefix}/"
