"""Writes docs/licences.md: what each package that the program needs is under, as it says itself."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import PackageNotFoundError, files, metadata, requires
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HEAD = """# Licences of the dependencies

What is installed with spexplain, and what that asks for in turn; as each package states it. Made by
`docs/licences.py` in the environment of `constraints.txt`.

| package | licence |
|---|---|
"""


def named(requirement: str) -> str | None:
    """The package of a requirement that holds here without extras."""
    if "extra ==" in requirement:
        return None
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    return found[0].lower().replace("_", "-") if found else None


def licence(name: str) -> str:
    """As the package states it: its expression, its classifiers, its licence file, or its field."""
    said = metadata(name)
    if expression := said.get("License-Expression"):
        return expression
    kinds = [
        kind.rpartition(" :: ")[2]
        for kind in said.get_all("Classifier") or []
        if kind.startswith("License ::") and not kind.endswith("OSI Approved")
    ]
    field = (said.get("License") or "").partition("\n")[0][:60]
    return ", ".join(kinds) or field or _of_file(name) or "not stated"


def _of_file(name: str) -> str:
    """The first line of the licence that is installed with it."""
    texts = [file for file in files(name) or [] if file.name.upper().startswith("LICEN")]
    return texts[0].read_text().strip().partition("\n")[0] if texts else ""


def all_needed() -> dict[str, str]:
    """Every package that the program's own dependencies lead to, and its licence."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    waiting, found = [named(text) for text in project["dependencies"]], dict[str, str]()
    while waiting:
        name = waiting.pop()
        if name is None or name in found or name.startswith("nvidia-"):
            continue
        try:
            found[name] = licence(name)
        except PackageNotFoundError:  # for another system
            continue
        waiting += [named(text) for text in requires(name) or []]
    return dict(sorted(found.items()))


if __name__ == "__main__":
    rows = "".join(f"| {name} | {words} |\n" for name, words in all_needed().items())
    (ROOT / "docs" / "licences.md").write_text(HEAD + rows)
