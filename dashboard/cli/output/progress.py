"""Progress bars on a terminal, and cancelling by Ctrl-C without losing work."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from .printing import PlainConsole

__all__ = ["TerminalProgress", "ctrl_c_cancels"]


class TerminalProgress:
    """One bar for each stage, drawn on standard error so that standard output stays a result.

    Call it as ``progress(stage, done, total, message)``; ``total`` 0 means not known yet.
    """

    def __init__(self) -> None:
        self._bars = Progress(
            TextColumn("{task.description:<14}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("[dim]left"),
            TimeRemainingColumn(compact=True),
            TextColumn("[dim]{task.fields[message]}"),
            console=PlainConsole(stderr=True),
        )
        self._tasks: dict = {}

    def __enter__(self) -> "TerminalProgress":
        self._bars.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._bars.stop()

    def __call__(self, stage: str, done: int, total: int, message: str = "") -> None:
        """Show that ``done`` of ``total`` steps of ``stage`` are finished."""
        if stage not in self._tasks:
            self._tasks[stage] = self._bars.add_task(stage, total=total or None, message=message)
        self._bars.update(self._tasks[stage], completed=done, total=total or None, message=message)


@contextmanager
def ctrl_c_cancels() -> Iterator[threading.Event]:
    """Give an event that the first Ctrl-C sets; a second one interrupts at once."""
    stop = threading.Event()

    def ask(_signal: int, _frame: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        PlainConsole(stderr=True).print("Stopping after this step; Ctrl-C again stops at once.")

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)
