"""Stage vae: training of the autoencoder, resumable after each epoch."""

from __future__ import annotations

import dataclasses
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from .....core.compute.device import device_name, fastest_device
from .....core.models.anomaly.rankings import equal_bins
from .....core.models.autoencoder.loss_search import LossTrial, best_trial, search_loss
from .....core.models.autoencoder.training import Epoch, TrainerState, VaeSettings, VaeTrainer
from .....core.models.autoencoder.training_spectra import (
    SpectraInBlocks,
    SpectraInMemory,
    TrainingSpectra,
)
from .....core.models.splits import drawn_at_most
from ....collection.catalog_facts import for_lenses
from ....collection.trained.autoencoders import Autoencoders, load_autoencoders, save_autoencoders
from ....files import ModelFileError, load_arrays, save_arrays, some_rows
from ....files.arrays.unpacked_rows import unpacked_rows
from ....files.atomic import written_whole
from ...before import Before
from ...samples.learnt_from import TrainingSample, sample_note, training_note, training_sample
from ...settings import BuildSettings
from ...stage import BuildCancelled, Stage, StageSkipped, Work

__all__ = ["VAE"]

_CHECKPOINT = "checkpoint.safetensors"
# A checkpoint is 30 MB for the paper's network: not after each of a small sample's short epochs.
_CHECKPOINT_EVERY = 5
_FEWEST = 20


def _run(work: Work) -> None:
    if work.before is not None:
        _keep_trained(work, work.before)
        return
    lent_run = work.given.get("vae")
    if lent_run is not None:
        save_autoencoders(work.draft, load_autoencoders(lent_run))
        work.draft.write_table("training", lent_run.table("training"))
        work.draft.metrics |= lent_run.metrics | {"trained_on": lent_run.key}
        work.draft.metrics["sample_note"] = sample_note(lent_run.metrics, lent=True)
        return
    with ExitStack() as opened:
        _learn(work, *_sample(work, opened))


def _learn(work: Work, sample: TrainingSample, rows: np.ndarray, spectra: TrainingSpectra) -> None:
    """Train a network for each bin of S/N, and store it with its losses."""
    sn_median = work.collection.catalog["sn_median"].to_numpy(np.float64)[rows]
    n_bins = work.settings.sn_bins if work.settings.model_per_bin else 1
    borders = equal_bins(sn_median, n_bins)
    settings = _searched(work, spectra)
    trainers, split = [], pd.DataFrame({"row": rows, "sn_bin": 0, "split": "train"})
    for number in range(n_bins):
        inside = np.searchsorted(borders, sn_median, side="right") == number
        part = spectra.subset(np.flatnonzero(inside)) if n_bins > 1 else spectra
        n = part.shape[0]
        if n < _FEWEST:
            raise StageSkipped(f"bin {number + 1} of S/N has {n} spectra, too few to train")
        trainers.append(_train(work, part, settings, number=number, n_bins=n_bins))
        split.loc[inside, "sn_bin"] = number
        split.loc[np.flatnonzero(inside)[trainers[-1].validation_rows], "split"] = "validation"
    autoencoders = Autoencoders(tuple(trainer.best() for trainer in trainers), borders)
    save_autoencoders(work.draft, autoencoders)
    for number in range(n_bins):
        _checkpoint(work, number).unlink(missing_ok=True)
    work.draft.write_table("sample", split)
    _record(work, trainers, sample)


def _keep_trained(work: Work, before: Before) -> None:
    """Keep the networks trained before spectra were added, and record how many were added."""
    rows = work.inputs["prepare-o25"].table("rows")["row"].to_numpy()
    before.keep(work.draft)
    work.draft.metrics |= before.run.metrics | before.trained(rows)
    if "trained_on" not in work.draft.metrics:
        work.draft.metrics["sample_note"] = sample_note(work.draft.metrics)


