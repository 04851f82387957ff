"""HTTP client for archives: few connections, retries, resumed downloads.

Redirects are checked one by one (`may_go`), the size of every answer is bounded, and nothing
received is decompressed, run or unpickled here.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.auth import AuthBase
from urllib3.exceptions import HTTPError

from .addresses import may_go

__all__ = ["Manners", "NotCome", "PoliteClient", "Stopped"]

_AGAIN = {408, 425, 429, 500, 502, 503, 504}
_REDIRECTS, _MOST_REDIRECTS = {301, 302, 303, 307, 308}, 5
_CHUNK = 1 << 16
_SAID = 200  # characters shown of an archive's error message
_MOST_DIGITS = 20
_SLOW_AFTER_S, _SLOW_BYTES_S = 60.0, 1000.0


class NotCome(Exception):
    """Something could not be fetched; `state` is the manifest's word, the text says why."""

    def __init__(self, state: str, why: str) -> None:
        super().__init__(why)
        self.state = state


class Stopped(Exception):
    """The caller cancelled."""


class _Again(Exception):
    """A failure worth another attempt, after `wait_s` seconds if the archive says so."""

    def __init__(self, why: str, wait_s: float | None = None) -> None:
        super().__init__(why)
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True)
class Manners:
    """How requests are repeated.

    Attributes
    ----------
    tries
        Attempts for one file.
    first_wait_s
        Wait before the second attempt; doubled before each further one.
    longest_wait_s
        If the archive asks for a longer wait (Retry-After), give up for this time.
    timeout_s
        Longest time without a byte.
    """

    tries: int = 5
    first_wait_s: float = 1.0
    longest_wait_s: float = 300.0
    timeout_s: float = 60.0


class _NoLogin(AuthBase):
    """Sends no credentials from a .netrc."""

    def __call__(self, r: Any) -> Any:
        return r


