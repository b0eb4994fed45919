"""What runs a frozen network forward, and how exact it has to be."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Shaped
from torch import Tensor, nn
from torch.nn.functional import cosine_similarity

CPU = torch.device("cpu")
COSINE = 0.999
"""Least cosine between an engine's rows and those in single precision, on items of the data."""
SPREAD = 8.0
"""How many times farther from 1 than the mean of a few items the least cosine of many may be: 4 of
mobilenetv2_100 and mobilenetv1_100, 6 of mobilenetv3_large_100 in bfloat16."""

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
    halves: bool = False
    """Whether it computes in bfloat16; not tried where another that does was not exact."""
    otherwise: bool = False
    """Whether it is tried only where none before it was taken."""
    unpack: Callable[[bytes], Run] | None = None
    """From what its run `packed`, where it can do so."""


def alike(expected: Shaped[Tensor, "b ..."], made: Shaped[Tensor, "b ..."]) -> tuple[float, bool]:
    """The least cosine of some rows, and whether all rows of the data can be taken for exact."""
    cosines = cosine_similarity(expected.flatten(1), made.flatten(1))
    least, mean = float(cosines.min()), float(cosines.mean())
    return least, least >= COSINE and 1 - mean <= (1 - COSINE) / SPREAD
