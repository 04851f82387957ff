"""Pixels without data: by mask and quality columns, and by fill values."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...errors import NoPixelsError, ReadError
from ...surveys.sdss import never_observed
from ...vocabulary.column_roles.column_names import MORE_MASKS, Role, marked_by, plain_name
from .columns import Columns
from .table_conventions import ALL_BITS, bad_by_survey, mask_is_of_good, serious_bits

__all__ = ["unmasked", "without_fill"]

_MASKS: tuple[Role, ...] = ("mask", "good mask", "quality", "sdss mask")
_FILLS = (-9999.0, -999.0, -99999.0, -32768.0, -99.0)
_FAR = 10.0  # σ from the median; nearer values are taken as flux
_TWICE, _SEVERAL = 2, 3
_LONG = 10  # pixels of flux 0 at an end of the spectrum that are no chance
_BEYOND = 1e10  # times the typical value; no spectrum has such a range
_FAR_IVAR = _BEYOND**2 / 2  # ratio of inverse variances below which errors are not checked
_MOST_BAD = 0.9  # fraction of the pixels; a mask that marks more may mark the good ones
_FEW = 0.3  # fraction of the pixels; numbers of arms or exposures are not so rare


def unmasked(
    columns: Columns, named: dict[Role, str], ivar: np.ndarray, said: frozenset[Role] = frozenset()
) -> tuple[np.ndarray, str]:
    """ivar (D,), set to 0 by mask and quality columns; and names of possible further masks.

    Columns without a role that hold 0 and 1, and whose names tell what 1 means, are masks too.
    Names of other possible masks are returned, unless the user names a mask.

    Parameters
    ----------
    columns, named, ivar
        The columns, the column of each role, and the inverse variance (D,).
    said
        Roles given by the user.

    Raises
    ------
    ReadError
        All pixels are masked, or nearly all by a mask of 0 and 1 whose meaning is not stated.
    """
    more = [named[role] for role in MORE_MASKS if role in named]
    if not said & {*_MASKS}:
        more += [name for name in columns.names if name not in named.values()]
    if not more and not named.keys() & {*_MASKS}:
        return ivar, ""
    bad = bad_by_survey(columns, named)
    if bad is not None:
        return np.where(bad, 0.0, ivar), ""
    if "sdss mask" in named:  # whose OR_MASK is of exposures that were left out of the sum
        more = [name for name in more if plain_name(name) != "ormask"]
    bad, unheeded = _by_more(columns, more, ivar.shape)
    roles: tuple[Role, ...] = ("mask", "quality")
    for role in roles:
        if role in named:
            bits = serious_bits(columns) if role == "quality" else ALL_BITS
            bad |= _marked(columns, named[role], bits, ivar.size, asked=role not in said)
    if "good mask" in named:
        bad |= _of_pixels(columns, named["good mask"], ivar.size) == 0
    if "sdss mask" in named:
        marks = columns.flags(named["sdss mask"])
        # Of SDSS's bits 0 alone is never set over a stretch: one of 0 and 1 is of another's making.
        plain = columns.logical(named["sdss mask"]) or set(np.unique(marks).tolist()) == {0, 1}
        bad |= marks != 0 if plain else never_observed(marks)
    if bad.all():
        by = ", ".join(repr(named[r]) for r in (*_MASKS, *MORE_MASKS) if r in named)
        where = "; --column good=NAME says of one that it marks the good ones"
        raise NoPixelsError(
            "unreadable", f"every one of {len(bad):,} pixels is marked bad by {by}{where}"
        )
    return np.where(bad, 0.0, ivar), unheeded


def _by_more(
    columns: Columns, more: Sequence[str], shape: tuple[int, ...]
) -> tuple[np.ndarray, str]:
    """(D,) True where a further column marks a pixel bad; and the names of columns not used."""
    bad, unheeded = np.zeros(shape, bool), list[str]()
    for name in more:
        meant = marked_by(name)
        try:
            flags = columns.logical(name) or (meant is not None and columns.words(name))
            marks = columns.flags(name) if flags else columns.numbers(name)
        except ReadError:  # text of another kind
            continue
        if marks.shape != shape:
            continue
        least, most = marks.min(), marks.max()
        plain = least == 0 and most == 1 and bool(np.all((marks == 0) | (marks == 1)))
        if not plain and (least == most or "mask" not in name.lower()):
            continue
        marked = marks == (meant == "mask")
        few = min(marked.mean(), 1 - marked.mean()) < _FEW
        if plain and meant and marked.mean() <= _MOST_BAD:
            bad |= marked
        elif not plain or few or meant is not None:
            unheeded.append(name)
    return bad, ", ".join(unheeded)


def _of_pixels(columns: Columns, name: str, n_pixels: int) -> np.ndarray:
    """(D,) of flags; of a list of numbers of pixels, from 0 as pPXF's ``goodpixels``, 1 at each."""
    marks = columns.flags(name)
    if marks.shape == (n_pixels,):
        return marks
    if not (marks.size and marks[0] >= 0 and marks[-1] < n_pixels and np.all(np.diff(marks) > 0)):
        raise ReadError(
            "unreadable",
            f"{name!r} has {marks.size:,} values for {n_pixels:,} pixels, and they are no rising "
            "numbers of pixels from 0: give a mask with a value a pixel",
        )
    listed = np.zeros(n_pixels, np.int64)
    listed[marks] = 1
    return listed


