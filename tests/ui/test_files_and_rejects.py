"""Several files at once, and the way to what was not taken."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from spexplain.data.collection.collection import Collection


@pytest.fixture
def with_rejects(
    small_demo: Path, tmp_path: Path, serving: Callable[[Path], AbstractContextManager[str]]
) -> Iterator[tuple[str, Path]]:
    """The small demo with two inputs that were not taken, served."""
    folder = tmp_path / "some"
    shutil.copytree(small_demo, folder)
    rejects = {
        "file": ["far.fits", "near.fits"],
        "id": ["far-1", ""],
        "reason": ["redshift too high", "<b>star</b>"],
        "detail": ["z = 1.9", ""],
    }
    pd.DataFrame(rejects).to_parquet(folder / "rejects.parquet")
    with serving(folder) as url:
        yield url, folder


DROP = """(files) => {
    const carried = new DataTransfer()
    for (const [name, content] of files) {
        const bytes = Uint8Array.from(atob(content), letter => letter.charCodeAt(0))
        carried.items.add(new File([bytes], name))
    }
    for (const kind of ["dragover", "drop"]) {
        document.body.dispatchEvent(new DragEvent(kind, {
            dataTransfer: carried, bubbles: true, cancelable: true,
        }))
    }
}"""


def test_of_two_dropped_files_each_can_be_opened(
    tab: Any, small_demo: Path, as_file: Any, tmp_path: Path
) -> None:
    collection = Collection.open(small_demo)
    tab.open()
    names = ("spec-0001-50000-0001.fits", "spec-0001-50000-0002.fits")
    rows = np.flatnonzero(collection.catalog["label"] != "")[:2]
    files = [
        [name, as_file(collection, int(row), tmp_path / name)]
        for row, name in zip(rows, names, strict=True)
    ]
    tab.page.evaluate(DROP, files)
    first, second = (tab.page.get_by_role("button", name=name) for name in names)
    second.wait_for()
    assert first.get_attribute("aria-current") == "true"
    tab.wait("() => Bokeh.documents[0].get_model_by_name('pixels').data.y.length > 0")
    seen = [tab.data("pixels")["y"]]
    changed = (
        "was => JSON.stringify([...Bokeh.documents[0].get_model_by_name('pixels').data.y])"
        " !== JSON.stringify(was)"
    )
    for line, other in ((second, first), (first, second)):
        line.click()
        tab.wait(changed, seen[-1])
        seen.append(tab.data("pixels")["y"])
        assert line.get_attribute("aria-current") == "true"
        assert other.get_attribute("aria-current") is None
    assert seen[0] == seen[2] != seen[1]


def test_the_number_of_rejected_inputs_leads_to_the_reasons(
    browser: Any, with_rejects: tuple[str, Path]
) -> None:
    url, folder = with_rejects
    page = browser.new_context().new_page()
    page.goto(url)
    page.wait_for_selector("html[data-ready=true]", state="attached")
    page.get_by_role("button", name="2 rejected").click()
    told = page.get_by_role("dialog", name="What was not taken")
    for words in (
        "redshift too high",
        "far-1",
        "z = 1.9",
        "<b>star</b>",
        f"spexplain rejects {folder}",
    ):
        assert told.get_by_text(words).first.is_visible()
    page.keyboard.press("Escape")
    told.wait_for(state="hidden")
    page.context.close()
