"""Emission-line fluxes against a second measurement made with specutils, and how fast they are.

    python benchmarks/line_fluxes.py FOLDER [--json] [--repeats 5]

FOLDER holds SDSS spectra. Every galaxy in it is measured twice: by ``measure_lines`` on the
collection's grid, and by specutils on the pixels of the file, each blend by a least-squares fit of
independent Gaussians on a straight continuum, isolated lines also by integrating what stands above
that continuum. Compared are lines that ours detects at S/N ≥ 10, and their ratios. Needs
specutils.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import astropy.units as u
import numpy as np
from astropy.modeling.models import Gaussian1D, Linear1D
from specutils import SpectralRegion
from specutils import Spectrum as SpecutilsSpectrum
from specutils.analysis import line_flux
from specutils.fitting import fit_lines
from specutils.manipulation import extract_region
from spexplain.core.spectra.grid import COLLECTION_GRID, resample
from spexplain.core.spectra.lines.flux import SDSS_LOG10_STEP, LineFluxes, measure_lines
from spexplain.core.spectra.spectrum import Spectrum
from spexplain.data.ingest.readers import ReadError, read
from threadpoolctl import threadpool_limits

AA = u.AA
FLUX_UNIT = u.Unit("1e-17 erg / (s cm2 Angstrom)")
MIN_SN = 10.0
GOAL = 0.10
# Window, vacuum Å; lines in it; stellar absorption beneath them.
WINDOWS = (
    ((3690, 3765), {"oii": 3728.5}, None),
    ((4810, 4915), {"hbeta": 4862.68}, 4862.68),
    ((4930, 5040), {"oiii4959": 4960.30, "oiii5007": 5008.24}, None),
    ((6495, 6640), {"nii6548": 6549.86, "halpha": 6564.61, "nii6583": 6585.27}, 6564.61),
    ((6690, 6765), {"sii6716": 6718.29, "sii6731": 6732.68}, None),
)
# Over and under the bar; O3N2 is the logarithm of its own.
RATIOS = {
    "Hα/Hβ": (("halpha",), ("hbeta",)),
    "[N II]/Hα": (("nii6583",), ("halpha",)),
    "[O III]/Hβ": (("oiii5007",), ("hbeta",)),
    "[O III]/[O II]": (("oiii5007",), ("oii",)),
    "10^O3N2": (("oiii5007", "halpha"), ("hbeta", "nii6583")),
}
INTEGRATED = {"oiii5007": (4990.0, 5027.0), "oii": (3713.0, 3745.0)}


def galaxies(folder: Path) -> Iterator[Spectrum]:
    for path in sorted(folder.glob("*.fits")):
        try:
            spectrum = read(path)
        except ReadError:
            continue
        if spectrum.spectral_class == "GALAXY" and 0 < spectrum.z < 0.8:
            yield spectrum


def measure_ours(spectra: list[Spectrum]) -> LineFluxes:
    wave = COLLECTION_GRID.wave_rest_aa
    on_grid = [resample(s.wave_obs_aa / (1 + s.z), s.flux, s.ivar, wave) for s in spectra]
    flux, ivar = (np.stack(part) for part in zip(*on_grid, strict=True))
    return measure_lines(wave, flux, ivar, native_log10_step=SDSS_LOG10_STEP)


def measure_with_specutils(spectrum: Spectrum) -> dict[str, float]:
    """Flux of each line, 1e-17 erg/s/cm²/Å × Å; what is not covered is absent."""
    good = spectrum.has_data
    whole = SpecutilsSpectrum(
        flux=spectrum.flux[good].astype(float) * FLUX_UNIT,
        spectral_axis=spectrum.wave_obs_aa[good] / (1 + spectrum.z) * AA,
    )
    found: dict[str, float] = {}
    for (start, stop), lines, absorbed in WINDOWS:
        axis = whole.spectral_axis.to_value(AA)
        if axis[0] > start or axis[-1] < stop:
            continue
        part = extract_region(whole, SpectralRegion(start * AA, stop * AA))
        if len(part.flux) > 0.85 * (stop - start) / (start * np.log(10) * SDSS_LOG10_STEP):
            found |= _fit(part, lines, absorbed)
    return found


def _fit(part: SpecutilsSpectrum, lines: dict[str, float], absorbed: float | None):
    wave, flux = part.spectral_axis.to_value(AA), part.flux.value
    level = float(np.median(flux))
    model = None
    for centre in lines.values():
        peak = max(float(flux[np.abs(wave - centre) < 4].max(initial=level)) - level, 0.1 * level)
        bounds = {"mean": (centre - 6, centre + 6), "stddev": (0.8, 10.0)}
        gaussian = Gaussian1D(peak, centre, 2.8, bounds=bounds)
        model = gaussian if model is None else model + gaussian
    model = model + Linear1D(0.0, level)
    if absorbed is not None:
        bounds = {"amplitude": (-level, 0.0), "mean": (absorbed - 2, absorbed + 2)}
        model += Gaussian1D(-0.1 * level, absorbed, 7.0, bounds=bounds | {"stddev": (5.0, 11.0)})
    bare = SpecutilsSpectrum(flux=flux * u.one, spectral_axis=wave * AA)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a fit that stops early is still a measurement
        fitted = fit_lines(bare, model)
    parts = list(fitted)
    found = {}
    for name, gaussian in zip(lines, parts, strict=False):
        area = float(gaussian.amplitude.value * gaussian.stddev.value * np.sqrt(2 * np.pi))
        found[name] = area
        if name in INTEGRATED:
            straight = parts[len(lines)](wave * AA)
            above = SpecutilsSpectrum(flux=(flux * u.one - straight), spectral_axis=wave * AA)
            low, high = INTEGRATED[name]
            total = line_flux(above, SpectralRegion(low * AA, high * AA))
            found[f"{name} integrated"] = float(total.value)
    return found


def compare(spectra: list[Spectrum], ours: LineFluxes) -> list[dict[str, float]]:
    """For each spectrum ours over specutils', by line."""
    found: list[dict[str, float]] = []
    for row, spectrum in enumerate(spectra):
        here: dict[str, float] = {}
        for name, theirs in measure_with_specutils(spectrum).items():
            line = name.removesuffix(" integrated")
            if line not in ours.names:
                continue  # [N II] 6548, which ours ties to 6583
            flux, error = (values[row] for values in ours.of(line))
            if flux >= MIN_SN * error and theirs > 0:
                here[name] = float(flux / theirs)
        found.append(here)
    return found


