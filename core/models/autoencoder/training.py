"""Training of O25's autoencoder, epoch by epoch, resumable bit for bit."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..checked_settings import check_choices, check_counts
from .loss import KldForm, MmdKernel, info_vae_loss
from .network import Vae
from .training_spectra import SpectraInMemory, TrainingSpectra

__all__ = ["Epoch", "TrainerState", "VaeSettings", "VaeTrainer", "start_at"]


@dataclass(frozen=True, slots=True)
class VaeSettings:
    """Settings of a training; the defaults are the best model of O25 (section 3).

    Attributes
    ----------
    hidden
        Widths of the encoder, mirrored by the decoder.
    n_latent
        Latent dimensions.
    alpha, lam
        α and λ of the loss, see :func:`info_vae_loss`.
    kld
        ``"text"`` sums the divergence over latent dimensions, ``"code"`` averages it.
    mmd
        Kernel of the mean discrepancy: ``"text"``, ``"older code"`` or ``"newest code"``, see
        :func:`mean_discrepancy`.
    prior_samples
        Drawn for the mean discrepancy of each batch.
    learning_rate
        Of Adam, at the start.
    batch
        Spectra in a step.
    epochs
        At most so many.
    patience
        Epochs without a better validation loss that end the training.
    slow_after
        Such epochs that multiply the learning rate by ``slow_factor``.
    slow_factor
        In (0, 1].
    validation
        Fraction of the spectra set aside.
    seed
        Of weights, split, order and noise.

    Raises
    ------
    ValueError
        A value is outside its range.
    """

    hidden: tuple[int, ...] = (256, 128, 64)
    n_latent: int = 12
    alpha: float = 0.0
    lam: float = 8.6
    kld: KldForm = "text"
    mmd: MmdKernel = "text"
    prior_samples: int = 200
    learning_rate: float = 1e-3
    batch: int = 256
    epochs: int = 120
    patience: int = 10
    slow_after: int = 5
    slow_factor: float = 0.1
    validation: float = 0.2
    seed: int = 0

    def __post_init__(self) -> None:
        check_choices(self, kld=get_args(KldForm), mmd=get_args(MmdKernel))
        check_counts(self, "n_latent", "prior_samples", "batch", "epochs", "patience", "slow_after")
        if not (self.learning_rate > 0 and 0 < self.slow_factor <= 1 and 0 < self.validation < 1):
            raise ValueError(
                f"learning_rate={self.learning_rate}, slow_factor={self.slow_factor} and "
                f"validation={self.validation} must be positive, the latter two not above 1"
            )

    def asdict(self) -> dict[str, Any]:
        """JSON-serialisable."""
        return dataclasses.asdict(self) | {"hidden": list(self.hidden)}


@dataclass(frozen=True, slots=True)
class Epoch:
    """One point of the training curve: mean loss over the epoch, and on the validation spectra."""

    epoch: int
    loss: float
    validation_loss: float
    learning_rate: float


@dataclass(frozen=True, slots=True, eq=False)
class TrainerState:
    """Everything a training needs to go on, as arrays and numbers.

    Attributes
    ----------
    arrays
        Current and best weights and Adam's moments, by name.
    history
        The epochs so far.
    learning_rate
        Of the next epoch.
    """

    arrays: dict[str, NDArray[Any]]
    history: list[Epoch] = field(default_factory=list)
    learning_rate: float = 0.0


class VaeTrainer:
    """Trains on spectra (n, D) by repeated :meth:`run_epoch` until :attr:`finished`.

    Spectra may be an array, or what reads them a window at a time (:class:`SpectraInBlocks`).

    All randomness of an epoch follows from the seed and the epoch's number, so a training that
    goes on from a state gives the bits of one never interrupted (on one machine, with as many
    threads). Random numbers are the processor's wherever the network is, whose sums are not.

    Parameters
    ----------
    spectra, settings
        What to learn from, and how.
    device
        Where the network and a batch at a time are; the spectra stay where they are.

    Attributes
    ----------
    settings
        As given.
    history
        The epochs so far.
    validation_rows, train_rows
        Which spectra are set aside, and which are learnt from.

    Raises
    ------
    ValueError
        Fewer than two spectra, or a spectrum is not finite.
    """

    def __init__(
        self,
        spectra: NDArray[np.float32] | TrainingSpectra,
        settings: VaeSettings,
        *,
        device: torch.device | str = "cpu",
    ) -> None:
        if isinstance(spectra, np.ndarray):
            spectra = SpectraInMemory(spectra)
        n, n_pixels = spectra.shape
        self.settings = settings
        self.history: list[Epoch] = []
        n_validation = min(max(round(settings.validation * n), 1), n - 1)
        order = np.random.default_rng(settings.seed).permutation(n)
        self.validation_rows = np.sort(order[:n_validation])
        self.train_rows = np.sort(order[n_validation:])
        self._spectra = spectra
        self._device = torch.device(device)
        self._vae = Vae(
            n_pixels,
            hidden=settings.hidden,
            n_latent=settings.n_latent,
            seed=settings.seed,
        )
        self._batch = torch.empty(settings.batch, n_pixels)
        start_at(self._vae, spectra.mean(self.train_rows))
        self._vae.to(self._device)
        self._best = self._vae.to_arrays()
        self._adam = torch.optim.Adam(self._vae.parameters(), settings.learning_rate, fused=True)

    @property
    def best_epoch(self) -> int:
        """Number of the epoch with the lowest validation loss; 0 before the first."""
        return min(self.history, key=lambda e: e.validation_loss).epoch if self.history else 0

    @property
    def finished(self) -> bool:
        """True after the last epoch, or when patience has run out."""
        waited = len(self.history) - self.best_epoch
        return len(self.history) >= self.settings.epochs or waited >= self.settings.patience

    def best(self) -> Vae:
        """A network with the weights of the best epoch."""
        return Vae.from_arrays(self._best)

    def run_epoch(self) -> Epoch:
        """Pass once over the training spectra, then measure on the others.

        Raises
        ------
        FloatingPointError
            The loss is no longer finite.
        """
        number = len(self.history) + 1
        rate = self._adam.param_groups[0]["lr"]
        generator = _generator(self.settings.seed, number)
        rows = self._spectra.shuffled(self.train_rows, generator, batch=self.settings.batch)
        loss = self._pass(rows, generator, learn=True)
        # The same noise each time, so that epochs are compared like with like.
        validation_loss = self._pass(
            self.validation_rows, _generator(self.settings.seed, 0), learn=False
        )
        if not np.isfinite([loss, validation_loss]).all():
            raise FloatingPointError(
                f"epoch {number}: loss {loss}, on validation {validation_loss}"
            )
        self.history.append(Epoch(number, loss, validation_loss, rate))
        if self.best_epoch == number:
            self._best = self._vae.to_arrays()
        waited = number - self.best_epoch
        if waited > 0 and waited % self.settings.slow_after == 0:
            self._adam.param_groups[0]["lr"] = rate * self.settings.slow_factor
        return self.history[-1]

    def state(self) -> TrainerState:
        """State from which another trainer of the same spectra and settings can continue."""
        arrays = {f"best.{name}": array for name, array in self._best.items()}
        for name, parameter in self._vae.named_parameters():
            arrays[f"now.{name}"] = parameter.detach().cpu().numpy().copy()
            for moment, tensor in self._adam.state[parameter].items():
                arrays[f"{moment}.{name}"] = tensor.detach().cpu().numpy().copy()
        return TrainerState(arrays, list(self.history), self._adam.param_groups[0]["lr"])

    def restore(self, state: TrainerState) -> None:
        """Go on from a state.

        Raises
        ------
        ValueError
            The state is not of a network of these widths.
        """
        arrays = state.arrays
        self._best = _under("best.", arrays)
        self._vae.load_state_dict(Vae.from_arrays(_under("now.", arrays)).state_dict())
        for name, parameter in self._vae.named_parameters():
            self._adam.state[parameter] = {
                moment: torch.from_numpy(np.array(arrays[f"{moment}.{name}"])).to(self._device)
                for moment in ("step", "exp_avg", "exp_avg_sq")
                if f"{moment}.{name}" in arrays
            }
        self.history = list(state.history)
        self._adam.param_groups[0]["lr"] = state.learning_rate

    def _pass(self, rows: NDArray[np.int64], generator: torch.Generator, *, learn: bool) -> float:
        """Mean loss over the rows, in batches; with a step after each batch if it is to learn."""
        size, total = self.settings.batch, 0.0
        for spectra, window in self._spectra.windows(rows, batch=size):
            for start in range(0, len(window), size):
                chosen = window[start : start + size]
                # Into one place: memory fresh from the system costs more than the copying.
                x = torch.index_select(spectra, 0, chosen, out=self._batch[: len(chosen)])
                total += self._step(x.to(self._device), generator, learn=learn) * len(x)
        return total / len(rows)

    def _step(self, x: Tensor, generator: torch.Generator, *, learn: bool) -> float:
        """Loss of a batch, and a step down it if it is to learn."""
        settings = self.settings
        noise = torch.randn(len(x), settings.n_latent, generator=generator).to(self._device)
        prior = torch.randn(settings.prior_samples, settings.n_latent, generator=generator)
        with torch.set_grad_enabled(learn):
            loss = info_vae_loss(
                self._vae,
                x,
                noise,
                prior.to(self._device),
                alpha=settings.alpha,
                lam=settings.lam,
                kld=settings.kld,
                mmd=settings.mmd,
            )
        if learn:
            self._adam.zero_grad()
            loss.backward()
            self._adam.step()
        return loss.item()


@torch.no_grad()
def start_at(vae: Vae, spectrum: Tensor) -> None:
    """Shift the first and last biases so that a spectrum (D,) encodes to 0 and decodes to itself.

    From the mean of a sample, training need not find that mean first: on the demo it comes in 25
    epochs to the loss it otherwise has after 60.
    """
    first, *_, last = vae.path()
    first.bias.copy_(-(first.weight @ spectrum))
    last.bias.copy_(spectrum)


def _generator(seed: int, epoch: int) -> torch.Generator:
    """Randomness of one epoch; 0 stands for that of every validation."""
    derived = int(np.random.SeedSequence((seed, epoch)).generate_state(1)[0])
    return torch.Generator().manual_seed(derived)


def _under(prefix: str, arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    return {n.removeprefix(prefix): a for n, a in arrays.items() if n.startswith(prefix)}
