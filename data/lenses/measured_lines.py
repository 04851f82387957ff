"""Emission lines of any spectra of a collection, measured on demand."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from ..collection import Collection
from .explained_anomalies import without_uncalibrated

__all__ = ["measured_lines"]

_AT_ONCE = 40  # spectra measured together: about a second's work, which cannot be cancelled


def measured_lines(
    collection: Collection,
    rows: np.ndarray,
    cancelled: Callable[[], bool],
) -> Iterator[tuple[pd.DataFrame, str]]:
    """Measure lines as a build does for explained anomalies; yields once all are measured.

    Parameters
    ----------
    collection
        The spectra.
    rows : (n,)
        Rows to measure; each has a redshift.
    cancelled
        Called often; True ends the work without a result.

    Yields
    ------
    lines, dust
        One line for each row, as from ``data.build.dust.row_lines``, with ``in_counts``; and the
        source of the dust correction: ``map``, ``catalog`` or ``none``.

    Raises
    ------
    ValueError
        The grid covers no lines.
    """
    # Imported here: they take seconds to load.
    from ..build.dust.reddening import reddening_of_lines, usable_source
    from ..build.dust.row_lines import row_lines

    reddening = reddening_of_lines(collection, usable_source(collection, "auto"))
    parts = []
    for at in range(0, len(rows), _AT_ONCE):
        if cancelled():
            return
        parts.append(row_lines(collection, rows[at : at + _AT_ONCE], reddening))
    if parts:
        whole = pd.concat(parts, ignore_index=True)
        yield without_uncalibrated(whole, collection.catalog), reddening.source