def _train(
    work: Work, spectra: TrainingSpectra, settings: VaeSettings, *, number: int, n_bins: int
) -> VaeTrainer:
    """Train one network, continuing where an interrupted build left it."""
    checkpoint = _checkpoint(work, number)
    trainer = _trainer(spectra, settings, checkpoint)
    while not trainer.finished:
        _ask_whether_to_stop(work, trainer, checkpoint, number=number, n_bins=n_bins)
        if trainer.run_epoch().epoch % _CHECKPOINT_EVERY == 0:
            _save(trainer, checkpoint)
        # For the page, which draws the curve during training; all of it is written at the end.
        work.draft.write_table("training", _history(number, trainer))
    if n_bins > 1:  # so that a build interrupted in a later bin need not train this one again
        _save(trainer, checkpoint)
    return trainer


def _checkpoint(work: Work, number: int) -> Path:
    return work.draft.path / (f"checkpoint-{number}.safetensors" if number else _CHECKPOINT)


def _searched(work: Work, spectra: TrainingSpectra) -> VaeSettings:
    """The settings, with the best of the α and λ to be searched, tried on one window at most."""
    settings = work.settings.vae
    if not work.settings.vae_search:
        return settings
    kept = work.draft.path / "search.parquet"
    if kept.exists():  # the build was interrupted after the search
        trials = [LossTrial(**trial) for trial in pd.read_parquet(kept).to_dict("records")]
    else:
        every, most = np.arange(spectra.shape[0]), work.settings.vae_window
        sampled = drawn_at_most(every, most, seed=settings.seed)
        ((values, at),) = spectra.windows(sampled, batch=1)
        work.draft.metrics["n_searched_on"] = len(sampled)
        trials = search_loss(
            values[at].numpy(),
            settings,
            work.settings.vae_search,
            epochs=work.settings.vae_search_epochs,
            callback=lambda done, total: work.report(done, total, "searching α and λ"),
        )
        work.draft.write_table(
            "search", pd.DataFrame([dataclasses.asdict(trial) for trial in trials])
        )
    best = best_trial(trials)
    work.draft.metrics |= {"alpha": best.alpha, "lam": best.lam}
    return dataclasses.replace(settings, alpha=best.alpha, lam=best.lam)


def _history(number: int, trainer: VaeTrainer) -> pd.DataFrame:
    return pd.DataFrame(
        [{"sn_bin": number, **dataclasses.asdict(epoch)} for epoch in trainer.history]
    )


def _record(work: Work, trainers: list[VaeTrainer], sample: TrainingSample) -> None:
    history = [_history(number, trainer) for number, trainer in enumerate(trainers)]
    work.draft.write_table("training", pd.concat(history, ignore_index=True))
    best = [trainer.history[trainer.best_epoch - 1] for trainer in trainers]
    rows = [len(trainer.validation_rows) for trainer in trainers]
    work.draft.metrics |= sample.metrics() | {
        "device": device_name(fastest_device()),
        "n_trained_on": sum(len(trainer.train_rows) for trainer in trainers),
        "n_validation": sum(rows),
        "epochs": max(len(trainer.history) for trainer in trainers),
        "cut_short": any(t.best_epoch == work.settings.vae.epochs for t in trainers),
        "best_epoch": best[-1].epoch,
        "validation_loss": float(np.average([e.validation_loss for e in best], weights=rows)),
        "stopped_early": any(
            len(trainer.history) < work.settings.vae.epochs for trainer in trainers
        ),
    }
    work.draft.metrics |= {
        "sample_note": sample_note(work.draft.metrics),
        "training_note": training_note(work.draft.metrics),
    }


