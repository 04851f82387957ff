"""Models lent by another collection, where this one has too few labels or spectra."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from ...collection import Collection, Run, RunStore, is_outdated
from ...collection.catalog_facts import for_lenses
from ...files import demo_path
from ..settings import BuildSettings
from .learnt_from import training_sample

__all__ = ["BACKGROUND", "LentModelsError", "background", "lender_of", "lent_models", "why_lent"]

# Stage of a model → stage of the preparation that its spectra need.
_PREPARED_BY = {"svm": "prepare-p21", "vae": "prepare-o25"}
# What goes along with its model: who is like its sample, and how the lender's own scored.
_ALONG = {"svm": ("domain-p21",), "vae": ("domain-o25", "score")}
# Where one's own spectra are too few for a plane: the lender's, for them to be placed on.
_PLANE = {"svm": "embed-p21", "vae": "embed-o25"}
_FEWEST_OF_A_CLASS = 10
# Name under which the demo's prepared spectra complement a collection's own.
BACKGROUND = "background-p21"


class LentModelsError(Exception):
    """The collection named as lender has no models to lend; the text says why."""


def lent_models(
    collection: Collection, models: str | Path | None, settings: BuildSettings
) -> Mapping[str, Run]:
    """Runs of another collection that a build uses in place of training, by stage.

    The classifier and autoencoder of ``models`` are used whatever labels the collection has. By
    default a collection trains its own; where it lacks two classes of 10 labels, or galaxies for
    an autoencoder, the demo's are used if it has been built. A model brings the preparation it was
    trained with, so that wavelengths agree, and where there are fewer spectra than
    ``settings.own_plane_from``, the lender's plane.

    Raises
    ------
    LentModelsError
        ``models`` has neither model, or is the collection itself, or what would be lent was built
        by an earlier version.
    """
    few = int(for_lenses(collection.catalog).sum()) < settings.own_plane_from
    planes = few and settings.plane_features == "spectra"
    if models is not None:
        if Path(models).resolve() == collection.path.resolve():
            raise LentModelsError(f"{models} cannot use its own models as lent ones")
        models_of_stage = _runs_to_lend(RunStore(models), _PREPARED_BY, planes=planes)
        if not models_of_stage:
            raise LentModelsError(f"{models} has no models; build it first")
        return models_of_stage
    demo = demo_path()
    if demo.resolve() == collection.path.resolve():
        return {}
    wanted = [stage for stage in _PREPARED_BY if why_lent(collection, stage, settings)]
    return _runs_to_lend(RunStore(demo), wanted, planes=planes)


def background(collection: Collection, settings: BuildSettings) -> Mapping[str, Run]:
    """The demo's preparation, whose unlabelled spectra serve as background of a survey.

    Empty if the settings do not ask for it, or the collection is the demo itself.

    Raises
    ------
    LentModelsError
        It is requested, and the demo has not been built.
    """
    demo = demo_path()
    if settings.background == "none" or demo.resolve() == collection.path.resolve():
        return {}
    prepared = RunStore(demo).find("prepare-p21")
    if prepared is None:
        raise LentModelsError(
            "background='demo': there is no demo to lend its galaxies; spexplain demo builds it"
        )
    return {BACKGROUND: prepared}


def _runs_to_lend(store: RunStore, wanted: Iterable[str], *, planes: bool) -> dict[str, Run]:
    runs = {}
    for stage in wanted:
        model = store.find(stage)
        if model is None:
            continue
        if stage == "svm" and is_outdated(model):
            raise LentModelsError(
                f"{store.path.parent} has a classifier of an earlier version: build it again first"
            )
        preparation = _PREPARED_BY[stage]
        prepared = store.get(preparation, model.inputs[preparation])
        if prepared is not None:
            runs |= {stage: model, preparation: prepared}
            names = (*_ALONG[stage], *((_PLANE[stage],) if planes else ()))
            along = (store.find(name) for name in names)
            runs |= {run.stage: run for run in along if run and _made_of(run, model, prepared)}
    return runs


def _made_of(run: Run, *inputs: Run) -> bool:
    """Whether it was made from these, as far as it has such inputs; no plane of latent points."""
    alike = all(run.inputs.get(of.stage, of.key) == of.key for of in inputs)
    return alike and run.metrics.get("features") != "latent"


def lender_of(run: Run) -> str:
    """The collection of a lent run, in words: "the demo", or its folder's name."""
    if "lender" in run.metrics:  # it was lent to the lender, too
        return str(run.metrics["lender"])
    path = run.path.parent.parent
    return "the demo" if path.resolve() == demo_path().resolve() else path.name


def why_lent(collection: Collection, stage: str, settings: BuildSettings) -> str:
    """Why a collection does not train its own model: what it has, and how much would be needed.

    Parameters
    ----------
    collection
        The collection being built.
    stage
        ``"svm"`` or ``"vae"``.
    settings
        Of the build.

    Returns
    -------
    "" if it could, and another's model was requested.
    """
    rows = np.flatnonzero(for_lenses(collection.catalog))  # that models may be given
    if stage == "vae":
        n = training_sample(collection.catalog, rows, settings.learn_from).n
        few = n < settings.vae_from
        return f"{n:,} to learn from here, {settings.vae_from:,} are needed" if few else ""
    labels = collection.catalog["label"].to_numpy(str)[rows]
    kinds, counts = np.unique(labels[labels != ""], return_counts=True)
    if np.sum(counts >= _FEWEST_OF_A_CLASS) >= 2:
        return ""
    counted = ", ".join(f"{n} {kind}" for kind, n in zip(kinds, counts, strict=True)) or "no labels"
    return f"{counted} here, {_FEWEST_OF_A_CLASS} of each of two types are needed"
