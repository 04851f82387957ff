"""Views of a collection for notebook cells, and their options."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from ....core.settings import ExplainSettings
from ....data.lenses import lens_of_target
from ...figures import THEMES, ThemeName
from ..explained import Explained
from ..explained_here import explained_here
from .served_view import ExplainView, ServedView
from .single_views import SingleViews

__all__ = ["explain_view", "plane_view", "spectrum_view"]


def plane_view(views: SingleViews, plane: str, colour: str, theme: ThemeName) -> ServedView:
    """A plane in its colours.

    Raises
    ------
    ValueError
        There is no such plane or colouring; says which there are.
    """
    space = views.workspace
    _one_of("plane", plane, space.planes)
    _one_of("colour", colour, space.colours)
    choices = _choices(theme, plane=plane, colour=colour)

    def draw() -> Any:
        from ..composable import plane_points  # loads holoviews

        if not space.planes:
            raise ValueError("no plane has been built here: spexplain build makes one")
        chosen = space.planes[plane or next(iter(space.planes))]
        colouring = space.colouring(colour or next(iter(space.colours)))
        return plane_points(chosen, space.catalog, colouring, theme=theme)

    return ServedView(views, "plane", choices, draw)


def spectrum_view(views: SingleViews, id: str, theme: ThemeName) -> ServedView:
    """The painted spectrum; an id opens one first."""
    choices = _choices(theme)
    if id:
        views.opened = id
    explain = _explainer(views, "", ExplainSettings())
    return ServedView(views, "spectrum", choices, partial(_painted, views, explain, theme))


def explain_view(
    views: SingleViews, id: str, target: str, theme: ThemeName, settings: Mapping[str, Any]
) -> ExplainView:
    """The painted spectrum with its sliders; an id opens one first.

    Raises
    ------
    LensError
        There is no such target.
    TypeError, ValueError
        A setting is unknown, or no value it can have.
    """
    unknown = sorted(set(settings) - set(ExplainSettings.knobs()))
    if unknown:
        raise TypeError(f"unknown settings {unknown}; there are {list(ExplainSettings.knobs())}")
    wanted = ExplainSettings(**settings)
    lens = lens_of_target(views.workspace.lenses, target).name if target else ""
    choices = _choices(theme, lens=lens, target=target, **settings)
    if id:
        views.opened = id
    explain = _explainer(views, target, wanted)
    draw = partial(_painted, views, explain, theme)
    return ExplainView(views, "explain", choices, draw, explain)


def _explainer(views: SingleViews, target: str, settings: ExplainSettings) -> Any:
    space = views.workspace

    def explain(id: str) -> Explained:
        named = target or next(
            (name for lens in space.lenses.values() for name in lens.targets), ""
        )
        return explained_here(space.collection, space.lenses, id, named, settings)

    return explain


def _painted(views: SingleViews, explain: Any, theme: ThemeName) -> Any:
    from ..composable import painted_spectrum  # loads holoviews

    if not views.opened:
        raise ValueError("no spectrum is open: click a point of the plane, or spectrum(ID)")
    made: Explained = explain(views.opened)
    return painted_spectrum(
        made.wave_rest_aa,
        made.flux,
        made.explanation,
        label=made.name,
        theme=theme,
        mirrored=made.mirrored,
    )


def _one_of(what: str, name: str, known: Mapping[str, Any]) -> None:
    if name and name not in known:
        raise ValueError(f"there is no {what} {name!r} here; there are {list(known)}")


def _choices(theme: ThemeName, **asked: Any) -> dict[str, Any]:
    _one_of("theme", theme, {str(name): name for name in THEMES})
    given = {name: value for name, value in asked.items() if value not in ("", None)}
    return given | ({"dress": theme} if theme != "light" else {})
