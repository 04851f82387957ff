"""What holds of the functions of spectra: wavelengths, errors, dust, edits, lines, preparation."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from spexplain.core.spectra import COLLECTION_GRID, Edit
from spexplain.core.spectra.detector_noise import LOG_PIXELS
from spexplain.core.spectra.lines.flux import LineFluxes

from . import Laws, NoArrays, close, nan_alone, nan_refused, nan_there, plus, rows, times

WAVE = 10.0 ** np.arange(3.57, 3.86, 1e-3)
FINE = COLLECTION_GRID.wave_rest_aa
FINE = FINE[(FINE > 3700) & (FINE < 5300)]
NO_FLUX = "wavelengths alone go in: their scale is the angstrom's"


def flux_of(rng: np.random.Generator, n: int = 3, wave: np.ndarray = WAVE) -> dict[str, np.ndarray]:
    """Some spectra with errors, all of it seen."""
    shape = (n, len(wave))
    return {"flux": rng.uniform(1, 3, shape), "ivar": rng.uniform(1, 9, shape)}


def waves(rng: np.random.Generator, n: int = 40) -> np.ndarray:
    return np.sort(rng.uniform(3000, 9000, n))


def resampled(rng: np.random.Generator) -> dict[str, np.ndarray]:
    new = np.sort(rng.uniform(WAVE[0], WAVE[-1], 50))
    return {"wave_aa": WAVE, **flux_of(rng), "wave_new_aa": new}


def emission(rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Two spectra with Hβ and [O III] on a flat continuum."""
    lines = sum(
        height * np.exp(-0.5 * ((FINE - at) / 3.5) ** 2)
        for height, at in ((8, 4862.68), (4, 4960.3), (12, 5008.24))
    )
    flux = 5 + rng.uniform(0.7, 1.3, (2, 1)) * lines + rng.normal(0, 0.2, (2, len(FINE)))
    return {"wave_rest_aa": FINE, "flux": flux, "ivar": np.full(flux.shape, 25.0)}


def fluxes_of_lines(rng: np.random.Generator, n: int = 5) -> LineFluxes:
    names = ("hbeta", "oiii5007", "halpha", "nii6583", "oii")
    flux = rng.uniform(5, 50, (n, len(names)))
    one, two = np.ones(flux.shape), np.ones((n, 2))
    return LineFluxes(names, flux, one, one, two, two, one)


def lines_times(*, changed_by_nan: bool = False):
    """Ratios do not know the unit of the fluxes."""

    def law(function, arguments, answer, rng):
        lines, factor = arguments["lines"], 2.0 ** rng.uniform(-2, 6)
        flux, error = lines.flux * factor, lines.error * factor
        scaled = LineFluxes(
            lines.names,
            flux,
            error,
            lines.continuum,
            lines.velocity_kms,
            lines.sigma_kms,
            lines.chi2,
        )
        close(function(lines=scaled), answer, 1e-9)

    return law


def lines_permuted(function, arguments, answer, rng):
    lines = arguments["lines"]
    order = rng.permutation(len(lines.flux))
    moved = LineFluxes(lines.names, *(getattr(lines, name)[order] for name in _PARTS))
    n = len(order)
    close(
        function(lines=moved),
        [one[order] if one.ndim and len(one) == n else one for one in answer],
        1e-9,
    )


def lines_nan(function, arguments, answer, rng):
    lines = arguments["lines"]
    flux, row = lines.flux.copy(), int(rng.integers(len(lines.flux)))
    flux[row] = np.nan
    spoilt = LineFluxes(lines.names, flux, *(getattr(lines, name) for name in _PARTS[1:]))
    n = len(flux)
    for found, wanted in zip(function(lines=spoilt), answer, strict=True):
        if wanted.ndim and len(wanted) == n:
            close([np.delete(found, row, 0)], [np.delete(wanted, row, 0)], 1e-9)


_PARTS = ("flux", "error", "continuum", "velocity_kms", "sigma_kms", "chi2")
OF_LINES = {
    "scale": lines_times(),
    "shift": "ratios of fluxes are not kept by a constant",
    "order": lines_permuted,
    "nan": lines_nan,
    "single": "line fluxes are measured in double precision",
}


def arms(rng: np.random.Generator) -> dict:
    made = []
    for low, high in ((4000, 5000), (4800, 6000)):
        wave = np.arange(low, high, 10.0)
        made.append((wave, rng.uniform(1, 2, len(wave)), rng.uniform(1, 4, len(wave))))
    return {"arms": made}


def arms_scaled(function, arguments, answer, rng):
    factor = 2.0 ** rng.uniform(-3, 3)
    changed = function(arms=[(w, f * factor, i / factor**2) for w, f, i in arguments["arms"]])
    close(changed, [answer[0], answer[1] * factor, answer[2] / factor**2], 1e-9)


