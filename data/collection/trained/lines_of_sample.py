"""Strong lines shown by the training spectra of each type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from ....core.spectra.lines import DETECTION_SN, STRONG_LINES, expected_lines, strong_lines_sn
from ....core.words import number_text

if TYPE_CHECKING:
    from ..collection import Collection

__all__ = ["lines_lacking", "sample_lines"]

_MOST = 300


def sample_lines(
    collection: Collection, rows: np.ndarray, *, seed: int
) -> dict[str, dict[str, tuple[int, int]]]:
    """Type → line → in how many of how many spectra it is seen, for lines that nearly all show.

    Parameters
    ----------
    collection
        Whose spectra.
    rows : (n,)
        Rows of the labelled spectra; at most 300 of a type are used, drawn at random.
    seed
        Seed of the draw.
    """
    from ....core.models.splits import drawn_at_most  # scikit-learn takes seconds

    rng = np.random.default_rng(seed)
    labels = collection.catalog["label"].to_numpy(str)[rows]
    lines_of_class = {}
    for label in np.unique(labels):
        chosen = drawn_at_most(rows[labels == label], _MOST, seed=rng)
        flux, ivar = (
            np.array(part)
            for part in zip(*(collection.spectrum(int(row)) for row in chosen), strict=True)
        )
        expected = expected_lines(strong_lines_sn(collection.wave_rest_aa, flux, ivar))
        lines_of_class[str(label)] = expected
    return lines_of_class


def lines_lacking(
    kind: str,
    expected: Mapping[str, Mapping[str, tuple[int, int]]],
    spectrum: Callable[[], tuple[np.ndarray, np.ndarray, np.ndarray]],
) -> tuple[str, ...]:
    """Lines that nearly all of a type show and a spectrum does not, in words.

    Parameters
    ----------
    kind
        The type predicted for it.
    expected
        From :func:`sample_lines`.
    spectrum
        Returns rest wavelengths (vacuum Å), flux and ivar, (D,) each, as observed; called only if
        any lines are expected.
    """
    lines = expected.get(kind, {})
    if not lines:
        return ()
    wave, flux, ivar = spectrum()
    sn = strong_lines_sn(wave, flux[None], ivar[None])
    words = []
    for name, (seen, of) in lines.items():
        line_sn = float(sn[name][0])
        if np.isfinite(line_sn) and line_sn < DETECTION_SN:
            shown = number_text(line_sn, ".1f")
            words.append(
                f"{STRONG_LINES[name]} is not detected (S/N {shown}); in {seen} of {of} {kind} "
                "spectra the model learned on it is"
            )
    return tuple(words)
