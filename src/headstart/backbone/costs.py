"""What a forward pass costs, stage by stage."""

import copy

import torch
from torch.utils.flop_counter import FlopCounterMode

from headstart.backbone.backbone import Backbone
from headstart.backbone.partial_runs import Part
from headstart.backbone.recurrent import Recurrent


def multiply_adds(backbone: Backbone) -> tuple[int, ...]:
    """Of one input, for each stage, counted without computing anything where that can be.

    Matrix products, convolutions and attention count; norms, activations and sums do not.
    """
    stages, rows = backbone.stages, backbone.modality.batch([backbone.modality.blank()])
    looks = backbone.modality.varies or any(isinstance(stage, Part) for stage in stages)
    if not looks:  # else masks and queries are made by looking at numbers
        stages, rows = copy.deepcopy(stages).to("meta"), rows.to("meta")
    counts = []
    with torch.inference_mode():
        for stage in stages:
            own = stage.multiply_adds(rows) if isinstance(stage, Recurrent) else 0
            with FlopCounterMode(display=False) as counter:
                rows = stage(rows)
            counts.append(own or counter.get_total_flops() // 2)
    return tuple(counts)
