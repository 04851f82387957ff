"""Models on disk: skops for scikit-learn's, safetensors for networks; never pickle."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import skops.io
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file
from sklearn.calibration import CalibratedClassifierCV
from skops.io.exceptions import UntrustedTypesFoundException

__all__ = ["ModelFileError", "load_arrays", "load_classifier", "save_arrays", "save_classifier"]

# What a calibrated machine consists of beyond the types that skops trusts by itself.
_TRUSTED = [
    "sklearn.calibration._CalibratedClassifier",
    "sklearn.calibration._SigmoidCalibration",
]


class ModelFileError(Exception):
    """A model file cannot be read, or holds what must not be loaded; the text says which."""


def save_classifier(path: Path, classifier: CalibratedClassifierCV) -> None:
    """Write a fitted classifier; equal classifiers give equal bytes."""
    path.write_bytes(_canonical(skops.io.dumps(classifier)))


def load_classifier(path: Path) -> CalibratedClassifierCV:
    """Read a classifier, building no type but those on a short list.

    Raises:
        ModelFileError: the file is absent or damaged, holds another type, or no classifier.
    """
    try:
        loaded = skops.io.load(path, trusted=_TRUSTED)
    except UntrustedTypesFoundException as error:
        unknown = set(skops.io.get_untrusted_types(file=path)) - set(_TRUSTED)
        raise ModelFileError(
            f"{path} is not loaded: it holds types that are not trusted, {sorted(unknown)}"
        ) from error
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
        raise ModelFileError(f"{path} cannot be read: {error}") from error
    if not isinstance(loaded, CalibratedClassifierCV):
        raise ModelFileError(f"{path} holds a {type(loaded).__name__}, not a calibrated classifier")
    return loaded


def save_arrays(path: Path, arrays: Mapping[str, np.ndarray], facts: Any = None) -> None:
    """Write named arrays and, beside them in the same file, JSON-serialisable facts."""
    contiguous = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    # Scalars lose their shape () on the way to a contiguous array.
    shaped = {name: array.reshape(arrays[name].shape) for name, array in contiguous.items()}
    save_file(shaped, path, metadata={"facts": json.dumps(facts, sort_keys=True)})


def load_arrays(path: Path) -> tuple[dict[str, np.ndarray], Any]:
    """Arrays and facts as :func:`save_arrays` wrote them.

    Raises:
        ModelFileError: the file is absent or damaged.
    """
    try:
        with safe_open(path, framework="numpy") as stored:
            facts = json.loads((stored.metadata() or {}).get("facts", "null"))
            return {name: stored.get_tensor(name) for name in stored.keys()}, facts  # noqa: SIM118
    except (OSError, SafetensorError, ValueError) as error:
        raise ModelFileError(f"{path} cannot be read: {error}") from error


def _canonical(dumped: bytes) -> bytes:
    """The same skops archive without what differs from run to run.

    skops names arrays and shared objects by their address in memory, and the archive carries the
    time. Addresses are replaced by running numbers, times by a fixed one.
    """
    with zipfile.ZipFile(io.BytesIO(dumped)) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    schema = json.loads(content.pop("schema.json"))
    names: dict[str, str] = {}
    _renumber(schema, names, {})
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for old, new in names.items():
            archive.writestr(zipfile.ZipInfo(new), content[old], zipfile.ZIP_DEFLATED, 1)
        text = json.dumps(schema, indent=1)
        archive.writestr(zipfile.ZipInfo("schema.json"), text, zipfile.ZIP_DEFLATED, 1)
    return out.getvalue()


def _renumber(node: Any, names: dict[str, str], seen: dict[int, int]) -> None:
    """Number files and objects in the order of their first appearance, in place."""
    if isinstance(node, list):
        for part in node:
            _renumber(part, names, seen)
    if not isinstance(node, dict):
        return
    if isinstance(node.get("file"), str):
        suffix = Path(node["file"]).suffix
        node["file"] = names.setdefault(node["file"], f"{len(names)}{suffix}")
    if "__id__" in node:
        # Whether two equal numbers share an address is chance: they get numbers of their own.
        address = -len(seen) if node.get("is_json") else node["__id__"]
        node["__id__"] = seen.setdefault(address, len(seen) + 1)
    for part in node.values():
        _renumber(part, names, seen)
