"""An evaluation as tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table as RichTable

from ...core.words import probability_text
from ...data.collection import RunStore
from ...data.study import Evaluation, Table, macro_interval_text
from ..figures import model_lines

__all__ = ["cell_text", "evaluation_lines"]

_HEADING = 8  # letters in a line of a heading, longer words apart
_WIDEST = 1000


def evaluation_lines(evaluation: Evaluation) -> Iterator[str | RichTable]:
    """All tables, and what to do next."""
    best = evaluation.best
    yield f"[bold]{evaluation.collection.path}[/bold]"
    yield from model_lines(RunStore(evaluation.collection.path), "svm")
    for table in evaluation.tables:
        yield ""
        yield _rich(table)
        if table.note:
            yield f"[dim]{table.note}[/dim]"
    yield ""
    test = best["test"]
    ends = macro_interval_text(test)
    yield (
        f"Best kernel: [bold]{best['settings']['kernel']}[/bold], mean F on the {test['n']} test "
        f"spectra [bold]{test['macro_f']:.3f}[/bold]{f', 95 % {ends}' if ends else ''} "
        f"(precision {test['macro_precision']:.3f}, recall {test['macro_recall']:.3f})"
    )
    yield f"next: spexplain report {evaluation.collection.path} --out report.html"


def cell_text(value: object, heading: str = "") -> str:
    """A cell as printed: counts whole, shares to three decimals, C and gamma to three digits."""
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return f"{value:,}"
    assert isinstance(value, float)
    if heading.startswith(("p(", "largest probability")):
        return probability_text(value)
    if heading.split(": ")[-1] in ("C", "gamma", "sigma") or value == 0:
        return f"{value:.3g}"
    return f"{value:.2f}" if abs(value) >= 10 else f"{value:.3f}"


def _rich(table: Table) -> RichTable:
    """Table as wide as its numbers, even beyond the terminal: none is truncated."""
    drawn = RichTable(
        title=table.title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False
    )
    for heading in table.columns:
        published = heading.startswith("paper")
        left = any(isinstance(row[len(drawn.columns)], str) for row in table.rows)
        drawn.add_column(
            "\n".join(wrap(heading, _HEADING, break_long_words=False)),
            justify="left" if left else "right",
            style="dim" if published else "",
            no_wrap=True,
        )
    for row in table.rows:
        drawn.add_row(*(cell_text(v, h) for v, h in zip(row, table.columns, strict=True)))
    wide = Console(width=_WIDEST)
    drawn.width = Measurement.get(wide, wide.options, drawn).maximum
    return drawn
