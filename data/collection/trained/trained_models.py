"""The trained models of finished runs.

torch and scikit-learn take seconds to load, so they are imported with the first model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ...files import ModelFileError, load_arrays
from ..runs import Run

if TYPE_CHECKING:
    import numpy as np

    from ....core.models.autoencoder import Vae
    from ....core.targets import Classifier

__all__ = [
    "COUPLED",
    "is_outdated",
    "kept_projection",
    "load_type_classifier",
    "load_vae",
    "probability_column",
    "probability_columns",
    "svm_path",
    "vae_path",
]


# Entry of a run of stage svm with libsvm's probabilities; older runs lack it.
COUPLED = "coupled"


def is_outdated(run: Run) -> bool:
    """Whether a run of stage svm is of an earlier version, with other probabilities."""
    return "probabilities" not in run.metrics


def svm_path(run_path: Path) -> Path:
    """Path of the classifier in a run of stage svm."""
    return run_path / "model.skops"


def vae_path(run_path: Path, number: int = 0) -> Path:
    """Path of a network in a run of stage vae; one for each bin of S/N, or only number 0."""
    return run_path / (f"model-{number}.safetensors" if number else "model.safetensors")


def probability_column(label: str) -> str:
    """Column of the predictions that holds the probability of a class."""
    return "p_" + label.replace(" ", "_")


def probability_columns(p: np.ndarray, classes: Sequence[str]) -> dict[str, np.ndarray]:
    """The probability of each class, (n,) of (n, C), by its column."""
    return {probability_column(label): p[:, at] for at, label in enumerate(classes)}


def load_type_classifier(run: Run, folder: str = "") -> Classifier:
    """The classifier of a run of stage svm; another stage's is in a folder of its own.

    Raises
    ------
    ModelFileError
        The file is damaged, or contains types that are not trusted.
    """
    from ....core.targets import read_classifier
    from ...files.sklearn_models import load_classifier

    return read_classifier(load_classifier(svm_path(run.path / folder)))


def load_vae(run: Run, number: int = 0) -> Vae:
    """A network of a run of stage vae.

    Raises
    ------
    ModelFileError
        The file is damaged or not a network's.
    """
    from ....core.models.autoencoder.network import Vae

    arrays, _ = load_arrays(vae_path(run.path, number))
    try:
        return Vae.from_arrays(arrays)
    except ValueError as error:
        raise ModelFileError(f"{vae_path(run.path, number)}: {error}") from error


def kept_projection(run: Run) -> Callable[[np.ndarray], np.ndarray]:
    """The map from prepared spectra (n, D) to the features (n, K) that a plane was laid out by.

    The identity if a run of stage embed-p21 or embed-o25 stored none.

    Raises
    ------
    ModelFileError
        The file is damaged.
    """
    from ....core.planes.principal_components import Components

    path = run.path / "components.safetensors"
    if not path.exists():
        return lambda spectra: spectra
    arrays, _ = load_arrays(path)
    return Components(arrays["centre"], arrays["scale"], arrays["axes"]).project
