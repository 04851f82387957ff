"""Draw simulated spectra beside real ones: ``python docs/simulated_and_real.py REAL_FOLDER``.

REAL_FOLDER holds SDSS files and an ``index.csv`` with the columns file, object_id and z. Beside
each real spectrum stands that of 120 to 200 simulated ones of its kind (20 of an anomaly) which
is nearest in redshift, S/N and shape.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from spexplain.core.spectra.grid import COLLECTION_GRID, resample
from spexplain.data.demo.simulate import PopulationSizes, population
from spexplain.data.ingest.readers import read

# What a row shows, the column and value that pick simulated spectra, and the real counterpart.
ROWS = (
    ("type 1", "label", "type 1", "1224-52765-0334"),
    ("intermediate", "label", "intermediate", "2114-53848-0443"),
    ("type 2", "label", "type 2", "0295-51585-0596"),
    ("star-forming", "kind", "star-forming", "0412-51942-0318"),
    ("passive", "kind", "passive", "0266-51602-0013"),
    ("extreme emission lines", "planted_kind", "extreme emission lines", "2880-54509-0230"),
)
SIZES = PopulationSizes(
    type_1=120, type_2=200, intermediate=200, passive=150, star_forming=200, composite=0
)


def main() -> None:
    """Read the arguments, draw, say where the figure is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("real", type=Path, help="folder with index.csv and sdss/")
    parser.add_argument(
        "--out", type=Path, default=Path(__file__).with_name("simulated-and-real.png")
    )
    arguments = parser.parse_args()
    if not (arguments.real / "index.csv").is_file():
        print(f"skipped: no real spectra at {arguments.real}")
        return
    index = pd.read_csv(arguments.real / "index.csv").drop_duplicates("object_id")
    index = index.set_index("object_id")
    batches = list(population(grid=COLLECTION_GRID, seed=2021, sizes=SIZES))
    catalog = pd.concat([batch.catalog for batch in batches], ignore_index=True)
    flux = np.concatenate([batch.flux for batch in batches])
    figure, axes = plt.subplots(len(ROWS), 2, figsize=(16, 18), sharex=True, layout="constrained")
    for (title, column, value, object_id), (left, right) in zip(ROWS, axes, strict=True):
        row = index.loc[object_id]
        real, z, sn = _real(arguments.real / row["file"], float(row["z"]))
        chosen = catalog[column] == value
        if column != "planted_kind":
            chosen &= catalog["planted_kind"] == ""
        near = _nearest(catalog[chosen], flux, real, z, sn)
        found = catalog.loc[near]
        top = max(_top(real), _top(flux[near]))
        _draw(left, flux[near], f"simulated: {title}", found["z"], found["sn_median"], top)
        _draw(right, real, f"SDSS {object_id}: {title}", z, sn, top)
    for axis in axes[-1]:
        axis.set_xlabel("rest wavelength, vacuum Å")
    figure.supylabel("f_λ / its value at 5100 Å")
    figure.savefig(arguments.out, dpi=90)
    print(f"wrote {arguments.out}")


def _real(path: Path, z: float) -> tuple[np.ndarray, float, float]:
    spectrum = read(path)
    wave_rest_aa = spectrum.wave_obs_aa / (1 + z)
    flux, _ = resample(wave_rest_aa, spectrum.flux, spectrum.ivar, COLLECTION_GRID.wave_rest_aa)
    return flux, z, spectrum.sn_median


def _nearest(catalog: pd.DataFrame, flux: np.ndarray, real: np.ndarray, z: float, sn: float) -> int:
    shapes = np.stack([_coarse(flux[row]) for row in catalog.index])
    difference = np.nanmedian(np.abs(shapes - _coarse(real)), axis=1)
    redshift = 5 * np.abs(np.log((1 + catalog["z"]) / (1 + z)))
    return int((redshift + np.abs(np.log(catalog["sn_median"] / sn)) + 5 * difference).idxmin())


def _coarse(flux: np.ndarray) -> np.ndarray:
    """Mean in bins of 100 Å, lines included."""
    return _relative(flux).reshape(-1, 100).mean(axis=1)


def _relative(flux: np.ndarray) -> np.ndarray:
    near = np.abs(COLLECTION_GRID.wave_rest_aa - 5100.0) < 30.0
    return flux / np.nanmedian(flux[near])


def _top(flux: np.ndarray) -> float:
    return 1.25 * float(np.nanpercentile(_relative(flux), 99.3))


def _draw(axis: plt.Axes, flux: np.ndarray, title: str, z: float, sn: float, top: float) -> None:
    axis.plot(COLLECTION_GRID.wave_rest_aa, _relative(flux), lw=0.6, color="#203040")
    axis.set_title(f"{title}   z = {z:.3f}, S/N {sn:.0f}", fontsize=10, loc="left")
    axis.set_xlim(COLLECTION_GRID.start_aa, COLLECTION_GRID.stop_aa)
    axis.set_ylim(0, top)


if __name__ == "__main__":
    main()
