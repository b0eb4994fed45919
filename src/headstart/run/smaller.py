"""The ways to a smaller model: 8 bits, an early exit, smaller pictures, a student.

Each is made of training and validation rows alone; the test rows are opened by whoever compares.
"""

from collections.abc import Callable, Sequence

import numpy as np
from torch import nn

from headstart.backbone import Backbone, early_exit, resized
from headstart.errors import BackboneError
from headstart.hostile import printable
from headstart.model import Model
from headstart.run.compress_job import Job, Made, read_again
from headstart.run.exits import chosen_exit, fewer_pixels, need_fewer
from headstart.run.known import model_of
from headstart.run.prepared import Known, task_data_of
from headstart.run.student import student_of
from headstart.share import FileModel
from headstart.share.end_to_end import feeds_of
from headstart.share.quantizing import quantize
from headstart.train import Probe, Recipe, fit, takes

CALIBRATED = 128
"""Training rows that the scales of 8 bits are taken from, at most, and rows that choose."""


def in_8_bits(job: Job, allowance: float) -> Made:
    """The same network in whole numbers; raises `BackboneError`.

    Scales go by training rows; whether products alone are, by validation rows.
    """
    partition, sources = job.data.partition, job.found.examples.sources
    some, held = (_spread(rows) for rows in (partition.train, partition.val))
    read = feeds_of(job.model.backbone.modality)
    feeds, asked = ([f for row in rows for f in read(sources[row])] for rows in (some, held))
    small, model = job.work / "small.onnx", job.model
    scaled = quantize(job.plain, small, feeds, asked)
    parts = (model.backbone, nn.Identity(), model.task, model.trust, model.cut)
    way = "8 bits" if scaled else "8 bits in products"
    return Made(way, FileModel(*parts, place=small), len(some) if scaled else 0)


def _spread(rows: Sequence[int]) -> list[int]:
    """At most `CALIBRATED` of these rows, evenly drawn.

    >>> _spread(range(3)), len(_spread(range(1000))), _spread([])
    ([0, 1, 2], 128, [])
    """
    count = min(len(rows), CALIBRATED)
    return [rows[at] for at in np.linspace(0, len(rows) - 1, count).astype(int)]


def first_stages(job: Job, allowance: float) -> Made:
    """The first few stages, and a head that is fitted to what all of them give."""
    backbone = job.model.backbone
    depth = need_fewer(backbone, job.settings.stages or 1)
    count = job.settings.stages or chosen_exit(job)
    named = "first stage" if count == 1 else f"first {count} stages"
    return Made(f"{named} of {depth}", _probed(job, early_exit(backbone, count), job.known))


def smaller_pictures(job: Job, allowance: float) -> Made:
    """The same weights on fewer pixels, and a head that is fitted to what they give then."""
    backbone, contract = job.model.backbone, job.model.backbone.modality
    side = fewer_pixels(contract, job.settings.size)
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
    student, fitted, task_data = student_of(job, allowance)
    return Made(f"student {student.told}", model_of(task_data, fitted, job.tell), base=student.name)


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
