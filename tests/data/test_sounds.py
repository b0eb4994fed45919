"""Recordings are known by what their files are called, or by their rate."""

from pathlib import Path

import numpy as np
import pytest
from sounds import folder, samples, write

from headstart.data import Columns, InMemory, Span, find, from_memory, with_sounds
from headstart.errors import DataError
from headstart.modality import Sound


def test_a_folder_of_wave_files_holds_sounds(tmp_path: Path) -> None:
    assert with_sounds(find(folder(tmp_path / "a", 2))).holds == "sounds"


def test_pictures_stay_pictures_and_few_recordings_among_them_change_nothing(photos: Path) -> None:
    assert with_sounds(find(photos)).holds == "files"
    write(next(photos.iterdir()) / "odd.wav", samples("low", 0))
    assert with_sounds(find(photos)).holds == "files"


def test_a_table_of_recordings_holds_sounds(tmp_path: Path) -> None:
    folder(tmp_path, 2)
    lines = [f"{kind}/{i}.wav,{kind},s{i}" for kind in ("low", "high") for i in (0, 1)]
    (tmp_path / "all.csv").write_text("\n".join(["audio,label,speaker", *lines]))
    found = with_sounds(find(tmp_path / "all.csv"))
    assert found.holds == "sounds" and found.examples.groups == ("s0", "s1") * 2


@pytest.mark.parametrize(
    "thing",
    [
        (np.zeros(9), 8000),
        {"array": np.zeros(9), "sampling_rate": 8000},
        b"RIFF....WAVE",
        b"ID3\x04",
    ],
)
def test_samples_with_a_rate_and_files_in_memory_are_sounds(thing: object) -> None:
    assert with_sounds(from_memory([thing, thing], ["a", "b"])).holds == "sounds"


def parts(root: Path, rows: list[str], header: str = "file,label,start,end") -> Path:
    for kind in ("low", "high"):
        write(root / f"{kind}.wav", np.concatenate([samples(k, 0, 1.0) for k in (kind, "noise")]))
    (root / "parts.csv").write_text("\n".join([header, *rows]) + "\n")
    return root / "parts.csv"


ROWS = ["low.wav,low,0,1", "low.wav,noise,1,2", "high.wav,high,0,1", "high.wav,noise,1.0,2.0"]


def test_rows_with_start_and_end_are_parts_that_stay_together(tmp_path: Path) -> None:
    found = with_sounds(find(parts(tmp_path, ROWS)))
    spans = [source.content for source in found.examples.sources]
    assert spans[1] == Span(tmp_path / "low.wav", 1.0, 2.0) and found.holds == "sounds"
    assert len(found.examples) == 4 and len(set(found.examples.groups)) == 2
    assert found.examples.name(1) == "low.wav, 1 to 2 s"
    assert "start = start, end = end" in found.notes[0]


def test_other_names_are_told_and_bad_times_are_passed_over(tmp_path: Path) -> None:
    rows = [*ROWS, "low.wav,low,1,0.5", "low.wav,low,,2"]
    place = parts(tmp_path, rows, "file,label,von,bis")
    found = find(place, Columns(start="von", end="bis"))
    assert len(found.examples) == 4
    assert [(p.code, p.row) for p in found.problems] == [("D165", 6), ("D165", 7)]


def test_start_and_end_of_other_things_mean_nothing(photos: Path) -> None:
    files = sorted(photos.rglob("*.png"))[::8]
    lines = [f"{f.relative_to(photos)},{f.parent.name},0,1" for f in files]
    (photos / "all.csv").write_text("\n".join(["path,label,start,end", *lines]))
    found = find(photos / "all.csv")
    assert all(isinstance(source, Path) for source in found.examples.sources)


def test_a_part_sounds_like_itself(tmp_path: Path) -> None:
    pytest.importorskip("soundfile")
    parts(tmp_path, ROWS)
    sound, whole = Sound(), np.concatenate([samples(k, 0, 1.0) for k in ("low", "noise")])
    look, item = sound.look(InMemory("x", Span(tmp_path / "low.wav", 1.0, 2.0)))
    expected = sound.read(InMemory("x", ((whole[8000:] * 32767).astype(np.int16), 8000)))
    assert (item.float() - expected.float()).abs().max() < 0.05
    assert dict(look.facts)["seconds"] == 1.0
    assert look.digest != sound.look(InMemory("x", Span(tmp_path / "low.wav", 0.0, 1.0)))[0].digest
    with pytest.raises(DataError, match="D209"):
        sound.read(InMemory("x", Span(tmp_path / "low.wav", 3.0, 4.0)))


@pytest.mark.parametrize(
    ("begin", "sound"),
    [
        *((b"RIFF....WAVEfmt ", True), (b"RIFF....WEBPVP8 ", False), (b"RIFF....AVI LIST", False)),
        *((b"FORM....AIFFCOMM", True), (b"FORM....ILBMBMHD", False), (b"RF64....WAVE", True)),
        *((b"ID3....", True), (b"fLaC", True), (b"OggS", True), (b"RIFF", False)),
    ],
)
def test_what_is_in_memory_is_told_by_what_its_container_holds(begin, sound) -> None:
    things = from_memory([begin] * 3, ["a", "b", "a"])
    assert (with_sounds(things).holds == "sounds") == sound
