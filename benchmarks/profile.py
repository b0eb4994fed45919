"""What every stage gives, from one pass, against a pass that gives the last stage's rows alone.

`python -m benchmarks profile`. CPU seconds of a batch of 16 pictures at 224 px on one thread, the
least of six passes each, taken in turns, as frozen networks are run. Asked: 1.15 times.
"""

import time

import torch

from benchmarks.measuring import figure

NETWORKS = ("mobilenetv2_100", "mobilenetv3_large_100", "resnet50", "efficientnet_b0", "vgg16")
NETWORKS += ("vit_small_patch16_224", "swin_tiny_patch4_window7_224", "convnext_tiny")
BATCH, TIMES = 16, 6


def main() -> None:
    from headstart.backbone import Stages, load_backbone, seen_as
    from headstart.features.engine import FOLDED

    torch.set_num_threads(1)
    for name in NETWORKS:
        backbone = load_backbone(name, "random", size=224)
        batch = torch.randn(BATCH, 3, 224, 224, generator=torch.Generator().manual_seed(0))
        with torch.inference_mode():
            plain = FOLDED.make(backbone.stages, batch)
            every = FOLDED.make(seen_as(backbone, Stages).stages, batch)
            spent = [(_took(plain, batch), _took(every, batch)) for _ in range(TIMES)]
        one, other = (min(column) for column in zip(*spent, strict=True))
        figure(
            f"{name}, {backbone.depth} stages",
            one_ms=round(1000 * one / BATCH, 2),
            every_ms=round(1000 * other / BATCH, 2),
            times=round(other / one, 3),
        )


def _took(run, batch: torch.Tensor) -> float:
    began = time.process_time()
    run(batch)
    return time.process_time() - began
