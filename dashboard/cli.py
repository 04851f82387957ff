"""The command ``spexplain``: from files to a page, and the same explanations from the shell.

Each command imports what it needs itself: torch, scikit-learn and the page's libraries take seconds
to load, and ``--help`` or ``info`` should not wait for them.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.markup import escape

from .agn_options import Overlap, Split, Task, Tsne
from .build_options import (
    Clusters,
    Dust,
    Factor,
    Loss,
    ModelPerBin,
    Perturbation,
    ScoreName,
    Sign,
    SnBins,
    TopInBins,
    TopPercent,
    anomaly_options,
    with_anomaly_options,
)
from .download import download_app
from .version_option import Version

__all__ = ["app", "main"]

app = typer.Typer(
    name="spexplain",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(download_app, name="download")
_out = Console(soft_wrap=True, highlight=False)
_err = Console(stderr=True, soft_wrap=True, highlight=False)

_CORES = os.cpu_count() or 1

# Where each is defined: an error message should not wait for what builds to load.
_USERS_ERRORS = {
    "build_lanes": "BuildError",
    "collection_format": "CollectionError",
    "dust": "DustError",
    "ingest": "IngestError",
    "lens_parts": "LensError",
}

Directory = Annotated[Path, typer.Argument(metavar="DIR", help="A collection on disk.")]
MaybeDirectory = Annotated[
    Path | None, typer.Argument(metavar="[DIR]", help="A collection on disk.")
]
Demo = Annotated[bool, typer.Option("--demo", help="The demo collection.")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")]
Address = Annotated[str, typer.Option(help="Address to listen on.")]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="Do not open a browser window.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Jobs = Annotated[int, typer.Option(min=1, help="Processor cores to use.")]
Models = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Apply the models of this built collection."),
]


@app.callback(epilog="[bold]spexplain --install-completion[/bold] lets Tab complete commands.")
def spexplain(version: Version = False) -> None:  # its option acts by itself
    """Explore spectra and see why a model calls one a Seyfert, or strange."""


@app.command(epilog="Example: [bold]spexplain demo[/bold]")
def demo(
    no_browser: NoBrowser = False,
    port: Port = 5006,
    small: Annotated[bool, typer.Option("--small", help="A few hundred spectra only.")] = False,
) -> None:
    """Build the demo collection if needed, and open the page on it."""
    with _lasting():
        from ..data.demo_ready import finished_demo

    path = finished_demo(small=small) or _build_demo(small=small)
    _serve(path, port=port, address="127.0.0.1", no_browser=no_browser)


@app.command("ingest", epilog="Example: [bold]spexplain ingest my_spectra --out survey[/bold]")
def ingest_command(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="FITS files or folders.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="The new collection.")],
    labels: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="CSV: id or file, and label, z or ebv (mag)."),
    ] = None,
    z_max: Annotated[float, typer.Option(help="Largest redshift taken.")] = 0.8,
    jobs: Jobs = _CORES,
    as_json: AsJson = False,
) -> None:
    """Read spectra into a new collection; bad files are listed with their reason."""
    from ..data.ingest import ingest
    from .progress import TerminalProgress, ctrl_c_cancels
    from .summary import ingest_lines

    with ctrl_c_cancels() as stop, TerminalProgress() as progress:
        report = ingest(
            paths,
            out,
            labels=labels,
            jobs=jobs,
            z_max=z_max,
            progress=lambda done, total: progress("read", done, total),
            cancelled=stop.is_set,
        )
    if as_json:
        _print_json(asdict(report) | {"path": str(report.path)})
    else:
        _print_lines(ingest_lines(report))


@app.command(
    "build",
    epilog="Examples: [bold]spexplain build survey --only embed-p21[/bold] · "
    "[bold]spexplain build survey --score filtered-mse --top 2 --dust none[/bold] · "
    "[bold]spexplain build survey --model-per-bin --loss 0,8.6 --loss 0.5,10[/bold]",
)
def build_command(
    context: typer.Context,
    directory: Directory,
    only: Annotated[
        list[str] | None, typer.Option(metavar="STAGE", help="Only these, and what they need.")
    ] = None,
    models: Models = None,
    tune: Annotated[
        bool,
        typer.Option("--tune", help="Search C and gamma of four kernels; classify with the best."),
    ] = False,
    planes: Annotated[
        bool,
        typer.Option("--planes", help="Embed the labelled spectra with many perplexities."),
    ] = False,
    overlap: Overlap = None,
    tsne: Tsne = None,
    split: Split = "auto",
    task: Task = "three",
    dust: Dust = None,
    sn_bins: SnBins = None,
    model_per_bin: ModelPerBin = None,
    loss: Loss = None,
    explain_score: ScoreName = None,
    top_percent: TopPercent = None,
    top_in_bins: TopInBins = None,
    perturbation: Perturbation = None,
    factor: Factor = None,
    k: Clusters = None,
    weight_sign: Sign = None,
    jobs: Jobs = _CORES,
    as_json: AsJson = False,
) -> None:
    """Prepare, embed, classify, score, explain and cluster; only what changed is done again."""
    from ..data.build import BuildSettings, build, settings_as_built
    from ..data.collection import Collection
    from ..data.evaluate import tuned_build
    from .progress import TerminalProgress, ctrl_c_cancels
    from .summary import build_lines

    if tune and (only or models or planes):
        raise ValueError("--tune stands alone, without --only, --models and --planes")
    wanted = [*(only or []), "planes"] if planes else only
    collection = Collection.open(directory)
    goes_on = wanted is not None or tune
    usual = settings_as_built(collection) if goes_on else BuildSettings()
    usual = usual.with_choices(split=split, task=task, overlap=overlap, tsne=tsne)
    settings = with_anomaly_options(usual, **anomaly_options(context.params))
    with ctrl_c_cancels() as stop, TerminalProgress() as progress:
        common: Any = {"jobs": jobs, "progress": progress, "cancelled": stop.is_set}
        common["settings"] = settings
        if tune:
            report = tuned_build(collection, **common)
        else:
            report = build(collection, only=wanted, models=models, **common)
    if as_json:
        _print_json(asdict(report))
    else:
        _print_lines(build_lines(report))


@app.command(epilog="Example: [bold]spexplain serve survey --port 0[/bold]")
def serve(
    directory: Directory,
    port: Port = 5006,
    address: Address = "127.0.0.1",
    no_browser: NoBrowser = False,
) -> None:
    """Open the page on a collection. Listens on this machine only, unless told otherwise."""
    _serve(directory, port=port, address=address, no_browser=no_browser)


@app.command(
    "explain",
    epilog="Example: [bold]spexplain explain survey --id 0266-51602-0013 --target mse[/bold]",
)
def explain_command(
    directory: Directory,
    id: Annotated[str, typer.Option("--id", metavar="ID", help="Which spectrum.")],
    target: Annotated[
        str, typer.Option(help="'predicted', a class such as 'type 1', or a score such as 'mse'.")
    ] = "predicted",
    method: Annotated[str, typer.Option(help="lime, saliency or occlusion.")] = "lime",
    segments: Annotated[int, typer.Option(help="Pieces the spectrum is cut into.")] = 77,
    samples: Annotated[int, typer.Option(help="Perturbed spectra (LIME).")] = 5000,
    factor: Annotated[float, typer.Option(help="Perturbed flux over flux.")] = 0.9,
    seed: Annotated[int, typer.Option(help="Of the random masks.")] = 0,
    as_json: AsJson = False,
    png: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Save a figure: .png, .svg or .pdf.")
    ] = None,
    save: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Save all of it in one FITS file.")
    ] = None,
    table: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Save the segments: .csv or .ecsv.")
    ] = None,
    code: Annotated[bool, typer.Option("--code", help="Print Python that repeats it.")] = False,
) -> None:
    """Explain one spectrum; the same seed and settings give the same answer to the last bit."""
    from ..core.settings import ExplainSettings
    from ..data.reproduce import reproduce_code
    from .explained import explain_stored, write_files
    from .summary import explanation_document, explanation_lines

    settings = ExplainSettings.from_dict(
        {
            "method": method,
            "n_segments": segments,
            "n_samples": samples,
            "factor": factor,
            "seed": seed,
        }
    )
    found = explain_stored(directory, id, target, settings)
    write_files(found, figure=png, everything=save, table=table)
    if code:
        sys.stdout.write(reproduce_code(found.saved, file=save))
    elif as_json:
        _print_json({"id": id} | explanation_document(found.saved.explanation, found.wave_rest_aa))
    else:
        _print_lines(explanation_lines(found.saved.explanation, found.wave_rest_aa, id=id))
        _out.print(f"  {found.trust.sentence()}")


@app.command("evaluate", epilog="Example: [bold]spexplain evaluate survey --json[/bold]")
def evaluate_command(
    directory: MaybeDirectory = None,
    demo: Demo = False,
    split: Split = "auto",
    jobs: Jobs = _CORES,
    as_json: AsJson = False,
) -> None:
    """Print every table of the AGN paper for this collection, beside the paper's own values."""
    from .evaluation import evaluation_lines

    evaluation = _evaluate(_named(directory, demo=demo), split, jobs)
    if as_json:
        _print_json(evaluation.to_dict())
    else:
        for line in evaluation_lines(evaluation):
            _out.print(line)


