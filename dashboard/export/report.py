"""One self-contained page with the AGN paper's tables and figures for a collection."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator, Sequence
from html import escape
from pathlib import Path

from ...core.words import counted
from ...data.collection import RunStore
from ...data.files import written_whole
from ...data.study import Evaluation, Table, macro_interval_text
from ..figures import model_lines
from .evaluation_text import cell_text
from .figure_list import FigureJob, figure_jobs

__all__ = ["write_report"]

_DPI = 120
_STYLE = """
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #18202c;
  font: 15px/1.5 system-ui, sans-serif; color-scheme: light dark; }
h1 { font-size: 1.6rem } h2 { margin-top: 2.5rem; font-size: 1.2rem }
table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums }
caption { text-align: left; font-weight: 600; padding: .6rem 0 .3rem }
th, td { padding: .2rem .7rem; border-bottom: 1px solid #e2e5eb; text-align: right }
th:first-child, td:first-child { text-align: left }
.paper { color: #5f6b7c; background: #f7f8fa }
.note, figcaption { color: #5f6b7c; font-size: 13px; max-width: 46rem }
figure { margin: 1.5rem 0 } img { max-width: 100%; height: auto }
.scroll { overflow-x: auto }
@media (prefers-color-scheme: dark) {
  body { background: #0e1218; color: #e4e9f0 }
  th, td { border-color: #28313d } .paper { color: #93a0b1; background: #1b222c }
  .note, figcaption { color: #93a0b1 }
  img { padding: 6px; border-radius: 6px; background: #fff }
}
"""


def write_report(
    evaluation: Evaluation,
    path: str | Path,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Write the tables and figures of P21 for a collection as one HTML file.

    A figure that follows one of the paper says which; examples and medians are our own.

    Parameters
    ----------
    evaluation
        Of a collection whose planes have been built (``spexplain build DIR --planes``).
    path
        The file; it appears complete or not at all, and loads nothing from elsewhere.
    progress
        Called with (figures done, figures in all).

    Raises
    ------
    ValueError
        If the planes are absent.
    FileNotFoundError
        If the folder does not exist.
    """
    parts = [*_figures(figure_jobs(evaluation), progress or (lambda _done, _total: None))]
    tables = "\n".join(_table(table) for table in evaluation.tables)
    name = escape(evaluation.collection.path.name)
    best = evaluation.best
    ends = macro_interval_text(best["test"])
    head = (
        f"<p>{counted(len(evaluation.collection.catalog), 'spectrum', 'spectra')}. Best kernel: "
        f"{escape(best['settings']['kernel'])}, mean F {best['test']['macro_f']:.3f}"
        f"{f' (95 % {ends})' if ends else ''} on "
        f"{best['test']['n']:,} test spectra. Grey columns: Peruzzi et al. 2021, A&amp;A 652, A19."
        "</p>"
    )
    models = model_lines(RunStore(evaluation.collection.path), "svm")
    head += "".join(f"<p>{escape(line)}.</p>" for line in models)
    document = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{name}: AGN types</title>'
        f"<style>{_STYLE}</style><h1>AGN types in {name}</h1>{head}"
        f"<h2>Tables</h2>{tables}<h2>Figures</h2>{''.join(parts)}</html>\n"
    )
    with written_whole(path) as beside:
        beside.write_text(document, encoding="utf-8")


def _figures(jobs: Sequence[FigureJob], progress: Callable[[int, int], None]) -> Iterator[str]:
    for done, job in enumerate(jobs):
        progress(done, len(jobs))
        yield _figure(job)
    progress(len(jobs), len(jobs))


def _figure(job: FigureJob) -> str:
    fig, buffer = job.draw(), io.BytesIO()
    fig.savefig(buffer, format="png", dpi=_DPI)
    data = base64.b64encode(buffer.getvalue()).decode()
    plural = "s" if "–" in job.of_paper else ""
    of_paper = f" <b>After figure{plural} {job.of_paper} of the paper.</b>" if job.of_paper else ""
    return (
        f'<figure id="{job.key}"><img alt="{escape(job.caption)}" '
        f'src="data:image/png;base64,{data}">'
        f"<figcaption>{escape(job.caption)}{of_paper}</figcaption></figure>"
    )


def _table(table: Table) -> str:
    marks = [' class="paper"' if name.startswith("paper") else "" for name in table.columns]
    head = "".join(f"<th{m}>{escape(n)}</th>" for m, n in zip(marks, table.columns, strict=True))
    lines = []
    for row in table.rows:
        cells = zip(marks, row, table.columns, strict=True)
        body = "".join(f"<td{m}>{escape(cell_text(v, n))}</td>" for m, v, n in cells)
        lines.append(f"<tr>{body}</tr>")
    note = f'<p class="note">{escape(table.note)}</p>' if table.note else ""
    return (
        f'<div class="scroll"><table id="{table.key}"><caption>{escape(table.title)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>{note}"
    )