def of_ratios(lines: list[dict[str, float]]) -> list[dict[str, float]]:
    """The same for ratios of lines, where all of them are compared."""
    return [
        {
            name: math.prod(one[line] for line in above) / math.prod(one[line] for line in below)
            for name, (above, below) in RATIOS.items()
            if {*above, *below} <= one.keys()
        }
        for one in lines
    ]


def agreement(compared: list[dict[str, float]]) -> dict[str, dict[str, float]]:
    """By name: how many, median of ours over specutils, median of |ours / specutils - 1|."""
    ratios: dict[str, list[float]] = {}
    for one in compared:
        for name, value in one.items():
            ratios.setdefault(name, []).append(value)
    return {
        name: {
            "n": len(values),
            "median_ratio": round(statistics.median(values), 4),
            "median_difference": round(statistics.median(abs(v - 1) for v in values), 4),
        }
        for name, values in ratios.items()
    }


def speed(repeats: int, n: int = 1024) -> dict[str, float]:
    """Spectra a second on one core, all lines, on spectra that have them all."""
    wave = COLLECTION_GRID.wave_rest_aa
    rng = np.random.default_rng(0)
    flux = np.full((n, len(wave)), 10.0)
    for _, lines, _ in WINDOWS:
        for centre in lines.values():
            sigma = centre * rng.uniform(80, 280, (n, 1)) / 299_792.458
            flux += rng.uniform(5, 50, (n, 1)) * np.exp(-0.5 * ((wave - centre) / sigma) ** 2)
    flux = (flux + rng.normal(0, 0.5, flux.shape)).astype(np.float32)
    ivar = np.full(flux.shape, 4.0, np.float32)
    seconds, processor = [], []
    with threadpool_limits(1):
        for _ in range(repeats):
            start, start_cpu = time.perf_counter(), time.process_time()
            measure_lines(wave, flux, ivar)
            seconds.append(time.perf_counter() - start)
            processor.append(time.process_time() - start_cpu)
    return {"per_second": round(n / min(seconds)), "per_cpu_second": round(n / min(processor))}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="SDSS spectra")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--repeats", type=int, default=5, help="of the speed measurement")
    options = parser.parse_args()
    spectra = list(galaxies(options.folder))
    if not spectra:
        parser.error(f"no SDSS galaxy in {options.folder}")
    compared = compare(spectra, measure_ours(spectra))
    lines, ratios = agreement(compared), agreement(of_ratios(compared))
    overall = [
        statistics.median(one["median_difference"] for one in found.values())
        for found in (lines, ratios)
    ]
    result = {
        "galaxies": len(spectra),
        "lines": lines,
        "ratios": ratios,
        "median_difference": overall[0],
        "median_difference_of_ratios": overall[1],
        "goal": GOAL,
        "reached": max(overall) <= GOAL,
        "speed": speed(options.repeats),
    }
    if options.json:
        print(json.dumps(result, indent=1))
        return
    for name, one in (lines | ratios).items():
        print(f"{name:20} n={one['n']:<3} ours/specutils {one['median_ratio']:.3f}", end="")
        print(f"  median |difference| {one['median_difference']:.1%}")
    print(f"median over lines {overall[0]:.1%}, over ratios {overall[1]:.1%} (goal {GOAL:.0%})")
    print(f"{len(spectra)} galaxies; {result['speed']}")


if __name__ == "__main__":
    main()