def arms_raised(function, arguments, answer, rng):
    constant = rng.uniform(-3, 3)
    changed = function(arms=[(w, f + constant, i) for w, f, i in arguments["arms"]])
    close(changed, [answer[0], answer[1] + constant, answer[2]], 1e-9)


def arms_reordered(function, arguments, answer, _rng):
    close(function(arms=arguments["arms"][::-1]), answer, 1e-9)


def arms_spoilt(function, arguments, answer, rng):
    (wave, flux, ivar), other = arguments["arms"]
    flux, at = flux.copy(), int(rng.integers(50))
    flux[at] = np.nan
    changed = function(arms=[(wave, flux, ivar), other])
    assert np.isnan(changed[1][at])
    assert changed[2][at] == 0
    close([np.delete(changed[1], at)], [np.delete(answer[1], at)], 1e-9)


def reddened(rng: np.random.Generator) -> dict[str, np.ndarray]:
    return {
        "wave_obs_aa": np.tile(np.linspace(3600, 9000, 30), (3, 1)),
        "flux": rng.uniform(1, 3, (3, 30)),
        "ivar": rng.uniform(1, 9, (3, 30)),
        "ebv": rng.uniform(0, 1, 3),
    }


def gap_stays(function, arguments, answer, rng):
    """A pixel without flux leaves its neighbours' new pixels without data, and no others."""
    flux = arguments["flux"].copy()
    at = int(rng.integers(1, len(WAVE) - 1))
    flux[0, at] = np.nan
    changed = function(**arguments | {"flux": flux})
    new = arguments["wave_new_aa"]
    near = (new > WAVE[at - 1]) & (new < WAVE[at + 1])
    assert np.isnan(changed[0][0, near]).all()
    assert (changed[1][0, near] == 0).all()
    close([changed[0][0, ~near], changed[0][1:]], [answer[0][0, ~near], answer[0][1:]], 1e-6)


def sn_table(rng: np.random.Generator) -> dict[str, Mapping[str, np.ndarray]]:
    return {"sn": {"hbeta": rng.uniform(2.9, 60, 80), "oiii5007": rng.uniform(0, 60, 80)}}


def sn_reordered(function, arguments, answer, rng):
    order = rng.permutation(80)
    close(function(sn={name: v[order] for name, v in arguments["sn"].items()}), answer, 0)


def sn_unknown(function, arguments, answer, rng):
    """What is not known does not count."""
    more = {
        name: np.append(v, np.full(int(rng.integers(9)), np.nan))
        for name, v in arguments["sn"].items()
    }
    close(function(sn=more), answer, 0)


def edits_spoilt(function, arguments, answer, rng):
    """Beyond the stretches that are edited only the pixel itself changes."""
    flux = arguments["flux"].copy()
    at = int(rng.integers(len(WAVE)))
    flux[at] = np.nan
    (changed,) = function(**arguments | {"flux": flux})
    assert np.isnan(changed[at])
    beyond = np.ones(len(WAVE), bool)
    for edit in EDITS:
        beyond &= (edit.low_aa > WAVE) | (edit.high_aa < WAVE)
    beyond[at] = False
    close([changed[beyond]], [answer[0][beyond]], 0)


EDITS = [Edit("scale", 4000, 4500, 1.4), Edit("flatten", 4700, 5100, 0.5)]
BY_WAVELENGTH = {
    "scale": NO_FLUX,
    "shift": NO_FLUX,
    "nan": "a wavelength that is no number is a fault of whoever made the grid",
}

