"""The commands ``info``, ``rejects``, ``scores`` and ``explain``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ....core.settings import ExplainSettings
from ..options.agn_options import Level
from ..options.knob_options import with_knobs
from ..options.shared_options import AsJson, Demo, MaybeDirectory, named
from ..output.printing import console, print_answer, print_json, print_lines

if TYPE_CHECKING:
    from ...export import ExplainedSpectrum

__all__ = ["explain_command", "info", "rejects_command", "scores_command"]

_Target = Annotated[
    str,
    typer.Option(
        help="'predicted' (log-odds), 'log p', 'probability', 'margin' or 'decision' (against its "
        "nearest rival) of the predicted type; 'type 1', its log-odds; 'log p(type 1)', spelled "
        "out; 'type 2 against intermediate', the decision between two; or a score such as 'mse'."
    ),
]
_Exposures = Annotated[
    int,
    typer.Option(
        help="Redraw the spectrum's noise this often, 5 or more (usually 30), and say which "
        "reasons another exposure would show; 0 leaves it out."
    ),
]


@with_knobs
def explain_command(
    id: Annotated[str, typer.Option("--id", metavar="ID", help="Which spectrum.")],
    directory: MaybeDirectory = None,
    demo: Demo = False,
    target: _Target = "predicted",
    *,
    settings: ExplainSettings,
    exposures: _Exposures = 0,
    level: Level = "90",
    as_json: AsJson = False,
    figure: Annotated[
        Path | None,
        typer.Option(
            "--figure", "--png", metavar="FILE", help="Save a figure: .png, .svg or .pdf."
        ),
    ] = None,
    save: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Save everything in one FITS file.")
    ] = None,
    table: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Save the segments: .csv or .ecsv.")
    ] = None,
    code: Annotated[
        bool, typer.Option("--code", help="Print Python code that repeats it.")
    ] = False,
) -> None:
    """Explain one spectrum; the same seed and settings give the same answer to the last bit."""
    from ....data.explanations.python_code import reproduce_code
    from ...export.stored_spectrum import explain_stored, write_files

    explained = explain_stored(
        named(directory, demo=demo),
        id,
        target,
        settings,
        exposures=exposures,
        level=int(level) / 100,
    )
    write_files(explained, figure=figure, everything=save, table=table)
    if code:
        sys.stdout.write(reproduce_code(explained.saved, file=save))
    else:
        _print_explained(explained, id, as_json=as_json)


def _print_explained(explained: ExplainedSpectrum, id: str, *, as_json: bool) -> None:
    from ....core.spectra.redshift_warning import doubt
    from ...figures.printed.pieces import verdict_text
    from ...figures.words.domain_words import domain_lines
    from ...figures.words.set_words import verdict_lines
    from ..output.explanation_text import (
        explanation_document,
        explanation_lines,
        intervals_document,
    )

    saved, verdict = explained.saved, explained.verdict
    domain, whose = verdict.domain, saved.origin.whose
    if as_json:
        about: dict[str, Any] = {"id": id, "model": whose}
        about["domain"] = None if domain is None else domain.to_dict()
        about["verdict"] = verdict.to_dict()
        about["z_warning"] = saved.origin.z_warning
        document = explanation_document(
            saved.explanation, explained.wave_rest_aa, mirrored=saved.mirrored
        )
        filled = None if saved.n_filled is None else saved.n_filled.tolist()
        print_json(about | document | {"n_filled": filled} | intervals_document(saved))
        return
    if doubted := doubt(saved.origin.z_warning):
        console.print(doubted, style="yellow", highlight=False, markup=False)
    print_lines(domain_lines(domain, whose))
    console.print(verdict_text(verdict), highlight=False)
    print_lines(f"  {line}" for line in verdict_lines(verdict))
    lines = explanation_lines(
        saved.explanation, explained.wave_rest_aa, id=id, mirrored=saved.mirrored,
        n_filled=saved.n_filled,
    )  # fmt: skip
    print_lines(lines)
    console.print(f"  {explained.trust.sentence()}")
    if saved.recurrence is not None:
        console.print(f"  {saved.recurrence.sentence()}")


def scores_command(
    directory: MaybeDirectory = None,
    demo: Demo = False,
    top: Annotated[int, typer.Option(min=1, help="Length of the top lists.")] = 100,
    as_json: AsJson = False,
) -> None:
    """Show how far the eight anomaly scores agree, and which spectra lead each."""
    from ....data.collection.runs import RunStore
    from ...figures.words.domain_words import model_lines
    from ..output.scores_text import score_lines, stored_leaders

    path = named(directory, demo=demo)
    leaders = stored_leaders(path, top)
    whose = [*model_lines(RunStore(path), "vae")]
    metadata = {"model": "; ".join(whose), **leaders.to_dict()}
    print_answer(metadata, [*whose, *score_lines(leaders)], as_json=as_json)


def rejects_command(
    directory: MaybeDirectory = None, demo: Demo = False, as_json: AsJson = False
) -> None:
    """List every file and spectrum that was rejected, or kept from the models, with the reason."""
    import numpy as np

    from ....data.collection.catalog_facts import SET_ASIDE, WHY_SET_ASIDE, for_lenses
    from ....data.collection.collection import Collection

    collection = Collection.open(named(directory, demo=demo))
    rejects, catalog = collection.rejects.to_dict("records"), collection.catalog
    named_so = {SET_ASIDE: "reason", WHY_SET_ASIDE: "detail"}
    kept = catalog.iloc[np.flatnonzero(~for_lenses(catalog))].rename(columns=named_so)
    aside = kept.reindex(columns=["file", "id", "reason", "detail"]).to_dict("records")
    if as_json:
        print_json({"rejects": rejects, "set_aside": aside})
        return
    for one in [*rejects, *aside]:
        name = f" [{one['id']}]" if one["id"] else ""
        console.print(f"{one['file']}{name}  {one['reason']}: {one['detail']}", markup=False)


def info(
    directory: MaybeDirectory = None,
    demo: Demo = False,
    level: Level = "90",
    as_json: AsJson = False,
) -> None:
    """Show what a collection contains, which stages are built, and how certain its types are."""
    from ..output.collection_text import collection_lines, collection_summary

    summary = collection_summary(named(directory, demo=demo))
    lines = collection_lines(summary, level=int(level) / 100)
    print_answer(summary, lines, as_json=as_json)
