"""The head that training starts from."""

import copy
from collections.abc import Sequence
from dataclasses import replace

import torch
from jaxtyping import Float
from torch import Tensor, nn

from headstart.backbone import Backbone, Writer, need_writer
from headstart.events import Tell, note, quiet
from headstart.head import (
    FrameHead,
    LinearFit,
    Way,
)
from headstart.train.courses import rows_at
from headstart.train.lesson import Lesson, scores_of
from headstart.train.strategy import Scratch, Strategy

SAMPLED = 64
"""Rows by which it is chosen how many codes a frame may hold."""


def probe_head(
    lesson: Lesson,
    backbone: Backbone,
    rows: Sequence[int],
    *,
    seed: int = 0,
    way: Way | None = None,
    tell: Tell = quiet,
) -> LinearFit:
    """A linear head on the pooled features of these rows."""
    feed = rows_at(lesson, backbone, backbone.depth, rows, tell)
    table = lesson.gathered(lambda positions: feed(positions, ()), len(rows))
    return lesson.fit_head(table, rows, seed, way)


def first_head(lesson: Lesson, source: Backbone, strategy: Strategy, tell: Tell) -> nn.Module:
    """The head that training starts from.

    Fine-tuning starts from the head fitted to the training rows (LP-FT: Kumar et al. 2022,
    "Fine-tuning can distort pretrained features"); scratch, and whatever has an order in time, from
    a head without opinion.
    """
    if lesson.task.writes:
        return writer_of(lesson, need_writer(source.name, source.writer), tell)
    if lesson.task.coded_rows:
        return _frame_head(lesson, source)
    if isinstance(strategy, Scratch):
        return lesson.task.layer(source.width)
    return head_of(source, lesson, probe_head(lesson, source, lesson.partition.train, tell=tell))


def writer_of(lesson: Lesson, writer: Writer, tell: Tell) -> Writer:
    """As it was trained, to write no more than a quarter above the longest text it learns from."""
    known = torch.as_tensor(lesson.labels_of(lesson.partition.train))
    lengths, most = (known >= 0).sum(dim=1), writer.tokens.max_tokens
    if cut := int((lengths >= most).sum()):
        note(tell, f"{cut:,} of {len(lengths):,} texts to write are cut at {most} tokens")
    head = copy.deepcopy(writer)
    longest = min(most, int(lengths.max()) * 5 // 4 + 2)
    head.tokens = replace(writer.tokens, max_tokens=longest)
    return head.requires_grad_(True)


@torch.inference_mode()
def _frame_head(lesson: Lesson, source: Backbone) -> FrameHead:
    """With as many codes a frame as the task wants by the first few rows."""
    rows = lesson.partition.train[:SAMPLED]

    def frames() -> Float[Tensor, " n"]:
        feed = lesson.items_feed(rows, source.modality, None)
        return scores_of(source.stages, feed, len(rows))[..., -1].sum(dim=1)

    per_frame = lesson.task.codes_per_frame(torch.as_tensor(lesson.labels_of(rows)), frames)
    return FrameHead(source.width, lesson.task.width, per_frame)


def head_of(source: Backbone, lesson: Lesson, fit: LinearFit) -> nn.Linear:
    """The output layer that was fitted, as a module."""
    return lesson.task.layer(source.width, fit)
