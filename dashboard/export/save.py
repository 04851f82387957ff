"""Exports of an explanation: file, table, figure, or Python code that repeats it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal, get_args

from ...data.collection import Collection
from ...data.lenses import Lens
from ...data.lenses.lenses import Verdict
from ..figures import chosen_text, flux_label, origin_words

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ...data.collection import DomainVerdict
    from ...data.explanations import Origin, SavedExplanation
    from ..figures.sight import Sight

__all__ = ["SavedFile", "figure_of", "keep", "origin_of"]

Kind = Literal["fits", "csv", "ecsv", "png", "svg", "pdf", "py"]
Paint = Literal["line", "band"]

_SAMPLED = ("lime", "shapley")


@dataclass(frozen=True, slots=True)
class SavedFile:
    """A file to be saved: its name and what is in it."""

    name: str
    content: bytes


def origin_of(
    collection: Collection,
    lens: Lens,
    target: str,
    id: str,
    *,
    flux_unit: str = "",
    domain: DomainVerdict | None = None,
    z_warning: str = "",
    note: str = "",
    verdict: Verdict | None = None,
    **lens_knobs: float,
) -> Origin:
    """The origin of an explanation.

    Parameters
    ----------
    collection, lens, target
        The target's name is the lens's.
    id
        Of the spectrum.
    flux_unit
        Unit of the spectrum before preparation; empty if unknown.
    domain
        Whether the model was trained on anything like it; None if unknown.
    z_warning
        Doubts about its redshift.
    note
        Further note to save with it.
    verdict
        The model's verdict on the spectrum.
    lens_knobs
        Further settings of the target.
    """
    from ...data.explanations.saved import Origin

    return Origin(
        spectrum_id=id,
        collection=str(collection.path),
        collection_key=collection.key,
        lens=lens.name,
        lens_target=target,
        model_key=lens.model_key,
        lens_knobs=lens_knobs,
        flux_unit=flux_unit,
        domain=origin_words(domain),
        whose=lens.whose,
        z_warning=z_warning,
        note=note,
        verdict={} if verdict is None else verdict.to_dict(),
    )


def figure_of(
    saved: SavedExplanation,
    verdict: Verdict | None,
    *,
    paint: Paint = "line",
    sight: Sight | None = None,
) -> Figure:
    """The figure for a paper, with the model's verdict and the weights' intervals.

    Of the whole spectrum at rest, or as ``sight`` has it.
    """
    from ..figures.printed.explained_spectrum import explained_spectrum_figure
    from ..figures.sight import Sight

    of = saved.explanation
    sight = Sight(filled=saved.filled) if sight is None else sight
    return explained_spectrum_figure(
        saved.wave_rest_aa,
        saved.flux,
        of,
        title=" ".join([saved.origin.spectrum_id, saved.origin.note]).strip(),
        verdict=verdict,
        whose=saved.origin.whose,
        z_warning=saved.origin.z_warning,
        chosen=chosen_text(of.target, saved.origin.lens_knobs),
        # Of what draws no samples they have no width.
        intervals=saved.intervals if of.method in _SAMPLED and not of.exact else None,
        mirrored=saved.mirrored,
        flux_label=flux_label(saved.origin.lens, saved.origin.flux_unit),
        paint=paint,
        sight=sight,
    )


def keep(
    saved: SavedExplanation,
    kind: str,
    verdict: Verdict | None,
    paint: Paint,
    cancelled: Callable[[], bool],
    *,
    sight: Sight | None = None,
) -> Iterator[SavedFile]:
    """Write an explanation as one kind of file.

    Parameters
    ----------
    saved
        The explanation to save.
    kind
        ``fits``, ``csv``, ``ecsv``, ``png``, ``svg``, ``pdf`` or ``py``.
    verdict, paint
        For figures.
    cancelled
        Called before the work begins.
    sight
        For figures: the visible part of the spectrum.

    Raises
    ------
    ValueError
        If the kind is unknown.
    """
    if kind not in get_args(Kind):
        raise ValueError(f"an explanation is saved as one of {get_args(Kind)}, got {kind!r}")
    name = f"{saved.origin.spectrum_id}-{saved.explanation.method}.{kind}"
    if not cancelled():
        yield SavedFile(name, _written(saved, kind, verdict, paint, sight))


def _written(
    saved: SavedExplanation,
    kind: str,
    verdict: Verdict | None,
    paint: Paint,
    sight: Sight | None,
) -> bytes:
    from ...data.explanations.fits_file import save_explanation
    from ...data.explanations.python_code import reproduce_code
    from ...data.explanations.segment_table import write_segment_table

    if kind == "py":
        return reproduce_code(saved).encode()
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"explanation.{kind}"
        if kind == "fits":
            save_explanation(path, saved)
        elif kind in ("csv", "ecsv"):
            write_segment_table(path, saved)
        else:
            from ..figures.printed.saved_figure import save_figure

            save_figure(figure_of(saved, verdict, paint=paint, sight=sight), path)
        return path.read_bytes()
