"""Fuzzing led by coverage: Atheris changes files until readers do what they have not done before.

Beside `fuzz.py`, whose changes are blind: here the readers run in this process, watched line by
line, and an input that reaches a new one is changed further. Anything raised but a refusal with its
reason is a failure; its input is kept. Atheris is for Linux (`pip install atheris`):

    python benchmarks/fuzz_guided.py --seconds 600 --json
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

# Where size and kind stand: the readers go by what a file is called.
KINDS = ("a.fits", "a.ecsv", "a.csv", "a.txt", "a.vot", "a.parquet", "a.npz", "a.h5", "a.fits.gz")
_SLOWEST_S, _MOST_MB, _LONGEST = 30, 4096, 200_000


def fuzz(arguments: list[str]) -> None:
    """One process of libFuzzer; it ends where an input fails."""
    import atheris

    with atheris.instrument_imports(include=["spexplain.data.ingest"]):
        from spexplain.data.ingest.readers import ReadError, read

    folder = Path(tempfile.mkdtemp())
    warnings.simplefilter("ignore")

    def one(data: bytes) -> None:
        if not data:
            return
        path = folder / KINDS[data[0] % len(KINDS)]
        path.write_bytes(data[1:])
        try:
            read(path)
        except (ReadError, MemoryError):
            return

    atheris.Setup([sys.argv[0], *arguments], one)
    atheris.Fuzz()


def run(seconds: float, seed: int, kept: Path) -> dict[str, object]:
    """Processes of libFuzzer on one growing corpus until the time is over, or one input fails."""
    from fuzz import seeds

    kept.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        corpus = Path(name, "corpus")
        corpus.mkdir()
        for path in seeds(Path(name)):
            kind = next((at for at, known in enumerate(KINDS) if path.name.endswith(known[1:])), 0)
            (corpus / path.name).write_bytes(bytes([kind]) + path.read_bytes())
        n_seeds = len([*corpus.iterdir()])
        limits = {"max_total_time": int(seconds), "seed": seed + 1, "max_len": _LONGEST}
        limits |= {"timeout": _SLOWEST_S, "rss_limit_mb": _MOST_MB}
        flags = [f"-{name}={value}" for name, value in limits.items()]
        said = subprocess.run(
            [sys.executable, __file__, "--inside", f"-artifact_prefix={kept}/", *flags, corpus],
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        n_corpus = len([*corpus.iterdir()])
    told = said.stderr.splitlines()
    runs = re.findall(r"^#(\d+)\s", said.stderr, re.MULTILINE)
    edges = re.findall(r"cov: (\d+)", said.stderr)
    return {
        "seeds": n_seeds,
        "inputs": max(map(int, runs), default=0),
        "edges_reached": [int(edges[0]), int(edges[-1])] if edges else [],
        "inputs_that_reached_new_ones": n_corpus - n_seeds,
        "failures": [
            line[:300] for line in told if re.match(r"\s*=+ Uncaught|[A-Za-z.]+Error: ", line)
        ],
        "ended_with": said.returncode,
    }


if __name__ == "__main__":
    if "--inside" in sys.argv:
        fuzz(sys.argv[2:])
    else:
        from fuzz import printed

        printed(__doc__ or "", run, "ended_with")
