"""Tables of the noise test (P21, section 4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...core.models.svm import KERNELS
from ...core.words import percent
from . import published_p21 as paper
from .figure_intervals import NOTE, any_few, interval_text
from .table import Cell, Table

__all__ = ["noise_tables"]

# From here on a machine is said to call everything one type.
_ALL = 0.99


def noise_tables(metrics: Mapping[str, Any]) -> tuple[Table, ...]:
    """F of each type by the best machine, and the mean F by every kernel, over added noise.

    Where few spectra stand behind these means, a third table has their intervals.

    Parameters
    ----------
    metrics
        What the stage noise recorded.
    """
    curves = {kernel: metrics["kernels"][kernel] for kernel in _in_order(metrics)}
    ends = [_ends_of_kernels(curves, metrics["sigmas"])] if _few(metrics) else []
    return _best(metrics), _kernels(metrics), *ends


def _best(metrics: Mapping[str, Any]) -> Table:
    kinds, few = list(metrics["by_class"]), _few(metrics)
    rows = []
    for at, sigma in enumerate(metrics["sigmas"]):
        row: list[Cell] = [
            sigma,
            metrics["macro_f"][at],
            *_ends(metrics, at)[:few],
            metrics["spread"][at],
        ]
        row.append(paper.NOISE_F["mean"].get(sigma))
        for kind in kinds:
            of = metrics["by_class"][kind]
            row += [of["f"][at], *_ends(of, at)[:few], paper.NOISE_F.get(kind, {}).get(sigma)]
        rows.append(tuple(row))
    columns = ["sigma", "mean F", *["95 % of mean F"][:few], "spread", "paper: mean F"]
    for kind in kinds:
        columns += [f"F {kind}", *[f"95 % of F {kind}"][:few], f"paper: F {kind}"]
    title = (
        f"Noise test, {_named(metrics['kernel'], metrics)}: F against the standard deviation of "
        "added noise (flux at 5100 Å = 1)"
    )
    note = (
        f"Means over {metrics['repeats']} draws of the noise, and the spread of the mean F. The "
        f"paper's are of its linear kernel.{f' {NOTE}' if few else ''}"
    )
    return Table("noise", title, tuple(columns), tuple(rows), note)


def _kernels(metrics: Mapping[str, Any]) -> Table:
    """A kernel a row: its mean F at each sigma, and which type fares worst and best."""
    rows: list[tuple[Cell, ...]] = [
        (
            kernel,
            *metrics["kernels"][kernel]["macro_f"],
            *_order({kind: of["f"] for kind, of in metrics["kernels"][kernel]["by_class"].items()}),
        )
        for kernel in _in_order(metrics)
    ]
    published = {kind: f for kind, f in paper.NOISE_F.items() if kind != "mean"}
    published_sigmas = sorted(published["type 1"])
    rows.append(
        (
            "paper: linear",
            *(paper.NOISE_F["mean"].get(sigma) for sigma in metrics["sigmas"]),
            *_order(
                {kind: [f[sigma] for sigma in published_sigmas] for kind, f in published.items()}
            ),
        )
    )
    columns = (
        "kernel",
        *(f"sigma {sigma:g}" for sigma in metrics["sigmas"]),
        "lowest F",
        "highest F",
    )
    note = (
        "C and gamma as in the table of hyperparameters. Lowest and highest F: the type, and at "
        "how many of the sigmas no other is as low or as high."
    )
    lost = [text for kernel in sorted(metrics["kernels"]) if (text := _collapse(kernel, metrics))]
    title = "Noise test, all kernels: mean F at each sigma (flux at 5100 Å = 1)"
    return Table("noise_kernels", title, columns, tuple(rows), " ".join([note, *lost]))


def _ends_of_kernels(curves: Mapping[str, Any], sigmas: Sequence[float]) -> Table:
    """Interval of each kernel's mean F, due to the size of the test sample."""
    rows = [
        (kernel, *(_ends(curve, at)[0] for at in range(len(sigmas))))
        for kernel, curve in curves.items()
    ]
    title = "Noise test, all kernels: 95 % intervals of the mean F"
    columns = ("kernel", *(f"sigma {sigma:g}" for sigma in sigmas))
    note = "Of the number of test spectra, which further draws of the noise do not raise."
    return Table("noise_kernels_intervals", title, columns, tuple(rows), note)


def _in_order(metrics: Mapping[str, Any]) -> list[str]:
    return sorted(metrics["kernels"], key=KERNELS.index)


def _few(metrics: Mapping[str, Any]) -> bool:
    """Whether the test has so few spectra of a type that intervals are to be said."""
    return any_few(of["n"] for of in metrics["by_class"].values())


def _ends(of: Mapping[str, Any], at: int) -> list[Cell]:
    """A cell: the interval at a sigma, None where there is none."""
    ends = of["ends"][at]
    return [None if ends is None else interval_text(*ends)]


def _named(kernel: str, metrics: Mapping[str, Any]) -> str:
    """A kernel with its settings, which decide how it takes the noise."""
    curve = metrics["kernels"][kernel]
    gamma = "" if curve["gamma"] is None else f", gamma {curve['gamma']:g}"
    return f"{kernel} kernel, C {curve['c']:g}{gamma}"


def _order(f_of: Mapping[str, Sequence[float]]) -> tuple[str, str]:
    """The type that most often stands alone at the bottom, and at the top; several if as often."""
    kinds, values = list(f_of), np.array([*f_of.values()]).T
    order = []
    for signed in (values, -values):
        ranked = np.sort(signed, axis=1)
        alone = ranked[:, 0] < ranked[:, 1]
        counts = Counter(kinds[at] for at in signed.argmin(axis=1)[alone])
        if not counts:
            order.append("–")
            continue
        most = max(counts.values())
        leaders = [kind for kind in kinds if counts[kind] == most]
        order.append(", ".join(f"{kind} ({most} of {len(values)})" for kind in leaders))
    return order[0], order[1]


def _collapse(kernel: str, metrics: Mapping[str, Any]) -> str:
    """From where on a machine calls nearly everything one type, and why an RBF kernel does."""
    curve, kinds = metrics["kernels"][kernel], list(metrics["kernels"][kernel]["by_class"])
    called = np.array([curve["by_class"][kind]["called"] for kind in kinds])
    one_type = called.max(axis=0) >= _ALL
    from_here = np.flatnonzero(np.logical_and.accumulate(one_type[::-1])[::-1])
    if not from_here.size:
        return ""
    at = int(from_here[0])
    sigma, share = metrics["sigmas"][at], called[:, at].max()
    text = (
        f"From sigma {sigma:g} on the {kernel} kernel calls {percent(share)} of the spectra "
        f"{kinds[int(called[:, at].argmax())]}"
    )
    if kernel != "rbf":
        return f"{text}."
    n = metrics["n_pixels"]
    left = np.exp(-curve["gamma"] * n * sigma**2)
    return (
        f"{text}: the noise adds {n} sigma² to every squared distance, which multiplies the kernel "
        f"exp(−gamma d²) by {left:.2g} and leaves the decision to the intercepts."
    )
