from dataclasses import replace
from pathlib import Path

import torch

from headstart.backbone import Backbone, Origin
from headstart.train import Lesson, pretrain
from headstart.train.pretraining import PRETRAINING

ORIGIN = Origin("folder", "new")


def test_pretraining_makes_a_backbone_with_every_stage_trained(
    lesson: Lesson, tiny: Backbone, tmp_path: Path
) -> None:
    recipe = replace(PRETRAINING, epochs=3, batch=16, averaging=0.5)
    made = pretrain(lesson, tiny.architecture, tiny.modality, recipe, origin=ORIGIN, work=tmp_path)
    assert made.backbone.depth == tiny.depth and made.backbone.width == tiny.width
    losses = [mark.val_loss for mark in made.progress.marks]
    assert min(losses[1:]) < losses[0]
    assert not any(p.requires_grad for p in made.backbone.stages.parameters())
    assert not torch.equal(*(next(iter(b.stages.parameters())) for b in (made.backbone, tiny)))
