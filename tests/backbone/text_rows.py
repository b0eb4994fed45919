"""Three texts of different lengths, as a backbone for texts reads them."""

import torch

from headstart.backbone import (
    Backbone,
)
from headstart.data import InMemory


def batch(backbone: Backbone) -> torch.Tensor:
    texts = ("the cat is very good", "a dog", "it was not a good film and they sleeps " * 2)
    return backbone.modality.batch([backbone.modality.read(InMemory("x", t)) for t in texts])
