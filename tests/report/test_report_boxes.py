from dataclasses import replace

import numpy as np

from headstart.data import boxes_of
from headstart.evaluate import Beside
from headstart.evaluate.boxes import BoxReport, DrawnBox, box_report, drawn
from headstart.report import page
from headstart.report.boxes import CURVES, PICTURES, box_section, most_frequent, overlay
from headstart.report.page import template_room
from headstart.task.box_matching import FoundBoxes

HOSTILE = "<img src=x>\x1b[31m"


Drawn = list[tuple[DrawnBox, ...]]


def found(
    scores: float = 0.9, names: tuple[str, ...] = ("cat", HOSTILE)
) -> tuple[BoxReport, Drawn]:
    truths = [boxes_of([(0.1, 0.1, 0.5, 0.5)], [0]), boxes_of([(0.2, 0.2, 0.6, 0.6)], [1])]
    corners = np.array([[0.1, 0.1, 0.5, 0.5], [0.7, 0.7, 0.9, 0.9]])
    told = FoundBoxes(corners, np.array([0, 1]), np.array([scores, scores / 2 + 0.2]))
    none = FoundBoxes(np.zeros((0, 4)), np.zeros(0, np.int64), np.zeros(0))
    pairs = zip(truths, [told, none], strict=True)
    return box_report(truths, [told, none], names), [drawn(a, b, names, 0.5) for a, b in pairs]


def section(made: tuple[BoxReport, Drawn], pictures: dict[int, str] | None = None) -> str:
    return str(box_section(template_room(), *made, pictures or {}))


def test_boxes_are_drawn_where_they_are_and_by_what_they_are() -> None:
    (hit, alarm), (miss,) = found()[1]
    assert (hit.kind, alarm.kind, miss.kind) == ("hit", "alarm", "miss")
    drawn = str(overlay([hit]))
    assert 'class="box hit" x="10%" y="10%" width="40%" height="40%"' in drawn
    assert "cat 90%" in drawn


def test_names_from_data_are_escaped() -> None:
    text = section(found(), {0: "p0", 1: "p1"})
    assert "<img" not in text and "\x1b" not in text and "&lt;img" in text


def test_pictures_with_the_most_mistakes_come_first_and_only_those_that_are_kept() -> None:
    assert section(found(), {1: "p1"}).count("<figure><span") == 1
    both = section(found(), {0: "p0", 1: "p1"})
    assert both.index("picture p0") < both.index("picture p1")


def test_a_page_says_why_nothing_is_found() -> None:
    assert "No box is above the threshold" in section(found(0.3))
    assert "No box is above the threshold" not in section(found(0.9))


def test_a_few_curves_are_drawn() -> None:
    one = found()[0].classes[0]
    assert len(most_frequent([one] * (CURVES + 1))) == CURVES
    assert section(found()).count("Precision over recall:") == 2


def test_a_mistake_behind_many_right_answers_is_on_the_page(flowers) -> None:
    report, (right, wrong) = found()
    hit, miss = (Beside(boxes=boxes) for boxes in (right[:1], wrong))
    shown = [replace(flowers.shown[0], beside=hit)] * 30
    shown.append(replace(flowers.shown[0], beside=miss, data=b"another", right=False))
    scores = replace(flowers.scores, boxes=report, graded=True)
    text = page(replace(flowers, shown=tuple(shown), scores=scores))
    drawn = text[text.index("On test pictures") :]
    assert drawn.count("<figure><span") >= PICTURES
    assert drawn.index('class="box miss"') < drawn.index('class="box hit"')


def test_the_last_epoch_is_kept_where_boxes_are_found(flowers) -> None:
    plain = page(flowers)
    text = page(replace(flowers, scores=replace(flowers.scores, boxes=found()[0])))
    assert "The weights of the last epoch were kept" in text
    assert "The weights of the last epoch were kept" not in plain
