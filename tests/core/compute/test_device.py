"""A GPU where there is one, by its own name."""

import pytest
import torch
from spexplain.core.compute.device import device_name, fastest_device


@pytest.mark.parametrize(("found", "device"), [(True, "cuda"), (False, "cpu")])
def test_it_is_the_gpu_where_torch_finds_one(monkeypatch, found, device):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: found)
    assert fastest_device() == torch.device(device)


def test_facts_have_its_own_name(monkeypatch):
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: f"model X of {device}")
    assert device_name(torch.device("cuda")) == "model X of cuda"
    assert device_name(torch.device("cpu")) == "cpu"
