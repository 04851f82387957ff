"""Definition of a build stage, and the work order it receives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from ..batch.chunk_runner import (
    Arrays,
    Chunk,
    ChunkFunction,
    ChunkRunner,
    InThisProcess,
    finished_chunks,
)
from ..collection.collection import Collection
from ..collection.runs import Run, RunDraft
from .before import Before
from .settings import BuildSettings

__all__ = ["BuildCancelled", "Progress", "Stage", "StageSkipped", "Work", "silent"]


class Progress(Protocol):
    """Told how far a stage is; may be called from several threads, never by two at once."""

    def __call__(self, stage: str, done: int, total: int, message: str = "", /) -> None:
        """``done`` of ``total`` steps of ``stage`` are through; total 0: not known yet."""
        ...


def silent(_stage: str, _done: int, _total: int, _message: str = "", /) -> None:
    """The progress of someone who does not look."""


class BuildCancelled(Exception):
    """The caller asked to stop; the same build goes on where this one stopped."""


class StageSkipped(Exception):
    """A stage cannot be done on this collection; the text says why."""


@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """What a stage is given.

    Attributes
    ----------
    collection
        The spectra.
    settings
        Of the whole build.
    inputs
        Stage → its run, of those the stage needs.
    given
        Runs of another collection that replace a training here or come beside its own spectra, by
        stage; empty if this collection does with its own.
    draft
        Where to write.
    threads
        How many the stage may use.
    report
        Called with (done, total, message); raises BuildCancelled when asked to stop.
    runner
        Who does chunks: this process, or a cluster.
    before
        What a stage that ``grows`` goes on from; None where it is to do all.
    """

    collection: Collection
    settings: BuildSettings
    inputs: Mapping[str, Run]
    given: Mapping[str, Run]
    draft: RunDraft
    threads: int
    report: Callable[..., None]
    runner: ChunkRunner = field(default_factory=InThisProcess)
    before: Before | None = None

    def chunks(
        self,
        name: str,
        function: ChunkFunction,
        chunks: Sequence[Chunk],
        report: Callable[[int, int], None] | None = None,
    ) -> Iterator[Arrays]:
        """Results of chunks in their order, by this build's runner of chunks.

        Those of an attempt that was broken off are not done again, if the stage is resumable.

        Parameters
        ----------
        name
            Of this work within the stage.
        function, chunks
            Called once for each; where chunks begin and end follows from the collection alone.
        report
            Called with (done, total) as they come; by default the stage's own.
        """
        folder = self.draft.path / f"chunks-{name}"
        yield from finished_chunks(self.runner, function, chunks, folder, report or self.report)


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of a build.

    Attributes
    ----------
    name
        Of the stage and its folder.
    version
        To be raised whenever the code would give another result for equal settings.
    needs
        Stages whose runs are its inputs.
    params
        Settings → what the result depends on, JSON-serialisable.
    run
        Does the work, leaving its results in the draft.
    takes
        Stages of a given collection whose runs it uses in place of its own settings.
    beside
        Stages of a given collection whose runs it uses beside its own settings.
    keeps
        Settings that count even then, among those of ``params``.
    resumable
        Picks up what a broken-off attempt left in the draft's folder.
    threads
        It gains from more than one.
    of_size
        Settings and number of spectra → what the result of so large a collection depends on
        besides; nothing for a small one.
    grows
        Where spectra were added, does what is new alone, and keeps what it did and trained before.
    """

    name: str
    version: int
    needs: tuple[str, ...]
    params: Callable[[BuildSettings], dict[str, Any]]
    run: Callable[[Work], None]
    takes: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()
    resumable: bool = False
    threads: bool = False
    of_size: Callable[[BuildSettings, int], dict[str, Any]] = lambda settings, n_spectra: {}
    grows: bool = False
