"""The batch: prepare → embed → classify → score → explain → cluster, doing only what changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from ..batch import ClusterChoice, opened_cluster
from ..collection import Collection, Run, RunStore
from ..files import only_builder
from ..files.additions import additions
from ..objects.publish import published
from .agn_study import plane_choices
from .build_report import BuildReport
from .dust.reddening import usable_source
from .plan import plan
from .samples.lent import LentModelsError, background, lent_models
from .scheduler import BuildError, Lanes, Outcome, Task
from .settings import BuildSettings
from .stage import BuildCancelled, Progress, Stage, silent
from .stages.agn.evaluate import EVALUATE, NOISE, TIMING
from .stages.agn.planes import PLANES
from .stages.agn.svm import SVM
from .stages.agn.tune import TUNE
from .stages.anomaly.autoencoder import VAE
from .stages.anomaly.cluster import CLUSTER
from .stages.anomaly.embed_explanations import EMBED_REASONS
from .stages.anomaly.explain import EXPLAIN
from .stages.anomaly.score import SCORE
from .stages.domain import DOMAIN_O25, DOMAIN_P21
from .stages.embed import EMBED_LATENT, EMBED_O25, EMBED_P21
from .stages.prepare import PREPARE_O25, PREPARE_P21

__all__ = [
    "BuildCancelled",
    "BuildError",
    "BuildSettings",
    "build",
    "settings_as_built",
    "stage_names",
]

# In the order they are started: the longest chain first, then single long stages.
_STAGES = (
    PREPARE_O25,
    PREPARE_P21,
    VAE,
    SCORE,
    EXPLAIN,
    CLUSTER,
    EMBED_REASONS,
    EMBED_P21,
    EMBED_O25,
    SVM,
    DOMAIN_P21,
    DOMAIN_O25,
)


def _usual_stages() -> tuple[Stage, ...]:
    """Our own stages, followed by those of other packages."""
    return (*_STAGES, *additions("stages"))


# Run only on request: they take minutes, and the page does not need them.
_ON_DEMAND = (TUNE, EVALUATE, NOISE, TIMING, PLANES)


def settings_as_built(collection: Collection) -> BuildSettings:
    """Default settings, with the wavelength range and t-SNE method the collection was built with.

    For work that continues a build: its tables and planes should cover the same spectra, and
    existing planes should not be laid out again.
    """
    store = RunStore(collection.path)
    prepared, plane, several = (store.find(name) for name in ("prepare-p21", "embed-p21", "planes"))
    settings = BuildSettings(overlap=None if prepared is None else prepared.params.get("overlap"))
    if plane is not None and "embed" in plane.params:  # not another collection's
        settings = settings.with_choices(tsne=plane.params["embed"]["method"])
    if several is not None:
        method = several.params["planes"][0]["settings"]["method"]
        study = replace(settings.study, planes=plane_choices(method=method))
        settings = replace(settings, study=study)
    return settings


def stage_names() -> tuple[str, ...]:
    """The stages of a build in the order they are started, without those on demand."""
    return tuple(stage.name for stage in _usual_stages())


def build(
    collection: Collection | str | Path,
    *,
    only: Iterable[str] | None = None,
    models: str | Path | None = None,
    settings: BuildSettings | None = None,
    anew: bool = False,
    jobs: int = 1,
    cluster: ClusterChoice | None = None,
    progress: Progress = silent,
    cancelled: Callable[[], bool] = lambda: False,
) -> BuildReport:
    """Bring the runs of a collection up to date.

    A stage whose settings and inputs have not changed is kept. One that cannot be done is skipped
    with a reason, as are the stages that need it. An interrupted build continues where it stopped,
    and ends with the same bytes. If spectra were added and nothing else changed, models and planes
    stay, and only the new spectra are prepared, classified, scored, explained and placed.

    Parameters
    ----------
    collection
        The collection; runs appear in its folder and, for a working copy, at its address too.
    only
        Names of stages to bring up to date, with those they need; all by default, except those on
        demand (tune, evaluate, noise, timing, planes).
    models
        A built collection whose classifier and autoencoder to apply here, see
        :func:`lent_models`.
    settings
        Defaults as in the papers.
    anew
        Train models and lay out planes on all spectra, even if only some were added.
    jobs
        Processor cores to use; two stages run side by side from two on. Up to three give
        the same bytes; from four on the autoencoder is trained by several threads, whose sums
        round differently.
    cluster
        Where the chunks of stages run (prepare, classify, score, explain, measure lines), with the
        same bytes on equal processors. By default in ``jobs`` processes of this machine if there
        are enough chunks, else in this process. Models are trained, and planes laid out, in this
        process.
    progress
        Called with the progress of each stage.
    cancelled
        Called often; True stops the build and leaves finished stages.

    Raises
    ------
    BuildError
        A stage or the models asked for do not exist, another build is running in the
        collection, or a stage failed.
    BuildCancelled
        Asked to stop.
    CollectionError
        There is no collection.
    """
    if not isinstance(collection, Collection):
        collection = Collection.open(collection)
    settings = settings or BuildSettings()
    lent_runs = _lent_runs(collection, models, settings)
    # The source chosen for “auto” is part of a run's key: a map fetched later leads to a new build.
    settings = replace(settings, dust=usable_source(collection, settings.dust))
    tasks = plan(_wanted(only, settings), collection, settings, lent_runs, anew=anew)
    if cluster is None and jobs > 1:
        cluster = ClusterChoice(workers=jobs)

    def told(sentence: str) -> None:
        progress("cluster", 1, 1, sentence)

    with only_builder(collection.path / "runs") as free, ExitStack() as held:
        if not free:
            raise BuildError(f"another build is running in {collection.path}")
        lanes = Lanes(
            collection,
            settings,
            lent_runs,
            jobs=jobs,
            progress=progress,
            cancelled=cancelled,
            published=held.enter_context(published(collection)),
            cluster=held.enter_context(opened_cluster(cluster, told)),
        )
        outcome = _run(lanes, tasks, RunStore(collection.path), keep_others=only is not None)
    return BuildReport.of(collection, tasks, outcome)


def _lent_runs(
    collection: Collection, models: str | Path | None, settings: BuildSettings
) -> dict[str, Run]:
    """Runs of other collections that are used here, by stage.

    A lent classifier brings its preparation: then neither can be chosen.
    """
    try:
        lent = {**lent_models(collection, models, settings), **background(collection, settings)}
    except LentModelsError as error:
        raise BuildError(str(error)) from error
    if "svm" not in lent:
        return lent
    why = "models are given" if models else "the demo's classifier is used"
    if settings.classifier is not None:
        raise BuildError(f"{settings.classifier!r} cannot be trained here: {why}")
    if settings.overlap is not None:
        raise BuildError(f"overlap={settings.overlap} cannot be computed here: {why}")
    return lent


def _run(lanes: Lanes, tasks: list[Task], store: RunStore, *, keep_others: bool) -> Outcome:
    """Run the tasks; finished runs become current even if the build is interrupted later."""
    try:
        return lanes.run(tasks)
    finally:
        finished = {t.stage.name: t.key for t in tasks if store.get(t.stage.name, t.key)}
        # What is yet to be gone on from is found again by the next build, and till then shown.
        finished = {t.stage.name: t.before.run.key for t in tasks if t.before} | finished
        kept = store.current() if keep_others else _still_true(store, finished)
        store.set_current(kept | finished)


def _still_true(store: RunStore, finished: Mapping[str, str]) -> dict[str, str]:
    """Runs made on demand whose inputs are still the current ones."""
    kept: dict[str, str] = {}
    for stage in _ON_DEMAND:
        run = store.find(stage.name)
        known = {**finished, **kept}
        if run is not None and all(known.get(n) == run.inputs.get(n) for n in stage.needs):
            kept[stage.name] = run.key
    return kept


def _wanted(only: Iterable[str] | None, settings: BuildSettings) -> list[Stage]:
    """The requested stages and all they need, in the order they are started."""
    latent = settings.plane_features == "latent"
    stages = [EMBED_LATENT if latent and stage is EMBED_O25 else stage for stage in _usual_stages()]
    if only is None:
        return stages
    stages += _ON_DEMAND
    known = {stage.name: stage for stage in stages}
    wanted: set[str] = set()
    left_to_see = list(only)
    while left_to_see:
        name = left_to_see.pop()
        if name not in known:
            raise BuildError(f"there is no stage {name!r}; the stages are {', '.join(known)}")
        wanted.add(name)
        left_to_see += known[name].needs
    return [stage for stage in stages if stage.name in wanted]
