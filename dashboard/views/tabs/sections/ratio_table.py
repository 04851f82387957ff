"""Line ratios as an HTML table, with flux corrections and BPT classes."""

from __future__ import annotations

import math

import numpy as np

from .....core.spectra.lines.ratios import ACROSS_THE_SPECTRUM, RatioName
from ....workspace.line_summary import LineSummary, Ratio

__all__ = ["bpt_words", "ratio_table"]

_RATIOS: dict[RatioName, str] = {
    "balmer_decrement": "Hα / Hβ",
    "nii_ha": "[N II] / Hα",
    "oiii_hb": "[O III] / Hβ",
    "oiii_oii": "[O III] / [O II]",
    "o3n2": "O3N2 (dex)",
}
_DUST = {
    "map": "Flux corrected for the Milky Way’s dust (SFD map)",
    "catalog": "Flux corrected for the Milky Way’s dust (column ebv)",
    "none": "Flux not corrected for the Milky Way’s dust",
}


def ratio_table(summary: LineSummary, caption: str, *, dust: str) -> str:
    """A line for each ratio: median with its error, how many are measured, and how many limits.

    Parameters
    ----------
    summary
        Of some spectra.
    caption
        Whose they are, as HTML.
    dust
        What their flux was corrected for: ``map``, ``catalog`` or ``none``; "" if not known.
    """
    lines = "".join(
        f"<tr><th>{_RATIOS[name]}</th><td>{_measured(ratio)}</td><th>{_counted(ratio)}</th></tr>"
        for name, ratio in summary.ratios.items()
    )
    value = _DUST.get(dust)
    corrected = f'<div class="caption known">{value}</div>' if value else ""
    table = f'<table class="matrix"><caption>{caption}</caption>{lines}</table>'
    return table + corrected + _uncalibrated(summary)


def bpt_words(summary: LineSummary) -> str:
    """How many spectra are of which class of ionisation, in words; "" if lines decide none."""
    kinds = {"AGN" if kind == "agn" else kind: n for kind, n in summary.bpt.items()}
    return ", ".join(f"{n:,} {kind}" for kind, n in kinds.items() if n)


def _uncalibrated(summary: LineSummary) -> str:
    if not summary.n_counts:
        return ""
    left_out = " and ".join(_RATIOS[name] for name in ACROSS_THE_SPECTRUM)
    return (
        f'<div class="caption known">{summary.n_counts:,} of {summary.n:,} in counts, never '
        f"flux-calibrated: {left_out} leave them out</div>"
    )


def _measured(ratio: Ratio) -> str:
    if not ratio.n:
        return "–"
    digits = (
        2 if not ratio.error > 0 else int(np.clip(1 - math.floor(math.log10(ratio.error)), 1, 4))
    )
    return f"{ratio.value:.{digits}f} ± {ratio.error:.{digits}f}".replace("-", "−")


def _counted(ratio: Ratio) -> str:
    limits = f"{ratio.n_limits} limit{'s' if ratio.n_limits > 1 else ''}"
    return f"{ratio.n} measured" + (f", {limits}" if ratio.n_limits else "")
