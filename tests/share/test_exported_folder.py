from pathlib import Path

import pytest

from headstart import durable
from headstart.errors import UsageError
from headstart.share.exported_folder import exported_folder, need_room
from headstart.share.parity import Parity


@pytest.fixture
def written(tmp_path: Path) -> Path:
    with durable.folder(tmp_path / "a") as temp:
        durable.write(temp / "index.html", "x")
    return tmp_path / "a"


def test_what_is_told_is_of_all_its_files(written: Path) -> None:
    found = exported_folder(written, Parity(1, 0.0, 1, "r"))
    assert found.beside == ("index.html", "manifest.json")
    assert found.sha256 == durable.sha256(written / "manifest.json")


def test_an_export_that_nobody_touched_may_be_replaced(written: Path, tmp_path: Path) -> None:
    need_room(written, "index.html")
    need_room(tmp_path / "nowhere", "index.html")
    (tmp_path / "empty").mkdir()
    need_room(tmp_path / "empty", "index.html")


@pytest.mark.parametrize("mark", ["page.html", ""])
def test_a_folder_of_another_kind_is_refused(mark: str, written: Path) -> None:
    with pytest.raises(UsageError, match="U211"):
        need_room(written, mark)


@pytest.mark.parametrize("what", ["added", "changed", "file"])
def test_whatever_else_is_there_stays(what: str, written: Path) -> None:
    place = {"added": written / "b", "changed": written / "index.html"}.get(what)
    if place:
        place.write_text("mine")
    with pytest.raises(UsageError, match="U211"):
        need_room(written if place else written / "index.html", "index.html")
