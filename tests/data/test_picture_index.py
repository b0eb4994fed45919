import unicodedata
from pathlib import Path

from annotated import draw_pictures

from headstart.data.picture_index import PictureIndex, files_below


def test_a_folder_that_links_to_itself_is_read_once(tmp_path: Path) -> None:
    draw_pictures(tmp_path / "a", ["1.png"])
    (tmp_path / "a" / "again").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / ".hidden.png").touch()
    assert files_below(tmp_path) == [tmp_path / "a" / "1.png"]


def test_a_picture_is_found_by_the_end_of_a_path_of_another_machine(tmp_path: Path) -> None:
    for folder in ("x", "y"):
        draw_pictures(tmp_path / folder, ["1.png", f"{folder}.PNG"])
    index = PictureIndex.of(tmp_path, files_below(tmp_path))
    assert index.find("C:\\data\\y\\1.png", tmp_path) == tmp_path / "y" / "1.png"
    assert index.find("x.png", tmp_path) == tmp_path / "x" / "x.PNG"
    assert index.find("1.png", tmp_path / "x") == tmp_path / "x" / "1.png"


def test_a_name_that_two_pictures_have_is_not_guessed(tmp_path: Path) -> None:
    for folder in ("x", "y"):
        draw_pictures(tmp_path / folder, ["1.png"])
    index = PictureIndex.of(tmp_path, files_below(tmp_path))
    assert index.find("1.png", tmp_path) == "and 2 pictures are called so"
    assert index.with_stem("1", tmp_path / "y") == tmp_path / "y" / "1.png"


def test_nothing_outside_is_found(tmp_path: Path) -> None:
    draw_pictures(tmp_path, ["outside.png"])
    draw_pictures(tmp_path / "in", ["a.png"])
    index = PictureIndex.of(tmp_path / "in", files_below(tmp_path / "in"))
    assert index.find("../outside.png", tmp_path / "in") == ""


def test_umlauts_of_a_mac_are_those_of_other_machines(tmp_path: Path) -> None:
    name = "größe.png"
    draw_pictures(tmp_path, [unicodedata.normalize("NFC", name)])
    index = PictureIndex.of(tmp_path, files_below(tmp_path))
    apart = unicodedata.normalize("NFD", name)
    assert index.find(apart, tmp_path) == tmp_path / unicodedata.normalize("NFC", name)
    assert index.with_stem(apart.removesuffix(".png"), tmp_path) == index.find(name, tmp_path)


def test_what_label_studio_puts_before_a_name_is_passed_over(tmp_path: Path) -> None:
    draw_pictures(tmp_path, ["p.png", "0a1b2c3d-q.png", "q.png"])
    index = PictureIndex.of(tmp_path, files_below(tmp_path))
    assert index.find("upload/1/0a1b2c3d-p.png", tmp_path) == tmp_path / "p.png"
    assert index.find("upload/1/0a1b2c3d-q.png", tmp_path) == tmp_path / "0a1b2c3d-q.png"
    assert index.find("upload/1/0a1b2c3-p.png", tmp_path) == ""
