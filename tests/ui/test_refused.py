"""A page that came without its connection or its scripts says what is lacking, and the remedy."""

from __future__ import annotations

import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest


@pytest.fixture
def gateway(url: str) -> Iterator[str]:
    """Passes pages on, but no websockets."""
    with _gateway(url, lambda request: bool(request.headers.get("Upgrade"))) as address:
        yield address


@pytest.fixture
def gateway_of_pages(url: str) -> Iterator[str]:
    """Passes on the page alone, as one does that knows another path."""
    with _gateway(url, lambda request: request.path.startswith("/static/")) as address:
        yield address


@contextmanager
def _gateway(url: str, refuses: Callable[[BaseHTTPRequestHandler], bool]) -> Iterator[str]:
    class Gateway(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if refuses(self):
                self.send_error(403)
                return
            asked = urllib.request.Request(url.rstrip("/") + self.path)
            try:
                with urllib.request.urlopen(asked) as answer:
                    status, kind, body = (
                        answer.status,
                        answer.headers["Content-Type"],
                        answer.read(),
                    )
            except urllib.error.HTTPError as refused:
                status, kind, body = refused.code, "text/plain", refused.read()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


def test_a_gateway_without_websockets_is_told(browser: Any, gateway: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(gateway)
    said = page.locator("#refused")
    said.wait_for(timeout=60_000)
    words = said.inner_text()
    assert f"{gateway.replace('http', 'ws')}reachable" in words
    assert f"--origin {gateway.rstrip('/')}" in words
    assert page.locator("html[data-ready]").count() == 0
    context.close()


def test_a_page_without_its_scripts_says_so(browser: Any, gateway_of_pages: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(gateway_of_pages)
    said = page.locator("#lacking")
    said.wait_for(timeout=60_000)
    words = said.inner_text()
    assert f"{gateway_of_pages}static/" in words
    assert "--prefix" in words
    assert not page.locator("#refused").is_visible()
    context.close()
