"""The ways to a smaller model: 8 bits, an early exit, smaller pictures, a student.

Each is made of training and validation rows alone; the test rows are opened by whoever compares.
"""

from collections.abc import Callable, Sequence

import numpy as np
from torch import nn

from headstart.backbone import Backbone, early_exit, inner_stages, resized, widths
from headstart.errors import BackboneError, UsageError
from headstart.features import noise
from headstart.head import HEADS, Sample
from headstart.hostile import printable
from headstart.modality import Image
from headstart.model import Model
from headstart.run.compress_job import Job, Made, read_again
from headstart.run.known import model_of
from headstart.run.prepared import Known, task_data_of
from headstart.run.student import student_of
from headstart.share import FileModel
from headstart.share.end_to_end import feeds_of
from headstart.share.quantizing import quantize
from headstart.stats import lead
from headstart.train import Probe, Recipe, fit, takes
from headstart.train.loop import smaller as two_thirds

CALIBRATED = 128
"""Training rows that the scales of 8 bits are taken from, at most."""
LOST = 0.01
"""What an early exit may lose of the main figure on rows to choose by: half of what is small."""


def in_8_bits(job: Job, allowance: float) -> Made:
    """The same network in whole numbers; raises `BackboneError`."""
    train, sources = job.data.partition.train, job.found.examples.sources
    count = min(len(train), CALIBRATED)
    picked = [sources[train[at]] for at in np.linspace(0, len(train) - 1, count).astype(int)]
    small, feeds = job.work / "small.onnx", feeds_of(job.model.backbone.modality)
    quantize(job.plain, small, [feed for source in picked for feed in feeds(source)])
    model = job.model
    parts = (model.backbone, nn.Identity(), model.task, model.trust, model.cut)
    return Made("8 bits", FileModel(*parts, place=small), count)


def first_stages(job: Job, allowance: float) -> Made:
    """The first few stages, and a head that is fitted to what all of them give."""
    backbone = job.model.backbone
    depth = len(inner_stages(backbone))
    if not (job.settings.stages or 1) < depth:
        raise UsageError(
            "U316",
            f"{printable(backbone.name)} has {depth} stages: there is nothing to remove",
            f"--stages {depth - 1}" if depth > 1 else "headstart compress RUN --int8",
        )
    count = job.settings.stages or chosen_exit(job)
    named = "first stage" if count == 1 else f"first {count} stages"
    return Made(f"{named} of {depth}", _probed(job, early_exit(backbone, count), job.known))


def chosen_exit(job: Job) -> int:
    """The fewest stages that lose no more than `LOST` on rows to choose by.

    By heads that leave each row out: of all rows where nothing but a head was fitted, else of the
    validation rows, which the weights were not fitted to.
    """
    model = job.model
    stages = inner_stages(model.backbone)
    whole = early_exit(model.backbone, len(stages))
    task_data = task_data_of(job.known, whole, job.divided, job.root)
    frozen = model.cut >= model.backbone.depth
    rows = task_data.pool if frozen else task_data.partition.val
    table = task_data.rows_feed(rows, whole, whole.depth, job.tell)(range(len(rows)), ())
    labels, groups = task_data.labels_of(rows), task_data.groups_of(rows)
    task, merits = task_data.task, []
    for end in np.cumsum(widths(stages, noise(whole.modality))).tolist():
        sample = Sample(table[:, :end], labels, task, groups)
        merits.append(task.merit(HEADS[task.heads[-1]](sample).answers, labels.numpy()))
    losses = [lead(merits[-1], merit, groups).value for merit in merits]
    return fewest(losses)


def fewest(losses: Sequence[float]) -> int:
    """How many stages, from what each number of them loses against all, which come last.

    >>> fewest([0.2, 0.01, -0.01, 0.0]), fewest([0.2, 0.011, 0.0]), fewest([0.2, 0.1, 0.0])
    (2, 2, 2)
    """
    fine = [count for count, lost in enumerate(losses[:-1], 1) if lost <= LOST]
    return min(fine, default=len(losses) - 1)


def smaller_pictures(job: Job, allowance: float) -> Made:
    """The same weights on fewer pixels, and a head that is fitted to what they give then."""
    backbone, contract = job.model.backbone, job.model.backbone.modality
    if not isinstance(contract, Image):
        raise UsageError("U314", f"--size is of pictures, these are {contract.things}", "--int8")
    side = job.settings.size or two_thirds(contract.size_px)
    if side >= contract.size_px:
        raise UsageError(
            "U315",
            f"{side} pixels a side are not fewer than the {contract.size_px} that it takes",
            f"--size {two_thirds(contract.size_px)}",
        )
    small = resized(backbone, side, None)
    if not takes(small.stages, small.modality):
        raise BackboneError(
            "M721",
            f"{printable(backbone.name)} takes no pictures of {side} pixels a side",
            "headstart compress RUN --int8, or another --size",
        )
    return Made(f"{side} pixels a side", _probed(job, small, read_again(job, small.modality)))


def a_student(job: Job, allowance: float) -> Made:
    """A smaller network that was taught what this one answers."""
    name, fitted, task_data = student_of(job, allowance)
    return Made(f"student {name}", model_of(task_data, fitted, job.tell), base=name)


Way = Callable[[Job, float], Made]
WAYS: dict[str, Way] = {
    "int8": in_8_bits,
    "stages": first_stages,
    "size": smaller_pictures,
    "distill": a_student,
}
"""Cheapest first; each is given the CPU seconds that training may take."""


def _probed(job: Job, backbone: Backbone, known: Known) -> Model:
    """A head on these features, fitted to all rows that may be looked at."""
    task_data = task_data_of(known, backbone, job.divided, job.root)
    fitted = fit(task_data, backbone, Probe(), Recipe(), work=job.work, tell=job.tell)
    return model_of(task_data, fitted, job.tell)