@dataclass
class PoliteClient:
    """HTTP client for many threads, each with its own connection.

    Attributes
    ----------
    manners
        Number of attempts, and waits.
    sleep, clock
        In seconds; replaced by tests, and to be able to stop during a wait.
    stopped
        Returns True if the caller wants to stop.
    """

    manners: Manners = field(default_factory=Manners)
    sleep: Callable[[float], Any] = time.sleep
    clock: Callable[[], float] = time.monotonic
    stopped: Callable[[], bool] = lambda: False

    def __post_init__(self) -> None:
        self._own = threading.local()
        self._lock = threading.Lock()
        self._not_before: dict[str, float] = {}

    def download(self, address: str, part: Path, *, most_bytes: int) -> None:
        """Fetch a file to ``part``, resuming an interrupted download if the archive allows it.

        The archive's ETag or date, stored beside it, shows whether it is still the same file.

        Raises
        ------
        NotCome, Stopped
            It is missing, too large or refused, or every attempt was interrupted.
        OSError
            It cannot be written.
        """
        self._tried(address, lambda: self._download(address, part, most_bytes))

    def ask(
        self,
        address: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        most_bytes: int,
    ) -> tuple[Any, str]:
        """Request JSON, by POST if there is a body; and the address of the next page, or "".

        Raises
        ------
        NotCome, Stopped
            There is no answer, it is too large, or it is not JSON.
        """
        content, following = self._tried(
            address, lambda: self._content(address, query, body, most_bytes)
        )
        try:
            return json.loads(content), following
        except (ValueError, RecursionError) as error:
            began = content[:60].decode("utf-8", "replace")
            raise NotCome("refused", f"no JSON came from {address}, but “{began}”") from error

    def text(self, address: str, *, query: Mapping[str, str], most_bytes: int) -> str:
        """Request text.

        Raises
        ------
        NotCome, Stopped
            As `ask`.
        """
        content, _ = self._tried(address, lambda: self._content(address, query, None, most_bytes))
        return content.decode("utf-8", "replace")

    def _tried(self, address: str, attempt: Callable[[], Any]) -> Any:
        host, wait_s = urlsplit(address).netloc, self.manners.first_wait_s
        for number in range(1, self.manners.tries + 1):
            self._wait_for(host)
            try:
                return attempt()
            except _Again as again:
                tried = f"{again} ({number} tries)" if number > 1 else str(again)
                asked_s = again.wait_s or 0.0
                if number == self.manners.tries or asked_s > self.manners.longest_wait_s:
                    longer = f", and the archive asks to wait {asked_s:,.0f} s" if asked_s else ""
                    raise NotCome("failed", f"{tried}{longer}") from again
                self._hold(host, max(wait_s, asked_s) if asked_s else wait_s, all=bool(asked_s))
                wait_s *= 2
        raise AssertionError("a try returns or raises")

    def _hold(self, host: str, seconds: float, *, all: bool) -> None:
        """Wait; if the archive asked for it, all requests to that host wait too."""
        if all:
            with self._lock:
                until = max(self._not_before.get(host, 0.0), self.clock() + seconds)
                self._not_before[host] = until
        else:
            self.sleep(seconds)

    def _wait_for(self, host: str) -> None:
        while not self.stopped():
            with self._lock:
                left_s = self._not_before.get(host, 0.0) - self.clock()
            if left_s <= 0:
                return
            self.sleep(left_s)
        raise Stopped

    def _download(self, address: str, part: Path, most_bytes: int) -> None:
        note = part.with_name(f"{part.name}.same")
        have = part.stat().st_size if part.exists() and note.exists() else 0
        headers = (
            {"Range": f"bytes={have}-", "If-Range": note.read_text(encoding="latin-1")}
            if have
            else {}
        )
        with self._answer("GET", address, headers) as answer:
            if answer.status_code == 416:
                part.unlink(missing_ok=True)
                raise _Again("the part that is here belongs to another file")
            goes_on = answer.status_code == 206
            part_of = answer.headers.get("Content-Range", "")
            if goes_on and not part_of.startswith(f"bytes {have}-"):
                part.unlink()
                raise _Again("a different part came than was requested")
            had = have if goes_on else 0
            length = _whole_number(answer.headers.get("Content-Length", ""))
            total = None if length is None else had + length
            if total is not None and total > most_bytes:
                raise NotCome("refused", _too_large(total, most_bytes))
            same = answer.headers.get("ETag", "") or answer.headers.get("Last-Modified", "")
            if same and not same.startswith("W/"):
                note.write_text(same, encoding="latin-1")
            else:
                note.unlink(missing_ok=True)
            with part.open("ab" if goes_on else "wb") as out:
                for chunk in self._chunks(answer, most_bytes - had):
                    out.write(chunk)
                came = out.tell()
        if total is not None and came != total:
            raise _Again(f"broke off at byte {came:,} of {total:,}")
        note.unlink(missing_ok=True)

    def _content(
        self, address: str, query: Mapping[str, str] | None, body: Any, most_bytes: int
    ) -> tuple[bytes, str]:
        method = "GET" if body is None else "POST"
        with self._answer(method, address, {}, params=query, json=body) as answer:
            content = b"".join(self._chunks(answer, most_bytes))
            length = _whole_number(answer.headers.get("Content-Length", ""))
            if length is not None and len(content) != length:
                raise _Again(f"the answer broke off at byte {len(content):,} of {length:,}")
            following = answer.links.get("next", {}).get("url", "")
        return content, urljoin(address, following) if following else ""

    def _chunks(self, answer: requests.Response, most_bytes: int) -> Iterator[bytes]:
        """The bytes as received, not decompressed."""
        n, began_s = 0, self.clock()
        try:
            for chunk in answer.raw.stream(_CHUNK, decode_content=False):
                n += len(chunk)
                if n > most_bytes:
                    raise NotCome("refused", _too_large(n, most_bytes))
                yield chunk
                if self.stopped():
                    raise Stopped
                taken_s = self.clock() - began_s
                if taken_s > _SLOW_AFTER_S and n < _SLOW_BYTES_S * taken_s:
                    raise _Again(f"too slow: {n:,} bytes in {taken_s:,.0f} s")
        except (HTTPError, OSError) as error:  # of reading; the caller writes elsewhere
            raise _Again(f"broke off after {n:,} bytes ({_in_words(error)})") from error

    @contextmanager
    def _answer(
        self, method: str, address: str, headers: Mapping[str, str], **options: Any
    ) -> Iterator[requests.Response]:
        """The answer 200, 206 or 416 to a request, after permitted redirects."""
        at = address
        for _ in range(_MOST_REDIRECTS + 1):
            try:
                answer = self._session().request(
                    method, at, headers=dict(headers), stream=True, allow_redirects=False,
                    timeout=self.manners.timeout_s, **options,
                )  # fmt: skip
            # requests looks at where a redirect leads: an address that is none is a ValueError.
            except (requests.RequestException, ValueError) as error:
                host = urlsplit(at).netloc
                raise _Again(f"no answer from {host} ({_in_words(error)})") from error
            with answer:
                if answer.status_code not in _REDIRECTS:
                    self._judge(answer)
                    yield answer
                    return
                to = urljoin(at, answer.headers.get("Location", ""))
            if not may_go(address, to):
                raise NotCome("refused", f"{at} redirects to {to[:_SAID]}, which is not allowed")
            at = to
            options.pop("params", None)  # the new address has its own
        raise NotCome("refused", f"{address} redirects more than {_MOST_REDIRECTS} times")

    def _judge(self, answer: requests.Response) -> None:
        code = answer.status_code
        if code in (200, 206, 416):
            return
        if code in (404, 410):
            raise NotCome("missing", f"the archive has no such file ({code})")
        text = ""
        with suppress(HTTPError, OSError):  # its words may break off, too
            text = answer.raw.read(_SAID * 4, decode_content=False).decode("utf-8", "replace")
        why = f"{urlsplit(answer.url).netloc} answers {code}: {' '.join(text.split())[:_SAID]}"
        if code in _AGAIN:
            raise _Again(why.rstrip(": "), _retry_after_s(answer.headers.get("Retry-After", "")))
        raise NotCome("refused", why.rstrip(": "))

    def _session(self) -> requests.Session:
        if not hasattr(self._own, "session"):
            session = requests.Session()
            session.auth = _NoLogin()
            session.headers.update(
                {"User-Agent": f"spexplain/{version('spexplain')}", "Accept-Encoding": "identity"}
            )
            self._own.session = session
        return self._own.session


def _retry_after_s(header: str) -> float | None:
    """Seconds of a Retry-After header, a number or a date; None if it is neither."""
    if (seconds := _whole_number(header)) is not None:
        return float(seconds)
    try:
        return max(parsedate_to_datetime(header).timestamp() - time.time(), 0.0)
    except (ValueError, TypeError, OverflowError):
        return None


def _whole_number(header: str) -> int | None:
    """Number in a header, or None; checked for ASCII, as "²" is a digit to Python."""
    text = header.strip()
    return int(text) if text.isdecimal() and len(text) < _MOST_DIGITS else None


def _too_large(n: int, most: int) -> str:
    return f"it has {n:,} bytes or more, and no more than {most:,} are fetched (--most-mb)"


def _in_words(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:_SAID]}"
