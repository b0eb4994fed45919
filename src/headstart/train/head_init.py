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
    HeadConfig,
    LinearFit,
)
from headstart.train.strategy import Scratch, Strategy
from headstart.train.task_data import TaskData, scores_of
from headstart.train.training_data import rows_at

SAMPLED = 64
"""Rows by which it is chosen how many codes a frame may hold."""


def probe_head(
    task_data: TaskData,
    backbone: Backbone,
    rows: Sequence[int],
    *,
    seed: int = 0,
    head_config: HeadConfig | None = None,
    tell: Tell = quiet,
) -> LinearFit:
    """A linear head on the pooled features of these rows."""
    feed = rows_at(task_data, backbone, backbone.depth, rows, tell)
    table = task_data.gathered(lambda positions: feed(positions, ()), len(rows))
    return task_data.fit_head(table, rows, seed, head_config)


def first_head(task_data: TaskData, source: Backbone, strategy: Strategy, tell: Tell) -> nn.Module:
    """The head that training starts from.

    Fine-tuning starts from the head fitted to the training rows (LP-FT: Kumar et al. 2022,
    "Fine-tuning can distort pretrained features"); scratch, and whatever has an order in time, from
    a head without opinion.
    """
    if task_data.task.writes:
        return writer_of(task_data, need_writer(source.name, source.writer), tell)
    if task_data.task.locates:
        return task_data.task.layer(source.width)
    if task_data.task.coded_rows:
        return _frame_head(task_data, source)
    if isinstance(strategy, Scratch):
        return task_data.task.layer(source.width)
    return head_of(
        source, task_data, probe_head(task_data, source, task_data.partition.train, tell=tell)
    )


def writer_of(task_data: TaskData, writer: Writer, tell: Tell) -> Writer:
    """As it was trained, to write no more than a quarter above the longest text it learns from."""
    known = torch.as_tensor(task_data.labels_of(task_data.partition.train))
    lengths, most = (known >= 0).sum(dim=1), writer.tokens.max_tokens
    if cut := int((lengths >= most).sum()):
        note(tell, f"{cut:,} of {len(lengths):,} texts to write are cut at {most} tokens")
    head = copy.deepcopy(writer)
    longest = min(most, int(lengths.max()) * 5 // 4 + 2)
    head.tokens = replace(writer.tokens, max_tokens=longest)
    return head.requires_grad_(True)


@torch.inference_mode()
def _frame_head(task_data: TaskData, source: Backbone) -> FrameHead:
    """With as many codes a frame as the task wants by the first few rows."""
    rows = task_data.partition.train[:SAMPLED]

    def frames() -> Float[Tensor, " n"]:
        feed = task_data.items_feed(rows, source.modality, None)
        return scores_of(source.stages, feed, len(rows))[..., -1].sum(dim=1)

    per_frame = task_data.task.codes_per_frame(torch.as_tensor(task_data.labels_of(rows)), frames)
    return FrameHead(source.width, task_data.task.width, per_frame)


def head_of(source: Backbone, task_data: TaskData, fit: LinearFit) -> nn.Module:
    """The output layer that was fitted, as a module."""
    return task_data.task.layer(source.width, fit)
