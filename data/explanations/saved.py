"""An explanation together with its origin."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.explain import Effects, Explanation, effects
from ...core.explain.explanation import flux_digest
from ...core.trust import Intervals, Recurrence

__all__ = ["Origin", "OtherModelError", "SavedExplanation"]


class OtherModelError(Exception):
    """The model is not the one that was explained; the text names both."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the spectrum and the model of an explanation came from; "" if unknown.

    Attributes
    ----------
    spectrum_id
        Of the spectrum, unique in its collection.
    collection, collection_key
        Folder of the collection as the user named it, and the key of its contents.
    lens, lens_target
        Of the collection: ``agn`` or ``anomaly``, and the target's name there.
    model_key
        Key of the run that trained the model.
    lens_knobs
        Settings of the target besides its name: width of the filter, share trimmed.
    note
        The user's own note.
    flux_unit
        Before preparation, as in its file.
    domain
        Whether the model has learned on anything like the spectrum: ``"inside"``,
        ``"outside: …"`` with why, or ``"not known"``, then where it is beyond what the sample was
        selected by; empty of a model of no collection.
    whose
        Owner and training sample of the model.
    z_warning
        Doubts about the redshift used, in words.
    verdict
        The model's verdict: probabilities and set of types, or score and ranks.
    """

    spectrum_id: str = ""
    collection: str = ""
    collection_key: str = ""
    lens: str = ""
    lens_target: str = ""
    model_key: str = ""
    note: str = ""
    lens_knobs: dict[str, float] = field(default_factory=dict)
    flux_unit: str = ""
    domain: str = ""
    whose: str = ""
    z_warning: str = ""
    verdict: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class SavedExplanation:
    """An explanation, the spectrum it is of, and where both came from.

    Attributes
    ----------
    explanation
        With every setting and the seed.
    wave_rest_aa : (D,) float64
        Rest wavelengths of the pixels, vacuum Å, increasing.
    flux : (D,) float32 or float64
        The prepared flux, as it was explained.
    origin
        Spectrum, collection and model.
    intervals
        Of the weights, if they have been judged.
    mirrored : (S,)
        Raw weights with the factor on the other side of 1, if it was asked.
    recurrence
        What other exposures would say of the weights, if it is known.
    filled : (D,) bool
        Pixels that were filled in rather than measured; None if that is not known.

    Raises
    ------
    ValueError
        If the shapes do not fit the explanation, the flux is another than was explained, or the
        wavelengths do not increase.
    """

    explanation: Explanation
    wave_rest_aa: NDArray[np.float64]
    flux: NDArray[np.floating]
    origin: Origin = Origin()
    intervals: Intervals | None = None
    recurrence: Recurrence | None = None
    mirrored: NDArray[np.float64] | None = None
    filled: NDArray[np.bool_] | None = None

    @property
    def n_filled(self) -> NDArray[np.intp] | None:
        """(S,) how many pixels of each segment were filled in; None if that is not known."""
        if self.filled is None:
            return None
        labels, n_segments = self.explanation.labels, len(self.explanation.weights)
        return np.bincount(labels[self.filled], minlength=n_segments)

    @property
    def effects(self) -> Effects:
        """The weights per +10 % of the flux, and what any change does; fills as they are."""
        return effects(self.explanation, mirrored=self.mirrored)

    def __post_init__(self) -> None:
        n_pixels, n_segments = len(self.explanation.labels), len(self.explanation.weights)
        flux = np.asarray(self.flux)
        # Every method begins by casting to one of these two.
        flux = flux if flux.dtype == np.float32 else flux.astype(np.float64)
        parts = {
            "wave_rest_aa": (np.asarray(self.wave_rest_aa, np.float64), (n_pixels,)),
            "flux": (flux, (n_pixels,)),
        }
        for name, (values, shape) in parts.items():
            if values.shape != shape:
                raise ValueError(f"{name} must be {shape}, got {values.shape}")
            object.__setattr__(self, name, values)
        if self.filled is not None and np.shape(self.filled) != (n_pixels,):
            raise ValueError(f"filled must be {(n_pixels,)}, got {np.shape(self.filled)}")
        if self.intervals is not None and self.intervals.low.shape != (n_segments,):
            raise ValueError(f"intervals must be {(n_segments,)}, got {self.intervals.low.shape}")
        if self.recurrence is not None and self.recurrence.share.shape != (n_segments,):
            raise ValueError(
                f"recurrence must be {(n_segments,)}, got {self.recurrence.share.shape}"
            )
        was = self.explanation.flux_digest
        if was and was != flux_digest(flux):
            raise ValueError("the flux is not the one that was explained")
        steps = np.diff(self.wave_rest_aa)
        if not (steps > 0).all():
            at = int(np.argmin(steps > 0))
            pair = self.wave_rest_aa[at : at + 2].tolist()
            raise ValueError(f"wave_rest_aa must increase, but {pair[0]} is followed by {pair[1]}")
