from places import kinds, labels, put

from headstart.data import find

CLASSES = ("cat/1.png", "cat/2.png", "dog/1.png", "dog/2.png")


def test_links_that_lead_in_circles_end(tmp_path):
    put(tmp_path, *CLASSES)
    (tmp_path / "cat/up").symlink_to(tmp_path)
    (tmp_path / "cat/self").symlink_to(tmp_path / "cat/self")
    (tmp_path / "dog/here").symlink_to(tmp_path / "dog")
    found = find(tmp_path)
    assert tuple(labels(found)) == CLASSES
    told = {"cat/up": "ignored", "cat/self": "unreadable", "dog/here": "ignored"}
    assert kinds(found) == told


def test_a_link_to_a_file_of_another_class_is_a_label_to_look_at(tmp_path):
    put(tmp_path, *CLASSES)
    (tmp_path / "cat/3.png").symlink_to(tmp_path / "dog/1.png")
    (tmp_path / "cat/4.png").symlink_to(tmp_path / "cat/1.png")
    (tmp_path / "dog/gone.png").symlink_to(tmp_path / "nowhere")
    found = find(tmp_path)
    assert tuple(labels(found)) == CLASSES
    told = {"cat/3.png": "label", "cat/4.png": "duplicate", "dog/gone.png": "unreadable"}
    assert kinds(found) == told


def test_a_link_from_test_into_train_is_a_leak(tmp_path):
    put(tmp_path, *(f"{part}/{name}" for part in ("train", "test") for name in CLASSES))
    (tmp_path / "test/cat/3.png").symlink_to(tmp_path / "train/cat/1.png")
    found = find(tmp_path)
    assert kinds(found) == {"test/cat/3.png": "leak"}


def test_linked_class_folders_are_followed(tmp_path):
    put(tmp_path / "store", *CLASSES)
    (tmp_path / "view").mkdir()
    for name in ("cat", "dog"):
        (tmp_path / "view" / name).symlink_to(tmp_path / "store" / name)
    assert tuple(labels(find(tmp_path / "view"))) == CLASSES
