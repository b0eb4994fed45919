from collections import Counter

import pytest
from places import put

from headstart.data import Columns, find
from headstart.data.shelving import shelving_of
from headstart.errors import DataError


def split(root, **asked):
    """{(class, part): how many} of a place."""
    examples = find(root, Columns(**asked)).examples
    parts = examples.parts or ("",) * len(examples)
    classes = [examples.truth.written(i) for i in range(len(examples))]
    return dict(Counter(zip(classes, parts, strict=True)))


def files(*folders):
    return [
        f"{folder}/{kind}/{n}.png" for folder in folders for kind in ("cat", "dog") for n in "ab"
    ]


GIVEN = {("cat", "train"): 2, ("dog", "train"): 2, ("cat", "test"): 2, ("dog", "test"): 2}


@pytest.mark.parametrize(
    ("learn", "test"),
    [
        ("training_set", "test_set"),
        ("train", "eval"),
        ("Train images", "Test images"),
        ("entrenamiento", "prueba"),
        ("train/train", "test/test"),
        ("train/train", "test"),
        ("data/train", "data/test"),
        ("photos/data/train/images", "photos/data/test/images"),
        ("train", "test/a/b"),
        ("training_set/training_set", "test_set/test_set"),
    ],
)
def test_parts_are_parts_whatever_they_are_called_and_packed_in(tmp_path, learn, test):
    assert split(put(tmp_path, *files(learn, test))) == GIVEN


def test_more_than_three_parts_are_the_three(tmp_path):
    put(tmp_path, *files("train_1", "train_2", "valid", "test"))
    assert split(tmp_path)["cat", "train"] == 4


@pytest.mark.parametrize("form", ["{kind}/{part}", "{kind}_{part}", "{part}-{kind}"])
def test_parts_may_be_inside_classes_or_in_their_names(tmp_path, form):
    for part in ("train", "val", "test"):
        for kind in ("cat", "dog"):
            put(tmp_path, form.format(kind=kind, part=part) + f"/{part}{kind}.png")
    found = find(tmp_path)
    assert set(split(tmp_path)) == {
        (k, p) for k in ("cat", "dog") for p in ("train", "val", "test")
    }
    assert any("--parts -" in note for note in found.notes)


def test_parts_can_be_told_and_untold(tmp_path):
    put(tmp_path, *files("a", "b"))
    assert split(tmp_path, parts="train=A,test=B") == GIVEN
    assert split(tmp_path) == {("a", ""): 4, ("b", ""): 4}
    assert any("--parts train=a,test=b" in note for note in find(tmp_path).notes)
    (tmp_path / "b").rename(tmp_path / "c")
    (tmp_path / "a").rename(tmp_path / "train")
    (tmp_path / "c").rename(tmp_path / "test")
    assert split(tmp_path, parts="-") == {("train", ""): 4, ("test", ""): 4}


def test_parts_that_are_told_and_not_there_are_refused_with_what_is(tmp_path):
    with pytest.raises(DataError, match="D282") as refused:
        split(put(tmp_path, *files("a", "b")), parts="train=x,test=y")
    assert "a, b" in refused.value.fix


def test_one_part_and_something_else_that_holds_the_same_is_a_question(tmp_path):
    with pytest.raises(DataError, match="D283") as refused:
        split(put(tmp_path, *files("other", "test")))
    assert "--parts -" in refused.value.fix


def test_two_flat_parts_are_no_classes(tmp_path):
    put(tmp_path, "train/a.png", "train/b.png", "test/c.png")
    with pytest.raises(DataError, match="D281") as refused:
        split(tmp_path)
    assert "--parts -" in refused.value.fix
    assert split(tmp_path, parts="-") == {("train", ""): 2, ("test", ""): 1}


@pytest.mark.parametrize(
    "names",
    [
        ("train/1.png", "bus/1.png"),
        ("train/steam/1.png", "train/diesel/1.png", "bus/red/1.png", "tram/1.png"),
        ("test/1.png", "exam/1.png", "quiz/1.png"),
        ("trainA/1.png", "bus/2.png"),
    ],
)
def test_classes_that_are_called_as_parts_are_stay_classes(tmp_path, names):
    found = find(put(tmp_path, *names))
    assert set(found.examples.truth.names) == {name.split("/")[0] for name in names}
    assert found.examples.parts == () and found.notes == ()


def test_a_test_without_class_folders_is_passed_over(tmp_path):
    put(tmp_path, *files("train"), "test/1.png", "test/2.png")
    found = find(tmp_path)
    assert set(split(tmp_path)) == {("cat", "train"), ("dog", "train")}
    assert {p.name for p in found.problems} == {"test"}
    assert any("test has no class folders" in note for note in found.notes)


