"""Parts whose files lie in one heap, as Tiny-ImageNet's."""

from pathlib import Path

import pytest
from places import labels, put

from headstart.data import find
from headstart.data.heaps import heap_in

TRAIN = [f"train/{own}/images/{own}_{i}.png" for own in ("n01", "n02") for i in range(2)]
VAL = [f"val/images/{i}.png" for i in range(4)]


def said(root: Path, count: int, between: str = "\t", name: str = "val_annotations.txt") -> None:
    lines = [between.join([f"{i}.png", f"n0{1 + i % 2}", "0", "9"]) for i in range(count)]
    (root / "val" / name).write_text("\n".join(["file,class", *lines, "lost.png\tn01"]))


@pytest.mark.parametrize("between", ["\t", ",", " ", "; "])
def test_a_text_beside_the_files_names_their_classes(tmp_path: Path, between: str) -> None:
    put(tmp_path, *TRAIN, *VAL, "test/images/0.png", "words.txt", "train/n01/n01_boxes.txt")
    said(tmp_path, 4, between)
    found = find(tmp_path)
    told = labels(found)
    assert [told[f"val/images/{i}.png"] for i in range(4)] == ["n01", "n02", "n01", "n02"]
    assert sorted(found.examples.parts) == ["train"] * 4 + ["val"] * 4
    assert found.examples.truth.names == ("n01", "n02")
    assert any("val_annotations.txt names the classes of 4" in note for note in found.notes)
    assert any("test/images has no class folders" in note for note in found.notes)


@pytest.mark.parametrize("count", [2, 3])
def test_a_text_is_about_the_files_where_it_names_more_than_half(
    tmp_path: Path, count: int
) -> None:
    put(tmp_path, *TRAIN, *VAL)
    said(tmp_path, count)
    heap = heap_in(tmp_path / "val", {"n01", "n02"})
    assert heap and len(heap.labels) == (count if count > 2 else 0)
    if heap.labels:
        unsaid = [p.name for p in find(tmp_path).problems if p.code == "D150"]
        assert "val/images/3.png" in unsaid


def test_files_in_the_part_itself_are_named_too(tmp_path: Path) -> None:
    put(tmp_path, *TRAIN, "test/n01/a.png", *(f"val/{i}.png" for i in range(4)))
    said(tmp_path, 4)
    assert labels(find(tmp_path))["val/1.png"] == "n02"


@pytest.mark.parametrize(("folder", "heap"), [("images", True), ("unknown", False), ("n01", False)])
def test_a_folder_that_may_be_a_class_is_one(tmp_path: Path, folder: str, heap: bool) -> None:
    put(tmp_path, *TRAIN, f"val/{folder}/1.png")
    assert (heap_in(tmp_path / "val", {"n01", "n02"}) is not None) == heap


def test_class_folders_are_no_heap(tmp_path: Path) -> None:
    put(tmp_path, "val/images/n01/1.png", "test/a/1.png", "test/b/1.png")
    assert heap_in(tmp_path / "val", {"n01"}) is None and heap_in(tmp_path / "test", {}) is None
