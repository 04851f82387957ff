"""Tags of a visitor: keys 0 to 9, tags for all selected, undo."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..session import Session

__all__ = ["Tagging"]

_MOST_AT_ONCE = 100_000  # takes about a second, in which the page does nothing else
_MOST_UNDONE = 200_000  # spectra in all that can be undone, to bound memory


class Tagging:
    """Tagging by one visitor; tags are stored with the collection, for all visitors.

    Parameters
    ----------
    session
        The session whose open spectrum is tagged.

    Attributes
    ----------
    tags
        id → tag, as last read.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._before: list[dict[str, int | None]] = []
        self.tags: dict[str, int] = {}
        self._stamp: tuple[int, ...] = ()
        self._read()

    def press(self, tag: int) -> None:
        """Tag the open spectrum, or remove the tag if it already has this one."""
        spectrum = self._session.outcome.open_spectrum
        if spectrum is None:
            self._session.complain("Open a spectrum first: a tag belongs to one.")
            return
        if spectrum.row < 0:
            self._session.complain("A file from outside is stored nowhere, and nor is a tag of it.")
            return
        wanted = None if self.tags.get(spectrum.id) == tag else tag
        self._write({spectrum.id: wanted}, self._before)

    def tag_rows(self, rows: np.ndarray, tag: int | None) -> None:
        """Tag all spectra of these rows, replacing any tags; undone in one step.

        Parameters
        ----------
        rows : (n,)
            Rows of the catalogue.
        tag
            0 to 9, or None to remove their tags.
        """
        ids = self._session.workspace.catalog["id"].to_numpy(str)[rows].tolist()
        if len(ids) > _MOST_AT_ONCE:
            self._session.complain(
                f"At most {_MOST_AT_ONCE:,} are tagged at once, and {len(ids):,} are selected: "
                "keep the selection by a name instead."
            )
        elif ids:
            self._write(dict.fromkeys(ids, tag), self._before)

    def undo(self) -> None:
        """Undo this visitor's last change of tags: of one spectrum, or of a selection."""
        if self._before:
            self._write(self._before.pop(), [])

    @property
    def can_undo(self) -> bool:
        """Whether there is a change of tags to undo."""
        return bool(self._before)

    def reread(self) -> bool:
        """Read the tags again, if anybody has changed tags or kept selections; whether so."""
        changed = self._session.workspace.annotations.stamp() != self._stamp
        if changed:
            self._read()
        return changed

    def _write(self, tags: Mapping[str, int | None], undo: list[dict[str, int | None]]) -> None:
        if not self._session.may_tag("tag"):
            return
        try:
            before = self._session.workspace.annotations.tag_all(tags)
        except OSError as error:
            self._session.complain(f"The tag was not kept: {error}")
            return
        self._session.person.did(_tally(tags))
        undo.append(before)
        while len(undo) > 1 and sum(map(len, undo)) > _MOST_UNDONE:
            del undo[0]
        self._read()
        self._session.relist()

    def _read(self) -> None:
        self._stamp = self._session.workspace.annotations.stamp()
        try:
            self.tags = self._session.workspace.annotations.tags()
        except OSError as error:
            self._session.complain(f"The tags cannot be read: {error}")


def _tally(tags: Mapping[str, int | None]) -> str:
    """Message about the last action, in one line."""
    kinds = {"none" if tag is None else str(tag) for tag in tags.values()}
    which = next(iter(tags)) if len(tags) == 1 else f"{len(tags):,} spectra"
    return f"tagged {which} {' '.join(sorted(kinds))}"
