import numpy as np
import pandas as pd
import pytest
import torch
from places import labels, put

from headstart.data import Columns, InMemory, from_frame, from_memory
from headstart.errors import DataError

PIXELS = np.zeros((4, 8, 8, 3), np.uint8)


def test_arrays_keep_their_order_and_their_content():
    found = from_memory(PIXELS, ["dog", "cat", "dog", "cat"])
    examples = found.examples
    assert found.layout == "memory" and examples.root is None
    assert examples.truth.names == ("cat", "dog") and examples.truth.indexes == (1, 0, 1, 0)
    assert [source.name for source in examples.sources] == [f"item {i}" for i in range(4)]
    assert np.shares_memory(examples.sources[2].content, PIXELS)


@pytest.mark.parametrize(
    "given",
    [[7, 10, 7, 9], np.array([7, 10, 7, 9]), torch.tensor([7, 10, 7, 9]), pd.Series([7, 10, 7, 9])],
    ids=["list", "numpy", "torch", "pandas"],
)
def test_numbers_are_labels_whatever_holds_them(given):
    found = from_memory(PIXELS, given, groups=given)
    assert found.examples.truth.names == ("7", "9", "10")
    assert found.examples.truth.indexes == (0, 2, 0, 1)
    assert found.examples.groups == ("7", "10", "7", "9")


def test_text_is_a_path_and_bytes_are_the_thing_itself(tmp_path):
    path = tmp_path / "a.png"
    named = InMemory("mine", b"x")
    found = from_memory([str(path), path, b"abc", named], [0, 1, 0, 1])
    first, second, third, fourth = found.examples.sources
    assert first == second == path
    assert third.content == b"abc" and fourth is named


def test_generators_are_as_good_as_lists():
    found = from_memory((thing for thing in PIXELS), (f"c{i % 2}" for i in range(4)))
    assert found.examples.truth.indexes == (0, 1, 0, 1)


@pytest.mark.parametrize("nothing", [None, float("nan"), np.float32("nan"), "", " ", pd.NA, pd.NaT])
def test_things_without_a_label_are_passed_over_and_told(nothing):
    found = from_memory(PIXELS, ["cat", nothing, "dog", "cat"])
    assert found.examples.truth.names == ("cat", "dog") and len(found.examples) == 3
    (problem,) = found.problems
    assert (problem.kind, problem.name) == ("label", "item 1")


def test_groups_may_be_missing_one_by_one():
    found = from_memory(PIXELS, [0, 1, 0, 1], groups=["p", None, "q", float("nan")])
    assert found.examples.groups == ("p", "", "q", "")


@pytest.mark.parametrize(("names", "groups"), [([0, 1], ()), ([0, 1, 0, 1], ["p"])])
def test_lengths_that_differ_are_an_error(names, groups):
    with pytest.raises(DataError) as caught:
        from_memory(PIXELS, names, groups)
    assert caught.value.code == "D119"


def test_one_class_or_nothing_is_too_few():
    with pytest.raises(DataError, match="found 1 class, 'cat'"):
        from_memory(PIXELS, ["cat"] * 4)
    with pytest.raises(DataError, match="there are no examples"):
        from_memory([], [])


def test_a_frame_with_paths_is_read_like_a_table(tmp_path, monkeypatch):
    monkeypatch.chdir(put(tmp_path, "1.png", "2.png", "3.png"))
    frame = pd.DataFrame(
        {
            "path": ["1.png", "2.png", "3.png", "4.png"],
            "label": ["cat", "dog", "cat", "dog"],
            "patient": ["p", "q", "p", "q"],
            "split": ["train", "train", "test", "test"],
        },
        index=[9, 9, 3, 1],
    )
    found = from_frame(frame)
    assert found.layout == "memory" and found.examples.assigned_by == "column split"
    assert list(labels(found).values()) == ["cat", "dog", "cat"]
    assert found.examples.groups == ("p", "q", "p")
    assert found.examples.parts == ("train", "train", "test")
    assert [(problem.name, problem.row) for problem in found.problems] == [("4.png", 4)]


@pytest.mark.parametrize(
    ("task", "kind"), [("", "detection"), ("detection", "detection"), ("classification", "")]
)
def test_a_frame_with_corners_has_boxes_unless_another_task_is_asked(
    tmp_path, monkeypatch, task, kind
):
    monkeypatch.chdir(put(tmp_path, "1.png", "2.png"))
    corners = {"xmin": [1, 2], "ymin": [1, 2], "xmax": [5, 6], "ymax": [5, 6]}
    frame = pd.DataFrame({"path": ["1.png", "2.png"], "label": ["cat", "dog"], **corners})
    found = from_frame(frame, Columns(task=task)).examples
    assert (found.kind == "detection") == (kind == "detection")


def test_lists_of_words_in_a_frame_are_texts_and_no_things():
    words, tags = [np.array(["a", "cat"]), np.array(["two", "dogs"])], [["O", "B"], ["O", "I"]]
    frame = pd.DataFrame({"tokens": words, "tags": tags})
    found = from_frame(frame, Columns(task="entities")).examples
    assert [source.content for source in found.sources] == ["a cat", "two dogs"]


def test_a_frame_may_hold_the_things_themselves():
    frame = pd.DataFrame({"label": [0, 1, 0, 1], "thing": list(PIXELS)})
    found = from_frame(frame, Columns(path="thing"))
    assert all(isinstance(source, InMemory) for source in found.examples.sources)
    assert found.examples.truth.indexes == (0, 1, 0, 1)
    assert from_frame(frame).examples.truth.indexes == (0, 1, 0, 1)


def test_a_frame_without_rows_or_with_twins_of_a_column_is_a_clear_error():
    with pytest.raises(DataError) as caught:
        from_frame(pd.DataFrame({"path": [], "label": []}))
    assert caught.value.code == "D160"
    twins = pd.DataFrame([["a", "cat", "x"]], columns=["path", "label", "label"])
    with pytest.raises(DataError) as caught:
        from_frame(twins)
    assert caught.value.code == "D162"
