"""Named arrays with metadata in one safetensors file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file

from .damage import damage_told

__all__ = ["ModelFileError", "load_arrays", "save_arrays"]

_WAY_OUT = (
    "spexplain check DIR --repair removes what is damaged, spexplain build DIR makes it again"
)


class ModelFileError(Exception):
    """A model file cannot be read, or holds what must not be loaded; the text says which."""


def save_arrays(path: Path, arrays: Mapping[str, np.ndarray], facts: Any = None) -> None:
    """Write named arrays and, beside them in the same file, JSON-serialisable facts."""
    contiguous = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    # Scalars lose their shape () on the way to a contiguous array.
    shaped = {name: array.reshape(arrays[name].shape) for name, array in contiguous.items()}
    save_file(shaped, path, metadata={"facts": json.dumps(facts, sort_keys=True)})


def load_arrays(path: Path) -> tuple[dict[str, np.ndarray], Any]:
    """Arrays and facts as :func:`save_arrays` wrote them.

    Raises
    ------
    ModelFileError
        The file is absent or damaged.
    """
    damage = damage_told(path, ModelFileError, _WAY_OUT)
    with damage, safe_open(path, framework="numpy") as stored:
        facts = json.loads((stored.metadata() or {}).get("facts", "null"))
        return {name: stored.get_tensor(name) for name in stored.keys()}, facts  # noqa: SIM118
