"""Single views of a collection in the cells of a notebook: what is opened in one, all show."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import panel as pn

from ..server.page_thread import schedule_of
from ..server.server import open_workspace
from ..session.visitor import Visitor
from ..views.plane.plane import PlaneView
from ..views.spectrum.spectrum import SpectrumView
from .local_server import HERE, free_port, until_it_answers

__all__ = ["ServedView", "SingleViews"]

_HEIGHT_PX = 460
_FRAME_PX = 16  # of the browser around a page


@dataclass(frozen=True, slots=True)
class ServedView:
    """A view where it is served; shown in a cell, or at its ``url`` in any browser."""

    url: str

    def _repr_html_(self) -> str:
        return (
            f'<iframe src="{self.url}" width="100%" height="{_HEIGHT_PX + _FRAME_PX}" '
            'style="border: 0"></iframe>'
        )


class SingleViews:
    """Serves the plane and the spectrum of a collection, each as a page of its own.

    Parameters
    ----------
    path
        Folder of the collection.

    Raises
    ------
    CollectionError
        There is no readable collection at this path.
    """

    def __init__(self, path: str | Path) -> None:
        self._workspace = open_workspace(path)
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="spexplain-view")
        self._shown: set[Visitor] = set()
        self._selected = ""
        self._port = free_port()
        self._served: Any = pn.serve(
            {"/plane": self._plane, "/spectrum": self._spectrum}, port=self._port, address=HERE,
            show=False, threaded=True, verbose=False, title="spexplain",
            websocket_origin=[f"{HERE}:{self._port}"],
        )  # fmt: skip
        until_it_answers(self._port)

    @property
    def selected(self) -> str:
        """Id of the open spectrum, empty for none; set, it is opened in all views."""
        return self._selected

    @selected.setter
    def selected(self, id: str) -> None:
        self._workspace.collection.row_of(id)
        self._tell(None, id)

    def view(self, name: str) -> ServedView:
        """The view ``plane`` or ``spectrum``."""
        return ServedView(f"http://{HERE}:{self._port}/{name}")

    def stop(self) -> None:
        """Serve them no longer."""
        self._served.stop()
        for session in tuple(self._shown):
            session.close()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _plane(self) -> pn.Column:
        session = self._session()
        return _framed(PlaneView(session))

    def _spectrum(self) -> pn.Column:
        session = self._session()
        return _framed(SpectrumView(session))

    def _session(self) -> Visitor:
        """Of a page that is being opened; it begins with what the others show."""
        session = Visitor(self._workspace, self._pool, schedule_of(pn.state.curdoc))
        self._shown.add(session)

        def close(_: object) -> None:
            self._shown.discard(session)
            session.close()

        pn.state.on_session_destroyed(close)
        if self._selected:
            session.view.spectrum = self._selected
        session.view.param.watch(lambda event: self._tell(session, event.new), "spectrum")
        return session

    def _tell(self, of: Visitor | None, id: str) -> None:
        """What has been opened in one view is opened in the others, each on its own thread."""
        if not id or id == self._selected:
            return
        self._selected = id
        for other in tuple(self._shown - {of}):
            other.schedule(partial(setattr, other.view, "spectrum", id))


def _framed(view: pn.viewable.Viewer) -> pn.Column:
    return pn.Column(view, height=_HEIGHT_PX, sizing_mode="stretch_width", margin=0)
