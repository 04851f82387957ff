"""Names of columns that say what they are in several words: ``flux_err_mjy``, ``wavelength_nm``.

Where no column has a name of the table, one whose every word is known here counts. A word that is
not (``sky``, ``model``, ``rest``, ``min``) makes it another column.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal, NamedTuple

__all__ = ["Composed", "ComposedRole", "composed_name", "names_a_cause", "only_composed"]

ComposedRole = Literal[
    "wave", "log wave", "frequency", "flux", "error", "variance", "ivar",
    "mask", "good mask", "quality",
]  # fmt: skip

_AXIS = (
    "wavelengths", "wavelength", "wavelen", "wavelnth", "wavlen", "wlen", "wave", "waves", "wav",
    "wvl", "lambda", "lambdas", "lamda", "lbda", "lam", "wl", "spectral",
)  # fmt: skip
_FLUX = (
    "fluxes", "flux", "fluxden", "flx", "flam", "flambda", "fnu", "spectrum",
    "spec",
)  # fmt: skip
_ERROR = (
    "errors", "error", "errs", "err", "uncertainty", "uncert", "unc", "sigma", "sig", "stddev",
    "sdev", "stdev", "stderr", "std", "rms", "noise", "1sigma", "1sig",
)  # fmt: skip
_VARIANCE = ("variance", "var")
_IVAR = ("ivariance", "ivar", "invvar", "inversevariance", "invvariance")
_LOG = ("log10", "log", "ln")
_FREQUENCY = ("frequency", "freq", "wavenumber", "wavenum")
# What a name may say besides, without being another column.
_OF_AXIS = (
    "obs", "observed", "vacuum", "vac", "air", "helio", "heliocentric", "bary", "barycentric",
    "value", "axis", "grid", "array", "in",
)  # fmt: skip
_OF_FLUX = (
    "obs", "observed", "opt", "optimal", "cal", "calib", "calibrated", "final", "coadd", "coadded",
    "combined", "lam", "lambda", "nu", "density", "den", "spectral", "value", "array", "1d", "cgs",
    "sci",
)  # fmt: skip
_OF_NOISE = ("stat", "statistical", "random", "total", "rand", "value", "array", "of")
# As it stands in a name → as it is read as a unit. Letters alone only where they stand apart.
_LENGTHS = {
    "angstroms": "Angstrom", "angstrom": "Angstrom", "ang": "Angstrom", "aa": "Angstrom",
    "a": "Angstrom", "å": "Angstrom", "nanometers": "nm", "nm": "nm", "microns": "um",
    "micron": "um", "um": "um", "mum": "um", "μm": "um", "µm": "um", "m": "m",
}  # fmt: skip
_FREQUENCIES = {"ghz": "GHz", "thz": "THz", "hz": "Hz", "cm1": "cm-1"}
_DENSITIES = {
    "jy": "Jy",
    "mjy": "mJy",
    "ujy": "uJy",
    "µjy": "uJy",
    "μjy": "uJy",
    "njy": "nJy",
    "percent": "%",
    "pct": "%",
}
_MASKS: tuple[tuple[ComposedRole, tuple[str, ...]], ...] = (
    (
        "good mask",
        (
            "good",
            "goodmask",
            "goodpix",
            "valid",
            "unmasked",
            "unflagged",
            "unclipped",
            "unrejected",
            "ok",
            "clean",
            "include",
            "included",
            "keep",
            "kept",
            "use",
        ),
    ),
    (
        "mask",
        (
            "mask",
            "masks",
            "masked",
            "badmask",
            "bad",
            "badpix",
            "badpixel",
            "badpixels",
            "reject",
            "rejected",
            "exclude",
            "excluded",
            "outlier",
            "outliers",
            "flagged",
            "clipped",
            "invalid",
            "unusable",
        ),
    ),
    ("quality", ("dq", "qual", "quality", "flag", "flags", "bitmask", "pixmask")),
)
_EVERY_MASK = {role for role, _ in _MASKS}
_OF_MASK = (
    "pix", "pixel", "pixels", "bit", "bits", "is", "data", "code", "array", "value", "bool",
    "telluric", "tell", "cosmic", "cosmics", "cr", "nan",
)  # fmt: skip
# Why a pixel may be bad.
_CAUSES = (
    "telluric", "tellurics", "tell", "cosmic", "cosmics", "cr", "crs", "cosmicray", "cosmicrays",
    "crmask", "crhit", "saturated", "sat", "hot", "dead", "missing", "nodata", "unreliable",
    "ignore", "ignored", "spike", "spikes", "clip", "sigclip", "artifact", "artifacts", "artefact",
    "contam", "contaminated", "corrupted", "defect", "defective", "notgood", "ormask", "xmask",
)  # fmt: skip
_SAID_AS_TWO = r"\b(?:not? (?:good|ok|valid|data|flux)|(?:or|x) mask)\b"
_NOT_BAD = r"\b(?:not|non) (?:an? )?(?:masked|mask|bad|flagged|rejected|excluded|clipped|outlier)\b"
_OF_CAUSES = ("ray", "rays", "hit", "hits", "flux")
_NOISE: tuple[tuple[ComposedRole, tuple[str, ...]], ...] = (
    ("ivar", _IVAR), ("variance", _VARIANCE), ("error", _ERROR),
)  # fmt: skip
_LONGEST = 60  # letters of a name
_SHORTEST_GLUED = 3  # letters; shorter words only where they stand apart


class Composed(NamedTuple):
    """What a name says: the part that the column plays, and its unit; empty without one."""

    role: ComposedRole
    unit: str
    n_words: int


@lru_cache(maxsize=1024)
def composed_name(name: str) -> Composed | None:
    """What a name says in several words; None if one of them is not known.

    Parameters
    ----------
    name
        As the file has it.
    """
    if len(name) > _LONGEST:
        return None
    text = _words(name)
    return _axis(text) or _flux(text, name) or _noise(text, name) or _mask(text)


@lru_cache(maxsize=1024)
def names_a_cause(name: str) -> bool:
    """Whether a name says why pixels are bad: ``cosmic_ray``, ``not_good``, ``no_data``.

    Parameters
    ----------
    name
        As the file has it.
    """
    text = " ".join(_words(name[:_LONGEST]))
    parts = re.sub(_SAID_AS_TWO, "notgood", text).split()
    masks = next(words for role, words in _MASKS if role == "mask")
    return bool({*parts} & {*_CAUSES}) and _only(parts, _CAUSES, _OF_CAUSES, _OF_MASK, masks)


def _words(name: str) -> list[str]:
    """Of which a name is made, in lower case."""
    # A capital begins a word, but not in names that are all capitals.
    apart = name if name.isupper() else re.sub(r"(?<=[a-zµμ])(?=[A-Z])", "_", name)
    apart = re.sub(r"([mµμun])_(?=Jy\b)", r"\1", apart)
    text = re.sub(r"[\W_]+", " ", apart.lower())
    parts = re.sub(r"\bf (lambda|nu)\b", r"f\1", text).split()
    return [part for word in parts for part in _parts(word)]


def only_composed(names: Iterable[str], roles: Iterable[ComposedRole]) -> dict[ComposedRole, str]:
    """Role → the one name that says so in the fewest words, for some roles.

    Parameters
    ----------
    names
        As the file has them.
    roles
        Those that no name of the table plays.
    """
    wanted = {*roles}
    found: dict[ComposedRole, list[tuple[int, str]]] = {}
    for name in names:
        composed = composed_name(name)
        if composed is not None and composed.role in wanted:
            found.setdefault(composed.role, []).append((composed.n_words, name))
    chosen: dict[ComposedRole, str] = {}
    for role, those in found.items():
        those.sort()
        # Of two alike the user has to say which; but of masks one is better than none.
        if len(those) == 1 or those[0][0] < those[1][0] or role in _EVERY_MASK:
            chosen[role] = those[0][1]
    return chosen


_LISTS = (
    _AXIS, _FLUX, _ERROR, _VARIANCE, _IVAR, _LOG, _FREQUENCY, _OF_AXIS, _OF_FLUX, _OF_NOISE,
    _OF_MASK, _CAUSES, _LENGTHS, _FREQUENCIES, _DENSITIES, *(words for _, words in _MASKS),
)  # fmt: skip
_ALL = {word for words in _LISTS for word in words}
_GLUED = sorted((word for word in _ALL if len(word) >= _SHORTEST_GLUED), key=len, reverse=True)


def _parts(word: str) -> list[str]:
    """Words of which one is glued together; the word itself if it is no such."""
    if word in _ALL:
        return [word]
    for begin in _GLUED:
        if word.startswith(begin):
            rest = _parts(word[len(begin) :])
            if all(part in _ALL for part in rest):
                return [begin, *rest]
    if word[:1] in ("e", "d") and word[1:] in ("flux", "flam", "flambda", "fnu", "fluxes"):
        return ["err", word[1:]]
    return [word]


def _only(said: list[str], *allowed: Iterable[str]) -> bool:
    return {*said} <= {word for words in allowed for word in words}


def _axis(said: list[str]) -> Composed | None:
    axes = {*said} & {*_AXIS}
    if {*said} & {*_FREQUENCY} and _only(said, _FREQUENCY, _OF_AXIS, _FREQUENCIES):
        unit = next((_FREQUENCIES[word] for word in said if word in _FREQUENCIES), "")
        return Composed("frequency", unit, len(said))
    if not axes or not _only(said, _AXIS, _OF_AXIS, _LENGTHS, _LOG):
        return None
    unit = next((_LENGTHS[word] for word in said if word in _LENGTHS), "")
    log = bool({*said} & {*_LOG})
    return Composed("log wave" if log else "wave", unit, len(said))


def _flux(said: list[str], name: str) -> Composed | None:
    if not {*said} & {*_FLUX} or not _only(said, _FLUX, _OF_FLUX, _DENSITIES):
        return None
    # λF_λ is none.
    if {*said} & {"flam", "flambda", "fnu"} and {*said} & {"lam", "lambda", "nu"}:
        return None
    return Composed("flux", _density(said, name), len(said))


def _noise(said: list[str], name: str) -> Composed | None:
    ends = (0, len(said) - 1) if len(said) > 1 else ()
    said = ["err" if w in ("e", "d") and n in ends else w for n, w in enumerate(said)]
    role: ComposedRole | None = next((r for r, words in _NOISE if {*said} & {*words}), None)
    if {"inverse", "inv"} & {*said} and {*_VARIANCE} & {*said}:
        role, said = "ivar", [w for w in said if w not in ("inverse", "inv")]
    known = (_IVAR, _VARIANCE, _ERROR, _OF_NOISE, _FLUX, _OF_FLUX, _DENSITIES, ("f",))
    if role is None or not _only(said, *known):
        return None
    # The error of a wavelength is no error of flux.
    if {*said} & {"lam", "lambda", "nu"} and not {*said} & {*_FLUX}:
        return None
    return Composed(role, _density(said, name), len(said))


def _mask(said: list[str]) -> Composed | None:
    said = re.sub(_NOT_BAD, "good", " ".join(said)).split()
    role: ComposedRole | None = next((role for role, words in _MASKS if {*said} & {*words}), None)
    if role is None or not _only(said, *(words for _, words in _MASKS), _OF_MASK, _FLUX, _ERROR):
        return None
    return Composed(role, "", len(said))


def _density(said: list[str], name: str) -> str:
    unit = next((_DENSITIES[word] for word in said if word in _DENSITIES), "")
    return "MJy" if unit == "mJy" and "MJy" in name else unit
