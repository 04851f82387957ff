"""Options of ``build`` for anomalies: scores, explanations, clusters."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ....core.settings import PerturbationName, WeightSign

if TYPE_CHECKING:
    from ....data.build import BuildSettings

__all__ = [
    "Clusters",
    "Dust",
    "Factor",
    "LearnFrom",
    "Loss",
    "ModelPerBin",
    "OwnPlaneFrom",
    "Perturbation",
    "ScoreName",
    "Sign",
    "SnBins",
    "TopInBins",
    "TopPercent",
    "anomaly_options",
    "with_anomaly_options",
]

# As the command's arguments are called.
_NAMES = (
    *(
        "dust",
        "sn_bins",
        "learn_from",
        "model_per_bin",
        "loss",
        "explain_score",
        "top_percent",
        "top_in_bins",
    ),
    *("perturbation", "factor", "k", "weight_sign", "own_plane_from"),
)
_PANEL = "Anomalies (Ortiz & Boquien 2025)"

Dust = Annotated[
    Literal["auto", "map", "catalog", "none"] | None,
    typer.Option(
        rich_help_panel=_PANEL,
        help="Where E(B-V) of the Milky Way comes from: the downloaded map, column ebv of the "
        "catalog, either (the usual), or none to leave spectra as they are.",
    ),
]
SnBins = Annotated[
    int | None,
    typer.Option(
        min=1, metavar="N", rich_help_panel=_PANEL, help="Bins of S/N, of equal count. Usually 4."
    ),
]
LearnFrom = Annotated[
    Literal["galaxies", "all"] | None,
    typer.Option(
        rich_help_panel=_PANEL,
        help="Spectra that the autoencoder learns from: those the survey calls galaxies, as in the "
        "paper (the usual; all where there are no classes), or all. Every spectrum is scored.",
    ),
]
ModelPerBin = Annotated[
    bool | None,
    typer.Option(
        "--model-per-bin/--one-model",
        rich_help_panel=_PANEL,
        help="An autoencoder for each bin of S/N as in the paper, or one for all (the usual).",
    ),
]
OwnPlaneFrom = Annotated[
    int | None,
    typer.Option(
        min=1,
        metavar="N",
        help="With lent models: fewer spectra are placed on the lender's plane, so many or more "
        "get one of their own. Usually 500.",
    ),
]
Loss = Annotated[
    list[str] | None,
    typer.Option(
        metavar="ALPHA,LAMBDA",
        rich_help_panel=_PANEL,
        help="Weights α and λ of the autoencoder's loss, usually 0,8.6. Given more than once, each "
        "is tried briefly and the best is trained.",
    ),
]
ScoreName = Annotated[
    str | None,
    typer.Option(
        "--score",
        metavar="SCORE",
        rich_help_panel=_PANEL,
        help="Which score is explained: mse (the usual) or chi2, with filtered-, trimmed- or "
        "filtered-trimmed- before it if wanted.",
    ),
]
TopPercent = Annotated[
    float | None,
    typer.Option(
        "--top",
        metavar="PERCENT",
        rich_help_panel=_PANEL,
        help="Share of the spectra, highest score first, that is explained. Usually 1.",
    ),
]
TopInBins = Annotated[
    bool | None,
    typer.Option(
        "--top-in-bins/--top-of-all",
        rich_help_panel=_PANEL,
        help="Take that share from each bin of S/N, or from all (the usual).",
    ),
]
Perturbation = Annotated[
    PerturbationName | None,
    typer.Option(
        rich_help_panel=_PANEL,
        help="What a segment becomes for the clusters: usually scale with --factor 0.9, as in the "
        "paper; flat is the median flux.",
    ),
]
Factor = Annotated[
    float | None,
    typer.Option(rich_help_panel=_PANEL, help="How much of it. Usually 0.9; 1 for flat and mean."),
]
Clusters = Annotated[
    int | None,
    typer.Option(
        "--clusters",
        min=1,
        metavar="K",
        rich_help_panel=_PANEL,
        help="Clusters of explanations. Usually as many as have the best silhouette, of 2 to 12; "
        "the paper has 7.",
    ),
]
Sign = Annotated[
    WeightSign | None,
    typer.Option(
        "--weight-sign",
        rich_help_panel=_PANEL,
        help="Cluster weights with their signs (the usual), or drop them as in the paper.",
    ),
]


def anomaly_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a command that are options for anomalies, by name."""
    return {name: options[name] for name in _NAMES}


def with_anomaly_options(
    usual: BuildSettings,
    *,
    loss: Sequence[str] | None = None,
    perturbation: PerturbationName | None = None,
    factor: float | None = None,
    **others: Any,
) -> BuildSettings:
    """The settings of a build with the options given on the command line.

    Parameters
    ----------
    usual
        Values of options that were not given.
    loss
        Pairs such as ``"0,8.6"``: one sets α and λ, several are searched.
    perturbation, factor
        Of the explanations. A perturbation without a factor has its usual one.
    others
        Other settings by name; None for those not given.

    Raises
    ------
    ValueError
        A value is outside its range, or no pair of numbers.
    """
    options: dict[str, Any] = {name: value for name, value in others.items() if value is not None}
    pairs = tuple(_pair(one) for one in loss or ())
    if len(pairs) == 1:
        (alpha, lam) = pairs[0]
        options["vae"] = dataclasses.replace(usual.vae, alpha=alpha, lam=lam)
    elif pairs:
        options["vae_search"] = pairs
    explain = usual.explain
    if perturbation is not None:
        usual_factor = 0.9 if perturbation.startswith(("scale", "shrink")) else 1.0
        explain = dataclasses.replace(explain, perturbation=perturbation, factor=usual_factor)
    if factor is not None:
        explain = dataclasses.replace(explain, factor=factor)
    return dataclasses.replace(usual, **options, explain=explain)


def _pair(text: str) -> tuple[float, float]:
    try:
        alpha, lam = (float(part) for part in text.split(","))
    except ValueError:
        raise ValueError(f"--loss must be two numbers such as 0,8.6, got {text!r}") from None
    return alpha, lam
