"""The list of the dependencies' licences names all that is installed with spexplain."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_every_package_that_is_needed_is_listed():
    listed = set(re.findall(r"(?m)^\| (\S+) \|", (ROOT / "docs/licences.md").read_text()))
    needed = runpy.run_path(str(ROOT / "docs/licences.py"))["all_needed"]()
    # Of the releases that are pinned: others may need others.
    pinned = set(re.findall(r"(?m)^([\w.-]+)==", (ROOT / "constraints.txt").read_text().lower()))
    assert {name for name in needed if name in pinned} - listed == set()
