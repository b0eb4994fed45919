"""From boxes on many pictures to a detector that others can start from."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from headstart.backbone import Backbone, Origin, detector, save_backbone
from headstart.counting import counted
from headstart.data import BoxTruth, Columns, Found, audit, hold_out
from headstart.errors import UsageError
from headstart.events import Tell, note
from headstart.features import survey
from headstart.hostile import printable
from headstart.run.box_teacher import taught_boxes
from headstart.run.inputs import found_at
from headstart.run.named_backbones import loaded
from headstart.run.recipes import BOX_VIEWS
from headstart.run.settings import PretrainSettings
from headstart.task import Detection, make_task, task_type
from headstart.train import Fitted, Full, Recipe, TaskData, fit
from headstart.train.box_goal import BoxGoal

HELD_OUT = 0.05
"""Share of a set that is held out to draw the curve and to score what is made."""
BOXES = Recipe(
    epochs=30, batch=16, patience=1000, averaging=0.998, views=replace(BOX_VIEWS, kept=1)
)
"""A new view of each picture in every epoch, averaged weights, no early end."""
Make = Callable[[Path], None]
"""Trains and writes a backbone's folder; from a folder of work it goes on where one was killed."""


@dataclass(frozen=True, eq=False)
class BoxPretraining:
    """What a pre-training is called, and how it is done."""

    name: str
    make: Make


def box_pretraining(
    places: Sequence[Path], folder: Path, settings: PretrainSettings, root: Path, tell: Tell
) -> BoxPretraining:
    """The pre-training of these settings on these pictures.

    All stages learn from the weights of the backbone; one without pyramid and towers gets fresh
    ones. With a teacher boxes are what it finds, wherever pictures lie. Raises `DataError`,
    `BackboneError`, and `UsageError` where there are no boxes.
    """
    taught = bool(settings.teacher)
    found = taught_boxes(places, settings, root, tell) if taught else _boxes(places, root)
    weights = settings.weights or None
    backbone = loaded(settings.backbone, weights, settings, tell, size=settings.size or None)
    backbone = detector(backbone, settings.size or None)
    task_data, told = _task_data(found, backbone, settings.seed, root, tell)
    epochs = settings.epochs or BOXES.epochs
    recipe = replace(BOXES, seed=settings.seed, epochs=epochs)
    asked = f"{told} {backbone.contents} {recipe!r}"
    name = hashlib.sha256(asked.encode()).hexdigest()[:16]

    def make(work: Path) -> None:
        fitted = fit(task_data, backbone, Full(), recipe, work=work, tell=tell)
        told = _note(places[0], fitted, task_data, name, settings.teacher)
        origin = Origin("folder", folder.name, "unknown", told)
        made = replace(fitted.joined(), origin=origin, loaded={})
        save_backbone(folder, made, _card(made, fitted, task_data, settings), half=True)

    return BoxPretraining(name, make)


def _boxes(places: Sequence[Path], root: Path) -> Found:
    found = found_at(places[0], Columns(), root) if len(places) == 1 else None
    if found is None or not task_type(found.examples.kind).locates:
        raise UsageError(
            "U283",
            "--backbone is what a detector is pre-trained from, on one set of pictures with boxes",
            "name one place with annotations of boxes, or --arch NAME for other examples",
            where=", ".join(map(printable, places)),
        )
    return found


def _task_data(
    found: Found, backbone: Backbone, seed: int, root: Path, tell: Tell
) -> tuple[TaskData, str]:
    """What is learned from, and what tells it from other sets."""
    seen = survey(found.examples, backbone.modality, cache=root, tell=tell)
    checked = audit(found, seen.looks).needed()
    for line in checked.lines():
        note(tell, line)
    examples = checked.found.examples
    partition = hold_out(examples, HELD_OUT, seed, checked.usable, checked.together)
    posed, labels = make_task(examples, partition.train + partition.val, backbone)
    if not isinstance(posed, Detection):
        raise TypeError("boxes are detected")
    task = BoxGoal(posed.classes, posed.side_px, posed.placing)
    truth = examples.truth_as(BoxTruth)
    told = json.dumps([seen.items.digests, [truth.written(row) for row in range(len(truth))]])
    digest = hashlib.sha256(told.encode()).hexdigest()
    return TaskData(seen.items, labels, examples.groups, partition, task, root), digest


def _note(place: Path, fitted: Fitted, task_data: TaskData, name: str, teacher: str) -> str:
    """One line: from what it started, on what it was trained, and which pre-training it was."""
    source, n = fitted.backbone, len(task_data.partition.train)
    epochs = fitted.recipe.epochs if fitted.recipe else 0
    parent = f" ({source.origin.note})" if source.origin.note else ""
    by = f", where {printable(Path(teacher).name)} found them" if teacher else ""
    return (
        f"trained from {printable(source.name)}{parent} to find boxes of "
        f"{counted(len(task_data.task.classes), 'class', 'classes')} on {counted(n, 'picture')} "
        f"({printable(place.resolve().name)}){by}, {counted(epochs, 'epoch')}; pre-training {name}"
    )


def _card(made: Backbone, fitted: Fitted, task_data: TaskData, settings: PretrainSettings) -> str:
    """The page beside the weights: size, what it scores on held-out pictures, settings, recipe."""
    val, progress = task_data.partition.val, fitted.progress
    known = task_data.labels_of(val).numpy()
    scored = task_data.task.figures(fitted.held.double().numpy(), known, ())
    told = [
        f"{name} {scored[name].value:.3f} ({scored[name].low:.3f} to {scored[name].high:.3f})"
        for name in ("ap50", "map")
    ]
    files = ("weights", "teacher")
    asked = {k: Path(v).name if k in files else v for k, v in asdict(settings).items() if v}
    truth = " (true is what the teacher finds)" if settings.teacher else ""
    parameters = sum(p.numel() for p in made.stages.parameters())
    return "\n".join(
        [
            f"# {made.name}",
            "",
            f"A detector of {parameters / 1e6:.2f} million parameters, made with "
            f"`headstart pretrain`: {made.origin.note}.",
            "",
            f"- On {counted(len(val), 'held-out picture')}{truth}: "
            f"{', '.join(told)}; the last epoch, "
            f"{progress.best}, was kept whatever they said.",
            f"- Input: {made.modality!r}",
            f"- Rows: {made.width} numbers a point; {counted(made.depth, 'stage')}.",
            f"- Asked for: {printable(json.dumps(asked), limit=500)}",
            f"- Recipe: {fitted.recipe!r}",
            f"- Losses on held-out pictures by epoch: "
            f"{', '.join(f'{mark.number}: {mark.val_loss:.4f}' for mark in progress.marks)}.",
            "- Kept in half precision; computed in single precision.",
            "",
        ]
    )
