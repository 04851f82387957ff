"""Stage vae: train the autoencoder, an epoch at a time, so that nothing is lost when stopped."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..core.train.vae import Epoch, TrainerState, VaeSettings, VaeTrainer
from .array_file import ModelFileError, load_arrays, save_arrays
from .build_settings import BuildSettings
from .stage import BuildCancelled, Stage, StageSkipped, Work
from .trained import load_vae, vae_path

__all__ = ["VAE"]

_CHECKPOINT = "checkpoint.safetensors"
# A checkpoint is 30 MB for the paper's network: not after each of a small sample's short epochs.
_CHECKPOINT_EVERY = 5
_FEWEST = 20


def _run(work: Work) -> None:
    given = work.given.get("vae")
    if given is not None:
        save_arrays(vae_path(work.draft.path), load_vae(given).to_arrays())
        work.draft.write_table("training", given.table("training"))
        work.draft.metrics |= given.metrics | {"trained_on": given.key}
        return
    checkpoint = work.draft.path / _CHECKPOINT
    trainer = _begin(_sample(work), work.settings.vae, checkpoint)
    while not trainer.finished:
        _ask_whether_to_stop(work, trainer, checkpoint)
        if trainer.run_epoch().epoch % _CHECKPOINT_EVERY == 0:
            _save(trainer, checkpoint)
    save_arrays(vae_path(work.draft.path), trainer.best().to_arrays())
    checkpoint.unlink(missing_ok=True)
    history = [dataclasses.asdict(epoch) for epoch in trainer.history]
    work.draft.write_table("training", pd.DataFrame(history))
    work.draft.metrics |= {
        "n_trained_on": len(trainer.train_rows),
        "n_validation": len(trainer.validation_rows),
        "epochs": len(trainer.history),
        "best_epoch": trainer.best_epoch,
        "validation_loss": trainer.history[trainer.best_epoch - 1].validation_loss,
        "stopped_early": len(trainer.history) < work.settings.vae.epochs,
    }


def _sample(work: Work) -> np.ndarray:
    spectra = work.inputs["prepare-o25"].array("spectra")
    n, limit = spectra.shape[0], work.settings.vae_rows
    if work.collection.n_spectra < work.settings.vae_from or n < _FEWEST:
        raise StageSkipped(
            f"{n} usable spectra of {work.collection.n_spectra} are too few to train an "
            f"autoencoder (from {work.settings.vae_from}); give a built collection's models"
        )
    if n <= limit:
        return np.asarray(spectra[:])
    rng = np.random.default_rng(work.settings.vae.seed)
    return np.asarray(spectra.oindex[np.sort(rng.choice(n, limit, replace=False))])


def _ask_whether_to_stop(work: Work, trainer: VaeTrainer, checkpoint: Path) -> None:
    """Report; when asked to stop, save first: between epochs, where a state is well defined."""
    done = len(trainer.history)
    message = f"validation loss {trainer.history[-1].validation_loss:.4g}" if done else ""
    try:
        work.report(done, work.settings.vae.epochs, message)
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
    beside = path.with_suffix(".part")
    save_arrays(beside, state.arrays, facts)
    os.replace(beside, path)


def _begin(spectra: np.ndarray, settings: VaeSettings, path: Path) -> VaeTrainer:
    """A trainer at the checkpoint, if there is one; a damaged one costs time, not the build."""
    if path.exists():
        try:
            arrays, facts = load_arrays(path)
            history = [Epoch(**epoch) for epoch in facts["history"]]
            trainer = VaeTrainer(spectra, settings)
            trainer.restore(TrainerState(arrays, history, facts["learning_rate"]))
            return trainer
        except (ModelFileError, ValueError, TypeError, KeyError):
            path.unlink()
    return VaeTrainer(spectra, settings)


def _params(settings: BuildSettings) -> dict[str, Any]:
    return {"vae": settings.vae.asdict(), "max_rows": settings.vae_rows}


VAE = Stage(
    "vae",
    2,
    needs=("prepare-o25",),
    params=_params,
    run=_run,
    takes=("vae",),
    resumable=True,
    threads=True,
)
