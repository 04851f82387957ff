"""What does not break, in one JSON: mutants, kills, tampered collections, strangers, visitors.

Runs `fuzz.py`, `kill.py` and `load.py`, and the tests whose corpora are made by the tests
themselves. Everything is sent to this machine alone, bounded in count and time:

    python benchmarks/reliability.py survey --kills 200 --fuzz-seconds 600 --load-seconds 300
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CORPORA = {
    "tampered_collections": ("data/collection/test_collection_of_strangers.py",),
    "broken_collections": ("dashboard/cli/test_errors.py", "data/collection/test_check.py"),
    "rebinding_and_origin": ("dashboard/server/access/test_known_hosts.py",),
    "strangers_requests": (
        "dashboard/server/test_server_strangers.py",
        "dashboard/server/limits/test_small_arrays.py",
    ),
    "hostile_files": (
        "data/ingest/reader_processes/test_bounded_reader.py",
        "data/ingest/reader_processes/test_reading_process.py",
        "data/ingest/reader_processes/test_limits.py",
    ),
    "full_disks": ("data/files/test_sqlite_file.py", "dashboard/cli/test_errors_full_disk.py"),
}
"""What is counted → tests, below ``tests``, whose cases are counted."""


def of_tests(names: tuple[str, ...]) -> dict[str, int]:
    """How many cases passed, and how many did not."""
    paths = [str(HERE.parent / "tests" / name) for name in names]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *paths],
        capture_output=True, text=True, cwd=HERE.parent, check=False,
    )  # fmt: skip
    last = done.stdout.strip().rpartition("\n")[2]
    found = {word: int(n) for n, word in re.findall(r"(\d+) (passed|failed|error)", last)}
    return {
        "passed": found.get("passed", 0),
        "failed": sum(found.values()) - found.get("passed", 0),
    }


def of_benchmark(name: str, *options: object) -> dict[str, Any]:
    """What one of the three prints."""
    command = [sys.executable, str(HERE / name), *map(str, options), "--json"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    return json.loads(done.stdout) if done.stdout.strip() else {"ended_with": done.returncode}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("collection", type=Path)
    parser.add_argument("--fuzz-seconds", type=float, default=600.0)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--visitors", type=int, default=50)
    parser.add_argument("--load-seconds", type=float, default=300.0)
    options = parser.parse_args()
    fuzz = of_benchmark("fuzz.py", "--seconds", options.fuzz_seconds)
    kill = of_benchmark("kill.py", "--kills", options.kills)
    load = of_benchmark(
        "load.py", options.collection,
        "--visitors", options.visitors, "--seconds", options.load_seconds,
    )  # fmt: skip
    rounds = [kill[name] for name in ("fetch", "ingest", "build") if name in kill]
    found = {
        "mutants": fuzz.get("mutants"),
        "mutant_outcomes": fuzz.get("outcomes"),
        "mutants_failed": len(fuzz.get("failures", [])),
        "kills": sum(part["kills"] for part in kill.values() if isinstance(part, dict)),
        "rounds_that_ended_at_other_bytes": sum(
            one["rounds"] - one["same_bytes"] for one in rounds
        ),
        "files_left_behind": sum(one["left_behind"] for one in rounds),
        "tags_lost": kill.get("tags", {}).get("tags_lost"),
        "cases": {name: of_tests(paths) for name, paths in CORPORA.items()},
        "load": load,
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
