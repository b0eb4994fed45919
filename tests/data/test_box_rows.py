import json
from pathlib import Path
from typing import Any

import pytest
from annotated import MARKS, draw_pictures

from headstart.data.box_formats import need_boxes
from headstart.data.box_rows import one_a_row, with_points
from headstart.data.tables import Sheet

OBJECTS = {
    "lists": lambda some: {"bbox": [sized(c) for _, c in some], "category": [n for n, _ in some]},
    "records": lambda some: [{"bbox": sized(c), "label": n} for n, c in some],
}


def sized(corners: tuple[float, ...]) -> list[float]:
    x0, y0, x1, y1 = corners
    return [x0, y0, x1 - x0, y1 - y0]


@pytest.mark.parametrize("form", OBJECTS)
def test_the_hub_writes_all_boxes_of_a_picture_in_a_row(form: str, tmp_path: Path) -> None:
    draw_pictures(tmp_path, list(MARKS))
    lines = [{"file_name": n, "objects": OBJECTS[form](some)} for n, some in MARKS.items()]
    (tmp_path / "metadata.jsonl").write_text("\n".join(map(json.dumps, lines)))
    found = need_boxes(tmp_path)
    told = [
        [(found.names[k], tuple(c)) for k, c in zip(p.boxes.labels, p.boxes.corners, strict=True)]
        for p in found.pictures
        if p.boxes is not None
    ]
    assert told == list(MARKS.values())


def rows(cell: Any) -> list[tuple[object, ...]]:
    good = {"bbox": [[1, 2, 3, 4]]}
    sheet = Sheet("x", ("path", "objects"), ((1, ("a", cell)), (2, ("b", good))))
    return [cells for _, cells in one_a_row(sheet).rows]


def test_cells_may_be_text_and_classes_may_be_missing() -> None:
    told = [("a", "object", [1, 2, 3, 4]), ("b", "object", [1, 2, 3, 4])]
    assert rows(json.dumps({"bbox": [[1, 2, 3, 4]]})) == told


@pytest.mark.parametrize("cell", [None, "", [], {"bbox": [], "label": []}])
def test_a_picture_without_any_is_a_row_without_a_box(cell: object) -> None:
    assert rows(cell)[0] == ("a", None, None)


@pytest.mark.parametrize("cell", ["{", [1], {"bbox": [[1, 2, 3, 4]], "label": ["a", "b"]}])
def test_what_cannot_be_read_is_no_picture_without_boxes(cell: object) -> None:
    assert isinstance(rows(cell)[0][2], str)


def test_other_tables_stay_as_they_are() -> None:
    sheet = Sheet("x", ("path", "labels"), ((1, ("a", "cat")),))
    assert one_a_row(sheet) is sheet and with_points(sheet) is sheet


@pytest.mark.parametrize(
    ("cell", "read"), [("4,5", "4.5"), ("1,024", "1,024"), ("1,0245", "1.0245")]
)
def test_decimal_commas_are_points_unless_they_may_part_thousands(cell: str, read: str) -> None:
    names = ("path", "class", "xmin", "ymin", "xmax", "ymax")
    sheet = Sheet("x", names, ((1, ("a,b", "cat", "1", cell, "9", "12")),))
    assert with_points(sheet).rows[0][1] == ("a,b", "cat", "1", read, "9", "12")
