"""Reading of untrusted files in separate processes, which are killed at a limit.

A process reads many files. If a file crashes it, only that file is refused, with the reason; what
was read before is kept, and a new process continues.
"""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Timer
from typing import Any

import numpy as np

from ....core.spectra.spectrum import Spectrum
from ...collection.pixels.observed import StoredSpectrum
from ...collection.pixels.wave_code import WaveCode
from ..one_file import Intake, Rejected, Taken
from ..readers.errors import ReadError
from .limits import Limits
from .plain_messages import MessageError, receive, send

__all__ = ["BoundedReader", "Piece", "ReaderStartError"]

_MODULE = f"{__package__}.reading_process"
_START_S = 120.0
_TRIES = 2  # per file, if its process was ended by something other than a limit

Outcomes = list[Taken | Rejected]
Piece = tuple[Outcomes, bool]
_Part = tuple[list[dict[str, Any]], list[np.ndarray], bool]


class ReaderStartError(Exception):
    """No reading process could be started; the message tells why."""


class BoundedReader:
    """Reads files within limits, in a bounded number of processes; thread-safe.

    Parameters
    ----------
    limits
        Limits per file.
    processes
        Maximum number; started on demand, and replaced after a crash.
    intake
        Decides on each spectrum; without it `spectrum` reads single ones unchanged.
    """

    def __init__(self, limits: Limits, processes: int = 1, intake: Intake | None = None) -> None:
        self._limits, self._intake = limits, intake
        self._idle: queue.LifoQueue[_Process | None] = queue.LifoQueue()
        for _ in range(processes):
            self._idle.put(None)
        self._n = processes

    def pieces(self, files: Sequence[Path]) -> Iterator[Piece]:
        """Outcomes of files, part by part, so that files with any number of spectra fit in memory.

        Yields
        ------
        outcomes, ends
            The next outcomes, and for each whether it is the last of its file.

        Raises
        ------
        ReaderStartError
            No process could be started.
        """
        for messages, arrays, ends in self._read(files):
            yield [_outcome(message, arrays) for message in messages], ends

    def spectrum(self, file: Path) -> Spectrum:
        """Read the single spectrum of a file.

        Raises
        ------
        ReadError
            There is no spectrum, or the file exceeds a limit.
        ReaderStartError
            No process could be started.
        """
        parts = [*self._read([file])]
        messages, arrays = next((messages, arrays) for messages, arrays, _ in parts if messages)
        if "rejected" in messages[0]:
            _, _, reason, detail = messages[0]["rejected"]
            raise ReadError(reason, detail)
        wave, flux, ivar, *model = arrays
        facts = messages[0]["spectrum"]
        return Spectrum(
            wave_obs_aa=wave, flux=flux, ivar=ivar, model=model[0] if model else None, **facts
        )

    def close(self) -> None:
        """End all processes, after waiting for those that read."""
        for process in [self._idle.get() for _ in range(self._n)]:
            if process is not None:
                process.end()
            self._idle.put(None)

    def __enter__(self) -> BoundedReader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read(self, files: Sequence[Path]) -> Iterator[_Part]:
        done, tries, begun = 0, 0, False
        while done < len(files):
            n_before = done
            try:
                with self._process() as process:
                    # Part by part: what was received before the process ended is kept.
                    for messages, arrays, ends in process.read(files[n_before:]):
                        done, begun = done + ends, not ends
                        yield messages, arrays, ends
            except _Ended as ended:
                tries = tries + 1 if done == n_before else 1
                if ended.by_limit or tries == _TRIES or begun:
                    refused = Rejected.of_file(files[done], ended.why)
                    entry = [refused.file, refused.id, refused.reason, refused.detail]
                    done, tries, begun = done + 1, 0, False
                    yield [{"rejected": entry}], [], True

    @contextmanager
    def _process(self) -> Iterator[_Process]:
        """Context manager with an idle or new process, which is reused unless an error occurs."""
        process, keep = self._idle.get(), False
        try:
            if process is None:
                process = _Process(self._limits, self._intake)
            yield process
            keep = True
        finally:
            if not keep and process is not None:
                process.end()
            self._idle.put(process if keep else None)


class _Ended(Exception):
    """A process ended, or sent invalid messages, while reading a file."""

    def __init__(self, why: ReadError, *, by_limit: bool) -> None:
        super().__init__(str(why))
        self.why, self.by_limit = why, by_limit


