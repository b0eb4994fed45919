from dataclasses import replace

import pytest

from headstart.data import Columns, find, from_memory, with_task, with_unseen, without_classes
from headstart.errors import DataError, UsageError


def read(tmp_path, tested):
    rows = [f"words of row {i},{'ab'[i % 2]},train" for i in range(8)]
    rows += [f"other words of row {i},{label},test" for i, label in enumerate(tested)]
    (tmp_path / "t.csv").write_text("\n".join(["text,label,split", *rows]) + "\n")
    return with_unseen(find(tmp_path / "t.csv"))


def test_a_class_that_only_the_test_has_is_told_with_its_count(tmp_path):
    found = read(tmp_path, ["a", "b", "c"])
    assert [(p.code, p.kind, p.name) for p in found.problems] == [("D292", "class", "c")]
    assert "c (1 in test)" in found.notes[0]


def test_a_class_that_the_test_lacks_is_told_with_its_count(tmp_path):
    (note,) = [one for one in read(tmp_path, ["a", "a"]).notes if "no example" in one]
    assert note.startswith("the test has no example of 1 of 2 classes") and "b (4)" in note


def test_of_many_classes_that_the_test_lacks_six_are_named():
    labels = [str(i) for i in range(9)]
    found = from_memory(range(11), [*labels, "0", "0"])
    parts = ("train",) * 9 + ("test",) * 2
    found = replace(found, examples=replace(found.examples, parts=parts))
    (note,) = [one for one in with_unseen(found).notes if "no example" in one]
    assert "8 of 9 classes" in note and "6 (1), and 2 more;" in note
    parts = ("train",) * 9 + ("val",) * 2
    found = replace(found, examples=replace(found.examples, parts=parts))
    assert not any("no example" in one for one in with_unseen(found).notes)


def test_parts_that_share_their_classes_are_left_as_they_are(tmp_path):
    assert read(tmp_path, ["a", "b"]).problems == ()


@pytest.mark.parametrize(("tested", "refused"), [(["a", "A"], False), (["a", "A", "B"], True)])
def test_a_test_of_other_classes_for_the_most_part_is_refused(tmp_path, tested, refused):
    if not refused:
        assert read(tmp_path, tested).problems
        return
    with pytest.raises(DataError, match="D291") as caught:
        read(tmp_path, tested)
    assert "A, B" in caught.value.what and "a, b" in caught.value.why


def test_classes_that_are_left_out_are_counted_and_gone(tmp_path):
    found = without_classes(read(tmp_path, ["a", "b", "c", "c"][:3]), ["c"])
    assert found.examples.truth.names == ("a", "b")
    assert len(found.examples) == 10
    assert any("1 example of c is left out" in note for note in found.notes)


def test_classes_behind_one_that_is_left_out_keep_their_examples():
    examples = without_classes(from_memory(range(4), ["a", "b", "c", "b"]), ["a"]).examples
    assert [examples.truth.written(i) for i in range(3)] == ["b", "c", "b"]


def test_a_name_with_a_blank_before_it_leaves_out_that_spelling_alone():
    found = from_memory(range(5), ["cat", "dog", " cat", "cat", "cow"])
    for asked, left in ((" cat", ("cat", "dog", "cow")), ("dog, cow", (" cat", "cat"))):
        kept = without_classes(found, Columns(without=asked).left_out)
        assert set(kept.examples.truth.names) == set(left)
    kept = without_classes(found, Columns(without=" cat,dog").left_out)
    assert any("of ' cat', dog are" in note for note in kept.notes)


def test_a_class_that_is_not_there_cannot_be_left_out(tmp_path):
    with pytest.raises(UsageError, match="U402") as caught:
        without_classes(from_memory(range(4), ["cat", "dog", "cow", "cat"]), ["cats"])
    assert caught.value.fix == "--without cat"


def test_two_classes_are_left_at_least():
    found = from_memory(range(4), ["cat", "dog", "cow", "cat"])
    assert without_classes(found, ["cow"]).examples.truth.names == ("cat", "dog")
    with pytest.raises(UsageError, match="U403"):
        without_classes(found, ["cow", "dog"])


def test_only_classes_can_be_left_out():
    found = with_task(from_memory(range(4), ["1.5", "2.5", "3.5", "4.5"]), "regression")
    assert without_classes(found, []) is found
    with pytest.raises(UsageError, match="U401"):
        without_classes(found, ["1.5"])
