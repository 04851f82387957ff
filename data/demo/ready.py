"""Check whether the demo is complete, without importing what builds it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ..collection import RunError, RunStore, write_json
from ..files import demo_path
from ..files.json_file import read_json

__all__ = ["finished_demo", "mark_finished"]

_FILE = "demo.json"
_PACKAGES = ("core", "data")  # what a demo is made by


def finished_demo(*, small: bool = False, n_spectra: int | None = None) -> Path | None:
    """The demo's folder if it was built to the end by the sources installed now, else None.

    Reads a mark that the last build left, and looks that every run it names is there: asking the
    stages themselves means to load torch, scikit-learn and openTSNE, for seconds.
    """
    path = demo_path(small=small, n_spectra=n_spectra)
    try:
        mark = read_json(path / _FILE)
        sources, runs = mark["sources"], dict(mark["runs"])
        store = RunStore(path)
        current = store.current()
    except (OSError, RunError, ValueError, KeyError, TypeError):
        return None  # not built yet, or damaged: building finds out which
    # Further stages, run on demand, may have been added since.
    there = runs.items() <= current.items() and all(store.get(*run) for run in runs.items())
    return path if runs and there and sources == _sources() else None


def mark_finished(path: Path) -> None:
    """Note that the demo in this folder has been built to the end."""
    mark = {"sources": _sources(), "runs": RunStore(path).current()}
    write_json(path / _FILE, mark)


def _sources() -> str:
    """One key of all that simulates and builds."""
    key = hashlib.sha256()
    root = Path(__file__).resolve().parents[2]
    for package in _PACKAGES:
        for file in sorted((root / package).rglob("*.py")):
            key.update(file.relative_to(root).as_posix().encode())
            key.update(file.read_bytes())
    return key.hexdigest()
