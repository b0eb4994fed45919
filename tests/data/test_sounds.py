"""Recordings are known by what their files are called, or by their rate."""

from pathlib import Path

import numpy as np
import pytest
from sounds import folder, samples, write

from headstart.data import find, from_memory, heard


def test_a_folder_of_wave_files_holds_sounds(tmp_path: Path) -> None:
    assert heard(find(folder(tmp_path / "a", 2))).holds == "sounds"


def test_pictures_stay_pictures_and_few_recordings_among_them_change_nothing(photos: Path) -> None:
    assert heard(find(photos)).holds == "files"
    write(next(photos.iterdir()) / "odd.wav", samples("low", 0))
    assert heard(find(photos)).holds == "files"


def test_a_table_of_recordings_holds_sounds(tmp_path: Path) -> None:
    folder(tmp_path, 2)
    lines = [f"{kind}/{i}.wav,{kind},s{i}" for kind in ("low", "high") for i in (0, 1)]
    (tmp_path / "all.csv").write_text("\n".join(["audio,label,speaker", *lines]))
    found = heard(find(tmp_path / "all.csv"))
    assert found.holds == "sounds" and found.examples.groups == ("s0", "s1") * 2


@pytest.mark.parametrize(
    "thing",
    [(np.zeros(9), 8000), {"array": np.zeros(9), "sampling_rate": 8000}, b"RIFF....", b"ID3\x04"],
)
def test_samples_with_a_rate_and_files_in_memory_are_sounds(thing: object) -> None:
    assert heard(from_memory([thing, thing], ["a", "b"])).holds == "sounds"
