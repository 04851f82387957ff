"""Ingests, builds, fetches and tags killed at random moments, as JSON: what survives, and the same?

An ingest, a build or a fetch (from a slow archive of this process's own, on 127.0.0.1) is killed
again and again until one attempt comes through; its bytes must be those of one that nobody
disturbed, but for the times it took, and nothing may be left beside. Tags are written by a process
that says each one aloud once it is kept; killed, every tag it has said must be there:

    python benchmarks/kill.py --kills 40 --json
    python benchmarks/kill.py --kills 200 --only build --json   # its quarter of them
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
from spexplain.core.spectra.spectrum import Spectrum
from spexplain.data.collection.annotations.tags import Annotations
from spexplain.data.collection.check import check
from spexplain.data.collection.collection import Collection
from spexplain.data.demo.simulate.fits import write_sdss_lite

_BUILD = "from spexplain.data.demo.demo import build_demo; build_demo(small=True, jobs=2)"
# Killed each in its midst, beside builds that are killed at any moment; a stage takes some seconds.
_STAGES = ("prepare-p21", "domain-p21", "domain-o25", "embed-o25", "cluster", "embed-reasons")
_LIFE_S = 0.5
_MAIN = "from spexplain.dashboard.cli import main; main()"
_TAG = """
import sys
from pathlib import Path
from spexplain.data.collection.annotations.tags import Annotations
notes, start = Annotations(Path(sys.argv[1])), int(sys.argv[2])
for n in range(start, start + 100000):
    notes.tag(f"s{n}", n % 10)
    print(n, flush=True)
"""

# A fetch takes some seconds, most of them in the midst of files.
_FETCHED, _PIECE, _BETWEEN_PIECES_S = 40, 8192, 0.02


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
    """What each file of a collection holds, but for those that say how long it took."""
    return {
        str(one.relative_to(path)): hashlib.sha256(one.read_bytes()).hexdigest()
        for one in sorted(path.rglob("*"))
        if one.is_file() and one.name != "timings.json"
    }


def until_through(
    begin: Callable[[], subprocess.Popen[bytes]], took_s: float, most: int, dice: random.Random
) -> tuple[int, float]:
    """Begin, kill and begin again until one comes through; the kills, and the seconds they lived.

    The fifth attempt is let through, so that a stage longer than any life comes to its end.
    """
    n, began = 0, time.monotonic()
    while True:
        process = begin()
        try:
            life_s = dice.uniform(0.1, 1.0) * took_s if n < min(4, most) else None
            _, said = process.communicate(timeout=life_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            n += 1
        else:
            if process.returncode:
                words = said.decode(errors="replace")[-2000:]
                raise RuntimeError(f"an attempt that nobody killed has failed: {words}")
            return n, time.monotonic() - began


def rounds(
    begin: Callable[[Path], subprocess.Popen[bytes]],
    look: Callable[[Path], tuple[dict[str, str], int]],
    place: Path,
    kills: int,
    dice: random.Random,
) -> dict[str, object]:
    """One that is left alone, and others that are killed until each comes through.

    ``begin`` starts one at a place; ``look`` says what is there at the end (the bytes of each
    file), and how many things are left behind that should not be.
    """
    began = time.monotonic()
    begin(place).communicate()
    took_s = time.monotonic() - began
    wanted, _ = look(place)
    done, n, same, left = 0, 0, 0, 0
    differ: set[str] = set()
    while done < kills:
        shutil.rmtree(place)
        killed, lived_s = until_through(partial(begin, place), took_s, kills - done, dice)
        # Beside other work one may take longer than another.
        done, took_s = done + killed, lived_s if not killed else took_s
        found, behind = look(place)
        n, same, left = n + 1, same + (found == wanted), left + behind
        differ |= {name for name, _ in found.items() ^ wanted.items()}
        print(f"{place.name}: {done} kills, {same} of {n} the same", file=sys.stderr, flush=True)
    return {"kills": done, "rounds": n, "same_bytes": same, "left_behind": left,
            "files": len(wanted), "other_files": sorted(differ)[:5]}  # fmt: skip


def _quiet(command: list[str], **environment: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=os.environ | environment,
    )


def ingests(work: Path, kills: int, n_files: int, dice: random.Random) -> dict[str, object]:
    """Survey files made a collection, as :func:`rounds`."""
    source = files(work / "files", n_files)

    def begin(out: Path) -> subprocess.Popen[bytes]:
        if out.exists():  # killed with all done and nothing left but to say so
            return _quiet([sys.executable, "-c", ""])
        command = [sys.executable, "-c", _MAIN, "ingest", str(source), "--out", str(out)]
        return _quiet([*command, "--jobs", "2"])

    def look(out: Path) -> tuple[dict[str, str], int]:
        left = len([*work.glob(f".{out.name}*"), *check(out)])
        return bytes_of(out) | {"the key": Collection.open(out).key}, left

    return rounds(begin, look, work / "ingest", kills, dice)


def builds(work: Path, kills: int, dice: random.Random) -> dict[str, object]:
    """The small demo, simulated and built, as :func:`rounds`."""

    def begin(home: Path) -> subprocess.Popen[bytes]:
        return _quiet([sys.executable, "-c", _BUILD], SPEXPLAIN_HOME=str(home))

    def look(home: Path) -> tuple[dict[str, str], int]:
        (built,) = (one.parent for one in home.glob("*/collection.json"))
        return bytes_of(built), len([*check(built)])

    return rounds(begin, look, work / "build", kills, dice)


def stages(work: Path, kills: int, dice: random.Random) -> dict[str, object]:
    """Single stages of the small demo taken away, killed in their midst, and made again."""
    home = work / "stages"

    def begin() -> subprocess.Popen[bytes]:
        return _quiet([sys.executable, "-c", _BUILD], SPEXPLAIN_HOME=str(home))

    begin().communicate()
    (runs,) = home.glob("*/runs")
    wanted, killed, differ = bytes_of(runs.parent), {}, set[str]()
    for stage in _STAGES:
        (made,) = runs.glob(f"{stage}-*")
        shutil.rmtree(made)
        each = range(-(-kills // len(_STAGES)))
        killed[stage] = sum(killed_within(begin(), runs, stage, dice) for _ in each)
        begin().communicate()
        differ |= {name for name, _ in bytes_of(runs.parent).items() ^ wanted.items()}
        print(f"{stage}: {killed[stage]} kills, differ: {differ}", file=sys.stderr, flush=True)
    return {"kills": killed, "left_behind": len([*check(runs.parent)]), "files": len(wanted),
            "other_files": sorted(differ)[:5]}  # fmt: skip


def killed_within(
    process: subprocess.Popen[bytes], runs: Path, stage: str, dice: random.Random
) -> bool:
    """Whether a build was killed while this stage was being done."""
    while process.poll() is None and not [*runs.glob(f".{stage}-*.partial")]:
        time.sleep(0.005)
    time.sleep(dice.uniform(0.0, _LIFE_S))
    process.kill()
    process.communicate()
    return bool([*runs.glob(f".{stage}-*.partial")])


@contextmanager
def slow_archive(spectra: Path) -> Iterator[str]:
    """An SDSS archive of these files that sends each in pieces; yields its address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            file = spectra / Path(self.path).name
            content = file.read_bytes() if file.is_file() else b""
            start = int(self.headers.get("Range", "bytes=0-")[6:].rstrip("-"))
            self.send_response(404 if not content else 206 if start else 200)
            self.send_header("ETag", f'"{file.name}"')
            self.send_header("Content-Length", str(len(content) - start))
            if start:
                self.send_header(
                    "Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}"
                )
            self.end_headers()
            with contextlib.suppress(OSError):  # whoever asked was killed
                for at in range(start, len(content), _PIECE):
                    self.wfile.write(content[at : at + _PIECE])
                    time.sleep(_BETWEEN_PIECES_S)

        def handle(self) -> None:
            with contextlib.suppress(ConnectionResetError):
                super().handle()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/sas"
    finally:
        server.shutdown()
        server.server_close()


