"""A row of the collection, opened through a lens."""

from __future__ import annotations

import numpy as np

from ....data.collection import flux_unit_of
from ....data.collection.catalog_facts import z_warning_of
from ....data.lenses import AgnLens, Lens, OpenSpectrum
from ...workspace import Workspace

__all__ = ["open_row"]


def open_row(
    space: Workspace, lens: Lens, row: int, *, tried_z: float | None = None
) -> OpenSpectrum:
    """Open a row of the collection through a lens.

    Parameters
    ----------
    space
        Workspace of the collection.
    lens, row
        Which lens, which row.
    tried_z
        A redshift to try in place of its own.

    Raises
    ------
    LensError
        It cannot be opened; the text says why.
    """
    if tried_z is not None:
        from ....data.lenses.one_spectrum.tried_redshift import look_at_redshift

        return look_at_redshift(space.collection, lens, row, tried_z)
    catalog = space.catalog
    z, reason = float(catalog["z"].iat[row]), lens.reason(row)
    wave, flux, verdict = np.empty(0), np.empty(0), None
    if not reason:
        wave, flux = lens.wave_rest_aa, lens.prepared(row)
        # The missing lines follow later: see lines_lacking.
        quick = {"lines": False} if isinstance(lens, AgnLens) else {}
        verdict = lens.verdict(row, **quick)
    return OpenSpectrum(
        str(catalog["id"].iat[row]), row, lens, z, reason, wave, flux, verdict,
        flux_unit=flux_unit_of(catalog, row), z_warning=z_warning_of(catalog, row),
    )  # fmt: skip
