"""What runs a frozen network forward, and how exact it has to be."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Shaped
from torch import Tensor, nn

CPU = torch.device("cpu")
COSINE = 0.999
"""Least cosine between an engine's rows and those in single precision, on items of the data."""

Run = Callable[[Shaped[Tensor, "b ..."]], Shaped[Tensor, "b ..."]]
"""Batches of one shape in, rows out, both on the engine's device; called from several threads."""


@dataclass(frozen=True)
class Engine:
    """A way to run a network forward."""

    name: str
    """Part of every table's fingerprint."""
    make: Callable[[nn.Sequential, Shaped[Tensor, "b ..."]], Run]
    """From a network and a full batch on the CPU, which every batch will be shaped like."""
    any_size: bool = True
    """Whether batches of another size than the first can be run, too."""
    setup_s: float = 0.0
    """CPU seconds that setting it up usually takes. It is tried where twice that is less than the
    job would take by the best engine so far."""
    device: torch.device = CPU
    """Where its batches and rows lie."""
    scale: int = 1
    """How many times the usual batch it runs at once."""
