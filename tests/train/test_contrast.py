"""Few examples: pairs first, then a head."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn.functional import cosine_similarity

from headstart.backbone import Backbone
from headstart.errors import UsageError
from headstart.task import MultiLabel
from headstart.train import Contrast, Probe, Recipe, TaskData, contrast, fit
from headstart.train.contrast import Alike


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contrast, "STEPS", 12)
    monkeypatch.setattr(contrast, "RATE", 3e-3)


def test_the_loss_is_the_mean_over_pairs_of_each_kind() -> None:
    rows, labels = torch.randn(5, 4), torch.tensor([0, 0, 1, 1, 2])
    same, other = [], []
    for i in range(5):
        for j in range(5):
            cosine = float(cosine_similarity(rows[i], rows[j], dim=0))
            if i != j:
                alike = bool(labels[i] == labels[j])
                (same if alike else other).append((cosine - alike) ** 2)
    expected = (np.mean(same) + np.mean(other)) / 2
    assert float(Alike().loss(rows, labels)) == pytest.approx(expected, abs=1e-6)


def test_a_batch_without_pairs_of_a_kind_is_no_trouble() -> None:
    rows = torch.randn(3, 4, requires_grad=True)
    for labels in (torch.tensor([0, 1, 2]), torch.tensor([0, 0, 0])):
        assert bool(torch.isfinite(Alike().loss(rows, labels)))
    Alike().loss(rows[:1], torch.tensor([0])).backward()


def test_rows_of_a_class_come_closer(task_data: TaskData, tiny: Backbone, tmp_path: Path) -> None:
    fitted = fit(task_data, tiny, Contrast(), Recipe(), work=tmp_path)
    batch = tiny.modality.batch(task_data.items.take(task_data.partition.test))
    labels = task_data.labels_of(task_data.partition.test)
    with torch.inference_mode():
        before, after = (Alike().loss(net(batch), labels) for net in (tiny.stages, fitted.suffix))
    assert float(after) < 0.7 * float(before)
    assert fitted.at == 0 and fitted.held_rows == task_data.partition.val
    assert sum(fitted.learned[:-1]) == sum(p.numel() for p in tiny.stages.parameters())


@pytest.mark.journey
def test_the_same_again_gives_the_same(task_data: TaskData, tiny: Backbone, tmp_path: Path) -> None:
    one, same = (fit(task_data, tiny, Contrast(), Recipe(), work=tmp_path) for _ in range(2))
    assert torch.equal(one.held, same.held)
    assert one.joined().digest(tiny.depth) == same.joined().digest(tiny.depth)
    assert tiny.digest(tiny.depth) == fit(task_data, tiny, Probe(), work=tmp_path).backbone.digest(
        tiny.depth
    )


def test_tags_have_no_pairs(task_data: TaskData, tiny: Backbone, tmp_path: Path) -> None:
    tagged = replace(task_data, task=MultiLabel(("a", "b")))
    with pytest.raises(UsageError, match="rows of one class"):
        fit(tagged, tiny, Contrast(), work=tmp_path)
