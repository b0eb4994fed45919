"""Files are opened where they are regular, whole and in a format that is read."""

import os
import threading
import warnings
from pathlib import Path

import PIL.Image
import pytest
import torch
from refused import RAMP, READER, code_of

from headstart.data import InMemory
from headstart.errors import DataError
from headstart.modality.opening import MOST_BYTES


def digest_of(content: object) -> str:
    return READER.look(InMemory("a", content))[0].digest


def test_places_that_are_no_files_have_codes_of_their_own(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "loop.jpg").symlink_to(tmp_path / "loop.jpg")
    (tmp_path / "dangling.jpg").symlink_to(tmp_path / "nowhere")
    assert code_of(tmp_path) == "D129"
    assert code_of(tmp_path / "pipe.jpg") == "D129"
    assert code_of(Path("/dev/zero")) == "D129"
    assert code_of(tmp_path / "loop.jpg") == "D126"
    assert code_of(tmp_path / "dangling.jpg") == "D127"
    assert code_of(tmp_path / "missing.jpg") == "D127"


def test_paths_that_no_system_takes_are_refused(tmp_path: Path) -> None:
    assert code_of(tmp_path / ("a" * 300)) == "D126"
    assert code_of(tmp_path / "nul\0.jpg") == "D126"


def test_a_file_of_enormous_size_is_not_even_read(tmp_path: Path) -> None:
    with (tmp_path / "big.jpg").open("wb") as file:
        file.truncate(MOST_BYTES)
    assert code_of(tmp_path / "big.jpg") == "D130"


def test_a_link_to_a_picture_is_read(tmp_path: Path) -> None:
    PIL.Image.fromarray(RAMP).save(tmp_path / "a.png")
    (tmp_path / "b.png").symlink_to("a.png")
    assert torch.equal(READER.read(tmp_path / "a.png"), READER.read(tmp_path / "b.png"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_without_permission_is_reported(tmp_path: Path) -> None:
    (tmp_path / "a.png").touch(mode=0)
    assert code_of(tmp_path / "a.png") == "D126"


def test_threads_leave_the_warning_filters_as_they_found_them() -> None:
    before = list(warnings.filters)
    read = [threading.Thread(target=READER.read, args=(InMemory("a", RAMP),)) for _ in range(8)]
    for thread in read:
        thread.start()
    for thread in read:
        thread.join()
    assert warnings.filters == before


@pytest.mark.parametrize(
    ("name", "said"), [("", "predict RUN FOLDER"), ("*.jpg", "glob.glob"), ("no.jpg", "its path")]
)
def test_what_is_no_file_says_what_to_give_instead(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(DataError) as refused:
        READER.read(tmp_path / name)
    assert said in refused.value.fix
