"""Signs of weights: does more flux mean the same on both sides of 1, whatever the factor?

Of `N_SPECTRA` demo spectra for each target, spread evenly over what its lens takes (of the anomaly
lens half of them among the top 5 %), and of real spectra that the AGN lens takes. Each is explained
by LIME at a factor and at its mirror, 2 − factor, with the same masks, and of the five segments of
largest weight at the factor is counted in how many the effect per +10 % of the flux has the same
sign. Where it has not, both more and less flux raise the target, or both lower it: then the page
says "any change". To see that this is no chance of the masks, the same is asked with another seed.
Trimmed scores leave out the largest residuals, which ones jumps: they are no smooth targets, and
their shares are stated without a must.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from spexplain.core.compute.workers import Workers
from spexplain.core.explain.entry import ExplainSettings, Explanation, explain
from spexplain.core.explain.flux_effects import effects
from spexplain.core.explain.mirrored import mirror
from spexplain.core.targets import Target
from spexplain.data.ingest.readers import ReadError, read
from spexplain.data.lenses.lenses import LensError
from spexplain.data.lenses.one_spectrum.outside_spectrum import OutsideLens
from truth_case import FACTOR, SAMPLES, SEED, SEGMENTS, Case, row

N_SPECTRA, N_TRIMMED, TOP = 100, 10, 5
NEAR = 0.99
SMOOTH_SCORES = ("mse", "chi2", "filtered-mse", "filtered-chi2")
TRIMMED_SCORES = ("trimmed-mse", "filtered-trimmed-mse")
COUNTED = ("mse", "filtered-mse")
USUAL = ExplainSettings(n_segments=SEGMENTS, n_samples=SAMPLES, factor=FACTOR, seed=SEED)

Asked = tuple[np.ndarray, Target]


def measure(case: Case) -> Mapping[str, Any]:
    types = ("predicted", "log p", "margin")
    demo = {f"AGN {name}": list(_types(case, name)) for name in types}
    demo |= {name: list(_scores(case, name, N_SPECTRA)) for name in SMOOTH_SCORES}
    found: dict[str, Any] = {"spectra a target": N_SPECTRA}
    found["same sign at .99 and 1.01, top 5"] = _near(demo)
    found["AGN log-odds, same sign at .9 and 1.1, top 5"] = _usual(demo["AGN predicted"])
    found["at .9 and 1.1, top 5"] = {name: _counted(demo[name]) for name in COUNTED}
    trimmed = {name: list(_scores(case, name, N_TRIMMED)) for name in TRIMMED_SCORES}
    found[f"trimmed scores (not smooth, {N_TRIMMED} spectra), same sign at .99 and 1.01"] = {
        name: f"{_share(_both(asked, NEAR)):.1%}" for name, asked in trimmed.items()
    }
    if case.real is not None:
        real = {"AGN predicted": list(_real(case, "predicted"))}
        real |= {name: list(_real(case, name)) for name in COUNTED}
        found["real"] = {
            "spectra": {name: len(asked) for name, asked in real.items()},
            "same sign at .99 and 1.01, top 5": _near(real),
            "AGN log-odds, same sign at .9 and 1.1, top 5": _usual(real["AGN predicted"]),
            "at .9 and 1.1, top 5": {name: _counted(real[name]) for name in COUNTED},
        }
    return found


def _near(asked: Mapping[str, list[Asked]]) -> dict[str, Any]:
    shares = {name: _share(_both(some, NEAR)) for name, some in asked.items()}
    return {
        name: row(f"{share:.1%}", "100 %", met=bool(share == 1)) for name, share in shares.items()
    }


def _usual(asked: list[Asked]) -> Mapping[str, Any]:
    share = _share(_both(asked, FACTOR))
    return row(f"{share:.1%}", "≥ 95 %", met=bool(share >= 0.95))


def _counted(asked: list[Asked]) -> dict[str, Any]:
    """What is marked, what agrees, and whether another seed marks the same."""
    pairs = list(_both(asked, FACTOR))
    agree = _share(pairs)
    marked = float(np.mean([effects(a, mirrored=b).either[a.top(TOP)] for a, b in pairs]))
    again = _both(asked, FACTOR, seed=SEED + 1)
    same = [
        effects(a, mirrored=b).either[a.top(TOP)] == effects(c, mirrored=d).either[a.top(TOP)]
        for (a, b), (c, d) in zip(pairs, again, strict=True)
    ]
    return {
        "marked any change": f"{marked:.1%}",
        "agreeing": f"{agree:.1%}",
        "together": row(f"{marked + agree:.1%}", "100 %", met=bool(abs(marked + agree - 1) < 1e-9)),
        "marked alike with another seed": f"{np.mean(same):.1%}",
    }


def _both(
    asked: list[Asked], factor: float, *, seed: int = SEED
) -> Iterator[tuple[Explanation, np.ndarray]]:
    """An explanation at a factor, and the raw weights on the other side of 1."""
    settings = replace(USUAL, factor=factor, seed=seed)
    with Workers(2) as workers:
        for x, target in asked:
            found = explain(x, target, settings, workers=workers)
            other = mirror(found, x, target)
            assert other is not None
            yield found, other


def _share(pairs: Any) -> float:
    """Of the top segments: the same sign per +10 %, each side read as if alone."""
    same = []
    for found, other in pairs:
        one = effects(found).values
        mirrored = replace(
            found,
            weights=other,
            settings=replace(found.settings, factor=2 - found.settings.factor),
        )
        top = found.top(TOP)
        same.append(np.sign(one[top]) == np.sign(effects(mirrored).values[top]))
    return float(np.mean(same))


def _types(case: Case, name: str) -> Iterator[Asked]:
    for at in _spread(case.agn.rows, N_SPECTRA):
        yield case.agn.prepared(at), case.agn.target(name, at)


def _scores(case: Case, name: str, n: int) -> Iterator[Asked]:
    lens = case.anomaly
    score = lens.scores(name).to_numpy()
    rows = lens.columns.index.to_numpy()[np.argsort(-score)]
    top = rows[: len(rows) // 20]
    for at in (*_spread(top, n // 2), *_spread(rows[len(top) :], n - n // 2)):
        yield lens.prepared(at), lens.target(name, at)


def _spread(rows: np.ndarray, n: int) -> list[int]:
    return [int(rows[i]) for i in np.linspace(0, len(rows) - 1, min(n, len(rows))).astype(int)]


def _real(case: Case, name: str) -> Iterator[Asked]:
    """Of real SDSS spectra that the lens takes."""
    assert case.real is not None
    lens = case.anomaly if name in SMOOTH_SCORES else case.agn
    judge = OutsideLens(case.collection, lens)
    taken = 0
    for path in sorted((case.real / "sdss").glob("*.fits")):
        try:
            seen = judge.look(read(path))
        except (ReadError, LensError):
            continue
        if not seen.reason and taken < N_SPECTRA:
            taken += 1
            yield seen.flux, judge.target(name, seen.flux, seen.sn_median)
