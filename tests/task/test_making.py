"""Which file answers for which word of `--task`."""

import pytest

from headstart.data import from_memory, with_task
from headstart.task import TASKS, MultiLabel, Regression, SpeechToText, make_task, task_type
from headstart.task_names import TASK_NAMES


def test_labels_pose_the_task() -> None:
    values, labels = make_task(
        with_task(from_memory(range(4), ["1", "2", "3", "9"]), "regression").examples, (0, 1, 2)
    )
    assert isinstance(values, Regression) and values.center == 2
    assert labels.tolist() == [[1], [2], [3], [9]]
    tags, present = make_task(
        with_task(from_memory(range(3), ["b;a", "a", []]), "multilabel").examples, (0,)
    )
    assert tags == MultiLabel(("a", "b")) and present.tolist() == [[1, 1], [1, 0], [0, 0]]


@pytest.mark.parametrize("kind", TASK_NAMES)
def test_every_word_has_a_file(kind: str) -> None:
    assert task_type(kind) is TASKS[kind]
    assert task_type(kind).kind in (kind, "classification")


def test_a_writer_transcribes_where_there_is_one() -> None:
    assert task_type("transcribe", writer=True) is SpeechToText
    assert task_type("transcribe") is not SpeechToText
    assert task_type("regression", writer=True) is Regression


def test_a_word_without_a_file_is_an_error() -> None:
    with pytest.raises(KeyError):
        task_type("guessing")
