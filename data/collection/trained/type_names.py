"""Spellings of AGN types: the one table of accepted names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

__all__ = ["SYNONYMS", "TYPES", "known_type", "plain_label"]

TYPES = ("type 1", "type 2", "intermediate")

# Compared without case, blanks, dots, hyphens and underscores. Seyfert 1.2 to 1.9 are what
# Osterbrock (1981, ApJ 249, 462) calls intermediate; narrow-line Seyfert 1 have type 1's lines.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "type 1": (
        "type 1", "type I", "T1", "AGN 1", "type 1 AGN", "AGN type 1", "Seyfert 1", "Seyfert I",
        "Seyfert 1.0", "Seyfert type 1", "Sy 1", "Sy I", "Sy 1.0", "S1", "NLS1", "Sy 1n", "Sey 1",
        "NLSy1", "AGN type I", "type I AGN", "type 1 Seyfert",
        "narrow-line Seyfert 1", "BROADLINE", "broad line", "broad-line AGN", "BLAGN", "BL AGN",
        "BLS1",
    ),
    "type 2": (
        "type 2", "type II", "T2", "AGN 2", "type 2 AGN", "AGN type 2", "Seyfert 2", "Seyfert II",
        "Seyfert 2.0", "Seyfert type 2", "Sy 2", "Sy II", "Sy 2.0", "S2", "Sey 2", "AGN type II",
        "type II AGN", "type 2 Seyfert", "NARROWLINE",
        "narrow line", "narrow-line AGN", "NLAGN", "NL AGN",
    ),
    "intermediate": (
        "intermediate", "intermediate type", "type intermediate", "intermediate Seyfert",
        "Seyfert intermediate", "Int",
        *(f"{name} {n}" for n in ("1.2", "1.5", "1.8", "1.9")
          for name in ("Seyfert", "Sy", "Sey", "type", "S", "AGN", "Seyfert type")),
    ),
}  # fmt: skip


def plain_label(label: str) -> str:
    """A label as labels are compared; digits apart stay two, and a doubt a doubt."""
    apart = re.sub(r"(?<=\d)[^\w.,]+(?=\d)", "/", unicodedata.normalize("NFKC", label).lower())
    return "".join(letter for letter in apart if letter.isalnum() or letter in "/?")


def _table(items: Iterable[tuple[str, tuple[str, ...]]]) -> dict[str, str]:
    return {plain_label(name): kind for kind, names in items for name in names}


_KNOWN = _table(SYNONYMS.items())


def known_type(label: str) -> str:
    """The type that a label means; "" if it is not in the table."""
    return _KNOWN.get(plain_label(label), "")
