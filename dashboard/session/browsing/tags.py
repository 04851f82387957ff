"""A visitor's tags: keys 0 to 9 on the open spectrum, and undo."""

from __future__ import annotations

from ..session import Session

__all__ = ["Tagging"]


class Tagging:
    """Tags for one visitor; kept in the collection, where other visitors find them.

    Parameters
    ----------
    session
        Whose open spectrum is tagged.

    Attributes
    ----------
    tags
        id → tag, as last read.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._before: list[tuple[str, int | None]] = []
        self.tags: dict[str, int] = {}
        self._read()

    def press(self, tag: int) -> None:
        """Tag the open spectrum, or take the tag away if it has this one already."""
        shown = self._session.outcome.shown
        if shown is None:
            self._session.complain("Open a spectrum first: a tag belongs to one.")
            return
        if shown.row < 0:
            self._session.complain("A file from outside is stored nowhere, and nor is a tag of it.")
            return
        self._write(shown.id, None if self.tags.get(shown.id) == tag else tag, self._before)

    def undo(self) -> None:
        """Take the last tag back that this visitor has set or taken away."""
        if self._before:
            self._write(*self._before.pop(), [])

    def _write(self, id: str, tag: int | None, undo: list[tuple[str, int | None]]) -> None:
        person = self._session.person
        if not person.may("tag"):
            self._session.complain(person.refusal("tag"))
            return
        try:
            before = self._session.workspace.annotations.tag(id, tag)
        except OSError as error:
            self._session.complain(f"The tag was not kept: {error}")
            return
        person.did(f"tagged {id} {'none' if tag is None else tag}")
        undo.append((id, before))
        self._read()
        self._session.relist()

    def _read(self) -> None:
        try:
            self.tags = self._session.workspace.annotations.tags()
        except OSError as error:
            self._session.complain(f"The tags cannot be read: {error}")
