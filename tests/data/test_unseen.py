import pytest

from headstart.data import find, with_unseen
from headstart.errors import DataError


def read(tmp_path, tested):
    rows = [f"words of row {i},{'ab'[i % 2]},train" for i in range(8)]
    rows += [f"other words of row {i},{label},test" for i, label in enumerate(tested)]
    (tmp_path / "t.csv").write_text("\n".join(["text,label,split", *rows]) + "\n")
    return with_unseen(find(tmp_path / "t.csv"))


def test_a_class_that_only_the_test_has_is_told_with_its_count(tmp_path):
    found = read(tmp_path, ["a", "b", "c"])
    assert [(p.code, p.kind, p.name) for p in found.problems] == [("D292", "class", "c")]
    assert "c (1 in test)" in found.notes[0]


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
