"""The ingest: files of any known survey become a collection, with reasons for rejections."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...core.spectra.grid import COLLECTION_GRID, WaveGrid
from ..collection.format import CollectionError
from ..collection.writing.observed_writer import ObservedWriter
from .admission import Admission
from .catalogues.joined_catalogue import NO_CATALOGUE, read_catalogue
from .catalogues.labels import LabelError, Labels, read_labels
from .ingest_report import IngestReport
from .one_file import Intake
from .reader_processes.bounded_reader import ReaderStartError
from .reader_processes.limits import SHELL, Limits
from .reader_processes.many_files import read_in_order
from .readers.vocabulary.column_roles.hints import NO_HINTS, Hints
from .readers.vocabulary.file_names import readable

__all__ = ["IngestCancelled", "IngestError", "ingest"]

Progress = Callable[[int, int], None]


class IngestError(Exception):
    """Nothing could be ingested; the message tells why."""


class IngestCancelled(IngestError):
    """The caller cancelled; ingesting the same files to the same place resumes."""


def ingest(
    paths: Iterable[str | Path],
    out: str | Path | None = None,
    *,
    into: str | Path | None = None,
    labels: str | Path | None = None,
    jobs: int = 1,
    z_max: float = 0.8,
    grid: WaveGrid = COLLECTION_GRID,
    hints: Hints = NO_HINTS,
    doubtful: bool = True,
    catalogue: str | Path | None = None,
    limits: Limits = SHELL,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> IngestReport:
    """Create a collection from the spectra in files, as observed, or add them to one.

    Models are applied to every spectrum with a known redshift 0 < z ≤ z_max that has data on the
    grid and is not a star; the others are set aside with a reason, and can be viewed. Unreadable
    files are listed with the reason in the collection's rejects. If no file gives a spectrum, and
    none is in the collection already, nothing is written. Rows are in the order of the sorted
    paths, whatever ``jobs`` is. If interrupted, there is nothing at `out`, and `into` is unchanged;
    the same call resumes.

    Parameters
    ----------
    paths
        Files, or folders, of which all files in all subfolders are examined.
    out
        Folder of the new collection; must not exist.
    into
        Collection to add to, instead of `out`. Files whose spectra it has are skipped, also if
        these were removed; the others are tried again.
    labels
        CSV file with ``id`` or ``file``, and any of ``label``, ``z`` and ``ebv``; its redshifts
        override those of the files, and E(B-V), mag, goes into the catalog.
    jobs
        Maximum number of reading processes; few files are read by one.
    z_max
        Spectra of larger redshift are set aside.
    grid
        Rest-frame wavelengths of the models; `into` keeps its own.
    hints
        Roles of columns, and air wavelengths, for files of no known survey.
    doubtful
        Whether models are applied to spectra with a redshift warning of their survey.
    catalogue
        Table with ``id``, ``file`` or ``ra`` and ``dec``; its other columns are added. Its
        redshifts override those of the files, but not those of the labels.
    limits
        Limits of time, memory and size; a file that exceeds one is rejected.
    progress
        Called with (files done, total files).
    cancelled
        Called regularly; True stops the ingest.

    Raises
    ------
    IngestError
        A path does not exist, there are no files, none gave a spectrum, the labels file cannot be
        used, or the place exists already or cannot be written.
    IngestCancelled
        `cancelled` returned True.
    ValueError
        ``jobs`` < 1, ``z_max`` is not positive, or not exactly one of `out` and `into` is given.
    """
    if jobs < 1 or not z_max > 0:
        what, value = ("z_max", z_max) if jobs >= 1 else ("jobs", jobs)
        raise ValueError(f"{what} must be above 0, got {value}")
    if (out is None) == (into is None):
        raise ValueError("give either out, a new collection, or into, an existing one")
    try:
        known = read_labels(labels) if labels is not None else Labels({}, "")
        files = _find_files(paths, leave_out=[f for f in (labels, catalogue) if f is not None])
        joined = NO_CATALOGUE if catalogue is None else read_catalogue(catalogue)
        intake = Intake(grid, z_max, known, hints, doubtful, joined)
        provenance = _provenance(files, intake)
        if into is not None:
            making = ObservedWriter.add_to(into, provenance)
        else:
            making = ObservedWriter.create(str(out), grid, provenance, resumable=True)
        with making as writer:
            intake = replace(intake, grid=writer.grid)
            n_found = len(files)
            files = [file for file in files if readable(file) not in writer.files_before]
            admission = Admission(writer, intake, files, n_known=n_found - len(files))
            for pieces in read_in_order(intake, files[admission.n_done :], jobs, limits):
                admission.accept(pieces)
                if progress is not None:
                    progress(admission.n_done, len(files))
                if cancelled is not None and cancelled():
                    raise IngestCancelled(
                        f"stopped after {admission.n_done} of {len(files)} files; the same command "
                        "continues from what is already stored"
                    )
            if not admission.anything:
                writer.discard()
                raise IngestError(admission.why_nothing())
    except (CollectionError, LabelError, ReaderStartError) as error:
        raise IngestError(str(error)) from error
    return admission.report()


def _find_files(paths: Iterable[str | Path], *, leave_out: Iterable[str | Path]) -> list[Path]:
    """Sorted absolute paths of all files, without duplicates; non-spectra are rejected later."""
    given = [Path(path).absolute() for path in paths]
    found: set[Path] = set()
    for path in given:
        if path.is_dir():
            found.update(_within(path))
        elif path.exists():
            found.add(path)
        else:
            raise IngestError(f"there is no file or folder {path}")
    found -= {Path(file).absolute() for file in leave_out}
    if not found:
        raise IngestError(f"no file of spectra in {', '.join(map(str, given)) or 'no path'}")
    return sorted(found)


def _within(folder: Path) -> Iterator[Path]:
    """Files of a folder, including pipes, devices, and links to nothing or folders (to reject).

    Raises
    ------
    IngestError
        A folder cannot be read.
    """

    def stop(error: OSError) -> None:
        raise IngestError(f"the folder {error.filename} cannot be read: {error.strerror}")

    for place, folders, files in os.walk(folder, onerror=stop):
        links = (link for name in folders if (link := Path(place, name)).is_symlink())
        yield from (*links, *(Path(place, name) for name in files))


def _provenance(files: list[Path], intake: Intake) -> dict[str, Any]:
    """Everything that determines the result; a run is resumed only if it is unchanged."""
    grid = intake.grid
    digest = hashlib.blake2b(digest_size=16)
    for file in files:
        status = file.stat() if file.exists() else file.lstat()
        digest.update(f"{readable(file)}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return {
        "source": "ingest",
        "n_files": len(files),
        "files": digest.hexdigest(),
        "labels": intake.labels.digest,
        "z_max": intake.z_max,
        "grid": [grid.start_aa, grid.stop_aa, grid.step_aa],
        "columns": dict(intake.hints.columns),
        "air": intake.hints.air,
        "catalogue": intake.catalogue.digest,
        "z_warning": "keep" if intake.doubtful else "reject",
    }
