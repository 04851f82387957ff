"""Named arrays with metadata in one safetensors file."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from ..damage import damage_as_error

__all__ = ["ModelFileError", "load_arrays", "save_arrays"]

_WAY_OUT = (
    "spexplain check DIR --repair removes what is damaged, spexplain build DIR makes it again"
)


class ModelFileError(Exception):
    """A model file cannot be read, or holds what must not be loaded; the text says which."""


def save_arrays(path: Path, arrays: Mapping[str, np.ndarray], facts: Any = None) -> None:
    """Write named arrays and, beside them in the same file, JSON-serialisable facts.

    Raises
    ------
    OSError
        The file cannot be written, such as on a full disk.
    """
    contiguous = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    # Scalars lose their shape () on the way to a contiguous array.
    shaped = {name: array.reshape(arrays[name].shape) for name, array in contiguous.items()}
    try:
        save_file(shaped, path, metadata={"facts": json.dumps(facts, sort_keys=True)})
    except SafetensorError as error:
        # It hands the system's errors over as words, and a full disk is no damaged file.
        number = re.search(r"(?:os error|code:) (\d+)", str(error))
        if number is None:
            raise
        code = int(number[1])
        raise OSError(code, os.strerror(code), str(path)) from error


def load_arrays(path: Path) -> tuple[dict[str, np.ndarray], Any]:
    """Arrays and facts as :func:`save_arrays` wrote them.

    Raises
    ------
    ModelFileError
        The file is absent or damaged.
    """
    damage = damage_as_error(path, ModelFileError, _WAY_OUT)
    with damage, safe_open(path, framework="numpy") as stored:
        facts = json.loads((stored.metadata() or {}).get("facts", "null"))
        return {name: stored.get_tensor(name) for name in stored.keys()}, facts  # noqa: SIM118
