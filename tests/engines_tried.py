"""Engines that differ in what they say they take, and how one is chosen of them."""

import torch
from torch import nn

from headstart.backbone import Backbone
from headstart.events import quiet
from headstart.features import noise
from headstart.features.engine import choose
from headstart.features.running import Run


def slow_one(network: nn.Sequential, batch: torch.Tensor) -> Run:
    """As the default, but said to take its time."""
    return lambda rows: network(rows)


def told_seconds(run: Run, batch: torch.Tensor) -> tuple[float, torch.Tensor]:
    """In the place of a clock, which says what it likes on a busy machine."""
    return (0.001 if isinstance(run, nn.Module) else 0.02) * len(batch), run(batch)


def quick(network: nn.Sequential, batch: torch.Tensor) -> Run:
    return network


def wrong(network: nn.Sequential, batch: torch.Tensor) -> Run:
    return lambda rows: -network(rows)


def chosen(tiny: Backbone, rows: int, told: list[str] | None = None) -> str:
    batch = noise(tiny.modality).repeat(2, 1, 1, 1)
    tell = quiet if told is None else lambda event: told.append(event.what)
    return choose(tiny.stages, batch, rows, 1, tell)[0].name
