"""What every stage gives, from one forward pass; or what the first few give: a smaller network."""

from collections import OrderedDict
from dataclasses import replace

import torch
from jaxtyping import Float, Shaped
from torch import Tensor, nn

from headstart.backbone.backbone import Architecture, Backbone

INSIDE = "profile.stages."
"""What names of tensors begin with in a profile."""
SETTING = "every_stage"
"""In the settings of an architecture whose only stage is a profile."""
EXIT = "exit_after"
"""Beside it, where there are no more than so many stages: an early exit."""


class Profile(nn.Module):
    """All stages, run once; what each of them gives, pooled to one row, side by side."""

    def __init__(self, stages: nn.Sequential) -> None:
        super().__init__()
        self.stages = stages

    def forward(self, x: Shaped[Tensor, "b ..."]) -> Float[Tensor, "b d"]:
        """Rows of the stages in their order, joined."""
        rows = []
        for stage in self.stages:
            x = stage(x)
            rows.append(pooled(x, masked=getattr(stage, "masked", False)))
        return torch.cat(rows, dim=1)


def pooled(x: Float[Tensor, "b ..."], *, masked: bool = False) -> Float[Tensor, "b c"]:
    """Means over places: of (b, c, h, w), of (b, h, w, c), or of tokens (b, t, c).

    Inputs are square, so the two equal sides are the places. Where `masked`, the last of the c
    numbers says which tokens count.
    """
    if masked and x.ndim == 3:
        mask = x[..., -1:]
        mean: Tensor = (x[..., :-1] * mask).sum(dim=1) / mask.sum(dim=1).clamp_min(1)
        return mean
    if x.ndim == 4:
        return x.mean(dim=(2, 3)) if x.shape[2] == x.shape[3] else x.mean(dim=(1, 2))
    return x.mean(dim=1) if x.ndim == 3 else x


@torch.inference_mode()
def widths(stages: nn.Sequential, sample: Shaped[Tensor, "b ..."]) -> tuple[int, ...]:
    """How many numbers each stage has in a profile."""
    found = []
    for stage in stages:
        sample = stage(sample)
        found.append(pooled(sample, masked=getattr(stage, "masked", False)).shape[1])
    return tuple(found)


def every_stage(backbone: Backbone) -> Backbone:
    """The same as one stage that gives what all its stages give: see `Profile`."""
    blank = backbone.modality.batch([backbone.modality.blank()])
    architecture = profiled(backbone.architecture)
    stages = nn.Sequential(OrderedDict(profile=Profile(backbone.stages)))
    width = sum(widths(backbone.stages, blank))
    known = stages.state_dict().keys()
    loaded = {f"{INSIDE}{name}": digest for name, digest in backbone.loaded.items()}
    loaded = {name if name in known else name[len(INSIDE) :]: d for name, d in loaded.items()}
    return replace(backbone, architecture=architecture, stages=stages, width=width, loaded=loaded)


def profiled(architecture: Architecture) -> Architecture:
    """The architecture of a profile of this one."""
    return replace(architecture, settings=(*architecture.settings, (SETTING, True)))


def as_profile(architecture: Architecture, stages: nn.Sequential) -> nn.Sequential:
    """The same stages as one, the last of them left away, where the architecture says so."""
    settings = dict(architecture.settings)
    if not settings.get(SETTING):
        return stages
    count = int(str(settings.get(EXIT, len(stages))))
    return nn.Sequential(OrderedDict(profile=Profile(stages[:count])))


def inner_stages(backbone: Backbone) -> nn.Sequential:
    """The stages that a profile runs; of another network its own."""
    first = next(iter(backbone.stages), None)
    return first.stages if isinstance(first, Profile) else backbone.stages


def early_exit(backbone: Backbone, count: int) -> Backbone:
    """The first `count` stages alone, with the same weights: one stage that gives what each gives.

    Of a profile those that it runs. Later stages are left away (early exits: Teerapittayanon et al.
    2016, "BranchyNet").
    """
    stages = inner_stages(backbone)[:count]
    plain = backbone.architecture
    kept = tuple(pair for pair in plain.settings if pair[0] not in (SETTING, EXIT))
    architecture = replace(plain, settings=(*kept, (SETTING, True), (EXIT, count)))
    width = sum(widths(stages, backbone.modality.batch([backbone.modality.blank()])))
    whole = nn.Sequential(OrderedDict(profile=Profile(stages)))
    return replace(backbone, architecture=architecture, stages=whole, width=width, loaded={})