LAWS = {
    "spectra.air_to_vacuum": Laws(
        lambda rng: {"wave_air_aa": waves(rng)},
        order=rows("wave_air_aa"),
        single=3e-7,
        **BY_WAVELENGTH | {"nan": nan_refused("wave_air_aa")},
    ),
    "spectra.vacuum_to_air": Laws(
        lambda rng: {"wave_vac_aa": waves(rng)},
        order=rows("wave_vac_aa"),
        single=3e-7,
        **BY_WAVELENGTH | {"nan": nan_refused("wave_vac_aa")},
    ),
    "spectra.apply_edits": Laws(
        lambda rng: {"wave_aa": WAVE, "flux": flux_of(rng)["flux"][0], "edits": EDITS},
        scale=times("flux", gives=1),
        shift="a stretch that is scaled is not kept by a constant",
        order="pixels have their wavelengths' order",
        nan=edits_spoilt,
        single=1e-5,
    ),
    "spectra.coadd_arms": Laws(
        arms,
        scale=arms_scaled,
        shift=arms_raised,
        order=arms_reordered,
        nan=arms_spoilt,
        single="arms are a list of arrays; they are added in double precision",
    ),
    "spectra.dust_transmission": Laws(
        lambda rng: {"wave_obs_aa": np.linspace(3600, 9000, 30), "ebv": rng.uniform(0, 1, 5)},
        scale="twice the dust passes the square, not a multiple",
        shift="dust is not additive in what passes",
        order=rows("ebv"),
        nan="E(B-V) that is no number is refused by deredden's law below",
        single=1e-5,
    ),
    "spectra.flux_factor": Laws(
        lambda rng: {"unit": "Jy", "wave_aa": waves(rng)},
        scale=times("wave_aa", gives=-2),
        shift=NO_FLUX,
        order=rows("wave_aa"),
        nan=nan_there("wave_aa"),
        single=1e-6,
    ),
    "spectra.noise_draws": Laws(
        lambda rng: {
            "ivar": rng.uniform(1, 9, len(WAVE)),
            "wave_obs_aa": WAVE,
            "pixels": LOG_PIXELS,
            "rngs": [np.random.default_rng(int(rng.integers(99))) for _ in range(2)],
        },
        scale=times("ivar", gives=-0.5),
        shift="errors have no additive constant",
        order="pixels have their wavelengths' order",
        nan="inverse variance is 0 where it is not known: the record sees to it",
        single=1e-3,
    ),
    "spectra.resample": Laws(
        resampled,
        scale=times("flux", gives=(1, 0)),
        shift=plus("flux", gives=(1, 0)),
        order=rows("flux", "ivar"),
        nan=gap_stays,
        single=2e-6,
    ),
    "spectra.smoothed": Laws(
        lambda rng: {name: of[0] for name, of in flux_of(rng).items()} | {"width_px": 2.0},
        scale=times("flux", gives=1),
        shift=plus("flux", gives=1),
        order="pixels have their wavelengths' order",
        nan="a pixel without data has no inverse variance, and says so itself",
        single=1e-5,
    ),
    "spectra.wavelengths_aa": Laws(
        lambda rng: {"values": rng.uniform(300, 900, 20), "unit": "nm"},
        scale=times("values", gives=1),
        shift=plus("values", gives=10),
        order=rows("values"),
        nan=nan_there("values"),
        single=1e-6,
    ),
    "spectra.lines.bpt_of": Laws(lambda rng: {"lines": fluxes_of_lines(rng)}, **OF_LINES),
    "spectra.lines.line_ratios": Laws(
        lambda rng: {"lines": fluxes_of_lines(rng)},
        **OF_LINES,
        given=lambda of: {n: of[n].value for n in of},
    ),
    "spectra.lines.expected_lines": Laws(
        sn_table,
        scale="it is compared with 3",
        shift="it is compared with 3",
        order=sn_reordered,
        nan=sn_unknown,
        single="a table of arrays; it is compared with 3",
    ),
    "spectra.lines.kauffmann_2003": Laws(
        lambda rng: {"log_nii_ha": rng.uniform(-2, 0.5, 30)},
        scale="a curve in logarithms",
        shift="a curve in logarithms",
        order=rows("log_nii_ha"),
        nan=nan_there("log_nii_ha"),
        single=1e-3,
    ),
    "spectra.lines.kewley_2001": Laws(
        lambda rng: {"log_nii_ha": rng.uniform(-2, 0.5, 30)},
        scale="a curve in logarithms",
        shift="a curve in logarithms",
        order=rows("log_nii_ha"),
        nan=nan_there("log_nii_ha"),
        single=1e-3,
    ),
    "spectra.lines.measure_lines": Laws(
        emission,
        scale="flux and its errors go together: see strong_lines_sn",
        shift="a continuum is fitted: stellar lines go with it",
        order=rows("flux", "ivar", rtol=1e-6),
        nan="pixels without data have no inverse variance: see strong_lines_sn",
        single=1e-2,
        examples=2,
        given=lambda lines: (lines.flux, lines.error),
    ),
    "spectra.lines.strong_lines_sn": Laws(
        emission,
        scale="flux and its errors go together",
        shift="a continuum is fitted",
        order=rows("flux", "ivar"),
        nan=nan_alone("flux"),
        single=1e-2,
        examples=2,
    ),
    "spectra.lines.lines_of": NoArrays("kinds of lines and a redshift give lines by name"),
    "spectra.lines.velocity_mask": NoArrays(
        "wavelengths and named lines give truth values: NaN is in no line"
    ),
    "spectra.prepare.deredden": Laws(
        reddened,
        scale=times("flux", gives=(1, 0)),
        shift="dust multiplies",
        order=rows("wave_obs_aa", "flux", "ivar", "ebv"),
        nan=nan_there("flux"),
        single=1e-5,
    ),
    "spectra.prepare.recipe_from_dict": NoArrays("settings by name, no numbers of spectra"),
    "spectra.prepare.shared_range": Laws(
        lambda rng: {"first_aa": rng.uniform(3000, 4900, 9), "last_aa": rng.uniform(5200, 9000, 9)},
        scale="the range holds 5100 Å",
        shift="the range holds 5100 Å",
        order=rows("first_aa", "last_aa", invariant=True),
        nan="a spectrum without data does not count: tests of p21 say so",
        single=1e-6,
    ),
}
