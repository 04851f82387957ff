"""The stored domain of a model: its training sample and its owner."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from ...files import ModelFileError, load_arrays, save_arrays
from ...files.arrays.mapped_columns import MAPPED_FROM, mapped_columns, texts_of_kinds
from ..runs import Run

if TYPE_CHECKING:
    from ....core.trust.domain import Domain, DomainValues

__all__ = [
    "COUNTS",
    "INSIDE",
    "NOT_OF_KIND",
    "PATTERNS",
    "UNLIKE",
    "Z_OF_TYPES",
    "BuiltDomain",
    "DomainVerdict",
    "load_domain",
    "save_domain",
    "why_outside",
]

INSIDE, COUNTS = "inside", "outside: counts"
NOT_OF_KIND, UNLIKE = "outside: another kind", "outside: unlike anything"
_WORDS = (INSIDE, COUNTS, NOT_OF_KIND, UNLIKE)
# Entries of a run's facts if patterns of lines, and redshifts of types, are compared; older runs
# lack them.
PATTERNS, Z_OF_TYPES = "patterns", "z_of_types"
_SKY = (
    "what the night sky left is not judged: at 5577 or 6300 Å observed it is as in none of theirs, "
    "and a reason there may be the sky's"
)
# Words of SDSS's subclass that say what the lines are of.
_FORMS_STARS = {"STARFORMING", "STARBURST"}
_ACTIVE = {"AGN", "BROADLINE"}
_COUNTS = "its flux is in uncalibrated counts, that of what the model learned on is calibrated"


@dataclass(frozen=True, slots=True)
class DomainVerdict:
    """Whether a spectrum is one for a model.

    Attributes
    ----------
    outside
        Whether either measure puts it outside, or its flux is in counts.
    why
        The reasons in words, the strongest first; empty if it is inside.
    of_kind
        Log-odds of the sample against its survey, relative to the threshold; NaN if unknown.
    distance
        Distance from the training sample; 1 is the border.
    notes
        Where it lies beyond what the sample was selected by, that its survey says it forms stars
        where the model knows AGN alone, and whether the night sky left something that is not
        judged; no reason to be outside.
    lacking
        Strong lines that it lacks although nearly all spectra of its predicted type show them, in
        words; these do not put it outside either.
    """

    outside: bool
    why: str
    of_kind: float
    distance: float
    notes: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """JSON-serialisable; unknown numbers are null."""
        known = None if np.isnan(self.of_kind) else self.of_kind
        return {
            "outside": self.outside,
            "why": self.why,
            "of_kind": known,
            "distance": self.distance,
            "notes": list(self.notes),
            "lacking": list(self.lacking),
        }


def save_domain(folder: Path, domain: Domain) -> None:
    """Store the measures in a run."""
    save_arrays(folder / "domain.safetensors", *domain.to_arrays())


def load_domain(run: Run) -> Domain:
    """The measures of a run.

    Raises
    ------
    ModelFileError
        The file is damaged or of another version.
    """
    from ....core.trust.domain.domain import Domain

    path = run.path / "domain.safetensors"
    arrays, facts = load_arrays(path)
    try:
        return Domain.from_arrays(arrays, facts)
    except ValueError as error:
        raise ModelFileError(f"{path}: {error}") from error


def why_outside(
    values: DomainValues,
    wave_rest_aa: np.ndarray,
    sample: Mapping[str, Any],
    flux_units: Iterable[str],
) -> list[str]:
    """Why each spectrum is outside, in words; "" for those inside.

    Parameters
    ----------
    values
        Values of the measures.
    wave_rest_aa : (D,)
        Vacuum Å.
    sample
        Facts of the run: ``what`` the model was trained on, what the ``rest`` of the survey is, and
        whether any of it is in ``counts``.
    flux_units : (n,)
        Of the files. A model trained on calibrated flux does not apply to counts, even if they look
        like its sample.
    """
    from ....core.trust.domain.domain import statistic_words

    what, rest = sample["what"], sample["rest"]
    words = []
    each = (values.of_kind, values.distance, values.statistic, values.where_px, flux_units)
    for kind, far, statistic, at, unit in zip(*each, strict=True):
        parts = [_COUNTS] if unit == "counts" and not sample["counts"] else []
        if far > 1:
            wave = float(wave_rest_aa[at]) if at >= 0 else float("nan")
            parts.append(
                f"unlike anything the model learned on: {statistic_words(str(statistic), wave)}"
            )
        if kind < 0:
            # A spectrum unlike all others is not like the rest of the survey either.
            like = f": it looks like {rest}" if far <= 1 else ""
            parts.append(f"not like the {what} the model learned on{like}")
        words.append("; ".join(parts))
    return words


class BuiltDomain:
    """The domain from a run of stage domain-p21 or domain-o25, for stored and other spectra.

    Parameters
    ----------
    run
        Run of the stage.
    wave_rest_aa : (D,)
        Of the prepared spectra, vacuum Å.
    """

    def __init__(self, run: Run, wave_rest_aa: np.ndarray) -> None:
        self.run, self._wave = run, wave_rest_aa
        self.table: pd.DataFrame = run.table("domain").set_index("row")
        self.sample: dict[str, Any] = run.facts("sample")

    @property
    def columns(self) -> pd.DataFrame:
        """Columns to colour the plane by: each row's verdict in words, and both measures."""
        table = self.table
        # As codes, turned into words last: as numpy texts they would take gigabytes for a survey.
        codes = table["outside"].to_numpy(np.int8)  # of _WORDS: inside, or in counts
        codes = np.where(table["of_kind"].to_numpy() < 0, _WORDS.index(NOT_OF_KIND), codes)
        codes = np.where(table["distance"].to_numpy() > 1, _WORDS.index(UNLIKE), codes)
        domain: Any = texts_of_kinds(pa.DictionaryArray.from_arrays(codes, pa.array(_WORDS)))
        if len(table) >= MAPPED_FROM:
            domain = mapped_columns([pd.Series(domain, name="domain")])["domain"].array
        columns = {name: table[name] for name in ("of_kind", "distance", "why")}
        return pd.DataFrame(columns | {"domain": pd.Series(domain, table.index)}, copy=False)

    @cached_property
    def domain(self) -> Domain:
        """The measures, read at the first use."""
        return load_domain(self.run)

    @property
    def knows_kind(self) -> bool:
        """Whether there was a background to tell the sample from."""
        return bool(self.sample["knows_kind"])

    def of_row(self, row: int, facts: Mapping[str, Any]) -> DomainVerdict:
        """Of a stored spectrum.

        ``facts`` are its z, sn_median, flux_unit, label, subclass and predicted type.
        """
        measured = self.table.loc[row]
        measures = float(measured["of_kind"]), float(measured["distance"])
        sky = bool(measured.get("sky", False))  # earlier builds judged it
        return self._verdict(str(measured["why"]), *measures, sky, facts)

    def of_flux(self, flux: np.ndarray, facts: Mapping[str, Any]) -> DomainVerdict:
        """Verdict on a prepared spectrum (D,) from outside the collection."""
        from ....core.spectra.night_sky import over_night_sky

        spectra = np.asarray(flux, np.float32)[None]
        z = np.array([facts.get("z", np.nan)], np.float64)
        values = self.domain(spectra, over_night_sky(spectra, self._wave, z))
        (why,) = why_outside(values, self._wave, self.sample, [str(facts.get("flux_unit", ""))])
        measures = float(values.of_kind[0]), float(values.distance[0])
        return self._verdict(why, *measures, bool(values.sky[0]), facts)

    def lines_lacking(
        self, predicted: str, spectrum: Callable[[], tuple[np.ndarray, np.ndarray, np.ndarray]]
    ) -> tuple[str, ...]:
        """Lines expected of a spectrum's predicted type that it does not show.

        Parameters
        ----------
        predicted
            Its type.
        spectrum
            Returns rest wavelengths (vacuum Å), flux and ivar, (D,) each, as observed.
        """
        expected = self.sample.get("lines") or {}
        if predicted not in expected:
            return ()
        from .lines_of_sample import lines_lacking  # loads the line fit

        return lines_lacking(predicted, expected, spectrum)

    def _verdict(
        self, why: str, of_kind: float, distance: float, sky: bool, facts: Mapping[str, Any]
    ) -> DomainVerdict:
        notes = (*self._notes(facts), *([_SKY] if sky else []))
        return DomainVerdict(bool(why), why, of_kind, distance, notes)

    def _notes(self, facts: Mapping[str, Any]) -> tuple[str, ...]:
        """Where it is beyond the redshifts and S/N of the sample, or of its type."""
        notes = []
        # Of types alone: a score has its rank among the spectra nearest in S/N.
        types = self.sample.get("recipe") == "p21"
        untested = ": probabilities and sets were never tested there" if types else ""
        for name, title, digits in (("z", "z", ".3f"), ("sn_median", "S/N", ".1f")):
            ends, value = self.sample.get(name), facts.get(name)
            if ends is None or value is None or not np.isfinite(value):
                continue
            if not ends[0] <= value <= ends[1]:
                learnt_range = f"{ends[0]:{digits}}–{ends[1]:{digits}}"
                notes.append(
                    f"{title} {value:{digits}} not within {learnt_range}, what the model learned on"
                    f"{untested}"
                )
        z, predicted = facts.get("z", np.nan), facts.get("predicted", "")
        low, high = (self.sample.get(Z_OF_TYPES) or {}).get(predicted, (-np.inf, np.inf))
        if (z < low or z > high) and not any(note.startswith("z ") for note in notes):
            of = f"the {predicted} the model learned on"
            notes.append(f"z {z:.3f} not within {low:.3f}–{high:.3f} of {of}{untested}")
        subclass = str(facts.get("subclass", ""))
        words = set(subclass.split())
        if types and not facts.get("label") and words & _FORMS_STARS and not words & _ACTIVE:
            notes.append(f"by its survey {subclass}, not AGN: the model knows AGN types alone")
        return tuple(notes)
