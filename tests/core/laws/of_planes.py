"""What holds of the functions of planes."""

from __future__ import annotations

from typing import Any

import numpy as np
from spexplain.core.planes import EmbedSettings

from . import Laws, NoArrays, close, plus, rows, times

DRAWN = "a layout starts from rows drawn: another order is another start"
GAPS = "spectra with gaps are refused by the preparation"
QUICK = EmbedSettings(perplexity=5, early=10, iterations=20, pca=3)


def features(rng: np.random.Generator, n: int = 24) -> np.ndarray:
    return rng.normal(size=(n, 6)) + 5 * np.eye(6)[np.arange(n) % 3]


def spanned(function, arguments, answer, rng):
    """Axes of the same sample in another order, up to rounding."""
    order = rng.permutation(24)
    close(function(**arguments | {"spectra": arguments["spectra"][order]}), answer, 1e-3)


def laid(rng: np.random.Generator) -> dict[str, Any]:
    made = features(rng)
    return {"features": made, "xy": made[:, :2] + 0.3 * rng.normal(size=(24, 2))}


LAWS = {
    "planes.embed": Laws(
        lambda rng: {"features": features(rng), "settings": QUICK},
        scale="iterations stop before a layout settles",
        shift="centred in single precision: a layout goes on from rounding",
        order=DRAWN,
        nan=GAPS,
        single="a layout goes on from rounding",
        examples=2,
        given=lambda made: made.xy,
    ),
    "planes.fit_components": Laws(
        lambda rng: {"spectra": features(rng), "n_components": 3},
        scale=times("spectra", gives=(1, 0, 0), rtol=1e-3),
        shift=plus("spectra", gives=(1, 0, 0), rtol=1e-3),
        order=spanned,
        nan=GAPS,
        single=1e-3,
    ),
    "planes.lay_out": Laws(
        lambda rng: {"scores": features(rng), "settings": QUICK},
        scale="iterations stop before a layout settles",
        shift="a layout goes on from rounding",
        order=DRAWN,
        nan=GAPS,
        single="a layout goes on from rounding",
        examples=2,
        given=lambda both: both[0],
    ),
    "planes.plane_quality": Laws(
        laid,
        scale=times("features", "xy", rtol=1e-9),
        shift=plus("features", "xy", rtol=1e-9),
        order=rows("features", "xy", invariant=True, rtol=1e-9),
        nan=GAPS,
        single=1e-2,
    ),
    "planes.quality_sample": NoArrays("a number and settings give rows"),
}
