"""The plane coloured by kept selections, overlaps apart."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...data.selections.kept_selections import KeptSelections
from .colouring import Categories

__all__ = ["SELECTIONS_COLOUR", "colouring_of_selections"]

SELECTIONS_COLOUR = "selections"
"""Name of the colouring."""

_MOST = 14  # datashader compiles again for each eight; nobody reads longer legends
_SEVERAL, _NONE = "in several", "in none"


def colouring_of_selections(kept: KeptSelections, catalog: pd.DataFrame) -> Categories:
    """Colouring by kept selection, with a separate category for spectra in more than one.

    Parameters
    ----------
    kept
        Kept selections of a collection; at most the first 14 by name are used.
    catalog : N rows
        Catalogue of that collection.

    Raises
    ------
    OSError
        They cannot be read.
    """
    every = kept.all()
    few, ids = every[:_MOST], catalog["id"].astype(str)
    times, codes = np.zeros(len(catalog), np.int16), np.zeros(len(catalog), np.int16)
    for number, selection in enumerate(few):
        inside = ids.isin(kept.ids(selection.name)).to_numpy()
        times += inside
        codes[inside] = number
    names = [selection.name for selection in few]
    several, none = (_apart(word, names) for word in (_SEVERAL, _NONE))
    shared = times > 1
    if shared.any():
        names.append(several)
        codes[shared] = len(names) - 1
    quiet = len(names) if (times == 0).any() else None
    if quiet is not None:
        names.append(none)
        codes[times == 0] = quiet
    more = f", the first {_MOST} of {len(every)}" if len(every) > _MOST else ""
    own = {selection.name: selection.colour for selection in few if selection.colour}
    return Categories(
        SELECTIONS_COLOUR, f"Kept selections{more}", tuple(names), codes, quiet, own=own
    )


def _apart(word: str, names: list[str]) -> str:
    """A word that is not the name of a selection."""
    return word if word not in names else f"{word} of these"
