"""Variable-length arrays of a FITS table, padded to one length.

Source: FITS Standard 4.0, §7.3.5.
"""

from __future__ import annotations

import re

import numpy as np

__all__ = ["of_one_length", "vary"]

_FORM = re.compile(r"\s*1?[PQ]([LBIJKED])")
_KINDS = {"L": "u1", "B": "u1", "I": ">i2", "J": ">i4", "K": ">i8", "E": ">f4", "D": ">f8"}
_MOST = 20_000_000  # numbers of a column, with padding


def vary(form: str) -> bool:
    """Whether a TFORM is of variable-length arrays."""
    return form.strip().lstrip("01")[:1] in ("P", "Q")


def of_one_length(
    rows: np.ndarray, forms: tuple[str, ...], heap: bytes
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Pad variable-length arrays of a table, by NaN, or by 0 if they are integers.

    Parameters
    ----------
    rows : (n,)
        As stored: of such an array its length and its offset in the heap.
    forms
        TFORM of each column.
    heap
        Bytes of the heap, which follows the rows.

    Returns
    -------
    Rows and forms. Columns of text, bits and complex numbers, and those that would become huge,
    are unchanged.

    Raises
    ------
    ValueError
        An array lies outside the heap.
    """
    arrays: dict[str, np.ndarray] = {}
    entries: list[str] = []
    for name, form in zip(rows.dtype.names or (), forms, strict=True):
        matched = _FORM.match(form)
        found = _filled(rows[name], heap, _KINDS[matched[1]]) if matched else None
        arrays[name] = rows[name] if found is None else found
        entries.append(form if found is None or not matched else f"{found.shape[1]}{matched[1]}")
    layout = [(name, values.dtype, values.shape[1:]) for name, values in arrays.items()]
    table = np.empty(len(rows), layout)
    for name, values in arrays.items():
        table[name] = values
    return table, tuple(entries)


def _filled(stored: np.ndarray, heap: bytes, kind: str) -> np.ndarray | None:
    """Padded arrays (n, longest); None if that is empty or too large."""
    lengths, starts = stored.reshape(-1, 2).astype(np.int64).T
    longest = int(lengths.max(initial=0))
    if (stored < 0).any() or longest > len(heap):
        raise ValueError("an array of varying length lies outside the table's heap")
    if not 0 < longest * len(lengths) <= _MOST:
        return None
    values = np.full((len(lengths), longest), np.nan if "f" in kind else 0, kind)
    for row, (length, start) in enumerate(zip(lengths, starts, strict=True)):
        if length:
            values[row, :length] = np.frombuffer(heap, kind, length, start)
    return values
