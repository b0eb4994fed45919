"""Boxes that a teacher finds, as what a detector is pre-trained on where nobody drew any."""

from collections.abc import Sequence
from pathlib import Path

import torch

from headstart import share
from headstart.backbone import detects, fresh_stages, placing_of
from headstart.counting import counted
from headstart.data import Boxes, BoxTruth, Examples, Found, Problem, collect, merge
from headstart.data.examples import Source
from headstart.errors import DataError, UsageError
from headstart.events import Event, Tell, note
from headstart.head import BoxHead
from headstart.hostile import printable
from headstart.modality import Image
from headstart.model import Model
from headstart.run.folder import MODEL
from headstart.run.named_backbones import loaded
from headstart.run.settings import PretrainSettings
from headstart.share.loading import FACTS
from headstart.task import Calibration, placed, task_type
from headstart.task.box_answers import SAID
from headstart.task_names import LabelForm, task_of

MAYBE = 0.25
"""Boxes of less than `SAID`, and of this probability at least, are to be ignored: neither learned
nor taken for nothing."""
ANYTHING = "thing"
"""What is found by a detector that has left its classes behind."""
_CERTAIN = 20.0


def taught_boxes(
    places: Sequence[Path], settings: PretrainSettings, root: Path, tell: Tell
) -> Found:
    """All pictures at these places, with the boxes that the teacher finds on them.

    What is written beside the pictures is not looked at; a picture on which nothing is found is a
    negative. Raises `DataError` where no picture has a box, `UsageError` for a teacher that finds
    none and for examples that are no pictures, `BackboneError` for one that can't be loaded.
    """
    teacher = teacher_of(settings.teacher, settings, tell)
    found = merge([collect(place, cache=root) for place in places], [p.stem for p in places])
    if found.holds != "files":
        raise UsageError(
            "U286", "a teacher of boxes looks at pictures, and these are none", "name pictures",
            where=", ".join(map(printable, places)),
        )  # fmt: skip
    sources, boxes, problems = list[Source](), list[Boxes](), list(found.problems)
    tell(Event("start", "asking the teacher", 0, len(found.examples)))
    for row, source in enumerate(found.examples.sources):
        try:
            boxes.append(said_by(teacher, source))
            sources.append(source)
        except DataError as error:
            name = found.examples.name(row)
            problems.append(Problem(error.code, "unreadable", name, error.what))
        tell(Event("step", "asking the teacher", row + 1, len(found.examples)))
    tell(Event("end", "asking the teacher", len(found.examples), len(found.examples)))
    if not any((~held.ignored).any() for held in boxes):
        raise DataError(
            "D257", f"the teacher finds nothing on {counted(len(found.examples), 'picture')}",
            "--teacher NAME, one that was trained on such things",
            ", ".join(map(printable, places)),
        )  # fmt: skip
    kind = task_of(LabelForm.BOXES)
    truth = BoxTruth(teacher.task.classes, tuple(boxes))
    examples = Examples(tuple(sources), truth, root=found.examples.root, kind=kind)
    note(tell, f"boxes are what {printable(settings.teacher)} finds; labels are not looked at")
    return Found(examples, tuple(problems), "boxes of a teacher", found.holds)


def teacher_of(name: str, settings: PretrainSettings, tell: Tell) -> Model:
    """A run on boxes, or a detector, which says where anything is.

    Raises `UsageError` for another network, `BackboneError` for one that can't be loaded.
    """
    if any((Path(name) / part / FACTS).exists() for part in ("", MODEL)):
        model = share.load(name)
        if model.task.locates:
            return model
        raise _finds_none(name, f"it was trained for {model.task.kind}")
    backbone = loaded(name, None, settings, tell)
    if not detects(backbone.architecture) or fresh_stages(backbone):
        raise _finds_none(name, "it has no pretrained stages that say where anything is")
    modality, head = backbone.modality, BoxHead(backbone.width, 1)
    assert isinstance(modality, Image)  # as detectors have
    facts = {"side_px": modality.size_px, "placing": placing_of(backbone.architecture)}
    posed = task_type(task_of(LabelForm.BOXES)).restored((ANYTHING,), facts, None)
    with torch.no_grad():
        head.linear.bias[-1] = _CERTAIN  # of the one class there is
    return Model(backbone, head, posed, Calibration(0.0), backbone.depth)


def said_by(teacher: Model, source: Source) -> Boxes:
    """What a teacher finds on a picture; what it is not sure of is to be ignored."""
    answer = teacher.probabilities([source]).double().numpy()[0]
    told = placed(answer, teacher.backbone.modality, source)
    told = told[told[:, 1] >= MAYBE]
    return Boxes(told[:, 2:], told[:, 0].astype(int), told[:, 1] < SAID)


def _finds_none(name: str, why: str) -> UsageError:
    return UsageError(
        "U285", f"{printable(name)} finds no boxes", "--teacher RUN, a run on boxes, or a detector",
        why=why,
    )  # fmt: skip
