"""Single views of a collection that share one state across cells."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import panel as pn

from ....core.compute import thread_pool
from ....data.selections import Selection
from ...server import open_workspace
from ...server.page_thread import schedule_of
from ...session import Visitor
from ...workspace import Workspace
from .cell_page import VIEWS, ViewName, begin, cell_page
from .local_server import serve_here

__all__ = ["SingleViews"]


class SingleViews:
    """Serves the plane, the spectrum and its explanation, each as a page of its own.

    Parameters
    ----------
    path
        Folder of the collection.

    Attributes
    ----------
    workspace
        The collection as the views have it.
    url
        Where they are served.

    Raises
    ------
    CollectionError
        There is no readable collection at this path.
    """

    def __init__(self, path: str | Path) -> None:
        self.workspace: Workspace = open_workspace(path)
        self._pool = thread_pool(2, "spexplain-view")
        self._shown: set[Visitor] = set()
        self._follows: set[Visitor] = set()  # what changes in these has come from another
        self._opened, self._selection = "", None
        self._served, self.url = serve_here({f"/{name}": self._page_of(name) for name in VIEWS})

    @property
    def opened(self) -> str:
        """Id of the open spectrum, empty for none; set, it is opened in all views."""
        return self._opened

    @opened.setter
    def opened(self, id: str) -> None:
        self.workspace.collection.row_of(id)
        self._tell_opened(None, id)

    @property
    def selected(self) -> list[str]:
        """Ids of what a box, a lasso or the legend has selected; else of the open spectrum.

        Set, they are selected on the plane; an empty list selects nothing. KeyError for an
        unknown one.
        """
        selection: Selection | None = self._selection
        if selection is None:
            return [self._opened] if self._opened else []
        return self.workspace.catalog["id"].iloc[selection.rows].astype(str).tolist()

    @selected.setter
    def selected(self, ids: Iterable[str]) -> None:
        given = [ids] if isinstance(ids, str) else list(ids)
        rows = np.unique([self.workspace.collection.row_of(id) for id in given]).astype(np.int64)
        chosen = Selection("notebook", "selected in Python", rows) if given else None
        self._tell_selected(None, chosen)

    def stop(self) -> None:
        """Serve them no longer."""
        self._served.stop()
        for session in tuple(self._shown):
            session.close()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _page_of(self, name: ViewName) -> Callable[[], None]:
        def page() -> None:  # Panel calls a function, and shows anything else as it is
            self._page(name)

        return page

    def _page(self, name: ViewName) -> None:
        doc = pn.state.curdoc
        session = Visitor(self.workspace, self._pool, schedule_of(doc))
        self._shown.add(session)

        def close(_: object) -> None:
            self._shown.discard(session)
            session.close()

        pn.state.on_session_destroyed(close)
        args = pn.state.session_args or {}
        begin(session, {key: values[0].decode() for key, values in args.items()})
        session.view.spectrum = self._opened
        session.selected.current = self._selection
        session.view.param.watch(
            lambda event: self._tell_opened(session, event.new), "spectrum"
        )  # fmt: skip
        session.selected.param.watch(
            lambda event: self._tell_selected(session, event.new), "current"
        )  # fmt: skip
        cell_page(session, name, doc)

    def _tell_opened(self, of: Visitor | None, id: str) -> None:
        if id and id != self._opened and of not in self._follows:
            self._opened = id
            self._tell(of, lambda other: other.view.param.update(spectrum=id, z=None))

    def _tell_selected(self, of: Visitor | None, chosen: Selection | None) -> None:
        if chosen is not self._selection and of not in self._follows:
            self._selection = chosen
            self._tell(of, lambda other: setattr(other.selected, "current", chosen))

    def _tell(self, of: Visitor | None, change: Any) -> None:
        """Have the others changed, each on its own thread."""

        def follow(other: Visitor) -> None:
            self._follows.add(other)
            try:
                change(other)
            finally:
                self._follows.discard(other)

        for other in tuple(self._shown - {of}):
            other.schedule(partial(follow, other))
