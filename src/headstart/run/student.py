"""A student of a run's model: another backbone that learns to answer as the model does."""

import math
from dataclasses import dataclass, replace
from pathlib import Path

from headstart.backbone import (
    HEARING,
    RECURRENT,
    Backbone,
    early_exit,
    inner_stages,
    resized,
)
from headstart.counting import counted
from headstart.data import Examples, Found, collect, unlike
from headstart.errors import UsageError
from headstart.events import note
from headstart.features import survey
from headstart.hostile import printable
from headstart.modality import Augmentation, Image, Modality
from headstart.run.compress_job import Job
from headstart.run.exits import chosen_exit, fewer_pixels, need_fewer
from headstart.run.inputs import THINGS
from headstart.run.named_backbones import backbones_in, label_of, taken
from headstart.run.network_settings import Network
from headstart.run.prepared import Known, task_data_of
from headstart.run.recipes import recipe_of
from headstart.run.settings import Given
from headstart.run.strategies import LIKE
from headstart.train import (
    AS_USUAL,
    LEAST_EPOCHS,
    Fitted,
    Full,
    Hyperparameters,
    Lesson,
    Recipe,
    TaskData,
    Teacher,
    fit,
    takes,
    training_price,
)
from headstart.train.loop import smaller as two_thirds

SHIPPED = {"image": "shipped", "audio": HEARING, "text": RECURRENT}
"""What is taught where nobody names a student."""
VIEWED, MOST_VIEWS = 2000, 16
"""Views that the teacher answers, in all and of each picture: the fewer pictures, the more of each.
"""
VIEWS = Augmentation(crop=(0.35, 1.0), flip=True, color=0.3)
"""Teacher and student see the same, so that a mirrored letter is no mistake."""
EPOCHS = 10
"""Through all views."""
OWN = "own"
"""The first stages of the model itself."""
HEALED = 0.06
"""What heads on these may lose of the main figure on rows to choose by: teaching mends it."""
OWN_RATE = 1e-4
"""They start close to their teacher: faster steps would leave what both know."""


@dataclass(frozen=True, eq=False)
class Student:
    """Who is taught."""

    told: str
    """In words."""
    backbone: Backbone
    name: str = ""
    """Of the backbone that it starts from, where that is another than the model's."""


def student_of(job: Job, allowance: float) -> tuple[Student, Fitted, TaskData]:
    """The student, what it learned in so many CPU seconds, and from what.

    Raises `BackboneError` where there is no such backbone, `UsageError` where what is unlabeled is
    of another kind.
    """
    found = named(job)
    student = found.backbone
    examples = with_unlabeled(job.found, job.settings.unlabeled, job.root)
    labeled, own = len(job.found.examples), job.model.backbone
    seen, taught = (
        survey(examples, one.modality, cache=job.root, tell=job.tell) for one in (student, own)
    )
    lesson = Lesson(Teacher(own, taught.items), job.model.head, unlike(seen.looks, labeled))
    if len(examples) > labeled:
        left = len(examples) - labeled - len(lesson.more)
        told = f"learning from {counted(len(lesson.more), 'example')} without labels, too"
        note(job.tell, f"{told}; {left:,} are unreadable, there twice, or like one with a label")
    known = Known(job.data, seen.items, seen.looks[:labeled])
    task_data = replace(task_data_of(known, student, job.divided, job.root), lesson=lesson)
    rows = len(task_data.partition.train) + len(lesson.more)
    recipe = replace(_recipe(found, rows, job), allowance=allowance)
    return found, fit(task_data, student, Full(), recipe, work=job.work, tell=job.tell), task_data


def views_taught(job: Job) -> int:
    """How many views, or things without views, the teacher answers; an epoch passes over them."""
    examples = with_unlabeled(job.found, job.settings.unlabeled, job.root)
    rows = len(job.data.partition.train) + len(examples) - len(job.found.examples)
    return rows * views_of(rows) if isinstance(job.model.backbone.modality, Image) else rows


