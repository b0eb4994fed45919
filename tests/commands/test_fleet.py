"""Commands for work that is spread over machines."""

import json

import pytest

from headstart.cli import execute


def test_a_part_says_what_it_did(photos, tiny_folder, tmp_path, capsys) -> None:
    command = ["features", str(photos), "--backbone", str(tiny_folder), "--part", "2/3"]
    assert execute([*command, "--cache", str(tmp_path / "store")]) == 0
    assert "part 2/3: 16 examples in 1 unit, of which 0 done before; 16 rows added" in (
        capsys.readouterr().out
    )
    assert execute([*command, "--cache", str(tmp_path / "store"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["done_before"] == 1


@pytest.mark.parametrize("part", ["0/4", "5/4", "1", "1/0", "a/b", "-1/4", "1/4/2", "1.5/4"])
def test_a_part_that_there_is_not_is_refused(part, photos, capsys) -> None:
    assert execute(["features", str(photos), "--part", part, "--cache", "x"]) == 2
    assert "counted from 1" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--strategy", "full", "--cache", "x"], "U199"),
        ([], "U200"),
        (["--cache", "nosuch://x"], "U344"),
    ],
)
def test_rows_that_could_not_be_kept_are_refused(words, code, photos, capsys) -> None:
    assert execute(["features", str(photos), *words]) == 2
    assert code in capsys.readouterr().err


def test_a_run_under_torchrun_is_refused_with_what_to_call(photos, monkeypatch, capsys) -> None:
    for name, value in {"RANK": "1", "LOCAL_RANK": "1", "WORLD_SIZE": "2"}.items():
        monkeypatch.setenv(name, value)
    assert execute(["train", str(photos)]) == 2
    assert "U204" in (told := capsys.readouterr().err) and "several.together()" in told


def test_rows_for_boxes_are_refused_since_nothing_would_read_them(photos, tmp_path, capsys) -> None:
    files = sorted(photos.rglob("*.*"))[:4]
    pictures = [
        {"id": i, "file_name": str(path.relative_to(photos)), "width": 9, "height": 9}
        for i, path in enumerate(files)
    ]
    boxes = [
        {"id": i, "image_id": i, "category_id": 1, "bbox": [1, 1, 5, 5], "area": 25, "iscrowd": 0}
        for i in range(4)
    ]
    named = [{"id": 1, "name": "spot"}]
    table = {"images": pictures, "annotations": boxes, "categories": named}
    (photos / "boxes.json").write_text(json.dumps(table))
    store = tmp_path / "store"
    assert execute(["features", str(photos / "boxes.json"), "--cache", str(store)]) == 2
    assert "U203" in capsys.readouterr().err and not store.exists()
