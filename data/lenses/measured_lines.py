"""Emission lines of any spectra of a collection, measured on demand."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from ..collection.collection import Collection
from .explained_anomalies import without_uncalibrated

__all__ = ["measured_lines"]

_AT_ONCE = 40  # spectra measured together: a second's work that cannot be left


def measured_lines(
    collection: Collection,
    rows: np.ndarray,
    cancelled: Callable[[], bool],
) -> Iterator[tuple[pd.DataFrame, str]]:
    """Measure lines as a build does of explained anomalies, and answer once all are measured.

    Parameters
    ----------
    collection
        Whose spectra.
    rows : (n,)
        Which; each has a redshift.
    cancelled
        Asked often; true ends the work without an answer.

    Yields
    ------
    lines, dust
        A row each, as ``data.build.row_lines`` has them, with ``in_counts``; and what their flux
        was corrected for: ``map``, ``catalog`` or ``none``.

    Raises
    ------
    ValueError
        The grid reaches no line.
    """
    # Here and not above: they load what takes seconds.
    from ..build.reddening import reddening_of_lines, usable_source
    from ..build.row_lines import row_lines

    reddening = reddening_of_lines(collection, usable_source(collection, "auto"))
    parts = []
    for at in range(0, len(rows), _AT_ONCE):
        if cancelled():
            return
        parts.append(row_lines(collection, rows[at : at + _AT_ONCE], reddening))
    if parts:
        whole = pd.concat(parts, ignore_index=True)
        yield without_uncalibrated(whole, collection.catalog), reddening.source
