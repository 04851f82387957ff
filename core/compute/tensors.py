"""Conversion of NumPy arrays to torch tensors."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

__all__ = ["tensor_of"]


def tensor_of(array: NDArray) -> torch.Tensor:
    """A tensor on an array's own memory, or on a copy's where the array is to be read only.

    torch knows no memory that must not be written, and warns of it: arrays of a memory map, of a
    frozen model or of a caller who guards them come as such.
    """
    return torch.from_numpy(array if array.flags.writeable else np.array(array))
