"""What every task promises: losses of answers are those of scores, defaults are harmless."""

import numpy as np
import pytest
import torch
from stand_ins import classes

from headstart.task import MultiLabel, Regression, Task, task_type
from headstart.task.ordinal import Ordinal
from headstart.task.seq2seq import SpeechToText
from headstart.task_names import TASK_NAMES

TAGS, VALUES = MultiLabel(("a", "b", "c")), Regression(4.0, 2.0)
ORDERED = Ordinal(("1", "2", "3"))


@pytest.mark.parametrize("task", [classes(3), ORDERED, TAGS, VALUES], ids=lambda task: task.kind)
def test_losses_of_answers_are_those_of_scores(task: Task) -> None:
    scores = torch.randn(8, task.width, generator=torch.Generator().manual_seed(0))
    labels = torch.arange(8) % 3 if task.width == 3 and task.kind != "multilabel" else None
    labels = (torch.arange(8 * task.width) % 2).float().view(8, -1) if labels is None else labels
    answers = task.answers(scores).numpy().astype(float)
    found = task.losses(answers, labels.numpy()).mean()
    assert found == pytest.approx(float(task.loss(scores, labels)), rel=1e-5)


def test_what_continues_nothing_says_so() -> None:
    with pytest.raises(TypeError, match="continues nothing"):
        VALUES.continuation([1, 2, 3])


def test_answers_of_no_batch_are_an_empty_table() -> None:
    assert TAGS.stacked([]).shape == (0, 3)
    assert TAGS.stacked([torch.zeros(2, 3), torch.ones(1, 3)]).shape == (3, 3)


def test_the_constant_answer_loses_less_than_another() -> None:
    labels = torch.tensor([[1.0, 0, 0], [1, 1, 0], [1, 0, 1], [0, 0, 0]])
    usual, other = TAGS.constant(labels), np.array([0.5, 0.5, 0.5])
    lost = [TAGS.losses(np.tile(row, (4, 1)), labels.numpy()).mean() for row in (usual, other)]
    assert lost[0] < lost[1]


def test_hubs_know_each_task_by_a_name_of_theirs() -> None:
    called = {name: task_type(name).pipeline for name in TASK_NAMES}
    assert called == {
        **dict.fromkeys(("classification", "balanced", "ordinal", "multilabel", "regression"), ""),
        "transcribe": "automatic-speech-recognition",
        "text-to-text": "text2text-generation",
        "entities": "token-classification",
        "detection": "object-detection",
        "generation": "text-generation",
    }
    assert SpeechToText.pipeline == "automatic-speech-recognition"
