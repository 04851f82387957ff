"""The plane in a cell of JupyterLab: a box and a click there, and the next cell knows of it."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import nbformat
import pytest
from nbformat import v4
from playwright.sync_api import Browser, Frame, Page, TimeoutError

CELLS = (
    "import spexplain as sx\nc = sx.open({path!r})\nplane = c.plane()\nplane",
    "print(plane.selected)",
    "print([c.opened, len(c.selected)])",
)
TOKEN = "only-here"
QUIET = {  # nothing is asked of other hosts, nor of the person
    "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True
    },
    "@jupyterlab/extensionmanager-extension:plugin": {"enabled": False},
}  # fmt: skip


@pytest.fixture
def lab(small_demo: Path, tmp_path: Path) -> Iterator[str]:
    """The address of a JupyterLab with a notebook of these cells."""
    cells = [v4.new_code_cell(text.format(path=str(small_demo))) for text in CELLS]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(v4.new_notebook(cells=cells, metadata=kernel), tmp_path / "session.ipynb")
    settings = tmp_path / "settings"
    settings.mkdir()
    (settings / "overrides.json").write_text(json.dumps(QUIET))
    folders = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    own = {name: str(tmp_path / name.lower()) for name in folders}
    options = [
        f"--ServerApp.root_dir={tmp_path}", f"--IdentityProvider.token={TOKEN}", "--port=0",
        "--ip=127.0.0.1", "--no-browser", "--allow-root",
        f"--LabApp.app_settings_dir={settings}", f"--LabApp.workspaces_dir={tmp_path / 'spaces'}",
        f"--LabApp.user_settings_dir={tmp_path / 'user'}",
    ]  # fmt: skip
    log = tmp_path / "lab.log"  # a pipe that nobody reads would stop it once full
    with log.open("w") as written:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options], env=os.environ | own, stderr=written
        )
    try:
        yield _address(server, log)
    finally:
        server.terminate()
        server.wait(timeout=30)


def _address(server: subprocess.Popen[bytes], log: Path) -> str:
    """Where it listens, once it says so."""
    while server.poll() is None:
        found = re.search(r"(http://127\.0\.0\.1:\d+)/lab", log.read_text())
        if found:
            return found[1]
        time.sleep(0.1)
    pytest.fail(f"JupyterLab did not start: {log.read_text()}")


def _run(page: Page, number: int) -> None:
    """Run the cell of this number, from 0.

    JupyterLab may still be putting its notebook together and take the focus, and with it the keys:
    they are pressed again until the cell is no longer one that was never run.
    """
    cell = page.locator(".jp-CodeCell").nth(number)
    never_run = cell.locator(".jp-InputPrompt").get_by_text("[ ]:", exact=True)
    for _ in range(9):
        cell.locator(".cm-content").click()
        page.keyboard.press("Control+Enter")
        with suppress(TimeoutError):
            never_run.wait_for(state="detached", timeout=10_000)
            return
    pytest.fail(f"cell {number} does not run: {cell.inner_text()}")


def _printed(page: Page, number: int) -> list[object]:
    _run(page, number)
    output = page.locator(".jp-CodeCell").nth(number).locator(".jp-OutputArea-output pre")
    output.wait_for()
    return ast.literal_eval(output.inner_text())


def _plane(page: Page) -> Frame:
    """The frame with the plane, drawn."""
    try:
        frame = page.wait_for_selector("iframe[src*='/plane']").content_frame()
    except TimeoutError:
        pytest.fail(f"no plane: {page.locator('.jp-CodeCell').first.inner_text()}")
    frame.wait_for_url("**/plane")
    frame.wait_for_function(
        """() => {
            const find = name => window.Bokeh?.documents[0]?.get_model_by_name(name)
            const image = find("plane-image")?.data.image[0]
            return image && image.shape[1] === find("plane-figure").inner_width
        }"""
    )
    return frame


def test_a_box_and_a_click_in_a_cell_are_known_in_the_next(
    lab: str, small_demo: Path, browser: Browser
) -> None:
    context, wrong = browser.new_context(viewport={"width": 1300, "height": 1000}), []
    page = context.new_page()
    page.set_default_timeout(90_000)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(f"{lab}/doc/tree/{quote('session.ipynb')}?token={TOKEN}")
    page.locator(".jp-CodeCell").nth(2).wait_for()
    page.locator(".jp-Notebook-ExecutionIndicator[data-status='idle']").wait_for()
    _run(page, 0)
    plane = _plane(page)

    assert _printed(page, 1) == []
    plane.get_by_role("radio", name="Box").click()
    box = plane.locator("#plane-plot").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 4, box["y"] + 4)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] - 4, steps=6)
    page.mouse.up()
    ringed = "Bokeh.documents[0].get_model_by_name('plane-selected').data.x.length"
    plane.wait_for_function(f"{ringed} > 0")
    chosen = _printed(page, 1)
    assert len(chosen) == plane.evaluate(ringed)

    spot = plane.evaluate(
        """() => {
            const find = name => Bokeh.documents[0].get_model_by_name(name)
            const { x, y } = find("plane-selected").data
            const view = Bokeh.index.find_one(find("plane-figure"))
            const { left, top } = view.canvas_view.el.getBoundingClientRect()
            return [left + view.frame.x_scale.compute(x[0]), top + view.frame.y_scale.compute(y[0])]
        }"""
    )
    frame = page.locator("iframe[src*='/plane']").bounding_box()
    assert frame is not None
    page.mouse.click(frame["x"] + spot[0], frame["y"] + spot[1])
    plane.wait_for_function(
        "Bokeh.documents[0].get_model_by_name('plane-ring').data.x.length === 1"
    )
    opened, n = _printed(page, 2)
    assert opened in chosen
    assert n == len(chosen)  # the click has opened one; the box is still selected
    context.close()
    assert wrong == []
