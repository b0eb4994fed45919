import pytest
from places import kinds, labels, put

from headstart.data import find
from headstart.errors import DataError

CLASSES = ("cat/1.png", "cat/2.png", "dog/1.png", "dog/2.png")


def test_each_folder_is_a_class_however_deep_its_files_lie(tmp_path):
    found = find(put(tmp_path, "cat/1.png", "cat/old/more/2.png", "dog/1.png"))
    assert found.layout == "class folders"
    assert labels(found) == {"cat/1.png": "cat", "cat/old/more/2.png": "cat", "dog/1.png": "dog"}
    assert found.examples.parts == ()


@pytest.mark.parametrize("name", ["val", "valid", "validation", "dev", "Val"])
def test_split_folders_keep_their_parts_whatever_val_is_called(tmp_path, name):
    names = [f"{part}/{file}" for part in ("train", name, "test") for file in CLASSES]
    found = find(put(tmp_path, *names))
    assert found.layout == "split folders" and found.examples.assigned_by == "folders"
    assert found.examples.truth.names == ("cat", "dog")
    parts = dict(zip(labels(found), found.examples.parts, strict=True))
    assert parts["train/cat/1.png"] == "train"
    assert parts[f"{name}/cat/1.png"] == "val"
    assert parts["test/dog/2.png"] == "test"


def test_a_class_called_train_is_a_class(tmp_path):
    found = find(put(tmp_path, "train/1.png", "bus/1.png", "tram/1.png"))
    assert found.examples.truth.names == ("bus", "train", "tram")
    deeper = find(put(tmp_path, "train/steam/2.png"))
    assert deeper.examples.truth.names == ("bus", "train", "tram") and not deeper.examples.parts


def test_hidden_and_junk_files_are_passed_over_and_told(tmp_path):
    put(tmp_path, *CLASSES, "cat/.DS_Store", "cat/Thumbs.db", "cat/.git/x.png", "cat/notes.txt")
    put(tmp_path, "__MACOSX/cat/1.png", ".cache/1.png", "stray.png")
    found = find(tmp_path)
    assert tuple(labels(found)) == CLASSES
    told = kinds(found)
    passed = ("cat/.DS_Store", "cat/Thumbs.db", "cat/.git", "cat/notes.txt", "__MACOSX", ".cache")
    assert {told.pop(name) for name in (*passed, "stray.png")} == {"ignored"}
    assert not told


def test_an_empty_class_is_told_and_left_out(tmp_path):
    put(tmp_path, *CLASSES)
    (tmp_path / "emu").mkdir()
    found = find(tmp_path)
    assert found.examples.truth.names == ("cat", "dog")
    assert kinds(found) == {"emu": "class"}


def test_one_folder_too_high_names_the_folder_that_is_meant(tmp_path):
    with pytest.raises(DataError) as caught:
        find(put(tmp_path, *(f"photos/{name}" for name in CLASSES)))
    assert "headstart check" in caught.value.fix and "photos" in caught.value.fix


def test_a_misspelled_path_gets_a_proposal(tmp_path):
    put(tmp_path / "photos", *CLASSES)
    with pytest.raises(DataError) as caught:
        find(tmp_path / "fotos")
    assert caught.value.code == "D102" and str(tmp_path / "photos") in caught.value.fix


def test_files_that_are_called_after_parts_are_told(tmp_path):
    put(tmp_path, *(f"{kind}/{part}_1.jpg" for kind in "ab" for part in ("train", "test")))
    assert any("called after parts" in note for note in find(tmp_path).notes)
    put(tmp_path, "a/other.jpg")
    assert not any("called after parts" in note for note in find(tmp_path).notes)


def test_files_that_lie_flat_come_with_the_command_that_sorts_them(tmp_path):
    put(tmp_path, *(f"{kind}_{i}.jpg" for kind in ("cat", "dog") for i in "12"))
    with pytest.raises(DataError) as caught:
        find(tmp_path)
    assert caught.value.code == "D103" and "mkdir cat && mv cat[!a-zA-Z]*.* cat" in caught.value.fix


def test_the_fix_of_one_class_leads_to_where_folders_branch(tmp_path):
    put(tmp_path, "pets/pets/cat/1.jpg", "pets/pets/dog/2.jpg")
    with pytest.raises(DataError) as caught:
        find(tmp_path)
    assert caught.value.code == "D101" and "pets/pets (it holds 2 folders)" in caught.value.fix


@pytest.mark.parametrize(("folders", "more"), [(1, ""), (2, " (1 more folder holds tables)")])
def test_where_folders_hold_tables_the_fix_reads_one(tmp_path, folders, more):
    put(tmp_path, "notes/a.md")
    for name in ("pets", "toys")[:folders]:
        (tmp_path / name / "data").mkdir(parents=True)
        (tmp_path / name / "data" / "train-0000.csv").write_text("text,label\na,x\nb,y\n")
    (tmp_path / "notes" / "a.md").unlink()
    with pytest.raises(DataError) as caught:
        find(tmp_path)
    assert caught.value.code == "D103"
    assert caught.value.fix == f"headstart check {tmp_path / 'pets'}{more}"


@pytest.mark.parametrize("ending", [".txt", ".md", ".html", ""])
def test_files_of_text_in_class_folders_are_texts(tmp_path, ending):
    put(tmp_path, *(f"{kind}/{n}{ending}" for kind in ("ham", "spam") for n in range(100, 103)))
    found = find(tmp_path)
    assert found.holds == "text" and len(found.examples) == 6 and not found.problems


def test_a_page_beside_texts_is_no_example(tmp_path):
    put(tmp_path, "ham/1.txt", "ham/2.txt", "spam/3.txt", "spam/README.md")
    found = find(tmp_path)
    assert len(found.examples) == 3 and [p.code for p in found.problems] == ["D146"]


def test_files_that_lie_flat_in_the_one_folder_are_sorted_by_their_names(tmp_path) -> None:
    put(tmp_path, *(f"train/{kind}.{i}.jpg" for kind in ("cat", "dog") for i in range(3)))
    with pytest.raises(DataError, match="D101") as refused:
        find(tmp_path)
    assert refused.value.fix.endswith("mkdir dog && mv dog[!a-zA-Z]*.* dog")
    assert f"cd {tmp_path / 'train'}" in refused.value.fix


def test_files_of_other_kinds_in_folders_of_classes_are_named(tmp_path) -> None:
    put(tmp_path, *(f"{kind}/{i}.pdf" for kind in ("cat", "dog") for i in range(3)))
    with pytest.raises(DataError, match="D103") as refused:
        find(tmp_path)
    assert refused.value.why.startswith("6 passed over: cat/0.pdf")
    assert refused.value.fix.endswith("texts: .pdf files are not read")
