"""What a pre-trained backbone says of itself: its source, its figure, and no path."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from headstart.backbone import Backbone, Origin
from headstart.run.backbone_card import card_of, origin_note
from headstart.run.settings import PretrainSettings
from headstart.train import Material, Pretrained, Recipe, TaskData, Teacher
from headstart.train.checkpoint import EpochMetrics, Progress

RECIPE = Recipe(epochs=2)
PROGRESS = Progress((EpochMetrics(0, 2.0, 2.0, 0.1), EpochMetrics(1, 1.0, 0.5, 0.75)), best=1)


@pytest.fixture
def material(task_data: TaskData, tiny: Backbone) -> Material:
    parts = (task_data.items, task_data.partition, tiny.modality, task_data.cache)
    return Material(*parts, task_data.labels, (3,))


def test_the_note_names_data_teacher_and_length_and_no_folder_above(material, tiny) -> None:
    note = origin_note([Path("/home/ann/hues\x1b")], material, RECIPE, "run 7")
    assert note == (
        r"pre-trained on 48 examples of 3 classes (hues\x1b), 2 epochs; pre-training run 7"
    )
    taught = replace(tiny, origin=Origin("file", "tiny", "mit", note="from flowers"))
    teacher = Teacher(taught, material.items, torch.nn.Linear(16, 5))
    told = origin_note(["hues"], replace(material, ends=(), teacher=teacher), RECIPE, "run 7")
    assert "48 examples (hues), taught by " in told and "(the teacher: from flowers)" in told


def test_the_card_tells_the_figure_with_its_interval_and_the_epoch(material, tiny) -> None:
    made = Pretrained(tiny, PROGRESS)
    asked = PretrainSettings(arch="resnet18", weights="/home/ann/secret/w.safetensors")
    card = card_of(made, material, RECIPE, asked)
    assert "Held-out accuracy over 3 classes: 75.0% (" in card
    assert "12 examples; the epoch was chosen on them, epoch 1 of 2" in card
    assert "w.safetensors" in card and "/home/ann" not in card
    blind = card_of(made, replace(material, ends=()), RECIPE, asked)
    assert "Of the variance of its teacher's numbers 75.0% are explained" in blind
