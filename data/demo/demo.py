"""The demo collection: a simulated survey with everything built, on first use."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable
from pathlib import Path

from ...core.models.autoencoder import VaeSettings
from ...core.planes import EmbedSettings
from ...core.spectra import COLLECTION_GRID
from ..build import BuildCancelled, BuildError, BuildReport, BuildSettings, Progress, build, silent
from ..collection import Collection, CollectionError, CollectionWriter
from ..files import demo_path, only_builder
from .ready import mark_finished
from .simulate import PopulationSizes, SimulationError, population_by_processes

__all__ = ["build_demo", "demo_settings"]

# To be raised when the simulator gives other spectra for the same seed and sizes.
_SIMULATOR_VERSION = 3
_SEED = 20250
_BATCH = 256


def demo_settings(*, small: bool = False) -> BuildSettings:
    """Settings of the demo's build where they differ from the papers, with reasons."""
    if small:  # seconds, for tests: too few spectra to learn much from anyway
        quick = EmbedSettings(perplexity=30, early=100, iterations=150)
        return BuildSettings(
            vae=VaeSettings(epochs=30),
            vae_from=1,
            embed_p21=quick,
            embed_o25=quick,
            top_at_least=30,
        )
    # A first start should not take long. Measured on this survey, more epochs lower the loss but
    # find no more of the planted anomalies: broad lines then come to be reconstructed too. 250
    # more steps of t-SNE change neither trustworthiness nor recall in the second decimal.
    plane = EmbedSettings(early=200, iterations=300)
    return BuildSettings(
        vae=VaeSettings(epochs=24),
        embed_p21=plane,
        embed_o25=plane,
        # 1 % of so small a survey would be too few explanations to cluster.
        top_percent=2.0,
    )


def build_demo(
    *,
    small: bool = False,
    n_spectra: int | None = None,
    jobs: int = 1,
    progress: Progress = silent,
    cancelled: Callable[[], bool] = lambda: False,
) -> Path:
    """Make sure the demo is there, complete and of this version; quick if it is.

    Parameters
    ----------
    small
        A few hundred spectra, built in seconds, beside the real demo.
    n_spectra
        A demo of this size instead, beside the others, in the same shares of kinds; at least 1000.
    jobs, progress, cancelled
        As for :func:`build`.

    Returns
    -------
    The collection's folder.

    Raises
    ------
    BuildError
        Another process is building it, or a stage failed.
    BuildCancelled
        Asked to stop; the next call goes on from there.
    ValueError
        Too few spectra are asked for, or a size of the small demo.
    """
    if small and n_spectra is not None:
        raise ValueError("the small demo has a fixed size; give either small or a number")
    path = demo_path(small=small, n_spectra=n_spectra)
    sizes = PopulationSizes.small() if small else PopulationSizes()
    sizes = sizes if n_spectra is None else PopulationSizes.scaled(n_spectra)
    with only_builder(path.parent / f".{path.name}.lock") as free:
        if not free:
            raise BuildError(f"the demo in {path} is being built by another process")
        _simulate(path, sizes, jobs, progress, cancelled)
        _build(path, demo_settings(small=small), jobs, progress, cancelled)
        mark_finished(path)
    return path


def _build(
    path: Path,
    settings: BuildSettings,
    jobs: int,
    progress: Progress,
    cancelled: Callable[[], bool],
) -> BuildReport:
    return build(path, settings=settings, jobs=jobs, progress=progress, cancelled=cancelled)


def _simulate(
    path: Path,
    sizes: PopulationSizes,
    jobs: int,
    progress: Progress,
    cancelled: Callable[[], bool],
) -> None:
    """Simulate the collection, unless the one that is there is of this seed and version."""
    provenance = {
        "made_by": "simulation",
        "version": _SIMULATOR_VERSION,
        "seed": _SEED,
        "sizes": dataclasses.asdict(sizes),
    }
    if path.exists():
        if _provenance(path) == provenance:
            return
        shutil.rmtree(path)  # of an earlier version; everything in it can be made again
    with CollectionWriter.create(path, COLLECTION_GRID, provenance, resumable=True) as writer:
        done = writer.n_committed
        batches = population_by_processes(
            grid=COLLECTION_GRID, seed=_SEED, sizes=sizes, batch=_BATCH, start=done, jobs=jobs
        )
        try:
            for batch in batches:
                if cancelled():
                    raise BuildCancelled(
                        "stopped while simulating; the next build continues from here"
                    )
                done += len(batch.catalog)
                writer.append(batch.catalog, batch.flux, batch.ivar)
                progress("simulate", done, sizes.total)
        except SimulationError as error:
            raise BuildError(f"cannot simulate: {error}") from error
        finally:
            batches.close()


def _provenance(path: Path) -> object:
    try:
        return Collection.open(path).provenance
    except CollectionError:
        return None  # of another format, or damaged: as good as another version