def least_seconds(job: Job) -> float:
    """CPU seconds of the epochs that a student learns in whatever it is allowed.

    Raises what `student_of` raises before it learns.
    """
    student = named(job).backbone
    some = job.found.examples.take(job.data.partition.train[:LIKE])
    items = survey(some, student.modality, cache=job.root, tell=job.tell).items
    like = items.take([row for row, digest in enumerate(items.digests) if digest])
    return training_price(student, like, LEAST_EPOCHS * views_taught(job)).spent


def named(job: Job) -> Student:
    """The student that is named, with pictures cut as the teacher has them."""
    own = job.model.backbone
    kind, alone = own.modality.kind, len(inner_stages(own)) == 1
    asked = job.settings.distill or (OWN if kind == "image" and not alone else "shipped")
    if asked == OWN:
        return first_of_all(job)
    asked = SHIPPED[kind] if asked == "shipped" else asked
    name, weights = next(backbones_in(asked))
    given, seed = Given(size=job.settings.size if job.settings.distill else 0), job.divided.seed
    network = Network(fetch=job.settings.fetch)
    student = taken(name, weights, job.found, given, seed, network, job.tell)
    student = replace(student, modality=cut_alike(student.modality, own.modality))
    plain = student.name if asked == SHIPPED[kind] else name
    label = label_of(Path(plain).name, None)
    return Student(label, student, label)


def first_of_all(job: Job) -> Student:
    """The first stages of the model itself, on fewer pixels where they take fewer.

    Raises `UsageError` where there are no fewer stages.
    """
    own, asked = job.model.backbone, job.settings
    if asked.size and asked.size != getattr(own.modality, "size_px", 0):  # its own is no fault
        fewer_pixels(own.modality, asked.size)
    depth = need_fewer(own, asked.stages or 1)
    count = asked.stages or chosen_exit(job, HEALED)
    first = f"first {count}" if count > 1 else "first"
    student, told = early_exit(own, count), f"of the {first} of {depth} stages"
    if not isinstance(own.modality, Image):
        return Student(told, student)
    side = asked.size or two_thirds(own.modality.size_px)
    small = resized(student, side, None)
    if side < own.modality.size_px and takes(small.stages, small.modality):
        return Student(f"{told}, {side} pixels a side", small)
    return Student(told, student)


def cut_alike(student: Modality, teacher: Modality) -> Modality:
    """A student's contract that shows the same part of each picture as its teacher's."""
    if not (isinstance(student, Image) and isinstance(teacher, Image)):
        return student
    cut = replace(student, crop_pct=teacher.crop_pct, crop_mode=teacher.crop_mode)
    return replace(cut, background=teacher.background)


def with_unlabeled(found: Found, place: str, root: Path) -> Examples:
    """What was found, then what is at a place without labels; raises `UsageError` for others."""
    if not place:
        return found.examples
    more = collect(Path(place), cache=root)
    if more.holds != found.holds:
        raise UsageError(
            "U317",
            f"the model takes {THINGS[found.holds]}, without labels there are {THINGS[more.holds]}",
            "--unlabeled FOLDER, with more of the same kind",
            where=printable(place),
        )
    nameless, own = more.examples, found.examples
    rows = [0] * len(own) + list(range(len(nameless)))
    return Examples((*own.sources, *nameless.sources), nameless.truth.take(rows), root=own.root)


def _recipe(student: Student, rows: int, job: Job) -> Recipe:
    """As all of a network learns, but from views that stay the same: of pictures."""
    asked = AS_USUAL if student.name else Hyperparameters(rate=OWN_RATE)
    usual = recipe_of(Full(), student.backbone, job.model.task, job.divided.seed, asked)
    if not isinstance(student.backbone.modality, Image):
        return replace(usual, views=None)
    views = replace(VIEWS, kept=views_of(rows))
    return replace(usual, views=views, epochs=EPOCHS, patience=EPOCHS)


def views_of(rows: int) -> int:
    """How many views of each picture the teacher answers.

    >>> views_of(100), views_of(455), views_of(1000), views_of(100_000)
    (16, 5, 2, 2)
    """
    return min(MOST_VIEWS, max(2, math.ceil(VIEWED / rows)))
