"""Building a collection: stages in their order, their settings, and what they need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.lazy_names import public_names

if TYPE_CHECKING:
    from .agn_study import AgnStudy, PlaneChoice
    from .all_stages import (
        BuildCancelled,
        BuildError,
        BuildSettings,
        build,
        settings_as_built,
    )
    from .build_report import BuildReport
    from .dust.dust_maps import MAPS_SOURCE, download_dust_maps
    from .dust.reddening import Reddening, find_reddening, reddening_of_lines
    from .samples.labelled import Labelled
    from .samples.learnt_from import sample_note, training_note, training_sample
    from .samples.lent import why_lent
    from .stage import Progress, Stage, StageSkipped, Work, silent

__all__ = [
    "MAPS_SOURCE",
    "AgnStudy",
    "BuildCancelled",
    "BuildError",
    "BuildReport",
    "BuildSettings",
    "Labelled",
    "PlaneChoice",
    "Progress",
    "Reddening",
    "Stage",
    "StageSkipped",
    "Work",
    "build",
    "download_dust_maps",
    "find_reddening",
    "reddening_of_lines",
    "sample_note",
    "settings_as_built",
    "silent",
    "training_note",
    "training_sample",
    "why_lent",
]

__getattr__ = public_names(__name__)
