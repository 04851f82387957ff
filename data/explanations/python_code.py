"""Python code that reproduces an explanation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .saved import SavedExplanation

__all__ = ["reproduce_code"]

_NEEDED = ("collection", "collection_key", "spectrum_id", "lens", "lens_target")

_IMPORT_LENS = """\
from spexplain.data.collection import Collection
from spexplain.data.lens import open_lenses
"""

_TARGET = """\
collection = Collection.open({collection!r})
assert collection.key == {collection_key!r}, "the collection has changed"
row = collection.row_of({spectrum_id!r})
lens = open_lenses(collection)[{lens!r}]
{check}target = lens.target({lens_target!r}, row{knobs})
"""

_CHECK = """\
assert lens.model_key == {key!r}, "the model is another than was explained"
"""

_UNKNOWN_TARGET = """\
# Set target to the model that was explained; its name is {target!r}.
"""

_EXPLAIN = """\
settings = ExplainSettings(
{settings}
)
x = lens.prepared(row)
explanation = {call}
"""

_PRINT = """\
# The surrogate's raw weights; spexplain.core.explain.effects has them per +10 % of the flux.
for segment in explanation.top(5):
    print(segment, explanation.weights[segment])
"""


def reproduce_code(saved: SavedExplanation, *, file: str | Path | None = None) -> str:
    """Python code that repeats the explanation and prints its five strongest segments.

    Parameters
    ----------
    saved
        The explanation.
    file
        Where it is saved: the lines then begin from the flux in the file. Without one they begin
        from the collection, and the origin must name it.

    Returns
    -------
    code
        Leaves the result in ``explanation``. Where the origin does not name collection, spectrum,
        lens and target, ``target`` has to be set first: a file holds no model.

    Raises
    ------
    ValueError
        If there is neither a file nor an origin to begin from.
    """
    made, origin = saved.explanation, saved.origin
    missing = [name for name in _NEEDED if not getattr(origin, name)]
    if missing and file is None:
        raise ValueError(f"without a file the origin must be known; it lacks {missing}")
    known = {name: getattr(origin, name) for name in _NEEDED}
    known["check"] = _CHECK.format(key=origin.model_key) if origin.model_key else ""
    known["knobs"] = "".join(f", {name}={value!r}" for name, value in origin.lens_knobs.items())
    lens = "" if missing else _IMPORT_LENS
    begin = _UNKNOWN_TARGET.format(target=made.target) if missing else _TARGET.format(**known)
    if file is not None:
        imports = f"{lens}from spexplain.data.explanation_file import replay\n"
        return "\n".join(
            [imports, begin + f"explanation = replay({str(file)!r}, target)\n", _PRINT]
        )
    function, more = ("explain", "") if made.complete else (
        "explain_progressively", f", counts=({made.n_samples},)"
    )  # fmt: skip
    call = f"{function}(x, target, settings{more})"
    settings = [f"    {name}={_plain(value)!r}," for name, value in made.settings.asdict().items()]
    middle = _EXPLAIN.format(
        settings="\n".join(settings), call=call if made.complete else f"next({call})"
    )
    imports = f"from spexplain.core.explain import ExplainSettings, {function}\n{lens}"
    return "\n".join([imports, begin + middle, _PRINT])


def _plain(value: Any) -> Any:
    """A numpy scalar as the number it is: the lines import no numpy."""
    return value.item() if hasattr(value, "item") else value
