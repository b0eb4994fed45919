"""What is no picture is refused by a code of its own."""

import os
from pathlib import Path

import PIL.Image
import pytest
from refused import RAMP, READER, code_of

from headstart.data import InMemory
from headstart.errors import DataError
from headstart.modality import Image


@pytest.mark.parametrize("thing", ["a.jpg", None, 7, [1, 2], Path("a.jpg").parts], ids=repr)
def test_things_that_are_no_pictures_are_refused(thing: object) -> None:
    assert code_of(thing) == "D133"


def test_a_held_picture_can_be_too_large_empty_or_broken(tmp_path: Path) -> None:
    PIL.Image.fromarray(RAMP).save(tmp_path / "a.bmp")
    os.truncate(tmp_path / "a.bmp", 100)
    assert code_of(PIL.Image.new("1", (20_000, 5_000))) == "D123"
    assert code_of(PIL.Image.new("RGB", (0, 5))) == "D131"
    with PIL.Image.open(tmp_path / "a.bmp") as cut:
        assert code_of(cut) == "D122"


def test_messages_name_the_source_and_hide_nothing_in_it() -> None:
    with pytest.raises(DataError) as caught:
        READER.read(InMemory("evil\x1b[31m", b"\x1b[2Jhello"))
    assert "\x1b" not in str(caught.value)
    assert "evil\\x1b[31m" in caught.value.where


def test_heic_without_its_library_names_the_extra(monkeypatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(DataError, match="D125") as caught:
        Image().read(InMemory("a", b"\0\0\0\x10ftypheic" + bytes(4)))
    assert "headstart[heic]" in caught.value.fix