@app.command("report", epilog="Example: [bold]spexplain report survey --out report.html[/bold]")
def report_command(
    out: Annotated[Path, typer.Option(metavar="FILE.html", help="The page to write.")],
    directory: MaybeDirectory = None,
    demo: Demo = False,
    split: Split = "auto",
    jobs: Jobs = _CORES,
) -> None:
    """Write one self-contained page with the AGN paper's tables and figures for this collection."""
    from ..data.build import build, settings_as_built
    from ..data.collection import Collection
    from .progress import TerminalProgress, ctrl_c_cancels
    from .report import write_report

    if not out.resolve().parent.is_dir():
        raise FileNotFoundError(f"there is no folder {out.resolve().parent}")
    collection = Collection.open(_named(directory, demo=demo))
    with ctrl_c_cancels() as stop, TerminalProgress() as progress:
        build(
            collection, only=["planes"], settings=settings_as_built(collection),
            jobs=jobs, progress=progress, cancelled=stop.is_set,
        )  # fmt: skip
    evaluation = _evaluate(collection.path, split, jobs)
    with TerminalProgress() as progress:
        write_report(evaluation, out, progress=lambda done, total: progress("figures", done, total))
    _out.print(f"written: {out}")


@app.command("scores", epilog="Example: [bold]spexplain scores survey --top 1000 --json[/bold]")
def scores_command(
    directory: MaybeDirectory = None,
    demo: Demo = False,
    top: Annotated[int, typer.Option(min=1, help="Length of the top lists.")] = 100,
    as_json: AsJson = False,
) -> None:
    """Say how far the eight anomaly scores agree, and what leads each."""
    from .score_lines import score_lines, stored_leaders

    found = stored_leaders(_named(directory, demo=demo), top)
    if as_json:
        _print_json(found.to_dict())
    else:
        for line in score_lines(found):
            _out.print(line)


