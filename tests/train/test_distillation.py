"""A student, and what it is told."""

from dataclasses import replace

import pytest
import torch

from headstart.backbone import Backbone, fresh
from headstart.head import linear
from headstart.modality import Augmentation
from headstart.task import Classification, MultiLabel, Regression
from headstart.train import Full, Lesson, Recipe, TaskData, Teacher, fit
from headstart.train.cache_policy import KEPT
from headstart.train.distillation import TOLD, Imitation, Targets, as_answers
from headstart.train.training_data import training_data_of

CLASSES = Classification(("red", "green", "blue"))


class Kept:
    """Stands for a teacher's rows on disk."""

    def __init__(self, rows: torch.Tensor) -> None:
        self.rows = rows

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, positions) -> torch.Tensor:
        return self.rows[list(positions)]


def test_labels_are_answers_of_the_shape_that_a_task_has() -> None:
    assert as_answers(CLASSES, torch.tensor([2, 0])).tolist() == [[0, 0, 1], [1, 0, 0]]
    tags = torch.tensor([[1.0, 0.0], [1.0, 1.0]])
    assert torch.equal(as_answers(MultiLabel(("a", "b")), tags), tags)
    assert as_answers(Regression(5.0, 2.0), torch.tensor([[7.0]])).tolist() == [[7.0]]


def test_a_labeled_row_is_told_both_and_another_the_teacher_alone() -> None:
    head = linear(3, 3, torch.eye(3))
    rows = Kept(torch.tensor([[9.0, 0, 0], [0, 9, 0], [0, 0, 9], [0, 9, 0]]))
    true = as_answers(CLASSES, torch.tensor([1]))
    wanted = Targets(rows, head, CLASSES, true, views=2)  # two views of each of two rows
    assert len(wanted) == 4
    first = wanted[[0]][0]
    assert first[0] == pytest.approx(TOLD, abs=1e-3) and first[1] == pytest.approx(0.5, abs=1e-3)
    assert wanted[torch.tensor([3, 2])].argmax(dim=1).tolist() == [1, 2]
    assert wanted[range(4)].sum(dim=1).tolist() == pytest.approx([1.0] * 4)


@pytest.mark.parametrize("task", [CLASSES, MultiLabel(("a", "b", "c")), Regression(1.0, 2.0)])
def test_nothing_loses_less_than_the_teachers_own_scores(task) -> None:
    goal, width = Imitation(task), task.width
    scores = torch.randn(5, width, generator=torch.Generator().manual_seed(1))
    wanted = task.answers(scores)
    moved = scores.clone()
    moved[:, 0] += 0.5
    assert goal.loss(scores, wanted) < goal.loss(moved, wanted)
    merit = goal.merit(wanted.numpy(), wanted.numpy())
    assert merit.astype(float).mean() == pytest.approx(1.0)


def taught(task_data: TaskData, tiny: Backbone, more: tuple[int, ...] = ()) -> TaskData:
    weights = torch.randn(3, 16, generator=torch.Generator().manual_seed(3))
    teacher = Teacher(tiny, task_data.items)
    return replace(task_data, lesson=Lesson(teacher, linear(16, 3, weights), more))


def test_rows_without_labels_are_fed_behind_the_others(task_data, tiny) -> None:
    # the test rows stand for things without labels: they are in no part of this division
    part = replace(task_data.partition, test=())
    lesson = replace(taught(task_data, tiny, more=task_data.partition.test), partition=part)
    views = Augmentation(kept=2)
    made = training_data_of(lesson, tiny, 0, Recipe(views=views), KEPT, lambda _: None)
    assert len(made.labels) == 2 * (48 + 12)
    assert made.feed([0, 119], ()).shape == (2, 3, 32, 32)
    assert torch.equal(made.val_labels, as_answers(CLASSES, lesson.labels_of(part.val)))


@pytest.mark.journey
def test_a_student_learns_what_the_teacher_answers(task_data, tiny, tmp_path) -> None:
    lesson = taught(task_data, tiny, more=task_data.partition.test)
    recipe = Recipe(epochs=4, views=Augmentation(kept=2), patience=4)
    student = replace(fresh(tiny, 1), origin=tiny.origin)
    fitted = fit(lesson, student, Full(), recipe, work=tmp_path)
    assert len(fitted.progress.marks) == 5
    assert fitted.progress.marks[-1].train_loss < fitted.progress.marks[1].train_loss
