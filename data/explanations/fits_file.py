"""Explanations as FITS files with all that a bit-exact replay needs.

The file is FITS, so that any tool of the field opens it, and it carries checksums:

* primary header: FORMAT, CREATOR, OBJECT, METHOD and TARGET to read, DOMAIN, ZDOUBT, MODEL and NOTE
  where there is something to say; RECORD, the JSON that counts
* SEGMENTS: edges (Å, rest frame), weight and, where they are known, its interval and error by the
  random masks and by the spectrum's noise, and what other exposures would say of it; where
  segments were scaled also per_10_percent, the change per +10 % of the flux, and weight_mirrored,
  the weight with the factor on the other side of 1: of the same sign, any change does the same
* SPECTRUM: wavelength, the prepared flux that was explained, and the segment of each pixel
* SAMPLES: the target's value on each sample, for methods that sample
"""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits

from ...core.explain import ExplainSettings, Explanation, explain, explain_progressively
from ...core.explain.explanation import below_zero, flux_digest
from ...core.targets import Target
from ...core.trust import Intervals, Recurrence
from ..files import written_whole
from .saved import Origin, OtherModelError, SavedExplanation

__all__ = ["ExplanationFileError", "load_explanation", "replay", "save_explanation"]

# As near as another machine's sums come to these.
_CLOSE = 1e-5

_OTHER_KINDS = (".npz", ".npy", ".json", ".csv", ".ecsv", ".parquet", ".h5", ".png", ".pdf", ".svg")
FORMAT = "spexplain explanation 1"
_SCALARS = (
    "method", "target", "intercept", "r2", "value", "local_prediction", "n_samples", "complete",
    "stopped", "sampled", "nothing",
)  # fmt: skip


# What of the origin a header shows.
_SAID = {"DOMAIN": "domain", "ZDOUBT": "z_warning", "MODEL": "whose", "NOTE": "note"}
# Columns of SEGMENTS that hold the intervals.
_INTERVALS = {"weight_low": "low", "weight_high": "high", "weight_error": "standard_error"}
# And those of what other exposures would say.
_NOISE = {"noise_low": "low", "noise_high": "high", "noise_error": "standard_error"}
_SEEN_AGAIN, _BEYOND = "seen_again", "beyond_noise"
_REDRAWS = ("n_drawn", "n_refused", "n_asked")


_MIRRORED, _FILLED = "weight_mirrored", "filled"


class ExplanationFileError(Exception):
    """A file contains no explanation, or is damaged."""


def save_explanation(path: str | Path, saved: SavedExplanation) -> None:
    """Write one explanation; the file appears whole or not at all.

    The same explanation gives the same bytes with any one version of spexplain.

    Parameters
    ----------
    path
        The file; ``.fits`` is customary.
    saved
        What to write.

    Raises
    ------
    FileNotFoundError
        If the folder does not exist.
    ValueError
        If the name is that of a file of another kind.
    """
    if Path(path).suffix.lower() in _OTHER_KINDS:
        raise ValueError(f"an explanation is saved as FITS, not as {Path(path).suffix}: "
                         f"{Path(path).with_suffix('.fits')}")  # fmt: skip
    parts = [_primary(saved), *_tables(saved)]
    hdus = fits.HDUList(parts)
    hdus.update_extend()
    for hdu in parts:
        # astropy would note the time here, and no two files would be alike.
        hdu.add_checksum(when="of this part")
    with written_whole(path) as beside:
        hdus.writeto(beside)


def load_explanation(path: str | Path) -> SavedExplanation:
    """Read what ``save_explanation`` wrote, bit for bit.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ExplanationFileError
        If it is no such file, of another version, or damaged.
    """
    try:
        with fits.open(path, memmap=False) as hdus:
            _check(path, hdus)
            return _read(hdus)
    except FileNotFoundError:
        raise
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ExplanationFileError(f"{path} contains no explanation: {error}") from error


def replay(
    saved: SavedExplanation | str | Path, target: Target, *, allow_other_model: bool = False
) -> Explanation:
    """Explain again as a saved explanation was made: same flux, settings and seed.

    Parameters
    ----------
    saved
        The explanation or the file that holds it.
    target
        The target it explained. With the same model the answer has the same bytes, an early
        answer included.
    allow_other_model
        Ask a target that gives the spectrum another value all the same.

    Raises
    ------
    OtherModelError
        If the target gives the spectrum another value, and that was not allowed.
    ValueError
        If the target has another name.
    ExplanationFileError
        If the file cannot be read.
    """
    if not isinstance(saved, SavedExplanation):
        saved = load_explanation(saved)
    was = saved.explanation
    if target.name != was.target:
        raise ValueError(f"the explanation is of target {was.target!r}, got {target.name!r}")
    if was.complete:
        made = explain(saved.flux, target, was.settings)
    else:
        explanations = explain_progressively(
            saved.flux, target, was.settings, counts=(was.n_samples,)
        )
        made = next(explanations)
    if not allow_other_model and not np.isclose(made.value, was.value, rtol=_CLOSE, atol=1e-9):
        raise OtherModelError(
            f"{was.target} of this spectrum was {was.value:.6g} and is {made.value:.6g}: another "
            "model of the same name, or trained again since"
        )
    return made


