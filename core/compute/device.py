"""The torch device for training and for whole collections: a GPU if there is one."""

from __future__ import annotations

import torch

__all__ = ["device_name", "fastest_device"]


def fastest_device() -> torch.device:
    """The first GPU that torch can use by CUDA (or ROCm), else the processor."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def device_name(device: torch.device) -> str:
    """Name of the device in the facts of a run: ``"cpu"``, or the GPU's name."""
    return device.type if device.type == "cpu" else torch.cuda.get_device_name(device)
