"""Ingests and tags killed at random moments, as JSON: what survives, and whether it is the same.

An ingest is killed again and again until one attempt comes through; key and bytes must be those of
an ingest that nobody disturbed, and nothing may be left beside. Tags are written by a process that
says each one aloud once it is kept; killed, every tag it has said must be there:

    python benchmarks/kill.py --kills 40 --json
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from spexplain.core.spectra.spectrum import Spectrum
from spexplain.data.collection.check import check
from spexplain.data.collection.collection import Collection
from spexplain.data.collection.tags import Annotations
from spexplain.data.demo.simulate.fits import write_sdss_lite

_MAIN = "from spexplain.dashboard.cli import main; main()"
_TAG = """
import sys
from pathlib import Path
from spexplain.data.collection.tags import Annotations
notes, start = Annotations(Path(sys.argv[1])), int(sys.argv[2])
for n in range(start, start + 100000):
    notes.tag(f"s{n}", n % 10)
    print(n, flush=True)
"""


def files(folder: Path, n: int) -> Path:
    """So many survey files."""
    folder.mkdir()
    rng = np.random.default_rng(0)
    wave = np.geomspace(3800.0, 9200.0, 3800)
    for row in range(n):
        name = f"9900-59000-{row:04}"
        flux = rng.normal(3, 0.3, wave.size)
        write_sdss_lite(
            Spectrum(name, wave, flux, np.full(wave.size, 10.0), z=0.1, spectral_class="GALAXY"),
            folder / f"spec-{name}.fits",
        )
    return folder


def bytes_of(path: Path) -> dict[str, str]:
    """What each file of a collection holds."""
    return {
        str(one.relative_to(path)): hashlib.sha256(one.read_bytes()).hexdigest()
        for one in sorted(path.rglob("*"))
        if one.is_file()
    }


def ingests(work: Path, kills: int, n_files: int, dice: random.Random) -> dict[str, object]:
    """One that is left alone, and others that are killed until one comes through."""
    source = files(work / "files", n_files)

    def begin(out: Path) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", _MAIN, "ingest", str(source), "--out", str(out)]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return subprocess.Popen([*command, "--jobs", "2"], **quiet)

    began = time.monotonic()
    begin(work / "calm").wait()
    took_s = time.monotonic() - began
    wanted, key = bytes_of(work / "calm"), Collection.open(work / "calm").key
    done, rounds, same, left = 0, 0, 0, 0
    while done < kills:
        out, n = work / f"killed-{rounds}", 0
        while not out.exists():
            process = begin(out)
            try:
                # The last of five is let through.
                process.wait(dice.uniform(0.2, 1.0) * took_s if n < 4 and done < kills else None)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                n, done = n + 1, done + 1
        rounds += 1
        same += bytes_of(out) == wanted and Collection.open(out).key == key
        left += len(list(work.glob(f".{out.name}*"))) + len([*check(out)])
    return {"kills": done, "rounds": rounds, "same_key_and_bytes": same, "left_behind": left}


def tags(work: Path, kills: int, dice: random.Random) -> dict[str, int]:
    """Tags said to be kept, and those that are not there after the kill."""
    folder, said = work / "tags", 0
    folder.mkdir()
    for _ in range(kills):
        process = subprocess.Popen(
            [sys.executable, "-c", _TAG, str(folder), str(said)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(dice.uniform(0.0, 0.2))
        process.kill()
        heard = [int(line) for line in process.stdout.read().splitlines() if line.strip()]
        process.wait()
        process.stdout.close()
        said = max([said, *(n + 1 for n in heard)])
    kept = Annotations(folder).tags()
    lost = sum(kept.get(f"s{n}") != n % 10 for n in range(said))
    return {"kills": kills, "tags_said": said, "tags_lost": lost}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--files", type=int, default=1500, help="more than a shard's 1024 rows")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    dice, half = random.Random(options.seed), options.kills // 2
    with tempfile.TemporaryDirectory() as name:
        found = {
            "tags": tags(Path(name), options.kills - half, dice),
            "ingest": ingests(Path(name), half, options.files, dice),
        }
    print(json.dumps(found, indent=None if options.json else 1))


if __name__ == "__main__":
    main()