def _primary(saved: SavedExplanation) -> fits.PrimaryHDU:
    made = saved.explanation
    record = {
        # JSON has no NaN, which is the R² of a method that fits nothing.
        "explanation": {name: getattr(made, name) for name in _SCALARS}
        | {"r2": None if np.isnan(made.r2) else made.r2},
        "settings": made.settings.asdict(),
        "origin": asdict(saved.origin),
        "confidence": None if saved.intervals is None else saved.intervals.confidence,
    }
    if (recurrence := saved.recurrence) is not None:
        record["redraws"] = {name: getattr(recurrence, name) for name in _REDRAWS} | {
            "top": recurrence.top.tolist(),
            "confidence": recurrence.intervals.confidence,
        }
    header = fits.Header()
    header["FORMAT"] = FORMAT
    header["CREATOR"] = f"spexplain {version('spexplain')}"
    header["OBJECT"] = _ascii(saved.origin.spectrum_id)
    for keyword, name in _SAID.items():
        if words := getattr(saved.origin, name):
            header[keyword] = _ascii(words)
    header["METHOD"] = _ascii(made.method)
    header["TARGET"] = _ascii(made.target)
    # JSON escapes all that a header cannot hold but DEL.
    header["RECORD"] = json.dumps(record, default=_plain).replace("\x7f", "\\u007f")
    return fits.PrimaryHDU(header=header)


def _tables(saved: SavedExplanation) -> list[fits.BinTableHDU]:
    made = saved.explanation
    edges = made.edges(saved.wave_rest_aa)
    segments = {"wave_min_rest": edges[:, 0], "wave_max_rest": edges[:, 1], "weight": made.weights}
    if saved.intervals is not None:
        segments |= {name: getattr(saved.intervals, of) for name, of in _INTERVALS.items()}
    if (recurrence := saved.recurrence) is not None:
        segments |= {name: getattr(recurrence.intervals, of) for name, of in _NOISE.items()}
        segments[_SEEN_AGAIN] = recurrence.share
        segments |= {} if recurrence.beyond is None else {_BEYOND: recurrence.beyond}
    if saved.effects.unit not in ("fill", "slope"):
        segments["per_10_percent"] = saved.effects.values
    if saved.mirrored is not None:
        segments[_MIRRORED] = np.asarray(saved.mirrored, np.float64)
    spectrum = {"wave_rest": saved.wave_rest_aa, "flux": saved.flux, "segment": made.labels}
    spectrum |= {} if saved.filled is None else {_FILLED: np.asarray(saved.filled, bool)}
    tables = [_table("SEGMENTS", segments), _table("SPECTRUM", spectrum)]
    if made.sample_values is not None:
        tables.append(_table("SAMPLES", {"value": made.sample_values}))
    return tables


def _table(name: str, columns: dict[str, np.ndarray]) -> fits.BinTableHDU:
    return fits.BinTableHDU.from_columns(
        [
            fits.Column(
                column,
                {"f4": "E", "f8": "D", "i4": "J", "b1": "L"}[values.dtype.str[1:]],
                unit="Angstrom" if column.startswith("wave_") else None,
                array=values,
            )
            for column, values in columns.items()
        ],
        name=name,
    )


def _check(path: str | Path, hdus: Any) -> None:
    format_name = hdus[0].header.get("FORMAT", "")
    if format_name != FORMAT:
        raise ExplanationFileError(
            f"{path} contains no explanation that this version can read: FORMAT is "
            f"{format_name!r}, "
            f"need {FORMAT!r}"
        )
    for hdu in hdus:
        if not (hdu.verify_checksum() == hdu.verify_datasum() == 1):
            raise ExplanationFileError(f"{path} is damaged: the checksum of {hdu.name} is wrong")


def _read(hdus: Any) -> SavedExplanation:
    record = json.loads(hdus[0].header["RECORD"])
    segments, spectrum = hdus["SEGMENTS"], hdus["SPECTRUM"]
    scalars = dict(record["explanation"])
    if scalars["r2"] is None or scalars["method"] != "lime":  # earlier versions wrote 1
        scalars["r2"] = float("nan")
    flux, labels = _column(spectrum, "flux"), _column(spectrum, "segment")
    explanation = Explanation(
        **scalars,
        flux_digest=flux_digest(flux),
        below=below_zero(flux, labels),
        settings=ExplainSettings.from_dict(record["settings"]),
        labels=labels,
        weights=_column(segments, "weight"),
        sample_values=_column(hdus["SAMPLES"], "value") if "SAMPLES" in hdus else None,
    )
    intervals = None
    if record["confidence"] is not None:
        columns = {of: _column(segments, name) for name, of in _INTERVALS.items()}
        intervals = Intervals(**columns, confidence=record["confidence"])
    return SavedExplanation(
        explanation,
        wave_rest_aa=_column(spectrum, "wave_rest"),
        flux=flux,
        origin=Origin(**record["origin"]),
        intervals=intervals,
        recurrence=_recurrence(record["redraws"], segments) if "redraws" in record else None,
        mirrored=_column(segments, _MIRRORED) if _MIRRORED in segments.columns.names else None,
        filled=_column(spectrum, _FILLED) if _FILLED in spectrum.columns.names else None,
    )


def _recurrence(redraws: dict[str, Any], segments: Any) -> Recurrence:
    columns = {of: _column(segments, name) for name, of in _NOISE.items()}
    return Recurrence(
        top=np.array(redraws["top"], np.intp),
        share=_column(segments, _SEEN_AGAIN),
        beyond=_column(segments, _BEYOND) if _BEYOND in segments.columns.names else None,
        intervals=Intervals(**columns, confidence=redraws["confidence"]),
        **{name: redraws[name] for name in _REDRAWS},
    )


def _column(table: Any, name: str) -> np.ndarray:
    values = np.asarray(table.data[name])
    return values.astype(values.dtype.newbyteorder("="))


def _ascii(text: str) -> str:
    """Text reduced to what a FITS header can hold; RECORD holds the full text."""
    return text.encode("unicode_escape").decode()


def _plain(value: Any) -> Any:
    """Numpy scalars as the numbers they are."""
    return value.item()
