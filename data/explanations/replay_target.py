"""What a saved explanation explained, in its collection, if the model is the same."""

from __future__ import annotations

from pathlib import Path

from ...core.targets import Target
from ..collection import Collection
from ..lenses import open_lenses, outdated
from ..lenses.lenses import LensError
from .saved import OtherModelError, SavedExplanation

__all__ = ["OtherModelError", "stored_target"]


def stored_target(
    saved: SavedExplanation,
    collection: Collection | str | Path | None = None,
    *,
    allow_other_model: bool = False,
) -> Target:
    """What was explained, of the model of a collection: replayed it gives the same bytes.

    Parameters
    ----------
    saved
        The explanation, with its origin.
    collection
        Collection with the model; by default the one it came from.
    allow_other_model
        Accept a model that was retrained since: differences are then due to it.

    Raises
    ------
    OtherModelError
        If the model or the spectra are not those that were explained, and this was not allowed.
    LensError
        If the collection has no such lens or target.
    CollectionError
        If it cannot be read.
    ValueError
        If the origin does not say what was explained.
    """
    origin = saved.origin
    if not (origin.lens and origin.lens_target and origin.spectrum_id):
        raise ValueError(f"the origin does not say which model was explained: {origin}")
    if not isinstance(collection, Collection):
        collection = Collection.open(collection or origin.collection)
    lenses = open_lenses(collection)
    if origin.lens not in lenses:
        what = f"{collection.path} has no lens {origin.lens!r}, but {list(lenses)}"
        raise LensError(f"{what}. {outdated(collection)}".removesuffix(". "))
    lens = lenses[origin.lens]
    now = {"model": lens.model_key, "collection": collection.key}
    was = {"model": origin.model_key, "collection": origin.collection_key}
    for what in () if allow_other_model else now:
        # Files of earlier versions do not say which model it was.
        if was[what] and was[what] != now[what]:
            raise OtherModelError(
                f"{origin.spectrum_id} was explained with {what} {was[what]}, but "
                f"{collection.path} now has {what} {now[what]}; explain it anew, or allow another"
            )
    row = collection.row_of(origin.spectrum_id)
    # What was explained, spelled out: names of the menu, such as "predicted", have meant log p too.
    spelled = saved.explanation.target
    name = spelled if lens.has_target(spelled) else origin.lens_target
    return lens.target(name, row, **origin.lens_knobs)
