"""Noise redraws of one spectrum, prepared as the spectrum was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from ....core.compute import never
from ....core.spectra import Spectrum
from ...collection import Collection
from ...collection.pixels.exposures import Exposures, Preparation, exposures_of_observed
from ..lenses import Lens

if TYPE_CHECKING:
    from ....core.compute import Sharing
    from ....core.explain.explanation import Explanation
    from ....core.targets import Target
    from ....core.trust import Recurrence

__all__ = [
    "exposures_of",
    "exposures_of_file",
    "recurring",
    "reddening_of",
]


def exposures_of(collection: Collection, lens: Lens, row: int) -> Exposures:
    """Other exposures of a spectrum of a collection, prepared as a lens's.

    Parameters
    ----------
    collection, lens
        The lens is the collection's.
    row
        One that the lens can take.
    """
    run = lens.preparation
    return exposures_of_observed(
        collection.observed(row),
        lambda: collection.spectrum(row),
        Preparation.of(run),
        collection.wave_rest_aa,
        survey=str(collection.catalog["survey"].iat[row]),
        ebv=reddening_of(collection, run.metrics.get("dust", "none"), row),
    )


def reddening_of(collection: Collection, source: Any, row: int) -> float | None:
    """Milky Way reddening of a row, mag; None for no correction.

    Parameters
    ----------
    collection, row
        Whose.
    source
        As a preparation's run has it under ``dust``.
    """
    if source == "none":
        return None
    from ...build.dust.reddening import find_reddening  # loads torch: a spectrum is drawn without

    dust = find_reddening(collection, source)
    return None if dust.ebv is None else float(dust.ebv[row])


def exposures_of_file(
    wave_rest_aa: np.ndarray, lens: Lens, spectrum: Spectrum, ebv: float | None = None
) -> Exposures:
    """The same of a spectrum from outside, on its file's own pixels.

    Parameters
    ----------
    wave_rest_aa : (C,)
        Of the lens's collection, vacuum Å.
    lens, spectrum
        The redshift must be known.
    ebv
        E(B−V) that it is corrected for, mag; None for no correction.
    """
    rest = spectrum.wave_obs_aa / (1 + spectrum.z)
    return Exposures(
        Preparation.of(lens.preparation),
        wave_rest_aa,
        rest,
        spectrum.flux,
        spectrum.ivar,
        spectrum.z,
        ebv=ebv,
    )


def recurring(
    exposures: Exposures,
    explanation: Explanation,
    x: np.ndarray,
    target: Target,
    *,
    n: int = 30,
    step: int = 10,
    cancelled: Callable[[], bool] = never,
    workers: Sharing | None = None,
) -> Iterator[Recurrence]:
    """Would other exposures give the reasons of an explanation? After every step of n redraws.

    The noise is that of the explanation's seed. A target that expects something of a spectrum, as
    an autoencoder's score does, has its weights held against noise about that, too.

    Parameters
    ----------
    exposures
        Of the spectrum that was explained.
    explanation, x : (D,), target
        What was explained, prepared.
    n, step, cancelled, workers
        As for ``core.trust.exposures.seen_again_progressively``.

    Raises
    ------
    ValueError, Cancelled
        As there.
    """
    from ....core.trust.exposures import seen_again_progressively  # loads torch

    seed, expected = explanation.settings.seed, getattr(target, "expected", None)
    null = None if expected is None else exposures.around(expected(x))
    yield from seen_again_progressively(
        explanation,
        target,
        partial(exposures.draw, seed=seed),
        None if null is None else partial(null.draw, seed=seed),
        n=n,
        step=step,
        cancelled=cancelled,
        workers=workers,
    )
