"""What an audit found, on one page."""

import numpy as np

from headstart.data import Audit, Problem, from_memory
from headstart.evaluate.boxes import DrawnBox
from headstart.report.audit_page import LINES, FaultyPicture, audit_page


def found(*problems: Problem) -> Audit:
    arrays = [np.zeros((8, 8, 3), np.uint8)] * 2
    held = from_memory(arrays, ["a", "b"])
    return Audit(held, (0, 1), (), problems, {"a": 1, "b": 1}, "2 examples")


def test_a_listed_box_is_drawn_on_its_picture() -> None:
    box = DrawnBox((0.2, 0.2, 0.2, 0.6), "fault", "a box without area")
    shown = FaultyPicture("x.png", "image/png", b"pixels", ("a box without area",), (box,))
    page = audit_page(found(Problem("D237", "empty box", "x.png", "a box without area")), [shown])
    assert '<rect class="box fault" x="20%" y="20%" width="2%" height="40%">' in page
    assert "data:image/png;base64," in page and "1 problem in 2 examples" in page


def test_names_stay_text() -> None:
    page = audit_page(found(Problem("D100", "label", "<script>x", "<b>")), [])
    assert "<script" not in page and "&lt;script&gt;x" in page


def test_a_page_lists_so_many_problems_and_counts_the_rest() -> None:
    problems = [Problem("D100", "label", f"{i}.png", "odd") for i in range(LINES + 1)]
    assert "1 more:" in audit_page(found(*problems), [])
    assert "1 more:" not in audit_page(found(*problems[1:]), [])
    assert "Nothing is wrong" in audit_page(found(), [])
