"""What peers built on PyTorch share: pictures as tutorials read them, and a backbone."""

import time

import timm
import torch
from torch import nn
from torchvision import transforms
from torchvision.datasets import ImageFolder


def pictures(place: str) -> ImageFolder:
    """Resized, cropped and normalized anew whenever one is asked for."""
    half = (0.5, 0.5, 0.5)
    change = transforms.Compose(
        [
            transforms.Resize(256),
            transforms.CenterCrop(224),
            transforms.ToTensor(),
            transforms.Normalize(half, half),
        ]
    )
    return ImageFolder(place, change)


def frozen(name: str) -> tuple[nn.Module, int]:
    """A backbone whose weights stay, and the width of its rows."""
    backbone = timm.create_model(name, pretrained=False, num_classes=0).eval()
    backbone.requires_grad_(False)
    return backbone, backbone(torch.zeros(1, 3, 224, 224)).shape[1]


def cpu_s() -> float:
    """Seconds of this process so far, its start included."""
    return time.process_time()
