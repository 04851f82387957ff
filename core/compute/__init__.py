"""Compiled loops and threads: the same bytes for any number of cores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..lazy_names import public_names

if TYPE_CHECKING:
    from .blas import one_blas_thread
    from .cancel import Cancelled, never
    from .compiled_loops import compiled
    from .device import device_name, fastest_device
    from .tensors import tensor_of
    from .threads import thread_pool
    from .workers import InTurn, Once, Sharing, Workers, or_own

__all__ = [
    "Cancelled",
    "InTurn",
    "Once",
    "Sharing",
    "Workers",
    "compiled",
    "device_name",
    "fastest_device",
    "never",
    "one_blas_thread",
    "or_own",
    "tensor_of",
    "thread_pool",
]

__getattr__ = public_names(__name__)
