"""An archive on this machine, over real HTTP, that can be told to misbehave; a clock of ours."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import numpy as np
import pytest
from astropy.io import fits
from spexplain.core.spectra.spectrum import Spectrum
from spexplain.data.demo.simulate.fits import write_sdss_lite
from spexplain.data.fetch.polite_client import PoliteClient

Answer = Callable[[dict[str, str], Any], Any]
"""Of a query and a body: a document, or an `HttpAnswer`."""


@dataclass
class HttpAnswer:
    status: int = 200
    content: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None  # after so many bytes the connection closes


@dataclass
class Archive:
    """What lies where, and what goes wrong, once each, in order."""

    address: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    services: dict[str, Answer] = field(default_factory=dict)
    faults: dict[str, list[HttpAnswer]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    tag: str = '"one"'
    after: Callable[[], None] = lambda: None

    @staticmethod
    def says(status: int = 200, content: bytes = b"", cut: int | None = None, **headers: str):
        """says(503, Retry_After="7"): an answer, of which a part may come."""
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        return HttpAnswer(status, content, named, cut)

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    def answer(self, path: str, query: dict[str, str], body: Any, headers: Any) -> HttpAnswer:
        self.asked.append((path, {key.title(): value for key, value in headers.items()}))
        if self.faults.get(path):
            return self.faults[path].pop(0)
        if path in self.services:
            said = self.services[path](query, body)
            if isinstance(said, HttpAnswer):
                return said
            return HttpAnswer(content=json.dumps(said).encode())
        if path not in self.files:
            return HttpAnswer(404, b"gone")
        content, tag = self.files[path], {"ETag": self.tag} if self.tag else {}
        wanted = headers.get("Range", "").removeprefix("bytes=").removesuffix("-")
        if not wanted or headers.get("If-Range") != self.tag:
            return HttpAnswer(200, content, tag)
        start = int(wanted)
        at = f"bytes {start}-{len(content) - 1}/{len(content)}"
        return HttpAnswer(206, content[start:], tag | {"Content-Range": at})


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    archive: Archive

    def do_GET(self):
        self._serve(None)

    def do_POST(self):
        self._serve(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def _serve(self, body: Any):
        parts = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        said = self.archive.answer(unquote(parts.path), query, body, self.headers)
        self.send_response(said.status)
        for key, value in ({"Content-Length": str(len(said.content))} | said.headers).items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(said.content[: said.cut])
        self.archive.after()
        if said.cut is not None:
            self.close_connection = True

    def log_message(self, format, *args):
        pass


class _Server(ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        """Who asked went away in the middle: some tests do."""


@pytest.fixture
def archive(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    one = Archive()
    handler = type("Handler", (_Handler,), {"archive": one})
    server = _Server(("127.0.0.1", 0), handler)
    one.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield one
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class Hours:
    """A clock that only sleeping moves."""

    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def clock(self) -> float:
        return self.now


@pytest.fixture
def hours() -> Hours:
    return Hours()


@pytest.fixture
def client(hours: Hours) -> PoliteClient:
    return PoliteClient(sleep=hours.sleep, clock=hours.clock)


@pytest.fixture(scope="session")
def spec_file(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., bytes]:
    """spec_file("0266-51602-0013", checksum=True): a small spectrum as SDSS's lite files are."""
    folder = tmp_path_factory.mktemp("spec")

    def write(id: str, *, checksum: bool = True) -> bytes:
        wave = 10 ** np.arange(3.6, 3.75, 1e-3)
        flux = 2 + np.sin(wave / 100)
        one = Spectrum(id, wave, flux, np.full(wave.size, 9.0), z=0.1, ra=150.0, dec=2.0)
        path = write_sdss_lite(one, folder / "spec.fits")
        with fits.open(path) as hdus:
            hdus.writeto(folder / "summed.fits", checksum=checksum, overwrite=True)
        return Path(folder / "summed.fits").read_bytes()

    return write
