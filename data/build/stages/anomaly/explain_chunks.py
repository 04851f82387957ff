"""Chunk functions of stage explain."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import torch

from .....core.compute.workers import InTurn, Workers
from .....core.explain.entry import Explanation, explain_many
from .....core.models.anomaly.scores import Score, kept_pixels
from .....core.settings import ExplainSettings
from .....core.targets import Target
from .....core.targets.anomaly_score import VaeScore
from .....core.trust.exposures import Drawn, explain_again
from .....core.trust.recurrences import FEWEST, recurrence
from ....batch.chunk_inputs import networks_at, preparation_at, run_array, spectra_at
from ....batch.chunk_runner import Arrays
from ....collection.pixels.exposures import exposures_of_observed
from ....files import some_rows

__all__ = ["FACTS", "explanations_of"]

FACTS = ("value", "intercept", "r2", "local_prediction")


def explanations_of(
    *,
    prepared: str,
    vae: str,
    positions: np.ndarray,
    networks: np.ndarray,
    settings: ExplainSettings,
    score: Score,
    exposures: dict[str, Any] | None,
) -> Arrays:
    """Explain a few prepared spectra, and simulated other exposures of each.

    Parameters
    ----------
    prepared, vae
        Addresses of the runs.
    positions, networks : (n,)
        Positions among the prepared spectra, ascending, and the network of each.
    settings, score
        How to explain which score.
    exposures
        For :func:`_noise_of_weights`; None for none.

    Returns
    -------
    ``weights`` (n, S), padded with zeros; ``labels`` (1, D) if all have the same, else (n, D); the
    facts (n,); with exposures also ``errors`` and ``survival`` (n, S).
    """
    x = some_rows(run_array(prepared, "spectra"), positions)
    of_row: dict[int, Explanation] = {}
    again: dict[int, tuple[np.ndarray, np.ndarray]] = {}
    with Workers(torch.get_num_threads()) as workers:
        for number in np.unique(networks):
            target = _target(prepared, vae, int(number), score)
            rows_of_network = np.flatnonzero(networks == number).tolist()
            explained = explain_many(
                (x[at] for at in rows_of_network), target, settings, workers=workers
            )
            of_row |= dict(zip(rows_of_network, explained, strict=True))
            if exposures is not None:
                redraw = partial(_noise_of_weights, exposures, prepared, target, of_row)
                again |= dict(
                    zip(rows_of_network, workers.map(redraw, rows_of_network), strict=True)
                )
    ordered = [of_row[at] for at in range(len(positions))]
    labels = np.stack([explanation.labels for explanation in ordered])
    arrays = {
        name: np.array([getattr(explanation, name) for explanation in ordered]) for name in FACTS
    }
    arrays["weights"] = padded([explanation.weights for explanation in ordered])
    arrays["labels"] = labels[:1] if (labels == labels[0]).all() else labels
    if exposures is not None:
        errors, survival = zip(*(again[at] for at in range(len(positions))), strict=True)
        arrays |= {"errors": padded(errors), "survival": padded(survival)}
    return arrays


def _target(prepared: str, vae: str, number: int, score: Score) -> VaeScore:
    kept = None
    if score.startswith("filtered"):
        kept = kept_pixels(np.asarray(run_array(prepared, "wavelength")[:]))
    return VaeScore(networks_at(vae).vaes[number], score, kept=kept)


def _noise_of_weights(
    exposures: dict[str, Any],
    prepared: str,
    target: Target,
    of_row: dict[int, Explanation],
    at: int,
) -> tuple[np.ndarray, np.ndarray]:
    """1σ error of each weight from the spectrum's noise, and in what share of redraws it leads.

    NaN if nothing is sampled, no error is known, or too many redraws cannot be prepared. Like the
    redraws of the page, but fewer, and not of the autoencoder's expectation: so they do not tell
    whether a reason is more than noise.
    """
    explanation, row = of_row[at], int(exposures["rows"][at])
    unknown = np.full(len(explanation.weights), np.nan)
    spectra = spectra_at(exposures["collection"], exposures["key"])
    observed = spectra.observed(row)
    ebv = exposures["ebv"]
    source = exposures_of_observed(
        observed,
        lambda: _first_of(spectra.at_rest(row, row + 1)),
        preparation_at(prepared),
        spectra.wave_rest_aa,
        survey=exposures["surveys"][at],
        ebv=None if ebv is None else float(ebv[at]),
    )
    if not source.known or explanation.settings.segmentation != "uniform":
        return unknown, unknown
    drawn: Drawn = source.draw(range(exposures["n"]), seed=explanation.settings.seed)
    if len(drawn.spectra) < FEWEST:
        return unknown, unknown
    redrawn = explain_again(explanation, target, drawn.spectra, workers=InTurn())
    seen = recurrence(explanation.weights, redrawn)
    return seen.intervals.standard_error, seen.share


def _first_of(pair: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    return pair[0][0], pair[1][0]


def padded(rows: Sequence[np.ndarray]) -> np.ndarray:
    """(n, S): rows with fewer segments are padded with zeros."""
    out = np.zeros((len(rows), max(map(len, rows))))
    for row, values in zip(out, rows, strict=True):
        row[: len(values)] = values
    return out