def _sample(work: Work, opened: ExitStack) -> tuple[TrainingSample, np.ndarray, TrainingSpectra]:
    """The training sample: how it was chosen, its rows (n,), and the spectra."""
    prepared, settings = work.inputs["prepare-o25"], work.settings
    spectra, rows = prepared.array("spectra"), prepared.table("rows")["row"].to_numpy()
    sample = training_sample(work.collection.catalog, rows, settings.learn_from)
    for_models = np.flatnonzero(for_lenses(work.collection.catalog))
    every = training_sample(work.collection.catalog, for_models, settings.learn_from)
    if every.n < settings.vae_from or sample.n < _FEWEST:
        raise StageSkipped(_too_few(sample, every.n, work.collection.n_spectra, settings))
    inside = np.flatnonzero(sample.inside)
    chosen = drawn_at_most(inside, settings.vae_rows, seed=settings.vae.seed)
    if _by_window(settings, work.collection.n_spectra):
        work.draft.metrics["window"] = settings.vae_window
        read = opened.enter_context(unpacked_rows(spectra, chosen, work.draft.path))
        blocks = SpectraInBlocks(read, spectra.shape[1], chosen, settings.vae_window)
        return sample, rows[chosen], blocks
    return sample, rows[chosen], SpectraInMemory(some_rows(spectra, chosen))


def _by_window(settings: BuildSettings, n_spectra: int) -> dict[str, Any]:
    """Further settings of the training order if not all spectra fit in memory; else empty."""
    return {"window": settings.vae_window} if n_spectra > settings.vae_window else {}


def _too_few(sample: TrainingSample, n: int, n_spectra: int, settings: BuildSettings) -> str:
    called = "galaxies" if sample.learn_from == "galaxies" else "spectra"
    wider = "learn from all of them, or " if called == "galaxies" and n < n_spectra else ""
    return (
        f"{sample.n} usable {called} of {n_spectra} spectra are too few to train an autoencoder "
        f"(from {settings.vae_from}); {wider}give a built collection's models"
    )


def _ask_whether_to_stop(
    work: Work, trainer: VaeTrainer, checkpoint: Path, *, number: int, n_bins: int
) -> None:
    """Report progress; if cancelled, save first, between epochs, where the state is defined."""
    done, most = len(trainer.history), work.settings.vae.epochs
    message = f"validation loss {trainer.history[-1].validation_loss:.4g}" if done else ""
    try:
        work.report(number * most + done, n_bins * most, message)
    except BuildCancelled:
        if done:
            _save(trainer, checkpoint)
        raise


def _save(trainer: VaeTrainer, path: Path) -> None:
    state = trainer.state()
    facts = {
        "history": [dataclasses.asdict(epoch) for epoch in state.history],
        "learning_rate": state.learning_rate,
    }
    with written_whole(path) as beside:
        save_arrays(beside, state.arrays, facts)


def _trainer(spectra: TrainingSpectra, settings: VaeSettings, path: Path) -> VaeTrainer:
    """A trainer at the last checkpoint; without one, or if it is damaged, at the start."""
    if path.exists():
        try:
            arrays, facts = load_arrays(path)
            history = [Epoch(**epoch) for epoch in facts["history"]]
            trainer = VaeTrainer(spectra, settings, device=fastest_device())
            trainer.restore(TrainerState(arrays, history, facts["learning_rate"]))
            return trainer
        except (ModelFileError, ValueError, TypeError, KeyError):
            path.unlink()
    return VaeTrainer(spectra, settings, device=fastest_device())


def _params(settings: BuildSettings) -> dict[str, Any]:
    params: dict[str, Any] = {"vae": settings.vae.asdict(), "max_rows": settings.vae_rows}
    params["learn_from"] = settings.learn_from
    if settings.model_per_bin:
        params["sn_bins"] = settings.sn_bins
    if settings.vae_search:
        params |= {"search": settings.vae_search, "search_epochs": settings.vae_search_epochs}
    return params


VAE = Stage(
    "vae",
    2,
    needs=("prepare-o25",),
    params=_params,
    run=_run,
    takes=("vae",),
    resumable=True,
    threads=True,
    of_size=_by_window,
    grows=True,
)
