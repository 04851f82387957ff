"""A collection as a model sees it: types, scores, planes, and spectra from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.lazy_names import public_names

if TYPE_CHECKING:
    from .built_lens import LensError, Verdict
    from .explained_anomalies import Reasons, open_reasons, reasons_by_sign, scanned
    from .leaders import ScoreLeaders, score_leaders
    from .lenses import (
        AgnLens,
        AnomalyLens,
        Lens,
        lens_of_target,
        open_lenses,
        outdated,
        outdated_domain,
    )
    from .one_spectrum.open_spectrum import OpenSpectrum
    from .one_spectrum.other_exposures import exposures_of, recurring
    from .one_spectrum.outside_spectrum import OutsideLens, read_bytes
    from .one_spectrum.whole_spectrum import WholeSpectrum, whole_of_file, whole_of_row
    from .placer import Placer
    from .plane_points import Plane, open_planes

__all__ = [
    "AgnLens",
    "AnomalyLens",
    "Lens",
    "LensError",
    "OpenSpectrum",
    "OutsideLens",
    "Placer",
    "Plane",
    "Reasons",
    "ScoreLeaders",
    "Verdict",
    "WholeSpectrum",
    "exposures_of",
    "lens_of_target",
    "open_lenses",
    "open_planes",
    "open_reasons",
    "outdated",
    "outdated_domain",
    "read_bytes",
    "reasons_by_sign",
    "recurring",
    "scanned",
    "score_leaders",
    "whole_of_file",
    "whole_of_row",
]

__getattr__ = public_names(__name__)
