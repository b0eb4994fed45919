"""Losses and merits of suffixes with a head; of those that write, token by token."""

from pathlib import Path

import pytest
import torch
from stand_ins import classes
from torch import nn
from writers import TEXTS, rows, start

from headstart.task import Seq2Seq
from headstart.train import teacher_forcing
from headstart.train.teacher_forcing import loss_of, merit_of, writes


def test_of_classes_the_loss_is_that_of_all_rows_together() -> None:
    table, labels = (
        torch.randn(7, 3, generator=torch.Generator().manual_seed(0)),
        torch.arange(7) % 3,
    )
    network = nn.Sequential(nn.Identity(), nn.Identity())
    found = loss_of(network, lambda positions, _: table[list(positions)], labels, classes(3), 2)
    assert found == pytest.approx(float(nn.functional.cross_entropy(table, labels)))
    assert not writes(network)


def test_of_texts_the_loss_is_the_mean_over_tokens_whatever_the_batch(
    tmp_path: Path, monkeypatch
) -> None:
    pytest.importorskip("transformers")
    backbone = start(tmp_path, "t5")
    task, network = Seq2Seq(backbone.writer), nn.Sequential(nn.Identity(), backbone.writer)
    memory, labels = rows(backbone), task.codes(TEXTS)

    def feed(positions, keys):
        return memory[list(positions)]

    one, three = (loss_of(network, feed, labels, task, batch) for batch in (1, 3))
    with torch.inference_mode():
        expected = task.loss(backbone.writer.forced(memory, labels), labels)
    assert writes(network) and one == pytest.approx(three, rel=1e-5)
    assert three == pytest.approx(float(expected), rel=1e-5)
    asked: list[int] = []
    monkeypatch.setattr(teacher_forcing, "JUDGED", 2)
    merit = merit_of(network, lambda p, k: asked.extend(p) or feed(p, k), labels, task)
    assert 0 <= merit <= 1 and asked == [0, 1] and backbone.writer.beams != 1
