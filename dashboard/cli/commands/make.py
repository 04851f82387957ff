"""The commands ``demo``, ``ingest`` and ``build``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from ..options.agn_options import Background, Overlap, Split, Task, Tsne
from ..options.anomaly_options import (
    Clusters,
    Dust,
    Factor,
    LearnFrom,
    Loss,
    ModelPerBin,
    OwnPlaneFrom,
    Perturbation,
    ScoreName,
    Sign,
    SnBins,
    TopInBins,
    TopPercent,
    anomaly_options,
    with_anomaly_options,
)
from ..options.cluster_options import Cluster, Scheduler, Tls, cluster_choice
from ..options.collection_at import folder_of, only_a_folder
from ..options.shared_options import CORES, AsJson, Directory, Jobs, NoBrowser, Port
from ..output.printing import print_answer
from .copy import Unlock, free_if_asked
from .serve import lasting, serve_page

__all__ = ["build_command", "demo", "ingest_command"]

Models = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR", help="Apply the models of this built collection.", parser=folder_of
    ),
]
Columns = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME=COLUMN",
        help="Which column is what in tables of your own, as flux=F, wave=LAM, error=E, z=ZS; "
        "by number from 1 where columns have no names. May be given often.",
    ),
]
Anew = Annotated[
    bool, typer.Option("--anew", help="Train and lay out on all spectra, even if few are new.")
]
Joined = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Table by id, file or ra and dec: its columns come along."),
]
ZWarning = Annotated[
    Literal["keep", "reject"],
    typer.Option(
        help="Redshifts that the survey or file doubts: mark them, or keep them from the models."
    ),
]


def demo(
    no_browser: NoBrowser = False,
    port: Port = 5006,
    small: Annotated[bool, typer.Option("--small", help="Only a few hundred spectra.")] = False,
    scale: Annotated[
        int | None,
        typer.Option(metavar="N", help="A separate demo of N spectra, 1000 or more."),
    ] = None,
) -> None:
    """Build the demo collection if needed, and open the page on it."""
    if small and scale is not None:
        raise ValueError("--small has a fixed size: give either --small or --scale")
    with lasting():
        from ....data.demo.ready import finished_demo

    path = finished_demo(small=small, n_spectra=scale) or _build_demo(small=small, n_spectra=scale)
    from ...server.access.terms import Terms

    serve_page(path, Terms(port=port), no_browser=no_browser)


def ingest_command(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="Files or folders.")],
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="The new collection.", parser=only_a_folder),
    ] = None,
    into: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="An existing collection to add them to.", parser=only_a_folder
        ),
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Table: id or file, and label, z or ebv (mag)."),
    ] = None,
    z_max: Annotated[float, typer.Option(help="Keep larger redshifts from the models.")] = 0.8,
    column: Columns = None,
    air: Annotated[
        bool, typer.Option("--air", help="Wavelengths are in air where a file does not say.")
    ] = False,
    catalog: Joined = None,
    z_warning: ZWarning = "keep",
    jobs: Jobs = CORES,
    as_json: AsJson = False,
) -> None:
    """Read spectra into a new or existing collection; bad files are listed with the reason."""
    from ....data.ingest.readers.vocabulary.column_roles.hints import Hints, parse_columns
    from ....data.ingest.to_collection import ingest
    from ..output.ingest_text import ingest_lines
    from ..output.progress import TerminalProgress, ctrl_c_cancels

    if (out is None) == (into is None):
        raise ValueError("give --out DIR for a new collection, or --into DIR to add to one")
    files, columns = _without_columns(paths, column or [])
    with ctrl_c_cancels() as stop, TerminalProgress() as progress:
        report = ingest(
            files,
            out,
            into=into,
            labels=labels,
            jobs=jobs,
            z_max=z_max,
            hints=Hints(parse_columns(columns), air),
            doubtful=z_warning == "keep",
            catalogue=catalog,
            progress=lambda done, total: progress("read", done, total),
            cancelled=stop.is_set,
        )
    document = asdict(report) | {"path": str(report.path)}
    print_answer(document, ingest_lines(report), as_json=as_json)


def _without_columns(paths: list[Path], columns: list[str]) -> tuple[list[Path], list[str]]:
    """Separate files from columns: of ``--column wave=1 flux=2`` typer takes flux=2 for a file."""
    more = [path for path in paths if columns and "=" in path.name and not path.exists()]
    return [path for path in paths if path not in more], [*columns, *map(str, more)]


def build_command(
    context: typer.Context,
    directory: Directory,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="STAGE", help="Only these stages, and those they need."),
    ] = None,
    models: Models = None,
    own_plane_from: OwnPlaneFrom = None,
    tune: Annotated[
        bool,
        typer.Option("--tune", help="Search C and gamma of four kernels; classify with the best."),
    ] = False,
    planes: Annotated[
        bool,
        typer.Option("--planes", help="Embed the labelled spectra with many perplexities."),
    ] = False,
    anew: Anew = False,
    overlap: Overlap = None,
    tsne: Tsne = None,
    background: Background = "none",
    split: Split = "auto",
    task: Task = "three",
    dust: Dust = None,
    sn_bins: SnBins = None,
    learn_from: LearnFrom = None,
    model_per_bin: ModelPerBin = None,
    loss: Loss = None,
    explain_score: ScoreName = None,
    top_percent: TopPercent = None,
    top_in_bins: TopInBins = None,
    perturbation: Perturbation = None,
    factor: Factor = None,
    k: Clusters = None,
    weight_sign: Sign = None,
    jobs: Jobs = CORES,
    scheduler: Scheduler = "",
    cluster: Cluster = "",
    tls: Tls = None,
    unlock: Unlock = False,
    as_json: AsJson = False,
) -> None:
    """Prepare, embed, classify, score, explain and cluster; repeats only what changed."""
    from ....data.build.all_stages import BuildSettings, settings_as_built
    from ....data.collection.collection import Collection
    from ..output.collection_text import build_lines

    if tune and (only or models or planes or anew):
        raise ValueError("--tune cannot be combined with --only, --models, --planes or --anew")
    wanted = [*(only or []), "planes"] if planes else only
    free_if_asked(unlock, directory)
    collection = Collection.open(directory)
    goes_on = wanted is not None or tune
    usual = settings_as_built(collection) if goes_on else BuildSettings()
    usual = usual.with_choices(split=split, task=task, overlap=overlap, tsne=tsne)
    others: dict[str, Any] = {**anomaly_options(context.params), "background": background}
    common: Any = {"jobs": jobs, "settings": with_anomaly_options(usual, **others)}
    common["cluster"] = cluster_choice(scheduler, cluster, jobs, tls)
    report = _built(collection, tune, {"only": wanted, "models": models, "anew": anew}, common)
    print_answer(asdict(report), build_lines(report), as_json=as_json)


def _built(collection: Any, tune: bool, which: dict[str, Any], common: dict[str, Any]) -> Any:
    """The report of the build: a search for the best machine, or the requested stages."""
    from ....data.build.all_stages import build
    from ....data.study.evaluation import tuned_build
    from ..output.progress import TerminalProgress, ctrl_c_cancels

    with ctrl_c_cancels() as stop, TerminalProgress() as progress:
        common = common | {"progress": progress, "cancelled": stop.is_set}
        return tuned_build(collection, **common) if tune else build(collection, **which, **common)


def _build_demo(*, small: bool, n_spectra: int | None) -> Path:
    from ....data.demo.demo import build_demo
    from ..output.progress import TerminalProgress, ctrl_c_cancels

    with ctrl_c_cancels() as stop, TerminalProgress() as progress:
        return build_demo(
            small=small,
            n_spectra=n_spectra,
            jobs=CORES,
            progress=progress,
            cancelled=stop.is_set,
        )