def fetches(work: Path, kills: int, dice: random.Random) -> dict[str, object]:
    """Some spectra of an archive, as :func:`rounds`."""
    source, listed = files(work / "archive", _FETCHED + 1), work / "wanted.txt"
    listed.write_text(
        "\n".join(f"9900-59000-{row}" for row in range(1, _FETCHED + 1)), encoding="utf-8"
    )

    def begin(out: Path) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", _MAIN, "fetch", "sdss", "--list", str(listed)]
        return _quiet([*command, "--out", str(out), "--base", address])

    def look(out: Path) -> tuple[dict[str, str], int]:
        return bytes_of(out / "spectra"), len([*out.rglob("*.part*")])

    with slow_archive(source) as address:
        return rounds(begin, look, work / "fetch", kills, dice)


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
    parser.add_argument("--only", nargs="+", default=["tags", "fetch", "ingest", "build"])
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    quarter = options.kills // 4
    with tempfile.TemporaryDirectory() as folder:
        work, parts = (
            Path(folder),
            {
                "tags": partial(tags, kills=options.kills - 3 * quarter),
                "fetch": partial(fetches, kills=quarter),
                "ingest": partial(ingests, kills=quarter, n_files=options.files),
                "build": partial(builds, kills=quarter),
                "stages": partial(stages, kills=quarter),
            },
        )
        found: dict[str, object] = {}
        for name in options.only:
            # Moments of its own: a part alone has the same as beside the others.
            found[name] = parts[name](work, dice=random.Random(f"{options.seed} {name}"))
            print(f"{name}: {json.dumps(found[name])}", file=sys.stderr, flush=True)
    print(json.dumps(found, indent=None if options.json else 1))


if __name__ == "__main__":
    main()
