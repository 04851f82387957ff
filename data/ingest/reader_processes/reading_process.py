"""The process that reads untrusted files: within limits, without network.

Run as ``python -P -m spexplain.data.ingest.reader_processes.reading_process``; it receives orders
on its standard input, and answers on its standard output, file by file (`bounded_reader`).
"""

from __future__ import annotations

import math
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, Any

import numpy as np

from ....core.spectra.grid import WaveGrid
from ....core.spectra.spectrum import Spectrum
from ...files.additions import additions
from ..catalogues.joined_catalogue import JoinedCatalogue
from ..catalogues.labels import Labels
from ..one_file import Intake, Rejected, Taken, too_large
from ..readers import ReadError, read
from ..readers.fits_files import packed
from ..readers.vocabulary.column_roles.hints import Hints
from .limits import Limits
from .plain_messages import receive, send

try:
    import resource
except ImportError:  # Windows: only elapsed time and file size are limited there
    resource = None

__all__ = ["main"]

_SPECTRUM = ("wave_obs_aa", "flux", "ivar", "model")
_SPECTRA_A_PART = 256  # some 15 MB
_ORDERS = 2**31  # bytes of an order with paths and labels
# Audit events that reading tables and images never needs.
_FORBIDDEN = ("socket.connect", "urllib.Request", "subprocess.Popen", "os.system", "os.exec")

Answer = tuple[list[dict[str, Any]], list[np.ndarray]]


def main() -> None:
    """Carry out orders until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is handled by the parent
    orders = sys.stdin.buffer
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # output printed by libraries goes to standard error
    message, _ = receive(orders, _ORDERS)
    limits = Limits(**message["limits"])
    work = _work(message)
    additions("readers")  # before imports are restricted
    _confine(limits)
    send(answers, {"ready": True})
    while True:
        try:
            message, _ = receive(orders, _ORDERS)
        except EOFError:
            return
        for file in message["files"]:
            _answer(answers, work, Path(file), limits)


def _answer(
    answers: IO[bytes], work: Callable[[Path], Iterator[Answer]], file: Path, limits: Limits
) -> None:
    """Send the outcomes of a file in parts; the last has ``more`` false, and may be empty."""
    last: Answer = [], []
    _grant(limits)
    try:
        size = file.stat().st_size
        if not file.is_file():  # a pipe would block, a device has no end
            words = "neither a file nor a folder but a pipe, a socket or a device: not read"
            if file.is_dir():
                words = "a link to a folder, which is not gone into: give the folder itself"
            last = _told([Rejected.of_file(file, ReadError("unreadable", words))])
        elif size > (most := limits.most_bytes(file)):
            last = _told([Rejected.of_file(file, too_large(size, most))])
        else:
            for part in work(file):
                send(answers, {"outcomes": part[0], "more": True}, part[1])
                _grant(limits)  # per part, as a large file has many
    except MemoryError:
        most_mb = limits.memory_bytes / 1e6
        full = ReadError("too large", f"reading it takes more than {most_mb:,.0f} MB of memory")
        last = _told([Rejected.of_file(file, full)])
    except OSError as error:
        gone = ReadError("unreadable", f"{error.strerror or error}")
        last = _told([Rejected.of_file(file, gone)])
    except Exception as error:  # noqa: BLE001  (of a library: a new process costs seconds)
        words = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        damage = ReadError("unreadable", f"it is damaged, or of a kind not known here ({words})")
        last = _told([Rejected.of_file(file, damage)])
    send(answers, {"outcomes": last[0], "more": False}, last[1])


def _work(message: dict[str, Any]) -> Callable[[Path], Iterator[Answer]]:
    if message["intake"] is None:
        return _one_spectrum
    intake_facts = dict(message["intake"])
    hints = Hints(**intake_facts["hints"])
    labels = Labels(**intake_facts["labels"])
    intake = Intake(
        WaveGrid(*intake_facts["grid"]),
        intake_facts["z_max"],
        labels,
        hints,
        intake_facts["doubtful"],
        JoinedCatalogue(**intake_facts["catalogue"]),
    )
    return lambda file: _in_parts(intake.one_by_one(file))


def _in_parts(outcomes: Iterator[Taken | Rejected]) -> Iterator[Answer]:
    while part := list(islice(outcomes, _SPECTRA_A_PART)):
        yield _told(part)


def _one_spectrum(file: Path) -> Iterator[Answer]:
    try:
        spectrum = read(file)
    except ReadError as error:
        yield _told([Rejected.of_file(file, error)])
        return
    facts = {name: getattr(spectrum, name) for name in Spectrum.__slots__ if name not in _SPECTRUM}
    arrays = [getattr(spectrum, name) for name in _SPECTRUM]
    yield [{"spectrum": facts}], [array for array in arrays if array is not None]


def _told(outcomes: Sequence[Taken | Rejected]) -> Answer:
    messages: list[dict[str, Any]] = []
    arrays: list[np.ndarray] = []
    for one in outcomes:
        if isinstance(one, Rejected):
            messages.append({"rejected": [one.file, one.id, one.reason, one.detail]})
        else:
            stored = one.spectrum
            wave, model = stored.wave, stored.model
            code = [wave.kind, wave.first, wave.step]
            messages.append({"row": one.row, "wave": code, "has_model": model is not None})
            arrays += [wave.listed, stored.flux, stored.ivar]
            arrays += [] if model is None else [model]
    return messages, arrays


def _confine(limits: Limits) -> None:
    """Drop rights that reading does not need: memory, file size, network, programs."""
    packed.LARGEST_UNPACKED = limits.size_bytes
    sys.addaudithook(_forbid)
    if resource is None:
        return
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_FSIZE, limits.size_bytes)
    _lower(resource.RLIMIT_AS, _address_space() + limits.memory_bytes)


def _forbid(event: str, _: object) -> None:
    if event.startswith(_FORBIDDEN):
        raise PermissionError(
            f"reading the file would need access outside of it ({event}): refused"
        )


def _grant(limits: Limits) -> None:
    """Allow processor time for one more part; the system ends a process that exceeds it."""
    if resource is None:
        return
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used = usage.ru_utime + usage.ru_stime
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(used + limits.cpu_s), hard))


def _lower(kind: int, wanted: int) -> None:
    assert resource is not None
    _, hard = resource.getrlimit(kind)
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    resource.setrlimit(kind, (wanted, hard))


def _address_space() -> int:
    """Mapped address space of this process in bytes, mostly of libraries."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:  # not Linux
        return 4_000_000_000
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main()
