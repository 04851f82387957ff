"""The command ``fetch``: spectra from SDSS, SPARCL or Multimodal Universe."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from ..options.shared_options import AsJson
from ..output.printing import print_answer

if TYPE_CHECKING:
    from ....data.collection.lookup.sky_search import Cone
    from ....data.fetch import FetchReport
    from ....data.fetch.archives.sdss import SdssPlan
    from ....data.fetch.archives.sparcl import SparclPlan
    from ....data.fetch.jobs import Job
    from ....data.fetch.manifest import Entry
    from ....data.fetch.polite_client import PoliteClient

__all__ = ["fetch_app"]

fetch_app = typer.Typer(
    no_args_is_help=True,
    help="Fetch spectra from an archive: few requests at once, checked, resumable.",
)

Out = Annotated[Path, typer.Option(metavar="DIR", help="Folder; an interrupted fetch is resumed.")]
ListFile = Annotated[
    Path | None,
    typer.Option("--list", metavar="FILE", help="Ids or positions, one a line, or a table."),
]
ConeText = Annotated[
    str | None,
    typer.Option("--cone", metavar="RA,DEC,RADIUS", help="Such as 146.7,0.5,2' (degrees)."),
]
Sql = Annotated[
    Path | None, typer.Option(metavar="FILE", help="File with a query that selects spectra.")
]
Radius = Annotated[float, typer.Option(help="Search radius around listed positions, arcsec.")]
Workers = Annotated[int, typer.Option(min=1, max=8, help="Number of connections.")]
MostMb = Annotated[float, typer.Option(min=0.1, help="Largest file to fetch, MB.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print what would be fetched.")]
Base = Annotated[str | None, typer.Option(metavar="URL", help="Other address of the archive.")]
QueryBase = Annotated[
    str | None, typer.Option(metavar="URL", help="Other address of its query service.")
]


@fetch_app.callback()
def about() -> None:
    """Fetch spectra from an archive: few requests at once, checked, resumable."""


@fetch_app.command(
    epilog="Examples: [bold]spexplain fetch sdss --list plates.txt --out mine[/bold] · "
    '[bold]spexplain fetch sdss --cone "146.7,0.5,2\'" --out mine --dry-run[/bold]'
)
def sdss(
    out: Out,
    list_file: ListFile = None,
    cone: ConeText = None,
    sql: Sql = None,
    release: Annotated[str, typer.Option(help="Data release, dr8 to dr20.")] = "dr17",
    full: Annotated[
        bool, typer.Option("--full", help="Full files with single exposures, not the lite ones.")
    ] = False,
    radius: Radius = 2.0,
    workers: Workers = 4,
    most_mb: MostMb = 64.0,
    dry_run: DryRun = False,
    base: Base = None,
    query_base: QueryBase = None,
    as_json: AsJson = False,
) -> None:
    """Spectra of SDSS: by plate, MJD and fiber, specObjID, SDSS_ID, position, or a query."""
    from ....data.fetch.addresses import base_address
    from ....data.fetch.archives.sdss import SdssPlan
    from ....data.fetch.archives.sdss_layout import release_number
    from ....data.fetch.archives.skyserver import SkyServer

    number = release_number(release)
    sas, sky = base_address("sas", base), base_address("skyserver", query_base)
    with _asking() as client:
        server = SkyServer(client, sky, number)
        plan = SdssPlan(sas, number, not full, int(most_mb * 1e6), radius / 3600, lambda: server)
        _add(plan, list_file, cone, sql)
        _go(list(plan.jobs.values()), plan.others, out, client, workers, dry_run, as_json)


@fetch_app.command(
    epilog="Example: [bold]spexplain fetch sparcl --list targetids.csv --release DESI-DR1 "
    "--out mine[/bold]"
)
def sparcl(
    out: Out,
    list_file: ListFile = None,
    cone: ConeText = None,
    sql: Sql = None,
    release: Annotated[
        list[str] | None, typer.Option(help="Such as DESI-DR1; repeatable. By default all.")
    ] = None,
    radius: Radius = 2.0,
    workers: Workers = 2,
    dry_run: DryRun = False,
    base: Base = None,
    query_base: QueryBase = None,
    as_json: AsJson = False,
) -> None:
    """Spectra of DESI, BOSS and SDSS at NOIRLab: by TARGETID, specid, sparcl_id or position."""
    from ....data.fetch.addresses import base_address
    from ....data.fetch.archives.sparcl import SparclPlan

    address, datalab = base_address("sparcl", base), base_address("datalab", query_base)
    with _asking() as client:
        plan = SparclPlan(client, address, datalab, release or (), radius / 3600)
        _add(plan, list_file, cone, sql)
        _go(plan.jobs, plan.others, out, client, workers, dry_run, as_json)


@fetch_app.command(
    epilog="Example: [bold]spexplain fetch multimodal --data-set MultimodalUniverse/desi "
    "--list files.txt --out mine --dry-run[/bold]"
)
def multimodal(
    out: Out,
    list_file: ListFile = None,
    cone: ConeText = None,
    sql: Sql = None,
    data_set: Annotated[
        str, typer.Option(metavar="OWNER/NAME", help="On the Hugging Face Hub.")
    ] = "MultimodalUniverse/sdss",
    release: Annotated[str, typer.Option(help="Branch, tag or commit.")] = "main",
    workers: Workers = 2,
    most_mb: MostMb = 4000.0,
    dry_run: DryRun = False,
    base: Base = None,
    as_json: AsJson = False,
) -> None:
    """Files of Multimodal Universe, whole: --list names paths, patterns or healpix=NUMBER."""
    from ....data.fetch.addresses import base_address
    from ....data.fetch.archives.multimodal import multimodal_jobs
    from ....data.ingest.delimited import decoded

    if cone is not None or sql is not None or list_file is None:
        raise ValueError(
            "files of Multimodal Universe are fetched whole, with --list FILE with a path, a "
            "pattern "
            "(data/train-*) or healpix=NUMBER a line; for a cone or a query: fetch sdss, or sparcl"
        )
    address = base_address("multimodal", base)
    patterns = [line.strip() for line in decoded(list_file.read_bytes()).splitlines()]
    patterns = [line for line in patterns if line and not line.startswith("#")]
    with _asking() as client:
        most = int(most_mb * 1e6)
        jobs, others = multimodal_jobs(
            client, address, data_set, release, patterns, most_bytes=most
        )
        _go(jobs, others, out, client, workers, dry_run, as_json)


def _add(
    plan: SdssPlan | SparclPlan, list_file: Path | None, cone: str | None, sql: Path | None
) -> None:
    """Add the options that name what to fetch: a list, a cone or a query."""
    if sum(one is not None for one in (list_file, cone, sql)) != 1:
        raise ValueError(
            "say what to fetch with one of --list FILE, --cone RA,DEC,RADIUS, --sql FILE"
        )
    if list_file is not None:
        plan.add(_listed(list_file))
    elif cone is not None:
        plan.add_cone(_cone(cone), cone)
    elif sql is not None:
        plan.add_query(sql.read_text(encoding="utf-8"))


def _listed(path: Path) -> Any:
    from ....data.fetch.wanted import wanted_of_list

    try:
        return wanted_of_list(path.read_bytes())
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def _cone(text: str) -> Cone:
    from ....data.collection.lookup.sky_search import read_cone

    cone = read_cone(text)
    if cone is None or cone.radius_deg is None:
        raise ValueError(
            f"“{text}” is not a cone: write RA,DEC,RADIUS with a unit, such as 146.7,0.5,2'"
        )
    return cone


@contextmanager
def _asking() -> Iterator[PoliteClient]:
    """A client that Ctrl-C stops, even while it waits."""
    from ....data.fetch.polite_client import PoliteClient
    from ..output.progress import ctrl_c_cancels

    with ctrl_c_cancels() as stop:
        yield PoliteClient(sleep=stop.wait, stopped=stop.is_set)


def _go(
    jobs: Sequence[Job],
    others: Sequence[Entry],
    out: Path,
    client: PoliteClient,
    workers: int,
    dry_run: bool,
    as_json: bool,
) -> None:
    from ....data.fetch.run import fetch
    from ..output.progress import TerminalProgress

    if dry_run:
        planned = [entry for job in jobs for entry in job.wanted()] + list(others)
        lines = (f"{e.state:<14} {e.id}  {e.address or e.reason}" for e in planned)
        document = {"would_fetch": [asdict(entry) for entry in planned]}
        print_answer(document, map(escape, lines), as_json=as_json)
        # What the archive did not answer is not known to be there; nor is nothing a plan.
        if not jobs or any(entry.state == "failed" for entry in planned):
            raise typer.Exit(1)
        return
    with TerminalProgress() as progress:
        report = fetch(
            jobs, out, client, others=others, workers=workers,
            progress=lambda done, total: progress("fetched", done, total),
        )  # fmt: skip
    document = asdict(report) | {"folder": str(report.folder)}
    print_answer(document, _lines(report), as_json=as_json)
    if report.states.get("failed") or not report.states.get("fetched"):
        raise typer.Exit(1)


def _lines(report: FetchReport) -> Iterator[str]:
    n = report.states.get("fetched", 0)
    had = f", {report.had:,} of them here before" if report.had else ""
    yield (
        f"[bold]{n:,}[/bold] of {sum(report.states.values()):,} fetched{had} "
        f"({report.bytes / 1e6:,.1f} MB came)"
    )
    for state, examples in report.reasons.items():
        yield f"  {report.states[state]:6d} {state}"
        for id, reason in examples:
            yield escape(f"         {id}: {reason}")
    spectra = report.folder / "spectra"
    yield escape(f"all in {report.folder / 'manifest.csv'}")
    if report.states.get("failed"):
        yield "the same command tries again what failed"
    if n:
        yield escape(f"next: spexplain ingest {spectra} --out survey")
