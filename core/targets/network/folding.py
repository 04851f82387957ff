"""A ReLU network over a neighbourhood is a smaller network, exactly.

A unit that is positive at every sample is linear there, and one that never is can be left out; only
units that change sign bend anything. For a trained autoencoder round one spectrum those are few:
of 640 units some 20. So activations are kept as an affine function of a few variables (the first
layer's waking units, then the latent, then the units that bend), and a layer computes only what
might bend.

Which units those are is estimated from a few samples, on which the whole network is computed. It is
folded for a wider range than theirs and every sample is checked: one that leaves the range is
noted, and takes the whole network.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from ...compute.blas import one_blas_thread
from ...compute.compiled_loops import compiled
from .folded import Folded, Layer
from .ranges import Range
from .steps import ASLEEP, BENDS, LINEAR, PLAIN, Packed, Step

__all__ = ["fold"]

# Of a unit that nothing need be computed of: no sample within range can change its sign.
_ALWAYS, _NEVER = 4, 5

_compiled = compiled("contract", "nsz")


def fold(
    layers: Iterable[Layer],
    units: NDArray[np.intp],
    base: NDArray[np.floating],
    seen: Sequence[Range],
    *,
    reach: float = 1.0,
) -> Folded:
    """Fold the layers behind a first one and its ReLU.

    Parameters
    ----------
    layers
        The others, in order.
    units : (A,)
        Indices of the first layer's units that may wake; all others must be 0 at every sample and
        at the base.
    base : (H,)
        What enters every unit of the first layer at the base.
    seen
        At some samples and the base, the range of what enters the given units, then every unit of
        each of the other layers.
    reach
        How far samples may be, in units of how far those are; from 1.
    """
    kind = np.full(len(units), BENDS, np.int8)
    low, high = _ranges_of_new(*_widened(*seen[0], reach), base[units], kind)
    at = slice(0, len(units))
    steps = [Step(None, base[units], kind, low, high, slice(0, 0), at, keeps=False)]
    active, only = np.maximum(base, 0)[None], units
    with one_blas_thread():
        for layer, entering in zip(layers, seen[1:], strict=True):
            chain = _behind(active, only, *layer, low, high, *entering, reach)
            keeps, chosen, kind, into, floor, new_low, new_high, active = chain
            if keeps:
                low, high = np.concatenate([low, new_low]), np.concatenate([high, new_high])
            else:
                low, high = new_low, new_high
            only = chosen[:0] if keeps else chosen[kind <= PLAIN]
            if len(chosen):
                writes = slice(at.stop, at.stop + len(new_low))
                steps.append(Step(into, floor, kind, new_low, new_high, at, writes, keeps))
                at = steps[-1].leaves
    n_variables, by_slopes = at.stop - at.start, len(active) > 1
    return Folded(
        active[-1],
        Packed.of(steps),
        np.arange(len(units)),
        n_variables,
        units=None if by_slopes else only,
        slopes=active[:-1] if by_slopes else None,
    )


@_compiled
def _behind(before, only, weight, bias, rectified, low, high, least, most, reach):
    """Units that a layer must compute, and the activations after it.

    Those before it, (V + 1, H'), are of variables that keep within low and high (V,); where these
    only are units (V,), there is no more than the activations at the base, (1, H'). To enter,
    least and most (H,) were seen.
    """
    affine = _entering(before, only, weight, bias)
    least, most = _widened(least, most, reach)
    sort = _sorts(affine, low, high, least, most, rectified)
    keeps, units, kind, slopes = _chosen(sort, len(low))
    new = units[kind <= PLAIN]
    kind_of_new = kind[kind <= PLAIN]
    new_low, new_high = _ranges_of_new(least[new], most[new], affine[-1][new], kind_of_new)
    into = np.empty((len(low), len(units)), affine.dtype)
    for v in range(len(low)):
        for u in range(len(units)):
            into[v, u] = affine[v, units[u]]
    if keeps:
        behind = _extended(affine, units, kind, slopes)
    else:
        behind = np.maximum(affine[-1:], affine.dtype.type(0)) if rectified else affine[-1:].copy()
    return keeps, units, kind, into, affine[-1][units], new_low, new_high, behind


@_compiled
def _entering(before, only, weight, bias):
    """Input of a layer's units, (V + 1, H)."""
    if not len(only):
        affine = np.dot(before, weight)
    else:
        affine = np.empty((len(only) + 1, len(bias)), weight.dtype)
        for v in range(len(only)):
            affine[v] = weight[only[v]]
        affine[-1] = np.dot(before[0], weight)
    affine[-1] += bias
    return affine


@_compiled
def _widened(least, most, reach):
    """A range that reaches so many times as far, about the same middle."""
    further = least.dtype.type(0.5 * (reach - 1)) * (most - least)
    return least - further, most + further


@_compiled
def _sorts(affine, low, high, least, most, rectified):
    """The kind of each unit (H,), from what its variables can do and from what was seen."""
    base = affine[-1]
    if not rectified:
        return np.full(len(base), PLAIN if len(low) >= len(base) else _ALWAYS, np.int8)
    bottom, top = base.copy(), base.copy()
    for v in range(len(low)):
        for h in range(len(base)):
            one, other = affine[v, h] * low[v], affine[v, h] * high[v]
            bottom[h] += min(one, other)
            top[h] += max(one, other)
    sort = np.empty(len(base), np.int8)
    for h in range(len(base)):
        if bottom[h] >= 0 or top[h] <= 0:
            sort[h] = _ALWAYS if bottom[h] >= 0 and top[h] > 0 else _NEVER
        elif base[h] + most[h] <= 0:
            sort[h] = ASLEEP
        else:
            sort[h] = LINEAR if base[h] + least[h] >= 0 else BENDS
    return sort


@_compiled
def _chosen(sort, n_variables):
    """The units to compute, their kinds, and which units (H,) have slopes, if variables remain.

    They do not if the units that are ever awake are fewer than they and those that bend.
    """
    n_bends, n_awake, n_plain = (sort == BENDS).sum(), 0, (sort == PLAIN).sum()
    for kind in sort:
        n_awake += kind in (BENDS, LINEAR, _ALWAYS)
    keeps = not n_plain and (n_variables + n_bends < n_awake or n_bends == n_awake == 0)
    units, kinds = np.empty(len(sort), np.intp), np.empty(len(sort), np.int8)
    slopes, n_units = np.zeros(len(sort), np.bool_), 0
    for h in range(len(sort)):
        kind = sort[h]
        slopes[h] = keeps and kind in (LINEAR, _ALWAYS)
        if not keeps and kind in (LINEAR, _ALWAYS):
            kind = BENDS
        if kind not in (_ALWAYS, _NEVER):
            units[n_units], kinds[n_units] = h, kind
            n_units += 1
    return keeps, units[:n_units], kinds[:n_units], slopes


@_compiled
def _ranges_of_new(least, most, floor, kind):
    """Bounds of new variables, (v,) twice, from the input of their units."""
    low, high, zero = least.copy(), most.copy(), floor.dtype.type(0)
    for v in range(len(low)):
        if kind[v] == BENDS:
            waking = max(floor[v], zero)
            low[v] = max(floor[v] + low[v], zero) - waking
            high[v] = max(floor[v] + high[v], zero) - waking
    return low, high


@_compiled
def _extended(affine, units, kind, slopes):
    """Activations behind a step: slopes of the linear units, then one more for each variable."""
    n_before = len(affine) - 1
    new = units[kind <= PLAIN]
    after = np.zeros((n_before + len(new) + 1, affine.shape[1]), affine.dtype)
    for h in range(affine.shape[1]):
        base = affine[n_before, h]
        after[-1, h] = base if slopes[h] else max(base, 0 * base)
        if slopes[h]:
            for v in range(n_before):
                after[v, h] = affine[v, h]
    for v in range(len(new)):
        after[n_before + v, new[v]] = 1
    return after
