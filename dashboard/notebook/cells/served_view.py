"""A view as shown in a cell: its frame, its selection, its HoloViews form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from ..explained import Explained
from .cell_page import ViewName

if TYPE_CHECKING:
    from .single_views import SingleViews

__all__ = ["ExplainView", "ServedView", "frame"]

_HEIGHT_PX: dict[ViewName, int] = {"plane": 480, "spectrum": 480, "explain": 560}


def frame(url: str, height_px: int) -> str:
    """HTML of a frame as wide as its cell."""
    return (
        f'<iframe src="{escape(url, quote=True)}" width="100%" height="{height_px}" '
        'style="border: 0"></iframe>'
    )


@dataclass(frozen=True, slots=True)
class ServedView:
    """A view where it is served; shown in a cell, or at its ``url`` in any browser.

    Attributes
    ----------
    views
        Where it is served, with the others.
    name
        Which it is.
    query
        What it was asked to show, as in the address of the page.
    draw
        Makes the HoloViews object of what it shows.
    """

    views: SingleViews
    name: ViewName
    query: dict[str, Any]
    draw: Callable[[], Any]

    @property
    def url(self) -> str:
        """Address of the view, on this machine only."""
        query = f"?{urlencode(self.query)}" if self.query else ""
        return f"{self.views.url}/{self.name}{query}"

    @property
    def selected(self) -> list[str]:
        """Ids of what is selected in the views; else of the spectrum that is open."""
        return self.views.selected

    @property
    def opened(self) -> str:
        """Id of the spectrum that is open in the views, empty for none."""
        return self.views.opened

    def holoviews(self) -> Any:
        """The same as HoloViews elements, to be laid over (``*``) or beside (``+``) one's own."""
        return self.draw()

    def __repr__(self) -> str:
        return f"<{self.name} served at {self.url}>"

    def _repr_html_(self) -> str:
        return frame(self.url, _HEIGHT_PX[self.name])


@dataclass(frozen=True, slots=True)
class ExplainView(ServedView):
    """An explanation with its sliders in a cell; and the same in Python."""

    explain: Callable[[str], Explained]

    def explained(self) -> Explained:
        """The explanation of the open spectrum, with the settings that were asked for.

        Not with those that the sliders in the cell have been moved to.

        Raises
        ------
        ValueError
            No spectrum is open, or the model cannot take it.
        """
        if not self.opened:
            raise ValueError("no spectrum is open: click a point of the plane, or explain(ID)")
        return self.explain(self.opened)
