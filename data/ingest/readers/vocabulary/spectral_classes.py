"""Spectral class of an object, under the usual names and spellings."""

from __future__ import annotations

from .keywords import Ask, values_of_keywords

__all__ = ["class_of"]

_CLASSES = ("CLASS", "SPECTYPE", "SPECCLASS", "SPEC_CLASS", "SPECTRAL_CLASS", "OBJCLASS",
            "OBJ_CLASS", "PRED_CLASS")  # fmt: skip
_SUBCLASSES = ("SUBCLASS", "SUBTYPE", "SPECSUBCLASS", "SUB_CLASS")
_MEANT = {
    "GALAXY": "GALAXY", "GAL": "GALAXY", "GALAXIES": "GALAXY",
    "QSO": "QSO", "QUASAR": "QSO", "STAR": "STAR", "STARS": "STAR",
}  # fmt: skip


def class_of(value: Ask) -> tuple[str, str]:
    """One of ``SPECTRAL_CLASSES``, and the subclass; "" if unknown.

    Parameters
    ----------
    value
        Function that returns the value of an upper-case name, or None.
    """
    entries = (one for _, one in values_of_keywords(value, _CLASSES))
    kinds = (_MEANT.get(one.strip().upper(), "") for one in entries if isinstance(one, str))
    subs = (one for _, one in values_of_keywords(value, _SUBCLASSES))
    sub = next((one.strip() for one in subs if isinstance(one, str) and one.strip()), "")
    return next(filter(None, kinds), ""), sub