def _marked(columns: Columns, name: str, bits: int, n_pixels: int, *, asked: bool) -> np.ndarray:
    """(D,) True where a column marks a pixel bad, by the given bits."""
    marks = _of_pixels(columns, name, n_pixels) & bits
    if mask_is_of_good(columns, name):
        return marks == 0
    bad = marks != 0
    if asked and _MOST_BAD < bad.mean() < 1 and set(np.unique(marks).tolist()) <= {0, 1}:
        raise ReadError(
            "unreadable",
            f"{int(bad.sum()):,} of {len(bad):,} pixels are marked bad by {name!r}, if 1 is bad: "
            f"--column good={name} says that 1 is good, --column mask={name} that it is bad",
        )
    return bad


def without_fill(flux: np.ndarray, ivar: np.ndarray) -> tuple[np.ndarray, str]:
    """ivar (D,), set to 0 where flux or error is a fill value; and a description of that value.

    Fill values are −999, −9999 and the like, if repeated and far outside the errors; the largest
    or smallest flux, if several pixels share it and all others are far from it; and values 1e10
    times the typical error, or the typical flux if repeated; and 0 over a stretch at an end.
    """
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        good = np.isfinite(flux) & np.isfinite(ivar) & (ivar > 0)
        seen = (flux, ivar) if good.all() else (flux[good], ivar[good])
        if not seen[0].size or _none_far(*seen):
            return ivar, ""
        usual = float(np.median(np.abs(flux[good])))
        huge = good & (np.abs(flux) > _BEYOND * usual) & (usual > 0)
        if huge.sum() < _TWICE or len(np.unique(flux[huge])) > 1:  # reported by impossible()
            huge[:] = False
        noise = np.where(good, 1 / np.sqrt(np.where(good, ivar, 1)), 0.0)
        middle, error = float(np.median(flux[good])), float(np.median(noise[good]))
        huge |= good & (noise > _BEYOND * error)
        fills = _far_from_all(flux, noise, good)
        for fill in _FILLS:
            there = good & (flux == fill)
            if there.sum() >= _TWICE and abs(fill - middle) > _FAR * error:
                fills |= there
    none = huge | fills | _zeros_at_ends(flux, good)
    if not none.any():
        return ivar, ""
    return np.where(none, 0.0, ivar), f"{flux[np.argmax(none)]:g}"


def _zeros_at_ends(flux: np.ndarray, good: np.ndarray) -> np.ndarray:
    """(D,) True where flux is 0 over many pixels up to an end, and nowhere else, as if clipped."""
    zeros, lit = np.zeros(flux.shape, bool), np.flatnonzero(good & (flux != 0))
    if lit.size and lit.size == good[lit[0] : lit[-1] + 1].sum():
        for end in (slice(None, lit[0]), slice(lit[-1] + 1, None)):
            zeros[end] = good[end].sum() >= _LONG
    return zeros & good


def _far_from_all(flux: np.ndarray, noise: np.ndarray, good: np.ndarray) -> np.ndarray:
    """(D,) True where flux is an extreme shared by several pixels, far from all others."""
    left = good.copy()
    while left.any():
        ends = (flux[left].max(), flux[left].min())
        shared = [left & (flux == end) for end in ends if end != 0]
        apart = next((one for one in shared if _is_apart(flux, noise, left, one)), None)
        if apart is None:
            break
        left &= ~apart
    return good & ~left


def _is_apart(flux: np.ndarray, noise: np.ndarray, left: np.ndarray, shared: np.ndarray) -> bool:
    """Whether a shared value is outside the errors, and twice as far as any other value."""
    others = left & ~shared
    if shared.sum() < _SEVERAL or not others.any():
        return False
    away = flux - np.median(flux[others])
    far = float(away[shared][0])
    next_to_it = float(np.max(away[others] * np.sign(far)))
    error = float(np.median(noise[others]))
    return abs(far) > max(_FAR * error, _TWICE * next_to_it) and next_to_it > 0


def _none_far(flux: np.ndarray, ivar: np.ndarray) -> bool:
    """Quick check by the extremes alone that there is no fill value."""
    size = np.abs(flux)
    ends = float(flux.min()), float(flux.max())
    near = size.max() <= _BEYOND * size.min() and ivar.max() < _FAR_IVAR * ivar.min()
    alone = all(np.count_nonzero(flux == end) < _SEVERAL for end in ends)
    return bool(near and alone and ends[0] > max(_FILLS) and flux[0] and flux[-1])
