"""From a large labeled set to a new backbone folder that others can start from."""

import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

import torch

from headstart import durable
from headstart.backbone import (
    Architecture,
    Backbone,
    Origin,
    build,
    contract,
    read_backbone,
    save_backbone,
    sized,
)
from headstart.data import Columns, audit, divide, find, heard
from headstart.errors import UsageError
from headstart.events import Tell, note, quiet
from headstart.features import survey
from headstart.head import Classification
from headstart.hostile import printable
from headstart.modality import Image, Modality
from headstart.run.settings import cache_root
from headstart.stats import share
from headstart.train import Lesson, Pretrained, Recipe
from headstart.train import pretrain as trained
from headstart.train.pretraining import PRETRAINING

HELD_OUT = 0.05
"""Share of the set that is held out to draw the curve and to pick the epoch."""


def pretrain(
    place: Path | str,
    *,
    arch: str,
    out: Path | str,
    epochs: int | None = None,
    size: int | None = None,
    seed: int = 0,
    cache: Path | None = None,
    tell: Tell = quiet,
) -> Backbone:
    """Train `arch` from fresh weights on all labeled examples and leave a backbone folder.

    `size` is the side of the input in pixels. The same call again goes on where a killed one was.
    Raises `DataError`, `BackboneError`, `UsageError` or `TrainingError`.
    """
    plain, folder, root = Architecture(arch), Path(out), cache_root(cache)
    modality = contract(plain)
    recipe = replace(PRETRAINING, seed=seed, epochs=epochs or PRETRAINING.epochs)
    if isinstance(modality, Image):
        architecture, modality = sized(plain, modality, size, None)
    else:
        architecture, recipe = plain, replace(recipe, views=None)
    build(architecture, seed)  # an unknown name fails before anything is read
    lesson, digest = _lesson(Path(place), modality, seed, root, tell)
    asked = f"{digest} {architecture!r} {modality!r} {recipe!r}"
    name = hashlib.sha256(asked.encode()).hexdigest()[:16]
    work = folder.parent / f".{folder.name}.work-{name}"
    if _taken(folder, name):
        return read_backbone(folder)
    work.mkdir(parents=True, exist_ok=True)
    durable.sweep(work)
    origin = Origin("folder", folder.name, "unknown", _told(place, lesson, recipe, name))
    made = trained(lesson, architecture, modality, recipe, origin=origin, work=work, tell=tell)
    save_backbone(folder, made.backbone, _card(made, lesson, recipe), half=True)
    shutil.rmtree(work, ignore_errors=True)
    return read_backbone(folder)


def _lesson(
    place: Path, modality: Modality, seed: int, root: Path, tell: Tell
) -> tuple[Lesson, str]:
    found = heard(find(place, Columns(), cache=root))
    seen = survey(found.examples, modality, cache=root, tell=tell)
    checked = audit(found, seen.looks)
    for line in checked.lines():
        note(tell, line)
    partition = divide(
        found.examples,
        test=0.0,
        val=HELD_OUT,
        seed=seed,
        together=checked.together,
        rows=checked.usable,
    )
    examples = found.examples
    text = json.dumps([seen.items.digests, examples.labels, examples.classes])
    lesson = Lesson(
        seen.items,
        torch.tensor(examples.labels),
        examples.groups,
        partition,
        Classification(examples.classes),
        root,
    )
    return lesson, hashlib.sha256(text.encode()).hexdigest()[:16]


def _taken(folder: Path, name: str) -> bool:
    """Whether this very pre-training ended here. Raises `UsageError` where something else is."""
    if not folder.exists() or not any(folder.iterdir()):
        return False
    if durable.whole(folder) and name in read_backbone(folder).origin.note:
        return True
    raise UsageError(
        "U111",
        "there is something else in this folder already",
        "choose another folder: --out FOLDER",
        where=printable(folder),
    )


def _told(place: Path | str, lesson: Lesson, recipe: Recipe, name: str) -> str:
    n, classes = len(lesson.partition.train), len(lesson.task.classes)
    where = printable(Path(place).resolve().name)
    told = f"pre-trained on {n:,} examples of {classes} classes ({where}), {recipe.epochs} epochs"
    return f"{told}; pre-training {name}"


def _card(made: Pretrained, lesson: Lesson, recipe: Recipe) -> str:
    backbone, progress = made.backbone, made.progress
    best = next(mark for mark in progress.marks if mark.number == progress.best)
    n = len(lesson.partition.val)
    right = torch.arange(n) < round(best.val_merit * n)
    accuracy = share(right.numpy())
    parameters = sum(p.numel() for p in backbone.stages.parameters())
    return "\n".join(
        [
            f"# {backbone.name}",
            "",
            f"A backbone of {parameters / 1e6:.2f} million parameters, made with",
            f"`headstart pretrain`: {backbone.origin.note}.",
            "",
            f"- Held-out accuracy over {len(lesson.task.classes)} classes: {accuracy.value:.1%} "
            f"({accuracy.low:.1%} to {accuracy.high:.1%}, {n:,} examples; the epoch was chosen on "
            f"them, epoch {progress.best} of {recipe.epochs}).",
            f"- Input: {backbone.modality!r}",
            f"- Rows: {backbone.width} numbers, pooled.",
            f"- Recipe: {recipe!r}",
            "- Kept in half precision; computed in single precision.",
            "",
        ]
    )
