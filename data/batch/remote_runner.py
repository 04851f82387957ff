"""Chunks of a collection at an address, for workers without a shared file system."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from ..objects.publish import Published
from .chunk_runner import Arrays, Chunk, ChunkFunction, ChunkRunner, nothing_to_say

__all__ = ["AtAnAddress"]


class AtAnAddress:
    """Gives workers addresses in place of local paths, and fetches what they have written.

    Parameters
    ----------
    runner
        Runs the chunks.
    published
        The collection at its address.
    draft
        Local folder into which the stage writes.
    """

    def __init__(self, runner: ChunkRunner, published: Published, draft: Path) -> None:
        self._runner, self._published, self._draft = runner, published, draft

    def each(
        self,
        function: ChunkFunction,
        chunks: Sequence[tuple[int, Chunk]],
        meanwhile: Callable[[], None] = nothing_to_say,
    ) -> Iterator[tuple[int, Arrays]]:
        """Number and result of each chunk as it finishes; the rows it wrote are fetched first."""
        if chunks:
            self._published.put_draft(self._draft)
        sent = [(number, self._at_address(chunk)) for number, chunk in chunks]
        results: Any = self._runner.each(function, sent, meanwhile)
        with closing(results):
            for number, arrays in results:
                self._published.fetch_rows(self._draft)
                yield number, arrays

    def _at_address(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {name: self._at_address(part) for name, part in value.items()}
        return self._published.address(value) if isinstance(value, str) else value