@app.command(epilog="Example: [bold]spexplain info --demo --json[/bold]")
def info(
    directory: MaybeDirectory = None,
    demo: Demo = False,
    as_json: AsJson = False,
) -> None:
    """Say what a collection holds and which stages are built."""
    from .summary import collection_lines, collection_summary

    summary = collection_summary(_named(directory, demo=demo))
    if as_json:
        _print_json(summary)
    else:
        _print_lines(collection_lines(summary))


def _named(directory: Path | None, *, demo: bool) -> Path:
    """The one collection that was named."""
    from ..data.places import demo_path

    if (directory is None) != demo:
        raise ValueError("name one collection: a folder, or --demo")
    return demo_path() if directory is None else directory


def main(arguments: list[str] | None = None) -> None:
    """Run the command and exit; what a user can mend is one line on standard error and code 1.

    Parameters
    ----------
    arguments
        Instead of those of the process.
    """
    try:
        app(arguments)
    except KeyboardInterrupt:
        _fail("stopped", "", code=130)
    except _cancellations() as error:
        _fail("stopped", str(error).removeprefix("stopped "), code=130)
    except _errors() as error:
        _fail("error", str(error), code=1)


def _cancellations() -> tuple[type[Exception], ...]:
    return _loaded({"ingest": "IngestCancelled", "stage": "BuildCancelled"})


def _errors() -> tuple[type[Exception], ...]:
    """What a user can mend. Anything else is ours to mend, and shows its traceback."""
    return (*_loaded(_USERS_ERRORS), OSError, ValueError)


def _loaded(errors: dict[str, str]) -> tuple[type[Exception], ...]:
    """The classes of these modules of the data; one that was never loaded has raised nothing."""
    data = f"{(__package__ or '').rpartition('.')[0]}.data"
    modules = ((sys.modules.get(f"{data}.{module}"), name) for module, name in errors.items())
    return tuple(getattr(module, name) for module, name in modules if module is not None)


def _fail(kind: str, text: str, *, code: int) -> NoReturn:
    # escape: a path or a list may hold brackets, which are no markup
    _err.print(f"[red]{kind}[/red] {escape(text)}")
    sys.exit(code)


def _build_demo(*, small: bool) -> Path:
    from ..data.demo import build_demo
    from .progress import TerminalProgress, ctrl_c_cancels

    with ctrl_c_cancels() as stop, TerminalProgress() as progress:
        return build_demo(small=small, jobs=_CORES, progress=progress, cancelled=stop.is_set)


def _evaluate(directory: Path, split: Any, jobs: int) -> Any:
    from ..data.evaluate import evaluate
    from .progress import TerminalProgress, ctrl_c_cancels

    with ctrl_c_cancels() as stop, TerminalProgress() as progress:
        return evaluate(directory, split=split, jobs=jobs, progress=progress, cancelled=stop.is_set)


def _serve(path: Path, *, port: int, address: str, no_browser: bool) -> None:
    with _lasting():
        from .serve import leave
        from .serve import serve as serve_page

    serve_page(path, port=port, address=address, open_browser=not no_browser)
    leave()


@contextmanager
def _lasting() -> Iterator[None]:
    """Import without looking for garbage: what modules hold stays, and looking takes an eighth."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _print_json(document: object) -> None:
    sys.stdout.write(json.dumps(document, ensure_ascii=False, allow_nan=False) + "\n")


def _print_lines(lines: Iterable[str]) -> None:
    for line in lines:
        _out.print(line)
