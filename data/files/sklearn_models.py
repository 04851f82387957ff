"""scikit-learn models as skops files: no pickle, only listed types."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

from .arrays.named_arrays import ModelFileError
from .damage import DAMAGE

__all__ = ["classifier_key", "load_classifier", "save_classifier"]

# What a machine with its sigmoids is kept as.
_PARTS = ("machine_", "slope_", "offset_", "classes_", "folds", "seed")

# skops and scikit-learn are imported where they are used: the page opens a second or two sooner
# without them, and needs them only when a type is explained.

# What scikit-learn's classifiers consist of beyond the types that skops trusts by itself: numbers
# and trees of numbers, nothing that runs.
_TRUSTED = [
    "sklearn.calibration._CalibratedClassifier",
    "sklearn.calibration._SigmoidCalibration",
    "sklearn.calibration._TemperatureScaling",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.gaussian_process._gpc._BinaryGaussianProcessClassifierLaplace",
    "sklearn.gaussian_process.kernels.ConstantKernel",
    "sklearn.gaussian_process.kernels.Product",
    "sklearn.gaussian_process.kernels.RBF",
    "sklearn.metrics._dist_metrics.EuclideanDistance64",
    "sklearn.neighbors._ball_tree.BallTree",
    "sklearn.neighbors._kd_tree.KDTree",
    "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
    "sklearn.neural_network._stochastic_optimizers.SGDOptimizer",
    "sklearn.tree._tree.Tree",
]


_LARGEST = 2**30  # bytes unpacked; the demo's classifier has 7 million
_PACKED_AT_MOST = 100  # times; numbers that were learned are packed two- or threefold
_SMALL = 2**26


def save_classifier(path: Path, classifier: Any) -> None:
    """Write a fitted classifier; equal classifiers give equal bytes.

    A support vector machine with its sigmoids is written as the scikit-learn machine and arrays, so
    that the file names no type of ours.

    Raises
    ------
    ModelFileError
        It consists of types that would not be trusted when it is read.
    """
    from ...core.models.svm.coupled_svc import CoupledSvc

    parts = classifier
    if isinstance(classifier, CoupledSvc):
        parts = {name: getattr(classifier, name) for name in _PARTS}
    path.write_bytes(_dumped(parts))


def classifier_key(classifier: Any) -> dict[str, str]:
    """Identity of a classifier's settings: its type, its text and a digest.

    Parameters
    ----------
    classifier
        Of scikit-learn, not fitted.

    Raises
    ------
    ModelFileError
        It consists of types that would not be trusted when it is read.
    """
    kind = type(classifier)
    return {
        "type": f"{kind.__module__}.{kind.__qualname__}",
        "text": " ".join(repr(classifier).split()),
        "sha256": hashlib.sha256(_dumped(classifier)).hexdigest(),
    }


def load_classifier(path: Path) -> Any:
    """Read a classifier, building no type but those on a short list.

    Raises
    ------
    ModelFileError
        The file is absent or damaged, holds another type, or no classifier; or it would unpack to
        more than a gigabyte, or to a hundred times its size.
    """
    import skops.io
    from skops.io.exceptions import UntrustedTypesFoundException

    try:
        _check_size(path)
        loaded = skops.io.load(path, trusted=_TRUSTED)
    except UntrustedTypesFoundException as error:
        unknown = set(skops.io.get_untrusted_types(file=path)) - set(_TRUSTED)
        raise ModelFileError(
            f"{path} is not loaded: it holds types that are not trusted, {sorted(unknown)}"
        ) from error
    except DAMAGE as error:
        raise ModelFileError(
            f"{path} cannot be read ({error}); spexplain check DIR --repair removes what is "
            "damaged, spexplain build DIR makes it again"
        ) from error
    if isinstance(loaded, dict) and set(loaded) == set(_PARTS):
        return _coupled(loaded)
    if not (hasattr(loaded, "predict_proba") and hasattr(loaded, "classes_")):
        raise ModelFileError(
            f"{path} holds a {type(loaded).__name__}, not a classifier with probabilities"
        )
    return loaded


def _check_size(path: Path) -> None:
    """ValueError of an archive made to fill the memory, or damaged.

    Its members are read through in small pieces at first: one that is longer than it declares would
    be unpacked whole before it is cut.
    """
    with zipfile.ZipFile(path) as archive:
        unpacked = sum(member.file_size for member in archive.infolist())
    packed = path.stat().st_size
    if unpacked > _LARGEST or unpacked > max(_SMALL, _PACKED_AT_MOST * packed):
        raise ValueError(f"its {packed:,} bytes would unpack to {unpacked:,}, no classifier's size")
    with zipfile.ZipFile(path) as archive:
        if (damaged := archive.testzip()) is not None:
            raise ValueError(f"its part {damaged} is not what the archive says")


def _coupled(parts: dict[str, Any]) -> Any:
    from ...core.models.svm.coupled_svc import CoupledSvc

    machine = CoupledSvc(parts["machine_"], parts["folds"], parts["seed"])
    for name in _PARTS:
        setattr(machine, name, parts[name])
    machine.n_features_in_ = parts["machine_"].n_features_in_
    return machine


def _dumped(classifier: Any) -> bytes:
    import skops.io

    dumped = skops.io.dumps(classifier)
    unknown = set(skops.io.get_untrusted_types(data=dumped)) - set(_TRUSTED)
    if unknown:
        raise ModelFileError(
            f"{type(classifier).__name__} cannot be kept: it holds types that are not trusted, "
            f"{sorted(unknown)}"
        )
    return _canonical(dumped)


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
