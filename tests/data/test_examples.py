from pathlib import Path

import pytest

from headstart.data import ClassTruth, Examples, InMemory, TagTruth, name_of

TRUTH = ClassTruth(("cat", "dog"), (0, 1, 1))
THREE = Examples(
    (Path("photos/a.png"), Path("photos/b.png"), InMemory("row 2", "text")),
    TRUTH,
    ("p", "", "q"),
    ("train", "test", "train"),
    Path("photos"),
    "folders",
    "balanced",
)


def test_rows_that_are_taken_keep_all_that_is_known_of_them() -> None:
    taken = THREE.take([2, 0])
    assert taken.truth == ClassTruth(("cat", "dog"), (1, 0)) and len(taken) == 2
    assert (taken.groups, taken.parts) == (("q", "p"), ("train", "train"))
    assert (taken.root, taken.assigned_by, taken.kind) == (Path("photos"), "folders", "balanced")
    assert Examples(THREE.sources, TRUTH).take([1]).groups == ()


def test_a_truth_of_another_shape_is_a_mistake_of_the_program() -> None:
    assert THREE.truth_as(ClassTruth) is TRUTH
    with pytest.raises(TypeError, match="need TagTruth, this is ClassTruth"):
        THREE.truth_as(TagTruth)


def test_names_are_relative_where_they_can_be_and_safe_to_show() -> None:
    assert [THREE.name(row) for row in range(3)] == ["a.png", "b.png", "row 2"]
    assert name_of(Path("other/a.png"), Path("photos")) == "other/a.png"
    assert "\x1b" not in name_of(InMemory("a\x1b[2J", ""))
