"""Options that choose the cluster of a build."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ....data.batch import ClusterChoice

__all__ = ["Cluster", "Scheduler", "Tls", "cluster_choice"]

_PANEL = "On a cluster"

Scheduler = Annotated[
    str,
    typer.Option(
        metavar="ADDRESS",
        rich_help_panel=_PANEL,
        help="A running Dask scheduler: tls://HOST:PORT, or tcp:// on this machine only.",
    ),
]
Cluster = Annotated[
    str,
    typer.Option(
        metavar="SYSTEM",
        rich_help_panel=_PANEL,
        help="Workers as jobs of slurm, pbs, sge, lsf, htcondor, oar or moab: as many as --jobs, "
        "each as ~/.config/dask/jobqueue.yaml says.",
    ),
]
Tls = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER",
        rich_help_panel=_PANEL,
        help="With ca.pem (trusted), cert.pem and key.pem (own identity).",
    ),
]


def cluster_choice(
    scheduler: str, system: str, jobs: int, tls: Path | None
) -> ClusterChoice | None:
    """The cluster for the chunks; None for processes of this machine.

    Parameters
    ----------
    scheduler, system
        Values of the options.
    jobs
        Number of workers of a batch system; else of cores of this machine.
    tls
        Folder with the certificates.

    Raises
    ------
    ValueError
        It cannot be used; the text says what to do.
    """
    if not scheduler and not system:
        if tls is not None:
            raise ValueError("--tls goes with --scheduler or --cluster")
        return None
    from ....data.batch.cluster_choice import ClusterChoice, ClusterError

    workers = jobs if system else os.cpu_count() or 1
    try:
        return ClusterChoice(scheduler, system, workers, tls)  # pyright: ignore[reportArgumentType]
    except ClusterError as error:
        raise ValueError(str(error)) from error
