"""What a pre-trained backbone says of itself: where it comes from, its card."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import torch

from headstart.backbone import is_recurrent
from headstart.counting import counted
from headstart.hostile import printable
from headstart.run.settings import PretrainSettings
from headstart.stats import share
from headstart.train import Material, Pretrained, Recipe


def origin_note(places: Sequence[Path | str], material: Material, recipe: Recipe, name: str) -> str:
    """One line: on what it was trained, by whom it was taught, and which pre-training it was."""
    n, teacher = len(material.partition.train), material.teacher
    where = ", ".join(printable(Path(place).resolve().name) for place in places)
    of = f"examples of {material.ends[-1]} classes" if material.ends else "examples"
    by = f", taught by {printable(teacher.backbone.name)}" if teacher else ""
    told = f"pre-trained on {n:,} {of} ({where}){by}, {counted(recipe.epochs, 'epoch')}"
    parent = teacher.backbone.origin.note if teacher else ""
    return f"{told}{f' (the teacher: {parent})' if parent else ''}; pre-training {name}"


def card_of(
    made: Pretrained, material: Material, recipe: Recipe, settings: PretrainSettings
) -> str:
    """The page beside the weights: size, what it scores, input, settings, recipe."""
    backbone, progress = made.backbone, made.progress
    parameters = sum(p.numel() for p in backbone.stages.parameters())
    asked = {
        k: Path(v).name if k in ("weights", "watch") else v
        for k, v in asdict(settings).items()
        if v
    }
    return "\n".join(
        [
            f"# {backbone.name}",
            "",
            f"A backbone of {parameters / 1e6:.2f} million parameters, made with",
            f"`headstart pretrain`: {backbone.origin.note}.",
            "",
            _figure(made, material, recipe),
            f"- Input: {backbone.modality!r}",
            f"- Rows: {backbone.width} numbers, pooled; {counted(backbone.depth, 'stage')}.",
            f"- Asked for: {printable(json.dumps(asked), limit=500)}",
            f"- Recipe: {recipe!r}",
            f"- Losses on held-out examples, epoch by epoch: "
            f"{', '.join(f'{mark.val_loss:.4f}' for mark in progress.marks)}.",
            "- Kept in half precision; computed in single precision.",
            "",
        ]
    )


def _figure(made: Pretrained, material: Material, recipe: Recipe) -> str:
    """How well it does what it was trained for."""
    progress, n = made.progress, len(material.partition.val)
    best = next(mark for mark in progress.marks if mark.number == progress.best)
    when = f"the epoch was chosen on them, epoch {progress.best} of {recipe.epochs}"
    if material.ends:
        right = torch.arange(n) < round(best.val_merit * n)
        found = share(right.numpy())
        told = (
            f"{found.value:z.1%} ({found.low:z.1%} to {found.high:z.1%}, "
            f"{counted(n, 'example')}; {when})"
        )
        return f"- Held-out accuracy over {material.ends[-1]} classes: {told}."
    if is_recurrent(made.backbone.architecture):
        return (
            f"- Next tokens told right: {best.val_merit:z.1%} "
            f"({counted(n, 'held-out text')}; {when})."
        )
    return (
        f"- Of the variance of its teacher's numbers {best.val_merit:z.1%} are explained "
        f"({n:,} held-out examples; {when})."
    )
