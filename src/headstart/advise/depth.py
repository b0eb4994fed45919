"""How deep: what every stage knows about the labels, from one forward pass."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from headstart.head import HEADS, Sample
from headstart.stats import Interval, paired_difference, share

KEPT = 1.0
"""Columns that the all-stage head keeps, as a multiple of the last stage's."""


class Profile(nn.Module):
    """All stages, run once; what each of them gives, pooled to one row, side by side."""

    def __init__(self, stages: nn.Sequential) -> None:
        super().__init__()
        self.stages = stages

    def forward(self, x: Float[Tensor, "b ..."]) -> Float[Tensor, "b d"]:
        """Rows of the stages in their order, joined."""
        rows = []
        for stage in self.stages:
            x = stage(x)
            rows.append(pooled(x))
        return torch.cat(rows, dim=1)


def pooled(x: Float[Tensor, "b ..."]) -> Float[Tensor, "b c"]:
    """Means over places: of (b, c, h, w), of (b, h, w, c) where that is wider, or of tokens."""
    if x.ndim == 4:
        return x.mean(dim=(2, 3)) if x.shape[1] >= x.shape[3] else x.mean(dim=(1, 2))
    return x.mean(dim=1) if x.ndim == 3 else x


@dataclass(frozen=True)
class StageScore:
    """A head on the pooled features of one stage, judged on rows that it was not fitted to."""

    stage: str
    width: int
    accuracy: Interval
    log_loss: float


@dataclass(frozen=True)
class Depth:
    """What the stages know, and what that says about how much to retrain."""

    stages: tuple[StageScore, ...]
    all_stages: StageScore
    """A head on columns of every stage, selected (Head2Toe: Evci et al. 2022)."""
    gain: Interval
    """Accuracy of that head over one on the last stage, on the same rows, paired."""

    @property
    def linear(self) -> bool:
        """Whether the last stage says all: no other stage adds to it beyond the noise."""
        return self.gain.low <= 0

    @property
    def why(self) -> str:
        """The same in a sentence."""
        gain = self.gain
        told = f"{gain.value * 100:+.1f} points, {gain.low * 100:+.1f} to {gain.high * 100:+.1f}"
        if self.linear:
            return f"earlier stages add nothing sure to the last one ({told})"
        return f"earlier stages know what the last one lost ({told})"


def profile(stages: nn.Sequential) -> nn.Sequential:
    """A network that gives every stage's pooled features in one pass."""
    return nn.Sequential(Profile(stages))


def depth_of(sample: Sample, names: Sequence[str], widths: Sequence[int]) -> Depth:
    """Judge stages by their pooled features; `widths` say where each begins in the rows.

    Heads are linear discriminants left one out. Columns for the all-stage head are chosen by how
    much they weigh in a ridge regression on all of them, each stage scaled to unit length.
    """
    parts = sample.rows.split(list(widths), dim=1)
    found = [_judged(name, _with(sample, part)) for name, part in zip(names, parts, strict=True)]
    stages, rights = [score for score, _ in found], [right for _, right in found]
    scaled = torch.cat([_unit(part) for part in parts], dim=1)
    weight = HEADS["ridge"](_with(sample, scaled)).weight
    strength = (weight**2).sum(dim=0)
    best = strength.topk(min(len(strength), round(KEPT * widths[-1]))).indices.sort().values
    every, right = _judged("all stages", _with(sample, scaled[:, best]))
    gain = paired_difference(right, rights[-1], sample.groups)
    return Depth(tuple(stages), every, gain)


def _judged(name: str, sample: Sample) -> tuple[StageScore, Bool[np.ndarray, " n"]]:
    fit = HEADS["lda"](sample)
    right = fit.probabilities.argmax(axis=1) == sample.labels.numpy()
    accuracy = share(right, sample.groups)
    return StageScore(name, sample.rows.shape[1], accuracy, fit.log_loss), right


def _with(sample: Sample, rows: Float[Tensor, "n d"]) -> Sample:
    return Sample(rows, sample.labels, sample.classes, sample.groups, sample.seed)


def _unit(rows: Float[Tensor, "n d"]) -> Float[Tensor, "n d"]:
    scaled: Tensor = rows / rows.norm(dim=1, keepdim=True).clamp_min(1e-12)
    return scaled
