"""Mutated files through every reader, within the page's limits, as JSON: outcomes, and what failed.

Seeds are made here (SDSS, tables and images in every container, packed); each mutant has bytes
flipped, cut, doubled or overwritten with numbers that sizes are written as. A reader may take a
mutant or refuse it with a reason; anything else is a failure, and is kept:

    python benchmarks/fuzz.py --seconds 600 --json
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
from astropy.io import fits
from astropy.table import Table
from spexplain.core.spectra.spectrum import Spectrum
from spexplain.data.demo.simulate.fits import write_sdss_lite
from spexplain.data.ingest.reader_processes.bounded_reader import BoundedReader
from spexplain.data.ingest.reader_processes.limits import PAGE
from spexplain.data.ingest.readers import ReadError

_SIZES = (b"-1", b"0", b"99999999999", b"-9223372036854775808", b"1E400", b"NaN", b"\xff" * 8)


def seeds(folder: Path) -> list[Path]:
    """Small sound files of every kind that can be written here."""
    wave = np.linspace(3800.0, 9200.0, 300)
    flux, sigma = np.sin(wave / 90) + 3, np.full(wave.size, 0.1)
    table = Table({"wave": wave, "flux": flux, "sigma": sigma}, meta={"z": 0.1})
    spectrum = Spectrum("9900-59000-0001", wave, flux, 1 / sigma**2, z=0.1)
    made = [write_sdss_lite(spectrum, folder / "spec-9900-59000-0001.fits")]
    for name in ("a.fits", "a.ecsv", "a.csv", "a.vot", "a.parquet"):
        kind = {"vot": "votable", "csv": "ascii.csv"}.get(name.partition(".")[2])
        table.write(folder / name, **({"format": kind} if kind else {}))
        made.append(folder / name)
    image = fits.PrimaryHDU(flux, fits.Header({"CRVAL1": 3800.0, "CDELT1": 18.0, "CRPIX1": 1.0}))
    fits.HDUList([image, fits.ImageHDU(sigma, name="STD")]).writeto(folder / "image.fits")
    np.savez(folder / "a.npz", wave=wave, flux=flux, sigma=sigma)
    (folder / "a.fits.gz").write_bytes(gzip.compress((folder / "a.fits").read_bytes()))
    return [*made, folder / "image.fits", folder / "a.npz", folder / "a.fits.gz"]


def mutant(content: bytes, dice: random.Random) -> bytes:
    """The same with one to four things wrong; the first blocks, where sizes stand, more often."""
    found = bytearray(content)
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(min(len(found), dice.choice((3000, 12000, len(found)))) or 1)
        match dice.randrange(5):
            case 0:
                found[at : at + 1] = bytes([dice.randrange(256)])
            case 1:
                found[at : at + dice.randint(1, 40)] = dice.choice(_SIZES)
            case 2:
                del found[at : at + dice.randint(1, 400)]
            case 3:
                found[at:at] = found[at : at + dice.randint(1, 4000)]
            case _:
                del found[max(at, 10) :]
    return bytes(found)


def run(seconds: float, seed: int, kept: Path) -> dict[str, object]:
    """Mutants until the time is over."""
    dice, outcomes, failures = random.Random(seed), Counter[str](), []
    slowest_s, end = 0.0, time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as name, BoundedReader(PAGE) as reader:
        sound = seeds(Path(name))
        for path in sound:
            reader.spectrum(path)  # a seed that is refused tests nothing
        while time.monotonic() < end:
            source = dice.choice(sound)
            path = source.with_name(f"mutant-{source.name}")
            path.write_bytes(mutant(source.read_bytes(), dice))
            began = time.monotonic()
            try:
                reader.spectrum(path)
                outcomes["taken"] += 1
            except ReadError as refused:
                outcomes[refused.reason] += 1
            except Exception as error:  # noqa: BLE001  (what is looked for)
                kept.mkdir(parents=True, exist_ok=True)
                path.rename(kept / f"{len(failures)}-{path.name}")
                failures.append(f"{path.name}: {type(error).__name__}: {error}"[:200])
            slowest_s = max(slowest_s, time.monotonic() - began)
    return {
        "seeds": len(sound),
        "mutants": outcomes.total() + len(failures),
        "outcomes": dict(outcomes.most_common()),
        "slowest_s": round(slowest_s, 2),
        "failures": failures,
    }


def printed(about: str, run: Callable[[float, int, Path], dict[str, object]], failed: str) -> None:
    """Run as asked for on the command line, print what is found, and fail if that is not empty."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, default=Path("fuzz-failures"))
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = run(options.seconds, options.seed, options.keep)
    print(json.dumps(found, indent=None if options.json else 1))
    raise SystemExit(bool(found[failed]))


if __name__ == "__main__":
    printed(__doc__ or "", run, "failures")
