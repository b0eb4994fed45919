"""What a forward pass costs, stage by stage."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from headstart.backbone.backbone import Backbone
from headstart.backbone.partial_runs import Part
from headstart.backbone.recurrent import Recurrent

SMALL = 4e12
"""Weights times numbers of an input up to which a network is run to be counted, a third of a CPU
second at most: without numbers PyTorch imports its compiler to say what comes out, which takes two.
Of headstart_resnet10 8e10, of resnet50 3.5e12."""


def multiply_adds(backbone: Backbone) -> tuple[int, ...]:
    """Of one input, for each stage, counted without computing anything where that can be.

    Matrix products, convolutions and attention count; norms, activations and sums do not.
    """
    stages, rows = backbone.stages, backbone.modality.batch([backbone.modality.blank()])
    looks = backbone.modality.varies or any(isinstance(stage, Part) for stage in stages)
    work = sum(p.numel() for p in stages.parameters()) * rows.numel()
    if not looks and work > SMALL:  # else masks and queries are made by looking at numbers
        stages, rows = copy.deepcopy(stages).to("meta"), rows.to("meta")
    counts = []
    with torch.inference_mode():
        for stage in stages:
            own = stage.multiply_adds(rows) if isinstance(stage, Recurrent) else 0
            with _Counter() as counter:
                rows = stage(rows)
            counts.append(own or counter.operations // 2)
    return tuple(counts)


class _Counter(TorchDispatchMode):
    """Counts what runs in it, by PyTorch's own formulas.

    PyTorch's `FlopCounterMode` counts the same and imports its compiler for it: two CPU seconds of
    a run that compiles nothing.
    """

    def __init__(self) -> None:
        from torch.utils.flop_counter import FlopCounterMode  # imports triton

        super().__init__()  # type: ignore[no-untyped-call]
        self.operations = 0
        self._formulas = FlopCounterMode(display=False).flop_registry

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False

    def __torch_dispatch__(
        self,
        func: Any,
        types: Sequence[type],
        args: Sequence[object] = (),
        kwargs: Mapping[str, object] | None = None,
    ) -> object:
        """Run it, or what it is made of, and count."""
        named, formula = kwargs or {}, self._formulas.get(func._overloadpacket)
        if formula is None and func is not torch.ops.prim.device.default:
            with self:
                made = func.decompose(*args, **named)
            if made is not NotImplemented:
                return made
        made = func(*args, **named)
        if formula is not None:
            self.operations += formula(*args, **named, out_val=made)
        return made
