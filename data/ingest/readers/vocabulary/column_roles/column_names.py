"""Names in use for the columns of a spectrum: one table for all plain files."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

from .composed_names import ComposedRole, composed_name, names_a_cause, only_composed

__all__ = [
    "MORE_MASKS", "NAMES", "OF_NO_OBJECT", "Role", "columns_by_role", "marked_by", "plain_name",
]  # fmt: skip

OF_NO_OBJECT = re.compile(
    r"SKY|MODEL|TEMPL|TELLUR|THROUGHPUT|CALIB|(?<![A-Z])(RESP|FLAT|LAMP|STANDARD|PHOTOM)|"
    r"(?<![A-Z])(ARCS?|RAW|(EM_?)?LINES?)(?![A-Z])"
)
"""Within the name, in upper case, of a table or arm whose spectrum is none of the object."""
Role = Literal[
    "wave", "log wave", "frequency", "energy",
    "flux", "ivar", "variance", "error", "mask", "good mask", "sdss mask",
    "quality", "redshift", "model", "mask 2", "mask 3", "mask 4", "mask 5",
]  # fmt: skip
MORE_MASKS: tuple[Role, ...] = ("mask 2", "mask 3", "mask 4", "mask 5")
"""Of columns besides that may be masks by their names; what they hold decides."""

# In order of preference; compared ignoring case, blanks, dots and underscores.
NAMES: dict[Role, tuple[str, ...]] = {
    "wave": (
        "wave_vac", "vacuum_wave", "wavelength_vac", "lambda_vac", "vac_wave", "vac_wavelength",
        "wave_vacuum", "wave", "wavelength", "lambda", "lam", "wl", "spectral_axis", "spectralaxis",
        "wave_aa", "wavelength_aa", "wave_obs_aa", "lambda_obs", "wave_air", "wavelength_air",
        "lambda_air", "awav", "waves", "wavelengths", "angstrom", "spectrum_lambda",
        "spectrum_wavelength", "spectrum_wave", "wav", "wvl", "wlen", "obs_wave",
        "observed_wavelength", "wave_angstrom", "wavelength_angstrom", "air_wave", "air_wavelength",
        "λ", "spectral", "opt_wave", "box_wave",
    ),
    "log wave": ("loglam", "log_lam", "log_lambda", "loglambda", "log_wave", "logwave",
                 "log_wavelength", "lnlam", "ln_lam", "ln_lambda", "ln_wave", "log10lam"),
    "frequency": ("frequency", "freq", "nu", "wavenumber", "wavenum", "wave_number"),
    "energy": ("energy",),
    "flux": (
        "flux", "flux_density", "fluxdensity", "flam", "f_lambda", "flambda", "fnu", "f_nu",
        "spectrum_flux", "flux_calibrated", "flux_reduced", "fluxes", "signal", "spec", "counts",
        "flx", "flux_lambda", "flux_nu", "f_lam", "flux_cal", "spectrum", "intensity", "opt_flam",
        "opt_counts", "box_flam", "box_counts", "F_λ", "F_ν",
    ),
    "ivar": (
        "ivar", "flux_ivar", "ivar_flux", "invvar", "inverse_variance", "flux_inverse_variance",
        "spectrum_ivar", "inv_var", "ivar_flux_density", "opt_flam_ivar",
        "opt_counts_ivar", "box_flam_ivar", "box_counts_ivar",
    ),
    "variance": (
        "var", "variance", "flux_var", "flux_variance", "fluxvariance", "varflux", "var_flux",
        "spectrum_variance", "stat",
    ),
    "error": (
        "error", "err", "sigma", "flux_error", "flux_err", "fluxerr", "fluxerror", "e_flux",
        "eflux", "err_flux", "error_flux", "flux_sigma", "uncertainty", "flux_uncertainty", "unc",
        "std", "stdev", "flux_std", "stddev", "stderr", "staterror", "stat_error", "noise", "rms",
        "dflux", "delta_flux", "flux_unc", "ferr", "err_reduced", "errors", "errs", "flux_errors",
        "flux_density_error", "e_flux_density", "uncert", "spectrum_error", "spectrum_err",
        "flux_sig", "σ", "σ_F", "σ_F_λ",
    ),
    "mask": ("mask", "flux_mask", "bad", "badpix", "bad_pixel", "bpm", "spectrum_mask", "is_bad",
             "flagged", "is_flagged", "combined_mask", "badmask"),
    "good mask": (
        "good", "goodmask", "good_pixels", "goodpix", "good_pixel", "gpm", "is_good", "use",
        "use_pixel", "valid", "is_valid", "valid_pixels", "opt_mask", "dq_wgt",
        "box_mask", "usable", "is_usable",
    ),
    "sdss mask": ("and_mask", "andmask"),
    "quality": ("qual", "quality", "dq", "flag", "flags", "data_quality", "flux_qual", "dq_flags",
                "status", "pix_status", "qc", "qc_flag"),
    "model": (
        "model", "spectrum_model", "model_flux", "flux_model", "pipeline_model", "best_fit",
        "bestfit",
    ),
    "redshift": (
        "z", "redshift", "z_best", "zbest", "z_spec", "zspec", "z_helio", "z_hel", "z_final",
        "z_pipe", "z_obs", "z_sys", "spec_z", "redshift_best", "best_z",
    ),
}  # fmt: skip


@lru_cache(maxsize=4096)
def plain_name(name: str) -> str:
    """A column name normalized for comparison."""
    return "".join(letter for letter in name.lower() if letter.isalnum())


_KNOWN: dict[Role, tuple[str, ...]] = {
    role: tuple(map(plain_name, names)) for role, names in NAMES.items()
}
# Masks only if they hold 0 and 1.
_WEIGHTS = ("weight", "weights", "wt")
# One of each group is required.
_KINDS: tuple[tuple[ComposedRole, ...], ...] = (
    ("wave", "log wave", "frequency"), ("flux",), ("ivar", "error", "variance"),
    ("mask", "good mask", "quality"),
)  # fmt: skip


def columns_by_role(columns: Iterable[str]) -> dict[Role, str]:
    """Role → column: the first known name that is present.

    Where nobody has the name of an axis, of flux or of its noise, what says so in several words
    (:mod:`.composed_names`).

    Parameters
    ----------
    columns
        Names as the file has them.

    Returns
    -------
    Role → name as the file has it; a role that nobody plays is left out.
    """
    return dict(_by_role(tuple(columns)))


@lru_cache(maxsize=256)
def _by_role(given: tuple[str, ...]) -> dict[Role, str]:
    there = {plain_name(name): name for name in reversed(given)}
    found: dict[Role, str] = {}
    for role, names in _KNOWN.items():
        known = next((there[name] for name in names if name in there), None)
        if known is not None:
            found[role] = known
    open_kinds = [kind for kind in _KINDS if not found.keys() & {*kind}]
    if "sdss mask" in found:
        open_kinds = [kind for kind in open_kinds if "mask" not in kind]
    roles: list[ComposedRole] = [role for kind in open_kinds for role in kind]
    for role, name in only_composed(given, roles).items() if roles else ():
        if name not in found.values():
            found[role] = name
    # SDSS's OR_MASK is of exposures that were left out of the sum.
    no_masks = {there.get("ormask")} if "sdss mask" in found else set()
    known = {*found.values(), *no_masks}
    more = (name for name in given if name not in known and marked_by(name) is not None)
    return found | dict(zip(MORE_MASKS, more, strict=False))


@lru_cache(maxsize=1024)
def marked_by(name: str) -> Literal["mask", "good mask", ""] | None:
    """What 1 means in a column of 0 and 1, by its name: ``mask`` bad, ``good mask`` good.

    Parameters
    ----------
    name
        As the file has it.

    Returns
    -------
    Empty if it may be a mask of another thing (``line_mask``); None if it is none.
    """
    plain, composed = plain_name(name), composed_name(name)
    if plain in _KNOWN["mask"] or (composed and composed.role == "mask") or names_a_cause(name):
        return "mask"
    if plain in (*_WEIGHTS, *_KNOWN["good mask"]) or (composed and composed.role == "good mask"):
        return "good mask"
    return "" if "mask" in plain or plain in _KNOWN["quality"] else None
