"""The segments of an explanation as a table for a paper: CSV or ECSV."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from astropy.table import Column, Table

from ...core.trust import Recurrence
from ...core.words import percent, spreadsheet_cell
from ..files import known_suffix, written_whole
from .saved import SavedExplanation

__all__ = ["segment_table", "write_segment_table"]

_FORMATS = {".csv": "ascii.csv", ".ecsv": "ascii.ecsv"}


def segment_table(saved: SavedExplanation) -> Table:
    """One row a segment, in order of wavelength, with units.

    Returns
    -------
    table
        Columns ``segment``, ``wave_min_rest_aa`` and ``wave_max_rest_aa`` (vacuum Å, rest frame),
        ``n_filled``, pixels of it that were filled in rather than measured, where that is known;
        ``weight`` as fitted; ``per_10_percent`` where segments were scaled, the change per +10 %
        of the flux whichever the factor, and ``change``, what more flux or any change does; where
        they are known ``weight_low``, ``weight_high`` and ``weight_error``, its
        interval by the random masks, and ``noise_low``, ``noise_high`` and ``noise_error``, that
        by the spectrum's noise, with ``seen_again``, the share of other exposures that have it
        among their top reasons with its sign, and ``beyond_noise``. A weight has the target's
        unit (log-probabilities and scores have none); a saliency map's is per unit of the
        prepared flux. ``table.meta`` holds settings, fit and origin.
    """
    made = saved.explanation
    edges = made.edges(saved.wave_rest_aa)
    wave = "edge of the segment, vacuum, rest frame"
    columns = [
        Column(range(len(made.weights)), "segment", dtype="int32"),
        Column(edges[:, 0], "wave_min_rest_aa", unit="Angstrom", description=f"lower {wave}"),
        Column(edges[:, 1], "wave_max_rest_aa", unit="Angstrom", description=f"upper {wave}"),
        Column(made.weights, "weight", description=_of_weight(saved)),
    ]
    if saved.n_filled is not None:
        of = "pixels that were filled in, not measured"
        columns.append(Column(saved.n_filled, "n_filled", dtype="int32", description=of))
    if not made.nothing:
        columns += _effect_columns(saved)
    if (intervals := saved.intervals) is not None:
        share = percent(intervals.confidence, "g")
        of = (
            f"of the {share} interval, by the masks, of its limit of infinitely many samples, "
            "without the ridge penalty that draws the weight itself toward 0"
        )
        columns += [
            Column(intervals.low, "weight_low", description=f"lower end {of}"),
            Column(intervals.high, "weight_high", description=f"upper end {of}"),
            Column(intervals.standard_error, "weight_error", description="its standard error"),
        ]
    columns += [] if saved.recurrence is None else _of_noise(saved.recurrence)
    meta = {
        **{name: value for name, value in asdict(saved.origin).items() if value},
        "target": made.target,
        "settings": made.settings.asdict(),
        **{
            name: float(getattr(made, name))
            for name in ("intercept", "r2", "value", "local_prediction")
            if getattr(made, name) == getattr(made, name)  # what fits nothing has no R²
        },
        "n_samples": made.n_samples,
        **({"nothing": made.nothing} if made.nothing else {}),
    }
    table = Table(columns, meta=meta)
    table.sort("wave_min_rest_aa")
    return table


def _of_weight(saved: SavedExplanation) -> str:
    """Quantity and unit of the raw weight."""
    target, settings = saved.explanation.target, saved.explanation.settings
    if saved.effects.unit == "slope":
        return f"derivative of {target} by the prepared flux of the pixel"
    perturbed = f"{settings.perturbation} {settings.factor:g}"
    return f"{settings.method}, raw: {target} with the segment as it is less {perturbed}"


def _of_noise(recurrence: Recurrence) -> Sequence[Any]:
    """Columns on the recurrence over other exposures."""
    bounds = recurrence.intervals
    of = f"of the {percent(bounds.confidence, 'g')} interval of another exposure's weight"
    n_top = len(recurrence.top)
    among = f"share of {recurrence.n_drawn} redraws with it among the top {n_top}, of its sign"
    columns = [
        Column(bounds.low, "noise_low", description=f"lower end {of}"),
        Column(bounds.high, "noise_high", description=f"upper end {of}"),
        Column(bounds.standard_error, "noise_error", description="its standard error"),
        Column(recurrence.share, "seen_again", description=among),
    ]
    if recurrence.beyond is not None:
        beyond = "standard deviations beyond pure noise about what the model expects"
        columns.append(Column(recurrence.beyond, "beyond_noise", description=beyond))
    return columns


def _effect_columns(saved: SavedExplanation) -> list[Any]:
    """Effect of more flux on the target, with its unit; and of any change, if requested."""
    effects, target = saved.effects, saved.explanation.target
    words = [effects.in_words(number) for number in range(len(effects.values))]
    change = Column(words, "change", description=f"what it does to {target}")
    if effects.unit in ("fill", "slope"):
        return [change]
    of = {"flux": "flux", "contrast": "contrast with the spectrum's median"}.get(
        effects.unit, "contrast with the spectrum's median once smoothed"
    )
    per = f"change of {target} per +10 % of the segment's {of}"
    return [Column(effects.values, "per_10_percent", description=per), change]


def write_segment_table(path: str | Path, saved: SavedExplanation) -> None:
    """Write the segments as CSV or ECSV (with units, settings and origin).

    CSV has no head: columns say what was explained, in which unit and frame, and, where it is
    known, whether the spectrum is one for the model, what is doubtful about its redshift, and
    whose the model is.

    Parameters
    ----------
    path
        Ends in ``.csv`` or ``.ecsv``; appears whole or not at all. Both hold the numbers to the
        last bit.
    saved
        What to write.

    Raises
    ------
    ValueError
        If the suffix is another.
    FileNotFoundError
        If the folder does not exist.
    """
    suffix = known_suffix(path, _FORMATS, "a table")
    with written_whole(path) as beside:
        table = segment_table(saved)
        if suffix == ".csv":
            origin, of = saved.origin, "per_10_percent"
            of = of if of in table.colnames else "weight"
            about: Any = table[of]
            known = {
                "target": saved.explanation.target,
                "unit": f"{of}: {about.description}",
                "frame": "rest, vacuum",
                "domain": origin.domain, "z_warning": origin.z_warning, "model": origin.whose,
            }  # fmt: skip
            for name, text in known.items():
                if text:
                    table[name] = [spreadsheet_cell(text)] * len(table)
        table.write(beside, format=_FORMATS[suffix])
