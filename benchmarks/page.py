"""How fast the page answers, in a real browser, on the demo and on 728,133 spectra.

    python benchmarks/page.py [--json] [--only CASE ...] [--repeats 11]

Each time runs, within the browser, from the visitor's own event to the frame that shows its whole
effect: from navigation to the plane, from the press on a point to the spectrum, from a moved
slider to the full explanation, from a turn of the wheel to the picture shaded anew, from another
colour or a filter to the picture in it. A visitor's browser is at rest before it navigates: a new
window of chromium loads pages of its own meanwhile.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from playwright.sync_api import Browser, Page, sync_playwright
from spexplain.dashboard.server.access.terms import Terms
from spexplain.dashboard.server.server import open_workspace, run
from spexplain.dashboard.workspace.workspace import Workspace
from spexplain.data.files.folders import demo_path
from spexplain.data.lenses.plane_points import Plane

N_SURVEY = 728_133  # O25
REST_MS = 2000  # after which a new window has loaded what chromium puts around a page
AIMS_MS = {
    "first-plot": 900,
    "click": 100,
    "slider": 120,
    "zoom": 200,
    "lasso": 1000,
    "colour": 300,
    "filter": 300,
}
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
ARGUMENTS += ["--disable-background-networking", "--disable-component-update"]

# Runs before the page: waits frame by frame for a condition, then for the frame to be painted.
WATCH = """
window.until = (condition) => new Promise((done) => {
  const look = () => {
    let met = false
    try { met = condition() } catch (error) { /* not there yet */ }
    if (met) requestAnimationFrame(() => setTimeout(() => done(performance.now())))
    else requestAnimationFrame(look)
  }
  look()
})
window.model = (name) => Bokeh.documents[0].get_model_by_name(name)
window.after = (event, condition) => new Promise((done) => {
  document.addEventListener(event, () => {
    const start = performance.now()
    until(condition).then((end) => done(end - start))
  }, { capture: true, once: true })
})
window.shadows = (words, root = document) => [...root.querySelectorAll("*")].flatMap((host) =>
  host.shadowRoot
    ? [...host.shadowRoot.querySelectorAll(words), ...shadows(words, host.shadowRoot)] : [])
window.sharp = () => {
  const [image, figure] = [model("plane-image").data, model("plane-figure")]
  return image.image[0].shape[1] === figure.inner_width
    && Math.abs(image.x[0] - figure.x_range.start) < 1e-9
    && Math.abs(image.dw[0] - (figure.x_range.end - figure.x_range.start)) < 1e-9
}
window.plotted = () => model("plane-image").data.image.length > 0
  && Bokeh.index.find_one(model("plane-figure")).has_finished()