class _Process:
    def __init__(self, limits: Limits, intake: Intake | None) -> None:
        self._limits, self._late = limits, False
        # Of the process: what it unpacks goes with it, even if it is killed.
        self._scratch = TemporaryDirectory(prefix="spexplain-")
        single = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
        # -P: nothing is imported from the working directory. A new session: Ctrl-C goes to the
        # parent only, and the end of its input ends the process.
        self._popen = subprocess.Popen(
            [sys.executable, "-P", "-m", _MODULE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ
            | dict.fromkeys(single, "1")
            | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), self._scratch.name),
            start_new_session=True,
        )
        orders = {"limits": asdict(limits), "intake": None if intake is None else _plain(intake)}
        try:
            with self._until(_START_S):
                self._send(orders)
                receive(self._stdout, 0)
        except (EOFError, OSError, MessageError) as error:
            self.end()
            raise ReaderStartError(
                f"a process to read files could not be started ({self._status()}); "
                f"{sys.executable} -P -m {_MODULE} says why"
            ) from error

    @property
    def _stdout(self) -> Any:
        return self._popen.stdout

    def _send(self, message: dict[str, Any]) -> None:
        stdin: Any = self._popen.stdin
        send(stdin, message)

    def read(self, files: Sequence[Path]) -> Iterator[_Part]:
        """Messages and arrays of each file, part by part, and whether the file ends."""
        left = len(files)
        try:
            self._send({"files": [str(file) for file in files]})
        except OSError as error:
            raise self._ended(error) from error
        while left:
            answer, arrays = self._heard()
            left -= not answer["more"]
            yield answer["outcomes"], arrays, not answer["more"]

    def _heard(self) -> tuple[dict[str, Any], list[np.ndarray]]:
        try:
            with self._until(self._limits.wall_s):
                return receive(self._stdout, self._limits.memory_bytes)
        except (EOFError, OSError, MessageError) as error:
            raise self._ended(error) from error

    def _ended(self, error: Exception) -> _Ended:
        self.end()
        code = self._popen.returncode
        if self._late:
            why = f"reading it took more than {self._limits.wall_s:g} s"
            return _Ended(ReadError("too slow", why), by_limit=True)
        if code == -getattr(signal, "SIGXCPU", 0) and code:
            why = f"reading it took more than {self._limits.cpu_s:g} s of processor time"
            return _Ended(ReadError("too slow", why), by_limit=True)
        if isinstance(error, MessageError):
            why = f"what its reader answered was {error}"
            return _Ended(ReadError("unreadable", why), by_limit=True)
        why = f"it brought down the process that read it ({self._status()})"
        return _Ended(ReadError("unreadable", why), by_limit=False)

    def _status(self) -> str:
        code = self._popen.returncode
        return f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"

    @contextmanager
    def _until(self, seconds: float) -> Iterator[None]:
        """Context manager that kills the process after a time."""

        def kill() -> None:
            self._late = True
            self._popen.kill()

        timer = Timer(seconds, kill)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def end(self) -> None:
        """End the process if it is still running, and wait for it."""
        if self._popen.stdin is not None:
            try:
                self._popen.stdin.close()
            except OSError:  # unread input
                self._popen.kill()
        try:
            # An idle process ends by itself; a crashed one has an exit code.
            self._popen.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self._popen.wait()
        if self._popen.stdout is not None:
            self._popen.stdout.close()
        self._scratch.cleanup()


def _plain(intake: Intake) -> dict[str, Any]:
    grid = intake.grid
    return {
        "grid": [grid.start_aa, grid.stop_aa, grid.step_aa],
        "z_max": intake.z_max,
        "labels": asdict(intake.labels),
        "hints": {"columns": dict(intake.hints.columns), "air": intake.hints.air},
        "doubtful": intake.doubtful,
        "catalogue": asdict(replace(intake.catalogue, facts=[])),
    }


def _outcome(message: dict[str, Any], arrays: list[np.ndarray]) -> Taken | Rejected:
    """The outcome in a message; its arrays are removed from the front of the list."""
    if "rejected" in message:
        return Rejected(*message["rejected"])
    listed, flux, ivar = (arrays.pop(0) for _ in range(3))
    model = arrays.pop(0) if message["has_model"] else None
    kind, first, step = message["wave"]
    wave = WaveCode(kind, first, step, listed)
    return Taken(message["row"], StoredSpectrum(wave, flux, ivar, model))
