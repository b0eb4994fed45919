"""The task of finding boxes."""

import math

import numpy as np
import pytest
import torch

from headstart.backbone import PLACED, Backbone, detector, load_backbone
from headstart.data import BoxTruth, Examples, InMemory, boxes_of
from headstart.head import BoxHead
from headstart.head.grids import grid
from headstart.task import Detection, make_task

POINTS = 16 * 16 + 8 * 8 + 4 * 4
BOX = (0.2, 0.3, 0.6, 0.7)
TASK = Detection(("cat", "dog"))


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return detector(load_backbone("headstart_resnet10"), 128)


def _scores(
    label: int, chance: float, thresholds: tuple[float, float] = (0.3, 0.3)
) -> torch.Tensor:
    """One box at point 300, nothing elsewhere."""
    points, rows = grid(POINTS), torch.full((1, POINTS + 1, PLACED + 2), -20.0)
    low, high = torch.tensor(BOX[:2]), torch.tensor(BOX[2:])
    rows[0, 300, :2] = ((low + high) / 2 - points[300, :2]) / points[300, 2]
    rows[0, 300, 2:4] = ((high - low) / points[300, 2]).log()
    rows[0, 300, 4] = 20.0
    rows[0, 300, PLACED + label] = torch.logit(torch.tensor(chance))
    rows[0, -1, PLACED:] = torch.tensor(thresholds)
    return rows


def test_boxes_are_posed_where_the_network_sees_them(backbone: Backbone) -> None:
    picture = InMemory("wide", np.zeros((100, 200, 3), np.uint8))
    truth = BoxTruth(
        ("cat", "dog"),
        (boxes_of([(0, 0, 200, 100), (0, 0, 20, 10)], [1, 0], [False, True]), boxes_of([], [])),
    )
    examples = Examples((picture, picture), truth, kind="detection")
    task, labels = make_task(examples, (0, 1), backbone)
    assert task == Detection(TASK.classes, 128)
    assert torch.allclose(labels[0, 0], torch.tensor([1.0, 0.0, 0.25, 1.0, 0.75]))
    assert labels[0, 1, 0] == -1
    assert labels[1].isnan().all()


def test_the_threshold_of_its_class_makes_a_box_said() -> None:
    below, above = (TASK.answers(_scores(1, c, (0.3, 0.5))).numpy()[0] for c in (0.49, 0.51))
    assert (TASK.text(below), TASK.text(above)) == ("nothing", "1 dog")


def test_merit_is_f1_of_a_picture() -> None:
    answers = TASK.answers(_scores(1, 0.9)).double().numpy()
    right, wrong = np.array([[(1, *BOX)]]), np.array([[(0, *BOX)]])
    assert TASK.merit(answers, right).tolist() == [1]
    assert TASK.merit(answers, wrong).tolist() == [0]
    assert TASK.correct(answers, right).tolist() == [True]


def test_thresholds_are_chosen_by_rows_that_are_given() -> None:
    head = BoxHead(21, 2)
    scores = torch.cat([_scores(1, 0.2), _scores(0, 0.05)] * 12)
    labels = torch.tensor([[[1.0, *BOX]], [[math.nan] * 5]] * 12)
    TASK.settle(head, scores, labels)
    assert ((head.thresholds > 0.05) & (head.thresholds < 0.2)).all()


def test_figures_are_those_of_metrics() -> None:
    answers, labels = TASK.answers(_scores(1, 0.9)).double().numpy(), np.array([[(1, *BOX)]])
    found = TASK.figures(np.repeat(answers, 3, 0), np.repeat(labels, 3, 0), ())
    assert {name: round(figure.value, 6) for name, figure in found.items()} == {
        "map": 1.0,
        "ap50": 1.0,
        "ap75": 1.0,
        "ar": 1.0,
        "exact": 1.0,
    }


def test_a_box_to_be_ignored_keeps_its_class() -> None:
    """Else what is found of one class on a crowd of it would count as a false alarm."""
    answers = TASK.answers(_scores(1, 0.9)).double().numpy()
    (truth,), _ = TASK.located(answers, np.array([[(-2, *BOX)]]))
    assert (truth.labels.tolist(), truth.ignored.tolist()) == ([1], [True])
    labels = np.array([[(-2, *BOX), (math.nan,) * 5], [(1, *BOX), (math.nan,) * 5]])
    found = TASK.figures(np.repeat(answers, 2, 0), labels, ())
    assert found["ap50"].value == 1
    assert TASK.merit(answers, labels[:1]).tolist() == [1]


def test_a_restored_task_knows_the_side_that_sizes_go_by() -> None:
    task = Detection(("cat",), 320)
    assert Detection.restored(task.classes, task.record(), None) == task
    assert Detection.restored(task.classes, {}, None).side_px == 0


def test_the_constant_answer_is_what_is_usual() -> None:
    labels = torch.tensor([[[1.0, *BOX]]] * 4 + [[[math.nan] * 5]])
    assert TASK.text(TASK.constant(labels)) == "1 dog"


def test_a_picture_without_boxes_trains() -> None:
    scores = torch.randn(1, POINTS + 1, PLACED + 2, requires_grad=True)
    TASK.loss(scores, torch.full((1, 1, 5), math.nan)).backward()
    assert torch.isfinite(scores.grad).all()


def test_an_output_layer_has_a_score_for_each_class() -> None:
    assert TASK.layer(21)(torch.randn(1, 21, 21)).shape == (1, 22, TASK.width)


def test_targets_keep_the_class_of_a_box_to_be_ignored(backbone: Backbone) -> None:
    pixels = np.zeros((128, 128, 3), np.uint8)
    truth = BoxTruth(("cat", "dog"), (boxes_of([BOX, BOX], [1, 1], [True, False]),))
    examples = Examples((InMemory("a", pixels),), truth, kind="detection")
    _, targets = make_task(examples, (0,), backbone)
    assert targets[0, :, 0].tolist() == [-2, 1]
