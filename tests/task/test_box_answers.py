"""Answers of detectors, held against true boxes."""

import math

import numpy as np
import pytest
import torch

from headstart.task.box_answers import (
    OVERLAP,
    SAID,
    answer_of,
    boxes_in,
    matched,
    rescaled,
)

BOX = (0.2, 0.2, 0.6, 0.6)
FAR = (0.7, 0.7, 0.9, 0.9)


def _told(*rows: tuple[float, ...]) -> np.ndarray:
    return np.array(rows, float).reshape(-1, 6)


def _true(*rows: tuple[float, ...]) -> np.ndarray:
    return np.array([*rows, (math.nan,) * 5], float)


def _f1(told: np.ndarray, true: np.ndarray) -> float:
    return matched(told, true).f1()


def test_an_answer_holds_its_boxes() -> None:
    boxes = torch.tensor([[1.0, 0.9, *BOX], [0.0, 0.3, *FAR]])
    rows = answer_of([boxes, boxes[:1], boxes[:0]]).numpy()
    assert [len(boxes_in(row)) for row in rows] == [2, 1, 0]
    assert boxes_in(rows[0]) == pytest.approx(boxes.numpy())
    assert rows[:, 0] == pytest.approx([0.7, 0.9, 1.0])


def test_what_is_right_is_worth_one() -> None:
    assert _f1(_told((0, 0.9, *BOX), (1, 0.8, *FAR)), _true((0, *BOX), (1, *FAR))) == 1


def test_a_picture_without_boxes_is_right_where_none_is_said() -> None:
    assert _f1(_told(), _true()) == 1
    assert _f1(_told((0, SAID - 0.01, *BOX)), _true()) == 1
    assert _f1(_told((0, SAID, *BOX)), _true()) == 0


def test_misses_and_false_alarms_cost_alike() -> None:
    assert _f1(_told((0, 0.9, *BOX)), _true((0, *BOX), (0, *FAR))) == pytest.approx(2 / 3)
    assert _f1(_told((0, 0.9, *BOX), (0, 0.8, *FAR)), _true((0, *BOX))) == pytest.approx(2 / 3)


def test_another_class_is_a_mistake() -> None:
    assert _f1(_told((1, 0.9, *BOX)), _true((0, *BOX))) == 0


def test_a_true_box_is_met_once() -> None:
    assert matched(_told((0, 0.9, *BOX), (0, 0.8, *BOX)), _true((0, *BOX))).right.tolist() == [
        True,
        False,
    ]


@pytest.mark.parametrize(("share", "right"), [(OVERLAP - 0.01, False), (OVERLAP + 0.01, True)])
def test_boxes_have_to_overlap_by_half(share: float, right: bool) -> None:
    part = (0.2, 0.2, 0.6, 0.2 + 0.4 * share)
    assert matched(_told((0, 0.9, *part)), _true((0, *BOX))).right.tolist() == [right]


def test_what_lies_in_an_ignored_box_counts_neither_way() -> None:
    crowd = (-1, 0.0, 0.0, 0.65, 0.65)
    assert _f1(_told((0, 0.9, *BOX)), _true(crowd)) == 1
    assert _f1(_told((0, 0.9, *FAR)), _true(crowd)) == 0


def test_boxes_without_area_are_not_there() -> None:
    assert _f1(_told(), _true((0, 0.2, 0.2, 0.2, 0.6))) == 1


def test_thresholds_become_a_half() -> None:
    found = torch.tensor([[0.0, 0.3, *BOX], [1.0, 0.3, *FAR]])
    told = rescaled(found, torch.tensor([0.3, 0.6]))
    assert told[:, 0].tolist() == [0, 1]
    assert told[0, 1].item() == pytest.approx(0.5)
    assert told[1, 1].item() < 0.5


def test_the_order_within_a_class_stays() -> None:
    chances = torch.linspace(0.9, 0.02, 20)
    found = torch.cat([torch.zeros(20, 1), chances[:, None], torch.tensor([BOX]).repeat(20, 1)], 1)
    told = rescaled(found, torch.tensor([0.12]))
    assert (told[:-1, 1] > told[1:, 1]).all()
    assert ((told[:, 1] >= SAID) == (chances >= 0.12)).all()
