from pathlib import Path

import numpy as np
import pandas
import pytest
from annotated import draw_pictures, table

from headstart.data.annotations import Annotations
from headstart.data.box_columns import with_names
from headstart.data.box_rows import one_a_row
from headstart.data.box_tables import BoxTable, boxes_in_memory, kept_groups, read_box_tables
from headstart.data.column_settings import GUESS, Columns
from headstart.data.picture_index import PictureIndex, files_below
from headstart.data.shelter import Shelter
from headstart.data.tables import read_sheet
from headstart.errors import DataError


def read(file: Path, columns: Columns = GUESS) -> Annotations:
    index = PictureIndex.of(file.parent, files_below(file.parent))
    told = BoxTable(one_a_row(with_names(read_sheet(file))), Shelter(file.parent))
    return read_box_tables([told], columns, index)


def written(tmp_path: Path, text: str) -> Path:
    draw_pictures(tmp_path, ["a.png", "b.png"])
    (tmp_path / "x.csv").write_text(text)
    return tmp_path / "x.csv"


def test_numbers_of_at_most_one_with_fractions_are_shares(tmp_path: Path) -> None:
    head = "path,class,x,y,w,h\n"
    assert read(written(tmp_path, f"{head}a.png,cat,0,0,0.5,1")).pictures[0].shares
    assert not read(written(tmp_path, f"{head}a.png,cat,0,0,0.5,1.1")).pictures[0].shares
    assert not read(written(tmp_path, f"{head}a.png,cat,0,0,1,1")).pictures[0].shares


def test_a_column_says_the_parts_and_another_the_groups(tmp_path: Path) -> None:
    rows = "a.png,cat,1,1,9,9,train,v1\nb.png,cat,1,1,9,9,valid,v1\n"
    found = read(written(tmp_path, f"path,class,x,y,w,h,split,video\n{rows}"))
    assert [(p.part, p.group) for p in found.pictures] == [("train", "v1"), ("val", "v1")]
    assert found.assigned_by == "column split"


def test_columns_can_be_named(tmp_path: Path) -> None:
    rows = "a.png,cat,no,1,1,9,9\n"
    file = written(tmp_path, f"where,what,class,x,y,w,h\n{rows}")
    assert read(file, Columns(path="where", label="what")).names == ("cat",)
    with pytest.raises(DataError, match="D225"):
        read(file)


def test_a_table_without_classes_has_one(tmp_path: Path) -> None:
    found = read(written(tmp_path, 'image,bbox,Sorte\na.png,"[1, 2, 3, 4]",cat\n'))
    assert found.names == ("object",) and "--label COLUMN takes another of" in found.notes[0]
    file = written(tmp_path, 'image,bbox,Sorte\na.png,"[1, 2, 3, 4]",cat\n')
    assert read(file, Columns(label="Sorte")).notes == ()


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("a.png,cat,1,1,x,9", "'x' is no number"),
        ("a.png,,1,1,9,9", "it has no class"),
        (",cat,1,1,9,9", "it names no picture"),
        ("a.png,cat,1,,9,9", "'' is no number"),
    ],
)
def test_a_row_that_is_no_box_is_named_with_its_line(row: str, why: str, tmp_path: Path) -> None:
    file = written(tmp_path, f"path,class,x,y,w,h\na.png,cat,1,1,9,9\n{row}\n")
    (problem,) = [p for p in read(file).problems if p.code == "D230"]
    assert (problem.name, problem.row) == ("x.csv", 3) and why in problem.reason


def test_a_picture_that_is_not_there_is_listed(tmp_path: Path) -> None:
    file = table(tmp_path)
    (tmp_path / "images" / "b.png").unlink()
    assert [(p.code, p.name) for p in read(file).problems] == [("D231", "b.png")]


def test_a_table_without_boxes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="D224"):
        read(written(tmp_path, "path,class\na.png,cat\n"))


def test_a_frame_is_a_table(tmp_path: Path) -> None:
    draw_pictures(tmp_path, ["a.png"])
    path = str(tmp_path / "a.png")
    frame = pandas.DataFrame(
        {"path": [path], "label": ["cat"], "x": [1], "y": [2], "w": [3], "h": [4]}
    )
    file = tmp_path / "frame.parquet"
    frame.to_parquet(file)
    boxes = read(file).pictures[0].boxes
    assert boxes is not None and boxes.corners.tolist() == [[1, 2, 4, 6]]


@pytest.mark.parametrize(
    "item",
    [
        [{"label": "cat", "box": [1, 2, 5, 8]}],
        [{"category": "cat", "bbox": [1, 2, 4, 6]}],
        [("cat", (1, 2, 5, 8))],
        {"boxes": np.array([[1, 2, 5, 8]]), "labels": ["cat"]},
        {"bbox": [[1, 2, 4, 6]], "category": ["cat"]},
    ],
)
def test_boxes_in_memory_come_in_many_forms(item: object) -> None:
    found = boxes_in_memory([np.zeros((9, 9, 3)), "b.png", "c.png"], [item, [], None])
    assert found.names == ("cat",) and found.pictures[0].boxes
    assert found.pictures[0].boxes.corners.tolist() == [[1, 2, 5, 8]]
    assert [p.boxes is None for p in found.pictures] == [False, False, True]


@pytest.mark.parametrize(
    "item", ["cat", 3, [3], [("cat", (1, 2, 3))], {"boxes": [[1, 2, 3, 4]], "labels": []}, [{}]]
)
def test_boxes_in_memory_that_are_none_are_listed(item: object) -> None:
    found = boxes_in_memory(["a.png"], [item])
    assert [p.code for p in found.problems] == ["D230", "D232"]


def test_one_item_a_picture() -> None:
    with pytest.raises(DataError, match="D226"):
        boxes_in_memory(["a.png"], [])


def test_groups_of_one_picture_each_or_of_all_are_none(tmp_path: Path) -> None:
    rows = "a.png,cat,1,1,9,9,{}\nb.png,cat,1,1,9,9,{}\n"
    head = "path,class,x,y,w,h,video\n"
    for one, other in (("v1", "v1"), ("v1", "v2")):
        found = kept_groups(read(written(tmp_path, head + rows.format(one, other))))
        assert [p.group for p in found.pictures] == ["", ""]
