"""Options of the AGN study: split, range, classes, planes."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

__all__ = ["Background", "Level", "Overlap", "Split", "Task", "Tsne"]

Background = Annotated[
    Literal["none", "demo"],
    typer.Option(
        help="Where fewer than 300 spectra have no label, tell the labelled kind from the demo's "
        "galaxies, once it is built."
    ),
]
Level = Annotated[
    Literal["90", "95", "99"],
    typer.Option(help="Percent of each type's spectra whose set of types must hold the true type."),
]
Split = Annotated[
    Literal["auto", "random", "stratified", "grouped"],
    typer.Option(
        help="How the test set is chosen: by chance as in the paper, by type, or by object; auto "
        "is by object where one repeats, else by chance."
    ),
]
Overlap = Annotated[
    float | None,
    typer.Option(
        min=0.01,
        max=1.0,
        metavar="SHARE",
        help="Classify over the widest range that this share of the labelled spectra covers, "
        "instead of the AGN paper's range.",
    ),
]
Tsne = Annotated[
    Literal["opentsne", "sklearn"] | None,
    typer.Option(
        help="Program that lays out planes of AGN spectra; the AGN paper used sklearn, slower."
    ),
]
Task = Annotated[
    Literal["three", "two"],
    typer.Option(help="Classify into all types there are, or type 1 against type 2 only."),
]
