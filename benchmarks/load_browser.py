"""A real browser among the visitors: what of a click is drawn when, as its eyes would have it."""

from __future__ import annotations

import shutil
import time

from page import ARGUMENTS, WATCH
from playwright.sync_api import Error, sync_playwright

_CLICK = """() => {
  const before = model("pixels") ? model("pixels").tags[0] : ""
  const start = performance.now()
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true }))
  const drawn = until(() => model("pixels").tags[0] !== before && model("pixels").data.x.length > 0)
  const late = new Promise((miss) => setTimeout(miss, 30000, start + 30000))
  return Promise.race([drawn, late]).then((end) => (end - start) / 1000)
}"""


def clicks_in_a_browser(at: str, end: float, pause_s: float) -> tuple[list[float], str]:
    """Seconds from the arrow key to the frame with the next spectrum, until ``time.monotonic`` is
    ``end``, and what went wrong; none where there is no chromium."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        return [], "there is no chromium"
    times: list[float] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        page = browser.new_page()
        page.set_default_timeout(60_000)
        page.add_init_script(WATCH)
        wrong = ""
        try:
            page.goto(at)
            page.wait_for_selector("html[data-ready=true]", state="attached")
            while time.monotonic() < end:
                times.append(page.evaluate(_CLICK))
                page.wait_for_timeout(1000 * pause_s)
        except Error as error:
            wrong = str(error).partition("\n")[0]
        browser.close()
    return times[1:], wrong  # the first opens the plot
