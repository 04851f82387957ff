"""Whether what the page says is true: every claim measured on the demo and on real spectra.

Prints, for each part, the figures beside what they must be. None of the galaxies, real files or
kinds of rubbish counted here trains a measure or sets its threshold.
"""

from __future__ import annotations

import argparse
import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from spexplain.data.files.folders import demo_path
from truth_case import Case

# Each part is a module `truth_NAME` beside this one with `measure(case)`.
PARTS = (
    *("probabilities", "conformal", "domain", "signs", "noise", "redraws", "exact", "faithfulness"),
    "population",
)


def main() -> None:
    arguments = _parser().parse_args()
    case = Case(arguments.demo or demo_path(), arguments.real)
    found = {}
    for name in arguments.parts:
        found[name] = importlib.import_module(f"truth_{name}").measure(case)
        if not arguments.json:
            print("\n".join(_lines(name, found[name])), flush=True)
    if arguments.json:
        print(json.dumps(found, indent=2, default=lambda number: number.item()))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=PARTS, metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--demo", type=Path, help="the demo's folder; by default the built one")
    parser.add_argument("--real", type=Path, help="a folder of real spectra with index.csv")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    return parser


def _lines(name: str, found: Any, depth: int = 0) -> Iterator[str]:
    """A figure a line, marked where it misses."""
    lead = "  " * depth
    if isinstance(found, dict) and "must" in found:
        mark = "  " if found["met"] else "✗ "
        yield f"{lead}{mark}{name}: {found['figure']}   (must be {found['must']})"
    elif isinstance(found, dict):
        yield f"{lead}{name}"
        for key, value in found.items():
            yield from _lines(key, value, depth + 1)
    else:
        yield f"{lead}{name}: {found}"


if __name__ == "__main__":
    main()
