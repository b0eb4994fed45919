"""Weights that tests of loading share."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from headstart.backbone import Architecture, build
from headstart.backbone.vision import timm_name

ARCH = "headstart_resnet10"


@pytest.fixture(scope="session")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file as timm would save it: its names, and a classifier."""
    architecture = Architecture(ARCH)
    tensors = {timm_name(name): t for name, t in build(architecture, 5).state_dict().items()}
    tensors |= {"fc.weight": torch.zeros(10, 384), "fc.bias": torch.zeros(10)}
    path = tmp_path_factory.mktemp("weights") / "theirs.safetensors"
    save_file(tensors, path)
    return path