window.first = until(() => plotted())
// Drawn pixels far from one another, in the order of the golden ratio: a click there meets a point.
window.places = (n) => {
  const image = model("plane-image").data.image[0]
  const [height, width] = image.shape
  const drawn = [...image.keys()].filter((at) => image[at] >>> 24)
  return Array.from({ length: n }, (_, k) => drawn[Math.floor(((k * 0.618034) % 1) * drawn.length)])
    .map((at) => [(at % width) + 0.5, height - Math.floor(at / width) - 0.5])
}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--only", nargs="+", metavar="CASE", help="for example click-demo")
    parser.add_argument("--repeats", type=int, default=11, help="of each case but the first plot")
    parser.add_argument("--serve", metavar="DIR", help=argparse.SUPPRESS)
    parser.add_argument("--size", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        space = open_workspace(options.serve)
        space = tiled(space, options.size) if options.size else space
        run(space, Terms(port=0), open_browser=False)
        return
    cases = []
    for case in measure(options.only, options.repeats):
        cases.append(case)
        if not options.json:
            line = "{name:20} {ms:7.0f} ms   p95 {p95_ms:7.0f} ms   aim {aim_ms:5d} ms"
            print(line.format(**case), flush=True)
    if options.json:
        print(json.dumps({"machine": machine(), "cases": cases}, indent=1))


def machine() -> dict[str, Any]:
    return {
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
    }


def measure(only: list[str] | None, repeats: int) -> Iterator[dict[str, Any]]:
    """Every case asked for, as it comes."""
    path = demo_path()
    if not (path / "runs" / "current.json").exists():
        from spexplain.data.demo.demo import (
            build_demo,  # loads what a server of a built demo does not
        )

        path = build_demo(small=True)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        for suffix, size in (("demo", 0), (str(N_SURVEY), N_SURVEY)):
            wanted = [name for name in AIMS_MS if only is None or f"{name}-{suffix}" in only]
            if not wanted:
                continue
            with served(path, size) as url:
                for name in wanted:
                    times = CASES[name](browser, url, repeats)
                    yield {
                        "name": f"{name}-{suffix}",
                        "ms": round(statistics.median(times), 1),
                        "p95_ms": round(float(np.percentile(times, 95)), 1),
                        "aim_ms": AIMS_MS[name],
                        "repeats": len(times),
                    }
        browser.close()


@contextmanager
def served(path: Path, size: int) -> Iterator[str]:
    """The address of a server of its own process, asked once so that it is warm."""
    command = [sys.executable, __file__, "--serve", str(path), "--size", str(size)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    line = next(line for line in server.stdout if "http://" in line)
    yield line[line.index("http://") :].split()[0]
    server.terminate()
    server.wait(30)


def first_plot(browser: Browser, url: str, repeats: int) -> list[float]:
    """From navigation to the plane, in a browser that has not seen the page before."""
    times = []
    for _ in range(1 + max(repeats // 2, 3)):
        with opened(browser, url) as page:
            times.append(page.evaluate("first"))
    return times[1:]  # the server compiles in the first


def click(browser: Browser, url: str, repeats: int) -> list[float]:
    """From the press on a point of the plane to its spectrum."""
    times = []
    with opened(browser, url) as page:
        page.evaluate("until(sharp)")
        box = page.locator("#plane-plot").bounding_box()
        assert box is not None
        for x, y in page.evaluate("places", 2 * repeats):
            if len(times) == repeats + 2:
                break
            page.evaluate(
                "window.before = model('pixels').tags[0]; window.took = after('pointerdown',"
                " () => model('pixels').tags[0] !== before"
                " && model('pixels').data.x.length > 0); null"
            )
            page.mouse.click(box["x"] + x, box["y"] + y)
            hit = "Promise.race([took, new Promise(miss => setTimeout(miss, 3000, null))])"
            if (took := page.evaluate(hit)) is not None:
                times.append(took)
            settle(page)
    return times[2:]


def slider(browser: Browser, url: str, repeats: int) -> list[float]:
    """From one more segment to the explanation of all samples with it, on the anomaly score."""
    times = []
    with opened(browser, url, "?lens=anomaly&tab=anomalous") as page:
        page.locator("tbody tr").first.click()
        page.wait_for_function("model('bands').tags[1] === true")
        page.locator("input[name=n_segments]").focus()
        for _ in range(repeats + 2):
            page.evaluate(
                "window.wanted = model('bands').data.weight.length + 1;"
                "window.took = after('keydown', () => model('bands').tags[1] === true"
                " && model('bands').data.weight.length === wanted); null"
            )
            page.keyboard.press("ArrowRight")
            times.append(page.evaluate("took"))
    return times[2:]


def zoom(browser: Browser, url: str, repeats: int) -> list[float]:
    """From a turn of the wheel over the plane to the picture of the new range."""
    times = []
    with opened(browser, url) as page:
        page.evaluate("until(sharp)")
        box = page.locator("#plane-plot").bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
        for turn in range(repeats + 2):
            page.evaluate(
                "window.start_x = model('plane-figure').x_range.start;"
                "window.took = after('wheel', () =>"
                " model('plane-figure').x_range.start !== start_x && sharp()); null"
            )
            page.mouse.wheel(0, -120 if turn % 8 < 4 else 120)
            times.append(page.evaluate("took"))
    return times[2:]


COLOURS = ("z", "predicted", "score", "sn_median", "ra", "type")
CHOOSE = """(menu, name) => {
  const before = model("plane-image").data.image[0]
  const start = performance.now()
  menu.value = name
  menu.dispatchEvent(new Event("change"))
  return until(() => model("plane-image").data.image[0] !== before && sharp())
    .then((end) => end - start)
}"""


def colour(browser: Browser, url: str, repeats: int) -> list[float]:
    """From another choice of colour to the picture in it: types, numbers, any column."""
    with opened(browser, url) as page:
        page.evaluate("until(sharp)")
        menu = page.locator("select[name=colour]")
        turns = range(repeats + len(COLOURS))
        times = [menu.evaluate(CHOOSE, COLOURS[turn % len(COLOURS)]) for turn in turns]
    return times[len(COLOURS) :]  # each was chosen once before it counts: they are kept


def filter_rows(browser: Browser, url: str, repeats: int) -> list[float]:
    """From Enter in the filter to its rows in colour, the others grey, and its list."""
    times = []
    with opened(browser, url) as page:
        page.evaluate("until(sharp)")
        entry = page.get_by_role("combobox", name="Filter", exact=True)
        for turn in range(repeats + 2):
            entry.fill(f"z < {0.06 + 0.01 * turn:.2f} & sn_median > 10")
            page.evaluate(
                "window.before = model('plane-image').data.image[0];"
                "window.took = after('keydown', () =>"
                " model('plane-image').data.image[0] !== before && sharp()); null"
            )
            entry.press("Enter")
            times.append(page.evaluate("took"))
    return times[2:]


def lasso(browser: Browser, url: str, repeats: int) -> list[float]:
    """From the end of a lasso round an eighth of the plane or more to colours, list and mean."""
    times = []
    with opened(browser, url, "?tab=selected") as page:
        page.evaluate("until(sharp)")
        page.get_by_role("radio", name="Lasso").click()
        page.wait_for_function("model('plane-figure').tags[0] === 'lasso'")
        box = page.locator("#plane-plot").bounding_box()
        assert box is not None
        for turn in range(repeats + 2):
            right = 0.55 + 0.02 * (turn % 10)  # another outline each time, of as many points
            corners = [(0.1, 0.1), (right, 0.1), (right, 0.9), (0.1, 0.9), (0.1, 0.12)]
            for at, (x, y) in enumerate(corners):
                place = (box["x"] + x * box["width"], box["y"] + y * box["height"])
                page.mouse.move(*place, steps=4)
                if at == 0:
                    page.mouse.down()
            page.evaluate(
                "window.before = model('plane-image').data.image[0];"
                "window.meant = shadows('.selected .mean svg')[0];"
                "window.took = after('pointerup', () =>"
                " model('plane-image').data.image[0] !== before && sharp()"
                " && ![undefined, meant].includes(shadows('.selected .mean svg')[0])); null"
            )
            page.mouse.up()
            times.append(page.evaluate("took"))
    return times[2:]


CASES: dict[str, Callable[[Browser, str, int], list[float]]] = {
    "first-plot": first_plot,
    "click": click,
    "slider": slider,
    "zoom": zoom,
    "lasso": lasso,
    "colour": colour,
    "filter": filter_rows,
}


@contextmanager
def opened(browser: Browser, url: str, query: str = "") -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.add_init_script(WATCH)
    page.wait_for_timeout(REST_MS)
    page.goto(url + query)
    page.wait_for_selector("html[data-ready=true]", state="attached")
    yield page
    context.close()


def settle(page: Page) -> None:
    """Let an explanation under way come to its end, so that it does not count for the next."""
    page.locator(".facts .busy").wait_for(state="detached")


# --- a survey as large as O25's, from the demo's spectra


def tiled(space: Workspace, size: int) -> Workspace:
    """The workspace repeated to ``size`` spectra, each on its own place on the plane."""
    n = len(space.catalog)
    catalog = space.catalog.iloc[np.arange(size) % n].reset_index(drop=True)
    catalog["id"] = [f"survey-{row:06d}" for row in range(size)]
    lenses: Any = {name: TiledLens(lens, n, size) for name, lens in space.lenses.items()}
    planes = {name: spread(plane, n, size) for name, plane in space.planes.items()}
    collection: Any = TiledCollection(space.collection.path, catalog)
    return Workspace(collection, lenses, planes)


def spread(plane: Plane, n: int, size: int) -> Plane:
    rows = np.concatenate([plane.rows + start for start in range(0, size, n)])
    rows = rows[rows < size]
    xy = np.tile(plane.xy, (-(-size // n), 1))[: len(rows)]
    jitter = np.random.default_rng(0).normal(0, 0.01 * np.ptp(plane.xy), xy.shape)
    return dataclasses.replace(plane, rows=rows, xy=(xy + jitter).astype(np.float32))


@dataclasses.dataclass
class TiledCollection:
    path: Path
    catalog: pd.DataFrame
    n_rejected: int = 0

    def row_of(self, id: str) -> int:
        return int(id.removeprefix("survey-"))


class TiledLens:
    """The lens of row modulo n."""

    def __init__(self, lens: Any, n: int, size: int) -> None:
        self._lens, self._n = lens, n
        self.name, self.title, self.targets = lens.name, lens.title, lens.targets
        self.wave_rest_aa, self.rows = lens.wave_rest_aa, lens.rows
        parts = [lens.columns.set_index(lens.columns.index + k) for k in range(0, size, n)]
        columns = pd.concat(parts)
        self.columns = columns[columns.index < size]
        self.domain = None  # of the demo's rows alone

    def __getattr__(self, name: str) -> Any:
        return getattr(self._lens, name)

    def reason(self, row: int) -> str:
        return self._lens.reason(row % self._n)

    def prepared(self, row: int) -> np.ndarray:
        return self._lens.prepared(row % self._n)

    def prepared_rows(self, rows: np.ndarray) -> np.ndarray:
        order, back = np.unique(np.asarray(rows) % self._n, return_inverse=True)
        return self._lens.prepared_rows(order)[back]

    def target(self, name: str, row: int) -> Any:
        return self._lens.target(name, row % self._n)

    def verdict(self, row: int) -> Any:
        return self._lens.verdict(row % self._n)


if __name__ == "__main__":
    main()
