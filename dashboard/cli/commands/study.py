"""The commands ``evaluate`` and ``report``, which repeat the AGN paper's study."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ..options.agn_options import Split
from ..options.shared_options import CORES, AsJson, Demo, Jobs, MaybeDirectory, named
from ..output.printing import console, print_answer

__all__ = ["evaluate_command", "report_command"]


def evaluate_command(
    directory: MaybeDirectory = None,
    demo: Demo = False,
    split: Split = "auto",
    jobs: Jobs = CORES,
    as_json: AsJson = False,
) -> None:
    """Print every table of the AGN paper for this collection, beside the paper's own values."""
    from ....data.collection.runs import RunStore
    from ...export.evaluation_text import evaluation_lines
    from ...figures.words.domain_words import model_lines

    evaluation = _evaluate(named(directory, demo=demo), split, jobs)
    models = list(model_lines(RunStore(evaluation.collection.path), "svm"))
    document = evaluation.to_dict() | {"models": models}
    print_answer(document, evaluation_lines(evaluation), as_json=as_json)


def report_command(
    out: Annotated[Path, typer.Option(metavar="FILE.html", help="The page to write.")],
    directory: MaybeDirectory = None,
    demo: Demo = False,
    split: Split = "auto",
    jobs: Jobs = CORES,
) -> None:
    """Write one self-contained page with the AGN paper's tables and figures for this collection."""
    from ....data.build.all_stages import build, settings_as_built
    from ....data.collection.collection import Collection
    from ...export.report import write_report
    from ..output.progress import TerminalProgress, ctrl_c_cancels

    if out.suffix.lower() not in {".html", ".htm"}:
        raise ValueError(f"the report is a page: its name must end in .html, got {str(out)!r}")
    if not out.resolve().parent.is_dir():
        raise FileNotFoundError(f"there is no folder {out.resolve().parent}")
    collection = Collection.open(named(directory, demo=demo))
    with ctrl_c_cancels() as stop, TerminalProgress() as progress:
        build(
            collection, only=["planes"], settings=settings_as_built(collection),
            jobs=jobs, progress=progress, cancelled=stop.is_set,
        )  # fmt: skip
    evaluation = _evaluate(collection.path, split, jobs)
    with TerminalProgress() as progress:
        write_report(evaluation, out, progress=lambda done, total: progress("figures", done, total))
    console.print(f"written: {out}")


def _evaluate(directory: Path, split: Any, jobs: int) -> Any:
    from ....data.study.evaluation import evaluate
    from ..output.progress import TerminalProgress, ctrl_c_cancels

    with ctrl_c_cancels() as stop, TerminalProgress() as progress:
        return evaluate(directory, split=split, jobs=jobs, progress=progress, cancelled=stop.is_set)
