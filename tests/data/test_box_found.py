from pathlib import Path

import pytest
from annotated import draw_pictures, voc

from headstart.data.annotations import Annotated, Annotations
from headstart.data.box_found import by_a_letter, found_boxes
from headstart.data.boxes import BoxTruth, boxes_of
from headstart.data.discovery import find
from headstart.errors import DataError, UsageError

BOX = boxes_of([(0, 0, 5, 5)], [0])


def told(*pictures: Annotated, names: tuple[str, ...] = ("cat",)) -> Annotations:
    return Annotations("x", names, pictures)


def codes(*names: str) -> set[str]:
    return {p.code for p in found_boxes(told(Annotated(Path("a"), BOX), names=names)).problems}


def test_unlabeled_pictures_are_left_out_and_listed(tmp_path: Path) -> None:
    voc(tmp_path)
    draw_pictures(tmp_path / "JPEGImages", ["new.png"])
    found = find(tmp_path)
    assert len(found.examples) == 3 and found.examples.kind == "detection"
    assert [(p.code, p.name) for p in found.problems] == [("D248", "JPEGImages/new.png")]
    assert any("left out: 1 picture without any annotation" in note for note in found.notes)


def test_unlabeled_pictures_can_be_taken_for_negatives() -> None:
    pictures = (Annotated(Path("a"), BOX), Annotated(Path("b"), None))
    found = found_boxes(told(*pictures), "all")
    assert len(found.examples) == 2 and not found.problems
    assert found.examples.truth_as(BoxTruth).strata() == (1, 0)
    with pytest.raises(UsageError, match="U186"):
        found_boxes(told(*pictures), "some")


def test_no_box_at_all_is_an_error_and_one_is_enough() -> None:
    with pytest.raises(DataError, match="D249"):
        found_boxes(told(Annotated(Path("a"), boxes_of([], [])), names=()))
    assert len(found_boxes(told(Annotated(Path("a"), BOX))).examples) == 1


def test_a_picture_that_is_annotated_twice_has_all_its_boxes() -> None:
    found = found_boxes(told(Annotated(Path("a"), BOX), Annotated(Path("a"), BOX)))
    assert [p.code for p in found.problems] == ["D251"]
    assert len(found.examples.truth_as(BoxTruth).boxes[0]) == 2


def test_names_that_differ_by_little_are_listed() -> None:
    assert codes("Cat", "cat ") == {"D141"}
    assert codes("raccoon", "racoon") == {"D246"}
    assert codes("traffic light", "traffic_light") == {"D252"}
    assert codes("dog", "cat") == set()


@pytest.mark.parametrize(
    ("one", "other", "close"),
    [
        ("bird", "birds", True), ("bird", "bard", True), ("bird", "brid", False),
        ("rbc", "wbc", False), ("cats", "cat", True), ("cat", "ca", False),
        ("car1", "car2", False), ("car", "car2", False), ("bird", "birdie", False),
    ],
)  # fmt: skip
def test_one_letter_tells_words_apart_and_not_numbers(one: str, other: str, close: bool) -> None:
    assert by_a_letter(one, other) is close and by_a_letter(other, one) is close


def test_another_task_reads_folders(tmp_path: Path) -> None:
    from headstart.data.column_settings import Columns

    voc(tmp_path)
    draw_pictures(tmp_path / "Annotations", ["z.png"])
    assert find(tmp_path, Columns(task="classification")).examples.kind == "classification"
