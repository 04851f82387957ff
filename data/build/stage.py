"""Definition of a build stage, and the work order it receives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from ..batch import Arrays, ChunkRunner, InThisProcess, finished_chunks
from ..batch.chunk_runner import Chunk, ChunkFunction
from ..collection import Collection, Run, RunDraft
from .before import Before
from .settings import BuildSettings

__all__ = ["BuildCancelled", "Progress", "Stage", "StageSkipped", "Work", "silent"]


class Progress(Protocol):
    """Receives the progress of a stage; called from several threads, but never concurrently."""

    def __call__(self, stage: str, done: int, total: int, message: str = "", /) -> None:
        """``done`` of ``total`` steps of ``stage`` are finished; total 0: not known yet."""
        ...


def silent(_stage: str, _done: int, _total: int, _message: str = "", /) -> None:
    """Ignore progress."""


class BuildCancelled(Exception):
    """The caller cancelled the build; the same build continues where this one stopped."""


class StageSkipped(Exception):
    """A stage cannot be done on this collection; the message says why."""


@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """The work order of a stage.

    Attributes
    ----------
    collection
        The spectra.
    settings
        Of the whole build.
    inputs
        Stage → its run, for the stages that this one needs.
    given
        Runs of another collection by stage, which replace a training here or complement its own
        spectra; empty if none are used.
    draft
        The run to write.
    threads
        Number of threads the stage may use.
    report
        Called with (done, total, message); raises BuildCancelled if the build is cancelled.
    runner
        Runs chunks: in this process, or on a cluster.
    before
        The earlier run from which a stage that ``grows`` continues; None to do everything.
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
        """Results of chunks in order, computed by this build's runner.

        Results of an interrupted attempt are reused if the stage is resumable.

        Parameters
        ----------
        name
            Name of this work within the stage.
        function, chunks
            The function is called once per chunk; chunk boundaries depend on the collection alone.
        report
            Called with (done, total); by default the stage's own.
        """
        folder = self.draft.path / f"chunks-{name}"
        yield from finished_chunks(self.runner, function, chunks, folder, report or self.report)


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of a build.

    Attributes
    ----------
    name
        Name of the stage and of its folder.
    version
        Increased whenever the code gives another result for equal settings.
    needs
        Stages whose runs are its inputs.
    params
        Settings → JSON-serialisable values on which the result depends.
    run
        Does the work and writes the results into the draft.
    takes
        Stages of a lending collection whose runs replace its own settings.
    beside
        Stages of a lending collection whose runs complement its own settings.
    keeps
        Names among ``params`` that count even with lent runs.
    resumable
        Continues from what an interrupted attempt left in the draft's folder.
    threads
        Whether it gains from more than one thread.
    of_size
        Settings and number of spectra → further values on which the result for a large collection
        depends; empty for a small one.
    grows
        Processes only added spectra, and keeps what was done and trained before.
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
