"""All that the rooms declare."""

from __future__ import annotations

from . import of_explanations, of_models, of_planes, of_spectra

DECLARED = {**of_spectra.LAWS, **of_models.LAWS, **of_planes.LAWS, **of_explanations.LAWS}