def test_folders_that_all_classes_share_can_be_groups(tmp_path):
    put(tmp_path, *(f"{k}/{who}/1.png" for k in ("cat", "dog") for who in ("ann", "bob")))
    assert any("--group folders" in note for note in find(tmp_path).notes)
    found = find(tmp_path, Columns(group="folders"))
    assert sorted(found.examples.groups) == ["ann", "ann", "bob", "bob"]


def test_a_download_with_flat_parts_is_read_by_its_table(tmp_path):
    put(tmp_path, *(f"train/{n}.jpg" for n in range(4)), *(f"test/{n}.jpg" for n in range(3)))
    (tmp_path / "train.csv").write_text("id,label\n0,cat\n1,dog\n2,cat\n3,dog\n")
    (tmp_path / "test.csv").write_text("id\n0\n1\n2\n")
    (tmp_path / "sample_submission.csv").write_text("id,label\n0,cat\n1,cat\n2,cat\n")
    found = find(tmp_path)
    assert [source.parent.name for source in found.examples.sources] == ["train"] * 4
    assert any("passed over" in note for note in found.notes)


def test_folders_share_a_name_with_their_parts(tmp_path):
    put(tmp_path, *(f"seg_{part}/{kind}/1.jpg" for part in ("train", "test") for kind in "ab"))
    put(tmp_path, "seg_pred/1.jpg")
    shelves = shelving_of(tmp_path, {}).shelves
    assert {(s.label, s.part) for s in shelves} == {
        *(("a", "train"), ("b", "train"), ("a", "test"), ("b", "test")),
    }


def test_a_class_without_a_folder_for_a_part_is_told(tmp_path):
    put(tmp_path, "cats_train/1.jpg", "cats_test/2.jpg", "dogs_train/3.jpg")
    found = shelving_of(tmp_path, {})
    assert {s.label for s in found.shelves} == {"cats", "dogs"}
    assert "dogs has no folder for test" in found.notes


def test_a_part_that_is_told_of_and_not_there_is_an_error(tmp_path):
    put(tmp_path, *(f"{part}/{kind}/1.jpg" for part in ("uno", "dos") for kind in "ab"))
    with pytest.raises(DataError) as caught:
        shelving_of(tmp_path, {"unos": "train", "dos": "test"})
    assert caught.value.code == "D282" and "unos" in caught.value.what
    (tmp_path / "t.csv").write_text("path,split\n")  # whose cells these may be
    assert shelving_of(tmp_path, {"unos": "train", "dos": "test"}).shelves


def test_folders_that_most_classes_share_are_told_with_the_larger_as_train(tmp_path):
    put(tmp_path, "one/s1/1.jpg", "one/s2/2.jpg", "two/s1/3.jpg", "two/s2/4.jpg", "two/s3/5.jpg")
    (told,) = shelving_of(tmp_path, {}).notes
    assert "--group folders" in told and "--parts train=two,test=one" in told


INNER = [f"{kind}/{part}/{kind}{part}.png" for kind in "ab" for part in ("train", "test")]


def test_parts_in_some_classes_only_are_asked_about(tmp_path):
    put(
        tmp_path,
        *(f"{kind}/{part}/{kind}{part}.png" for kind in "ab" for part in ("train", "test")),
    )
    put(tmp_path, "c/1.png", "c/2.png")
    with pytest.raises(DataError, match="c holds none") as refused:
        find(tmp_path)
    assert refused.value.code == "D283"
    assert len(find(tmp_path, Columns(parts="-")).examples) == 6


@pytest.mark.parametrize("loose", [True, False])
def test_files_beside_parts_in_a_class_are_asked_about(tmp_path, loose):
    put(
        tmp_path,
        *(f"{kind}/{part}/{kind}{part}.png" for kind in "ab" for part in ("train", "test")),
    )
    if not loose:
        assert set(split(tmp_path)) == {(k, p) for k in "ab" for p in ("train", "test")}
        return
    put(tmp_path, "b/loose.png")
    with pytest.raises(DataError, match="b holds files beside them"):
        find(tmp_path)


@pytest.mark.parametrize("doubled", ["train/train", "train"])
def test_flat_parts_packed_twice_are_flat(tmp_path, doubled):
    put(tmp_path, f"{doubled}/1.png", f"{doubled}/2.png", "test/test/3.png")
    with pytest.raises(DataError) as refused:
        find(tmp_path)
    assert refused.value.code == "D281"
    (tmp_path / "train.csv").write_text("id,label\n1,a\n2,b\n")
    assert split(tmp_path) == {("a", ""): 1, ("b", ""): 1}


def test_a_flat_test_part_packed_twice_has_no_labels(tmp_path):
    put(tmp_path, *files("train/train"), "test/test/1.png")
    assert set(split(tmp_path)) == {("cat", "train"), ("dog", "train")}
