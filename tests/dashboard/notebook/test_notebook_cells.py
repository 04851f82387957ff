"""A notebook executed in a real kernel, warnings as errors: what each cell's output holds.

What explanations and HoloViews objects show is tested without one (test_cell_views.py).
"""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import v4

CELLS = {
    "open": """
        import warnings
        warnings.simplefilter("error")
        import spexplain as sx
        c = sx.open({path!r})
        c
    """,
    "plane": "plane = c.plane(colour='type')\nplane",
    "spectrum": "first = str(c.catalog['id'].iloc[int(c.rows(label=True)[0])])\nc.spectrum(first)",
    "explain": "why = c.explain(first, 'type 1', n_samples=300)\nwhy",
    "app": "page = c.app()\npage",
    "selected": "c.selected, plane.selected, c.opened, c.selected == [first]",
    "from Python": "c.selected = c.catalog['id'].iloc[:3].tolist()\nplane.selected",
    "end": "page.stop()\nc.views.stop()",
}


@pytest.fixture(scope="module")
def outputs(small_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Of each cell, by its name, as executed; and under "served" what was served meanwhile."""
    folder = tmp_path_factory.mktemp("notebook")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
            patch.setenv(name, str(folder / name.lower()))
        yield _executed(small_demo, folder)


def _executed(collection: Path, folder: Path) -> dict[str, Any]:
    sources = [_flush(text).replace("{path!r}", repr(str(collection))) for text in CELLS.values()]
    book = v4.new_notebook(cells=[v4.new_code_cell(source) for source in sources])
    client = NotebookClient(book, timeout=120, resources={"metadata": {"path": str(folder)}})
    found: dict[str, Any] = {"served": {}}
    with client.setup_kernel():
        for at, (name, cell) in enumerate(zip(CELLS, book.cells, strict=True)):
            client.execute_cell(cell, at)  # raises what a cell raises
            found[name] = cell["outputs"]
            for url in re.findall(r'<iframe src="([^"]+)"', _html(cell["outputs"])):
                address = url.replace("&amp;", "&")
                with urllib.request.urlopen(address, timeout=60) as page:
                    found["served"][name] = address, page.read().decode()
    nbformat.validate(book)
    return found


def _flush(text: str) -> str:
    return "\n".join(line.removeprefix("        ") for line in text.strip().splitlines())


def _html(outputs: Any) -> str:
    return "".join(one.get("data", {}).get("text/html", "") for one in outputs)


def _text(outputs: Any) -> str:
    return "".join(one.get("data", {}).get("text/plain", "") for one in outputs)


def test_no_cell_says_more_than_its_output(outputs: dict[str, Any]):
    for name in CELLS:
        kinds = {one["output_type"] for one in outputs[name]}
        said = [one for one in outputs[name] if one["output_type"] == "stream"]
        assert kinds <= {"execute_result", "display_data"}, (name, said)


def test_a_collection_shows_a_table_and_each_view_a_frame_that_is_served(outputs: dict[str, Any]):
    assert "<table" in _html(outputs["open"])
    assert set(outputs["served"]) == {"plane", "spectrum", "explain", "app"}
    for name, (url, page) in outputs["served"].items():
        assert url.startswith("http://127.0.0.1:")
        assert "<title>" in page
        assert "spexplain" in page
        assert (f"/{name}" in url) == (name != "app")
    assert "n_samples=300" in outputs["served"]["explain"][0]


def test_what_is_selected_is_known_in_python_and_can_be_set_there(outputs: dict[str, Any]):
    assert _text(outputs["selected"]).replace("\n", "").endswith("True)")
    assert _text(outputs["from Python"]).count("'") == 6  # three ids
