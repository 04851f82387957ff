"""HTML tables of the Scores tab."""

from __future__ import annotations

from html import escape

import pandas as pd

from .....core.models.anomaly.rankings import top_overlap
from .....core.models.anomaly.scores import SCORE_TITLES
from .....core.models.small_samples import percent_interval
from .....core.words import percent
from .....data.lenses.leaders import ScoreLeaders
from .....data.lenses.lenses import AnomalyLens
from .....data.lenses.one_spectrum.open_spectrum import OpenSpectrum
from ....figures.words.wording import OF_CHI2, overlap_note, score_text
from ....workspace.listing import Listing
from ...widgets.html_sections import button

__all__ = ["leaders_table", "overlap_table", "ranking_table", "tops_of"]

_LISTED = 100
_KINDS = 6


def tops_of(n_ranked: int) -> tuple[int, int]:
    """Lengths of the top lists to look at: the paper's, or of a small collection's shorter."""
    return (100, 1000) if n_ranked > 1000 else (10, 100) if n_ranked > 100 else (5, 20)


def ranking_table(listing: Listing, spectrum: OpenSpectrum | None) -> str:
    """The first of the ranking, as buttons in a table."""
    first = listing.table.head(_LISTED)
    opened = -1 if spectrum is None else spectrum.row
    lines = "".join(
        f"<tr{' class=on' if int(row) == opened else ''}><td>{rank}</td>"
        f"<td>{button(escape(str(id)), {'open': int(row)}, css='link')}</td>"
        f"<td>{score_text(value)}</td></tr>"
        for row, rank, id, value in zip(
            first["row"], first["rank"], first["id"], first["score"], strict=True
        )
    )
    head = "<tr><th>Rank</th><th>Spectrum</th><th>Score</th></tr>"
    return f'<table class="matrix ranked"><thead>{head}</thead><tbody>{lines}</tbody></table>'


def overlap_table(lens: AnomalyLens, top: int) -> str:
    """Which share of one score's top is in the other's, as a tinted matrix."""
    names, wide, in_all = _shared(lens, top)
    if not names:
        return ""
    listed = min(top, len(lens.rows))
    lines = "".join(
        f"<tr><th>{escape(SCORE_TITLES[a])}</th>"
        + "".join(_shared_cell(float(wide.loc[a, b]), listed) for b in names)
        + "</tr>"
        for a in names
    )
    head = "".join(f"<th>{number}</th>" for number in range(1, len(names) + 1))
    return (
        f"{_heading(lens, top, leading=False)}"
        f'<table class="matrix numbered"><thead><tr><th></th>{head}</tr></thead>'
        f"<tbody>{lines}</tbody></table>"
        f"<p>{percent(in_all, '.1f')} of the top {top:,} of {len(lens.rows):,} are in all eight"
        f"{overlap_note(in_all, top, len(lens.rows))}.</p>"
    )


def _shared(lens: AnomalyLens, top: int) -> tuple[list[str], pd.DataFrame, float]:
    """From the build's table, or reckoned now where that has no lists so short."""
    if lens.overlap is None:
        return [], pd.DataFrame(), 0.0
    here = lens.overlap[lens.overlap["top"] == top]
    if here.empty:
        scores = {name: lens.scores(name) for name in lens.targets}
        shared, in_all = top_overlap(scores, top)
        return [*scores], pd.DataFrame(shared, [*scores], [*scores]), in_all
    wide = here.pivot(index="score", columns="other", values="shared")
    names = [name for name in lens.targets if name in wide.index]
    return names, wide, lens.in_all_tops.get(str(top), float("nan"))


def leaders_table(lens: AnomalyLens, leaders: ScoreLeaders | None, top: int, score: str) -> str:
    """Composition of the highest scores, and the kinds of spectra of one score.

    Parameters
    ----------
    lens
        Whose scores.
    leaders
        None while it is being reckoned.
    top
        The list length asked for.
    score
        Whose kinds are counted.
    """
    if leaders is None:
        waiting = '<p><span class="busy">reconstructing them</span></p>'
        return _heading(lens, top, leading=True) + waiting
    parts = list(leaders.of_pixels)
    head = "".join(f"<th>{escape(part)}</th>" for part in parts)
    lines = "".join(
        f"<tr><th>{escape(SCORE_TITLES[name])}</th>"
        + "".join(_leaders_row(leaders, name, part) for part in parts)
        + "</tr>"
        for name in leaders.made_of.index
    )
    chance = "".join(f"<td>{percent(leaders.of_pixels[part])}</td>" for part in parts)
    return (
        f"{_heading(lens, top, leading=True)}"
        f'<table class="matrix numbered"><thead><tr><th></th>{head}</tr></thead><tbody>{lines}'
        f"</tbody><tfoot><tr><th>share of the pixels</th>{chance}</tr></tfoot></table>"
        f"<p><b>{escape(SCORE_TITLES[score])}</b>, top {leaders.top:,}: "
        f"{escape(_kinds(leaders, score))}.</p><p>Mean share of the score, over its top "
        f"{leaders.top:,}. Line cores: within 250 km/s of the filter's lines; wings: within 5000; "
        f"spikes: the largest 1 % of the pixels elsewhere; {OF_CHI2}.</p>"
    )


def _heading(lens: AnomalyLens, top: int, *, leading: bool) -> str:
    """Number of rows shown, of the total."""
    what = "".join(
        button(title, {"leading": on}, css="plain on" if on == leading else "plain", title=tooltip)
        for title, on, tooltip in (
            ("Shared by two scores", False, "Which share of one score's top is in the other's"),
            ("What leads", True, "Which part of the spectrum puts those on top there"),
        )
    )
    tops = "".join(
        button(f"top {n:,}", {"top": n}, css="plain on" if n == top else "plain")
        for n in tops_of(len(lens.rows))
    )
    return f'<div class="ks two-choices"><span>{what}</span><span>{tops}</span></div>'


def _shared_cell(share: float, listed: int) -> str:
    """With how many of how many in its tip, and the interval of so short a list."""
    k = round(share * listed)
    ends = percent_interval(k, listed)
    return _cell(share, title=f"{k:,} of {listed:,}{f', 95 % interval {ends}' if ends else ''}")


def _leaders_row(leaders: ScoreLeaders, name: str, part: str) -> str:
    share, n = float(leaders.made_of.loc[name, part]), int(leaders.led_by.loc[name, part])
    return _cell(share, title=f"the largest part of {n:,} of {leaders.top:,} spectra")


def _kinds(leaders: ScoreLeaders, score: str) -> str:
    """Such as "single spikes 20 of all 20, broad-line galaxy 14 of all 20": names as they are."""
    here = leaders.kinds[score]
    entries = [f"{kind} {n:,} of all {leaders.kinds_of_all[kind]:,}" for kind, n in here.items()]
    rest = sum([*here.values()][_KINDS:])
    return ", ".join(entries[:_KINDS] + ([f"{rest:,} others"] if rest else []))


def _cell(share: float, *, title: str = "") -> str:
    tint = f"color-mix(in srgb, var(--accent) {55 * share:.0f}%, transparent)"
    about = f' title="{escape(title, quote=True)}"' if title else ""
    return f'<td style="background:{tint}"{about}>{percent(share)}</td>'
