"""Boxes on pictures, beside them."""

import json

import pytest
from boards import apart  # noqa: F401

from headstart.data import find
from headstart.serve import Refusal
from headstart.studio.collection import Collection
from headstart.studio.drawn import Box, Drawings, has_drawings

SIZE = (200, 100)
CAT = Box("cat", (0.1, 0.2, 0.5, 0.6))
DOG = Box("dog", (0.5, 0.5, 0.9, 1.0))


@pytest.fixture
def root(tmp_path):
    for name in ("a.jpg", "b.jpg", "deep/c.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    return tmp_path


def keep(root, key, boxes, size=SIZE):
    one = Drawings(root)
    one.keep(key, boxes, size, one.need(key).revision)
    return Drawings(root).need(key)


def test_boxes_are_read_back_and_every_command_reads_them(root) -> None:
    told = keep(root, "a.jpg", [CAT, DOG])
    assert told.boxes == (CAT, DOG) and told.size == SIZE
    keep(root, "deep/c.png", [])
    examples = find(root).examples
    assert [path.name for path in examples.sources] == ["a.jpg", "c.png"]
    assert examples.truth.names == ("cat", "dog")
    assert examples.truth.boxes[0].corners.tolist() == [[20, 20, 100, 60], [100, 50, 180, 100]]
    assert len(examples.truth.boxes[1]) == 0


def test_no_boxes_and_nothing_said_are_not_the_same(root) -> None:
    assert keep(root, "a.jpg", []).boxes == ()
    assert keep(root, "a.jpg", None).boxes is None
    assert [path.name for path in (root / ".removed").iterdir()] == ["a.json"]


def test_what_others_noted_of_a_box_that_stays_is_kept(root) -> None:
    keep(root, "a.jpg", [CAT, DOG])
    held = json.loads((root / "a.json").read_text())
    held["shapes"][0]["flags"] = {"blurred": True}
    held["imageData"] = "abc"
    (root / "a.json").write_text(json.dumps(held))
    keep(root, "a.jpg", [CAT])
    now = json.loads((root / "a.json").read_text())
    assert now["imageData"] == "abc" and now["shapes"] == held["shapes"][:1]


@pytest.mark.parametrize(
    "change",
    [
        {"shapes": [{"label": "x", "shape_type": "circle", "points": [[1, 1], [2, 2]]}]},
        {"shapes": [{"label": "x", "shape_type": "rectangle", "points": [[1, 1]]}]},
        {"shapes": [{"label": "", "shape_type": "rectangle", "points": [[1, 1], [2, 2]]}]},
        {"shapes": [{"label": "x", "shape_type": "rectangle", "points": [[1, 1], [2, "a"]]}]},
        {"shapes": {}},
        {"imageWidth": 0},
        {"imageWidth": 300},
    ],
)
def test_an_annotation_that_the_page_could_not_write_again_is_not_changed(root, change) -> None:
    keep(root, "a.jpg", [CAT])
    held = json.loads((root / "a.json").read_text()) | change
    (root / "a.json").write_text(json.dumps(held))
    with pytest.raises(Refusal, match="H626"):
        keep(root, "a.jpg", [DOG])
    assert json.loads((root / "a.json").read_text()) == held


def test_a_picture_that_is_scaled_since_keeps_its_boxes(root) -> None:
    keep(root, "a.jpg", [CAT])
    held = json.loads((root / "a.json").read_text())
    held["shapes"][0]["flags"], held["imageData"] = {"blurred": True}, "abc"
    (root / "a.json").write_text(json.dumps(held))
    told = keep(root, "a.jpg", [CAT, DOG], (400, 200))
    assert told.boxes == (CAT, DOG) and told.size == (400, 200)
    now = json.loads((root / "a.json").read_text())
    assert [one["flags"] for one in now["shapes"]] == [{"blurred": True}, {}]
    assert now["imageData"] is None


def test_two_pictures_of_one_stem_and_a_broken_file_are_not_drawn_on(root) -> None:
    (root / "a.png").write_bytes(b"x")
    with pytest.raises(Refusal, match="H626"):
        keep(root, "a.jpg", [CAT])
    (root / "b.json").write_bytes(b"{")
    assert Drawings(root).need("b.jpg").kept
    with pytest.raises(Refusal, match="H626"):
        keep(root, "b.jpg", [CAT])


def test_boxes_that_were_changed_elsewhere_are_not_written_over(root) -> None:
    keep(root, "a.jpg", [CAT])
    with pytest.raises(Refusal, match="H625"):
        Drawings(root).keep("a.jpg", [DOG], SIZE, "")
    assert Drawings(root).need("a.jpg").boxes == (CAT,)


def test_a_class_is_renamed_and_taken_out_on_every_picture(root) -> None:
    keep(root, "a.jpg", [CAT, DOG])
    keep(root, "b.jpg", [CAT])
    Drawings(root).change("cat", "lion")
    assert Drawings(root).need("a.jpg").boxes == (Box("lion", CAT.corners), DOG)
    Drawings(root).change("lion", "")
    assert Drawings(root).need("a.jpg").boxes == (DOG,)
    assert Drawings(root).need("b.jpg").boxes is None
    assert {path.name for path in (root / ".removed").iterdir()} == {"a.json", "b.json"}


def test_a_class_of_an_annotation_with_other_shapes_is_not_changed(root) -> None:
    keep(root, "a.jpg", [CAT])
    held = json.loads((root / "a.json").read_text())
    held["shapes"].append({"label": "x", "shape_type": "point", "points": [[1, 1]]})
    (root / "a.json").write_text(json.dumps(held))
    with pytest.raises(Refusal, match="H627"):
        Drawings(root).change("cat", "lion")


def test_boxes_past_the_edge_and_without_area_stay_beside_a_new_one(root) -> None:
    odd = (Box("cat", (-0.1, 0.2, 1.2, 0.6)), Box("cat", (0.5, 0.5, 0.5, 0.5)))
    assert keep(root, "a.jpg", [*odd, DOG]).boxes == (*odd, DOG)


@pytest.mark.parametrize(
    "key",
    ["", ".", "../a.jpg", "deep/../a.jpg", "deep//c.png", "deep", "a.txt", ".hidden/a.jpg",
     "no.jpg", "a.jpg/b.jpg", "x" * 300 + ".jpg", "a\x00.jpg"],
)  # fmt: skip
def test_a_key_that_no_list_has_is_refused(root, key) -> None:
    for name in (".hidden/a.jpg", "a.txt"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_bytes(b"x")
    listed = {one.key for one in Drawings(root).all}
    assert {Drawings(root).need(one).key for one in listed} == listed
    for wanted in (key, f"{root}/{key}", str(root / "a.jpg")):
        with pytest.raises(Refusal, match="H624"):
            Drawings(root).need(wanted)


def test_pictures_move_away_with_their_boxes(root) -> None:
    keep(root, "a.jpg", [CAT])
    assert Drawings(root).remove(["a.jpg"]) == 1
    assert {path.name for path in (root / ".removed").iterdir()} == {"a.jpg", "a.json"}
    with pytest.raises(Refusal, match="H624"):
        Drawings(root).remove(["a.jpg"])


def test_a_folder_with_such_files_holds_boxes(root) -> None:
    assert not has_drawings(root) and not has_drawings(root / "none")
    (root / "deep" / "other.json").write_text("{}")
    assert not has_drawings(root) and Collection(root).listing().kind == "image"
    keep(root, "deep/c.png", [CAT])
    listing = Collection(root).listing()
    assert listing.kind == "boxes" and [one.key for one in listing.classes["cat"]] == ["deep/c.png"]


def test_a_class_without_boxes_stays(root) -> None:
    one = Collection(root)
    one.note(kind="boxes")
    one.add_class("cat")
    one.draw("a.jpg", [CAT], SIZE, "")
    one.note(empty=())
    one.draw("a.jpg", [], SIZE, one.drawings.need("a.jpg").revision)
    assert one.listing().classes == {"cat": ()}
    one.rename_class("cat", "lion")
    one.remove_class("lion")
    assert one.listing().classes == {}
    with pytest.raises(Refusal, match="H605"):
        one.draw("a.jpg", [CAT], SIZE, one.drawings.need("a.jpg").revision)


def test_the_digest_changes_with_classes_boxes_and_pictures(root) -> None:
    one = Collection(root)
    one.note(kind="boxes")
    seen = [one.listing().digest]
    one.add_class("cat")
    seen.append(one.listing().digest)
    one.draw("a.jpg", [CAT], SIZE, "")
    seen.append(one.listing().digest)
    one.draw("b.jpg", [], SIZE, "")
    seen.append(one.listing().digest)
    one.remove("", ["b.jpg"])
    seen.append(one.listing().digest)
    assert len(set(seen)) == 5


def test_pictures_that_corrections_leave_out_are_left_out(root) -> None:
    for key in ("a.jpg", "b.jpg"):
        keep(root, key, [CAT])
    (root / "headstart.corrections.csv").write_text("name,label,why\na.jpg,,blurred\n")
    found = find(root)
    assert [path.name for path in found.examples.sources] == ["b.jpg"]
    assert "D254" in {problem.code for problem in found.problems}
