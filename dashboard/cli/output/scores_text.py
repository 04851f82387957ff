"""The leaders of the anomaly scores as tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from rich.table import Table

from ....core.models import FEW, wilson
from ....core.models.anomaly import SCORE_TITLES
from ....core.words import percent
from ....data.collection import Collection
from ....data.lenses import AnomalyLens, ScoreLeaders, open_lenses, score_leaders
from ....data.lenses.lenses import LensError
from ...figures import OF_CHI2, overlap_note

__all__ = ["score_lines", "stored_leaders"]

_KINDS = 5


def stored_leaders(path: Path, top: int) -> ScoreLeaders:
    """The top lists of a built collection.

    Raises
    ------
    CollectionError, LensError
        There is no collection there, or none of its spectra has been scored.
    ValueError
        If top is below 1.
    """
    collection = Collection.open(path)
    lens = open_lenses(collection).get("anomaly")
    if not isinstance(lens, AnomalyLens):
        raise LensError(f"{path} has no anomaly scores: run spexplain build {path}")
    return score_leaders(collection.catalog, lens, top=top)


def score_lines(leaders: ScoreLeaders) -> Iterator[str | Table]:
    """Overlap of the top lists, the parts of their scores, and the spectra at the top."""
    names = list(leaders.shared.index)
    shared = _table(f"Share of the top {leaders.top:,} of a score that is in another's, %")
    for number in range(1, len(names) + 1):
        shared.add_column(str(number), justify="right")
    for number, name in enumerate(names, start=1):
        cells = (f"{100 * leaders.shared.loc[name, other]:.0f}" for other in names)
        shared.add_row(f"{number} {SCORE_TITLES[name]}", *cells)
    yield shared
    if leaders.top < min(FEW, leaders.n_ranked):
        yield f"95 % intervals of such shares: {_intervals(leaders.top)}"
    in_all = percent(leaders.in_all, ".1f")
    of_spectra = percent(leaders.top / leaders.n_ranked, ".1f")
    yield (
        f"{in_all} are in the top {leaders.top:,} of all {len(names)}; such a list holds "
        f"{of_spectra} of the {leaders.n_ranked:,} spectra"
        f"{overlap_note(leaders.in_all, leaders.top, leaders.n_ranked)}"
    )
    if leaders.beyond_lender:
        counts = (f"{SCORE_TITLES[name]} {n:,}" for name, n in leaders.beyond_lender.items())
        yield (
            f"Of the top {leaders.top:,}, higher than 95 % of the spectra of {leaders.lender} "
            f"nearest in S/N, which lent the model: {', '.join(counts)}"
        )
    parts = list(leaders.of_pixels)
    made = _table("What these scores are made of, mean share in % (of how many the largest part)")
    for part in parts:
        made.add_column(part, justify="right")
    for name in names:
        shares = zip(leaders.made_of.loc[name], leaders.led_by.loc[name], strict=True)
        made.add_row(SCORE_TITLES[name], *(f"{100 * share:.0f} ({n:,})" for share, n in shares))
    made.add_row("share of the pixels", *(f"{100 * leaders.of_pixels[p]:.0f}" for p in parts))
    yield made
    yield (
        "paper: emission lines lead MSE, continua the trimmed scores, broad lines (here: wings) "
        f"the filtered ones; {OF_CHI2}"
    )
    kinds = _table("Which spectra are on top, of how many there are")
    kinds.add_column("", overflow="fold")
    for name in names:
        commonest = list(leaders.kinds[name].items())[:_KINDS]
        of_all = leaders.kinds_of_all
        listed = ", ".join(f"{kind} {n:,} of all {of_all[kind]:,}" for kind, n in commonest)
        kinds.add_row(SCORE_TITLES[name], listed)
    yield kinds


def _intervals(top: int) -> str:
    """95 % intervals of shares, from low to high, in a list of this length."""
    counts = dict.fromkeys(round(share * top) for share in (0.1, 0.5, 0.9, 1.0))
    lows, highs = wilson(np.array([*counts]), top)
    return ", ".join(
        f"{100 * low:.0f}–{100 * high:.0f} % where it is {percent(k / top)}"
        for k, low, high in zip(counts, lows, highs, strict=True)
    )


def _table(title: str) -> Table:
    drawn = Table(title=title, title_justify="left", title_style="bold")
    drawn.add_column("score")
    return drawn
