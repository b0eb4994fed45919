"""A folder that other libraries and anybody's headstart start from, written as a whole."""

import glob
import tempfile
from contextlib import suppress
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path, PurePosixPath

from headstart import durable
from headstart.backbone import Backbone, Origin, save_backbone
from headstart.backbone.addresses import is_address
from headstart.backbone.index import write_index
from headstart.backbone.places import INDEX, PART
from headstart.counting import counted
from headstart.events import Tell, note
from headstart.modality import Prepared, Text
from headstart.model import Model
from headstart.share.artifact import save_model
from headstart.share.audio_layout import audio_layout
from headstart.share.file_model import NETWORK, FileModel
from headstart.share.layout import Layout, Unlike, in_units, linear_of
from headstart.share.leaks import need_nothing_own
from headstart.share.license import inherited
from headstart.share.publication import Published, PublishSettings
from headstart.share.published_card import backbone_card, model_card
from headstart.share.sending import send
from headstart.share.subject import Subject, subject_at
from headstart.share.text_layout import text_layout
from headstart.share.timm_layout import timm_layout
from headstart.task import Task

CARD = "README.md"
PROBLEMS = {
    "softmax": "single_label_classification",
    "sigmoid": "multi_label_classification",
    "identity": "regression",
}
"""What transformers calls tasks, by what their scores go through."""
_ORDERED = "{} reads the network alone: it knows no classes that have an order"


def published(place: Path, target: str, settings: PublishSettings, tell: Tell) -> Published:
    """Write the folder; send it where the target is elsewhere and that was agreed to."""
    subject = subject_at(place)
    parts = [("the backbone", subject.backbone.origin.license)]
    parts += [("the data", settings.data_license)] if settings.data_license else []
    license_ = inherited(parts, settings.license)
    name = settings.name or PurePosixPath(target.rstrip("/")).name
    origin = Origin("folder", subject.base or name, license_, subject.backbone.origin.note)
    subject = _from(subject, origin)
    settings = replace(settings, name=name)
    if not is_address(target):
        durable.sweep(Path(target).parent, glob.escape(Path(target).name))
        with durable.folder(Path(target)) as temp:
            return _written(temp, target, subject, settings, tell)
    with tempfile.TemporaryDirectory() as aside:
        folder = Path(aside) / "model"
        with durable.folder(folder) as temp:
            found = _written(temp, target, subject, settings, tell)
        if not settings.yes:
            return replace(found, sent=False)
        return replace(found, place=send(folder, target, tell))


def _from(subject: Subject, origin: Origin) -> Subject:
    """With this origin, which names no place on this machine."""
    backbone = replace(subject.backbone, origin=origin)
    model = replace(subject.model, backbone=backbone) if subject.model else None
    return replace(subject, backbone=backbone, model=model)


def _written(
    temp: Path, target: str, subject: Subject, settings: PublishSettings, tell: Tell
) -> Published:
    """Every file of the folder, and the list of them; then all are searched."""
    layout = layout_of(subject)
    for name, content in layout.files.items():
        (temp / name).parent.mkdir(parents=True, exist_ok=True)
        durable.write(temp / name, content)
    if subject.model is not None and subject.figures is not None:
        save_model(temp / PART, subject.model, subject.figures)
        card = model_card(subject, layout, settings)
    else:
        card = backbone_card(subject, layout, settings)
        save_backbone(temp / PART, subject.backbone, card, half=_is_half(subject))
    durable.write(temp / CARD, card)
    index = write_index(temp, _made_by())
    need_nothing_own(temp, subject.own)
    notes = (
        *([layout.note] if layout.note else []),
        *(told_of(subject.model.task) if subject.model else []),
    )
    for line in notes:
        note(tell, line)
    files = [(entry.name, entry.size) for entry in index.files]
    files.append((INDEX, (temp / INDEX).stat().st_size))
    license_ = subject.backbone.origin.license
    use = layout.use.replace("FOLDER", target) if layout.use else ""
    return Published(target, tuple(files), license_, layout.reader, use, notes)


def _made_by() -> str:
    with suppress(PackageNotFoundError):
        return f"headstart {version('headstart')}"
    return "headstart"


def layout_of(subject: Subject) -> Layout:
    """As timm, sentence-transformers or transformers reads it; else empty, and why."""
    backbone, model = subject.backbone, subject.model
    if isinstance(model, FileModel):
        why = f"its network is a file in 8 bits, {PART}/{NETWORK}"
        return Layout(note=f"headstart alone opens it: {why}")
    try:
        return _layout(backbone, model)
    except Unlike as error:
        return Layout(note=f"headstart alone opens it: {error}")


def _layout(backbone: Backbone, model: Model | None) -> Layout:
    """Of ordered classes without the head: its scores are thresholds, and other libraries would
    take the largest for the answer. Raises `Unlike`.
    """  # noqa: D205 - one sentence
    ordered = model is not None and model.task.link == "cumulative"
    head = linear_of(model.head) if model and not ordered else None
    classes = model.task.classes if model and not ordered else ()
    if head is not None and model is not None and model.task.numeric:
        told = model.task.record()
        head = in_units(head, told.get("spread", 1.0), told.get("center", 0.0))
    if isinstance(backbone.modality, Text):
        problem = PROBLEMS.get(model.task.link, "") if model is not None else ""
        layout = text_layout(backbone, head, classes, problem)
    elif isinstance(backbone.modality, Prepared):
        layout = audio_layout(backbone, head, classes)
    else:
        layout = timm_layout(backbone, head, classes)
    return replace(layout, note=_ORDERED.format(layout.reader)) if ordered else layout


def _is_half(subject: Subject) -> bool:
    """Whether half precision keeps every number as it is."""
    tensors = subject.backbone.stages.state_dict().values()
    return all(bool((t.half().float() == t).all()) for t in tensors if t.is_floating_point())


def told_of(task: Task) -> list[str]:
    """What of the data is in a model by its nature."""
    classes, words = task.classes, task.record().get("words") or []
    named = counted(len(classes), "class", "classes")
    spoken = counted(len(words), "word")
    return [
        *([f"It names {named}."] if classes else []),
        *([f"It names {spoken} of the transcripts."] if words else []),
    ]
