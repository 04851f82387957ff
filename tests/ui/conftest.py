"""A real browser on a real server on the small demo; polled, never slept for."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

PATIENCE_MS = 60_000
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
]
_SERVE = "from spexplain.dashboard.cli import main; main()"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here drives a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.ui)


@pytest.fixture(scope="session")
def chromium() -> str:
    # Without windows of its own it needs a quarter less of a processor for a page.
    names = ("chromium-headless-shell", "chromium", "chromium-browser")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None and os.environ.get("CI") == "true":
        pytest.fail("the browser tests need one: apt-get install chromium-headless-shell")
    if found is None:
        pytest.skip("chromium is not installed")
    return found


@contextmanager
def served(collection: Path, port: int = 0) -> Iterator[str]:
    """The address of a server on a collection, which stops on leaving and must not complain."""
    command = [sys.executable, "-c", _SERVE, "serve", str(collection), "--port", str(port)]
    environment = os.environ | {"PYTHONUNBUFFERED": "1", "NO_COLOR": "1"}
    # Into a file: a pipe that nobody reads would stop the server once full.
    with tempfile.NamedTemporaryFile("r", encoding="utf-8", suffix=".log") as log:
        with open(log.name, "w", encoding="utf-8") as written:
            server = subprocess.Popen(
                [*command, "--no-browser"],
                env=environment,
                stdout=written,
                stderr=subprocess.STDOUT,
            )
        try:
            yield _address(server, Path(log.name))
        finally:
            server.terminate()
            server.wait(timeout=20)
            said = log.read()
        assert "Traceback" not in said, said


def _address(server: subprocess.Popen[bytes], log: Path) -> str:
    """Where it listens, once it says so."""
    while server.poll() is None:
        found = re.search(r"http://\S+(?=\s)", log.read_text(encoding="utf-8"))
        if found:
            return found[0]
        time.sleep(0.1)
    pytest.fail(f"the server did not start: {log.read_text(encoding='utf-8')}")


@pytest.fixture(scope="session")
def url(small_demo: Path) -> Iterator[str]:
    """The address of a server on the small demo."""
    with served(small_demo) as address:
        yield address


@pytest.fixture
def restarting(small_demo: Path) -> Callable[[int], AbstractContextManager[str]]:
    """Serves the small demo at a port, as often as asked."""
    return partial(served, small_demo)


@pytest.fixture
def serving() -> Callable[[Path], AbstractContextManager[str]]:
    """Serves any collection."""
    return served


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=_ARGUMENTS)
        yield opened
        opened.close()


@dataclass(frozen=True)
class Tab:
    """One browser tab on the page, with what its tests ask of it."""

    page: Page
    url: str

    def open(self, query: str = "") -> None:
        """Load the page and wait until it listens."""
        self.page.goto(self.url + query)
        self.page.wait_for_selector("html[data-ready=true]", state="attached")

    def wait(self, condition: str, argument: Any = None) -> None:
        """Poll until a JavaScript condition, a function of the argument, is true."""
        self.page.wait_for_function(condition, arg=argument, polling=25)

    def data(self, name: str) -> dict[str, list[float]]:
        """The columns of a source of the figures."""
        return self.page.evaluate(
            "name => Object.fromEntries(Object.entries(Bokeh.documents[0]"
            ".get_model_by_name(name).data).map(([key, column]) => [key, Array.from(column)]))",
            name,
        )

    def weights(self, n: int) -> None:
        """Wait until the explanation on the page is one of n weights."""
        self.wait(
            "n => Bokeh.documents[0].get_model_by_name('bands')?.data.weight?.length === n", n
        )

    def painted(self, id: str) -> None:
        """Wait until this spectrum is open and its explanation, all of it, is on it.

        Which may be the one of before, where the spectrum was open already.
        """
        self.page.locator(".verdict .id", has_text=id).wait_for()
        self.wait(
            "id => { const find = name => Bokeh.documents[0].get_model_by_name(name);"
            " return find('pixels').tags[0] === id && find('ribbon').data.shade.length > 0 }",
            id,
        )
        self.page.locator(".facts .busy").wait_for(state="detached")

    def click_point(self, x: float, y: float) -> None:
        """Click the plane at a place in its own units."""
        at = self.page.evaluate(
            """([x, y]) => {
                const figure = Bokeh.documents[0].get_model_by_name("plane-figure")
                const view = Bokeh.index.find_one(figure)
                const box = view.canvas_view.el.getBoundingClientRect()
                const { x_scale, y_scale } = view.frame
                return [box.x + x_scale.compute(x), box.y + y_scale.compute(y)]
            }""",
            [x, y],
        )
        self.page.mouse.click(*at)

    def settled_plane(self) -> None:
        """Wait until the picture has the size of its frame."""
        self.wait(
            """() => {
                const find = name => Bokeh.documents[0].get_model_by_name(name)
                const image = find("plane-image").data.image[0]
                const figure = find("plane-figure")
                return image && figure.inner_width > 0 && image.shape[1] === figure.inner_width
                    && image.shape[0] === figure.inner_height
            }"""
        )


@contextmanager
def sound_tabs(browser: Browser, url: str) -> Iterator[Callable[..., Tab]]:
    """Opens tabs that must not log an error nor ask anything of another host."""
    contexts, wrong = [], []

    def make(width: int = 1440, height: int = 900, **options: Any) -> Tab:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
        page.on(
            "console",
            lambda said: wrong.append(f"console: {said.text}") if said.type == "error" else None,
        )
        local = (url, url.replace("http", "ws", 1), "data:", "blob:")
        page.on(
            "request",
            lambda asked: None if asked.url.startswith(local) else wrong.append(asked.url),
        )
        return Tab(page, url)

    yield make
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.fixture(scope="session")
def tabs(browser: Browser, url: str) -> Callable[[], AbstractContextManager[Any]]:
    """For tests that only look, and so at one page: what opens tabs, until one leaves it."""
    return partial(sound_tabs, browser, url)


@pytest.fixture
def new_tab(tabs: Callable[[], AbstractContextManager[Any]]) -> Iterator[Callable[..., Tab]]:
    """Opens tabs of one test's own."""
    with tabs() as make:
        yield make


@pytest.fixture
def tab(new_tab: Callable[..., Tab]) -> Tab:
    return new_tab()
