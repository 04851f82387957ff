"""Fallback reader: files that specutils identifies, if it is installed."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from astropy.utils.exceptions import AstropyWarning

from ....core.spectra.spectrum import Spectrum
from ....core.spectra.units.with_units import PhysicalSpectrum
from .errors import ReadError
from .vocabulary.column_roles.hints import Hints
from .vocabulary.file_names import name_of
from .vocabulary.plain_words import in_own_words
from .vocabulary.redshift.redshift_flags import flag_words
from .vocabulary.redshift.redshift_words import KEYWORDS, VELOCITIES, redshift_of, rivals_of

__all__ = ["load_by_specutils"]

_INSTALL = "; pip install 'spexplain[specutils]' lets specutils try"


def load_by_specutils(path: Path, unknown: ReadError, hints: Hints) -> Spectrum:
    """Read a spectrum with specutils.

    Parameters
    ----------
    path
        Path of the file.
    unknown
        The error to raise if specutils cannot read it either.
    hints
        Of the user: air.

    Raises
    ------
    ReadError
        ``unknown``, if specutils is not installed, does not identify the file, or fails.
    """
    try:
        import specutils  # an optional extra, and slow to load
    except ImportError:
        raise ReadError(unknown.reason, f"{unknown}{_INSTALL}") from None
    reader: Any = specutils.Spectrum
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", AstropyWarning)
            warnings.simplefilter("ignore", UserWarning)
            loaded = reader.read(str(path))
            plain = PhysicalSpectrum.of(loaded, medium="air" if hints.air else "vacuum")
            z, z_note, z_warning = _redshift(loaded.meta, plain.redshift)
            spectrum = plain.to_spectrum(name_of(path), z=z)
    # Loaders by many authors may raise anything; the file is not read, and the cause is reported.
    except Exception as error:
        why = " ".join(str(error).split()).partition(" The available formats")[0][:150]
        if "could not be identified" in why:
            raise unknown from error
        why = in_own_words(why, "it gives up on it")
        raise ReadError(unknown.reason, f"{unknown}; specutils neither: {why}") from error
    object.__setattr__(spectrum, "z_note", z_note)
    object.__setattr__(spectrum, "z_warning", z_warning)
    object.__setattr__(spectrum, "survey", "own")
    return spectrum


def _redshift(meta: Any, own: float) -> tuple[float, str, str]:
    """Redshift of the spectrum or its header, why there is none, and warnings about it."""
    header = meta.get("header", meta) if hasattr(meta, "get") else {}
    facts = [(name, header.get(name)) for name in (*KEYWORDS, *VELOCITIES)]
    z, why = (own, "") if own == own else redshift_of(facts)
    return z, why, flag_words(header.get) or rivals_of(z, facts)
