"""The head that training starts from: fitted, without an opinion, or cut to what it learns from."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from writers import start

from headstart.events import Event, quiet
from headstart.train import TaskData, strategy_of
from headstart.train.head_init import first_head, head_of, probe_head, writer_of


@pytest.mark.journey
def test_fine_tuning_starts_from_the_head_that_was_fitted(task_data: TaskData, tiny) -> None:
    train = task_data.partition.train
    fit = probe_head(task_data, tiny, train)
    head = first_head(task_data, tiny, strategy_of("full"), quiet)
    assert torch.equal(head.weight, fit.weight) and torch.equal(head.bias, fit.bias)
    assert torch.equal(head_of(tiny, task_data, fit).weight, fit.weight)
    assert len(fit.answers) == len(train)


def test_scratch_starts_from_a_head_without_an_opinion(task_data: TaskData, tiny) -> None:
    head = first_head(task_data, tiny, strategy_of("scratch"), quiet)
    assert head.weight.shape == (3, 16) and not head.weight.any() and not head.bias.any()


def written(task_data: TaskData, length: int) -> TaskData:
    """Texts to write, the longest of so many tokens."""
    labels = torch.full((len(task_data.labels), length), -1)
    labels[:, :2] = 5
    labels[0] = 5
    return replace(task_data, labels=labels)


@pytest.mark.parametrize("length", [8, 12])
def test_a_writer_writes_a_quarter_more_than_the_longest_text(
    task_data: TaskData, tmp_path: Path, length: int
) -> None:
    pytest.importorskip("transformers")
    writer = start(tmp_path, "t5").writer
    told: list[Event] = []
    head = writer_of(written(task_data, length), writer, told.append)
    assert head is not writer and all(p.requires_grad for p in head.parameters())
    assert head.tokens.max_tokens == length * 5 // 4 + 2 and not told
    writer.tokens = replace(writer.tokens, max_tokens=length)
    assert writer_of(written(task_data, length), writer, told.append).tokens.max_tokens == length
    assert told[0].what == f"1 of 48 texts to write are cut at {length} tokens"
