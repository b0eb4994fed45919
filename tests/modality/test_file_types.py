"""What headers promise is held against what is there."""

import io
from pathlib import Path

import pytest
from heard import SOUND, packed
from sounds import samples, write

from headstart.data import InMemory
from headstart.errors import DataError
from headstart.modality.file_types import missing

pytest.importorskip("soxr")


@pytest.mark.parametrize("kind", ["WAV", "AIFF", "FLAC", "OGG", "MP3"])
@pytest.mark.parametrize("kept", [0.02, 0.3, 0.5, 0.8, 0.97])
def test_a_file_that_was_cut_is_never_taken_for_a_whole_one(kind: str, kept: float) -> None:
    whole = packed(samples("noise", 3, 3.0), kind)
    SOUND.read(InMemory("x", whole))
    with pytest.raises(DataError):
        SOUND.read(InMemory("x", whole[: int(kept * len(whole))]))


def test_a_stream_whose_length_nobody_knew_is_whole(tmp_path: Path) -> None:
    raw = bytearray(write(tmp_path / "a.wav", samples("low", 0)).read_bytes())
    raw[4:8] = raw[40:44] = b"\xff\xff\xff\xff"
    assert len(SOUND.read(InMemory("x", bytes(raw)))) > 50


@pytest.mark.parametrize(("kept", "told"), [(0.9951, False), (0.9949, True)])
@pytest.mark.parametrize(("head", "order"), [(b"RIFF", "little"), (b"FORM", "big")])
def test_half_a_percent_of_what_a_header_promises_may_be_missing(head, order, kept, told) -> None:
    promised = 100_000
    name = b"data" if head == b"RIFF" else b"SSND"
    raw = head + bytes(8) + name + promised.to_bytes(4, order) + bytes(round(kept * promised))
    assert ("of what its header promises" in missing(io.BytesIO(raw))) == told


def test_a_file_that_ends_before_its_samples_and_one_of_no_known_kind() -> None:
    assert missing(io.BytesIO(b"RIFF" + bytes(8))) == "it ends before its samples begin"
    assert missing(io.BytesIO(b"something else")) == ""


@pytest.mark.parametrize(("last", "told"), [(4, ""), (0, "no page says that it is the last")])
def test_the_last_page_of_an_ogg_says_that_it_is(last: int, told: str) -> None:
    page = b"OggS" + bytes([0, last]) + bytes(20) + bytes([1, 5]) + bytes(5)
    assert missing(io.BytesIO(page)) == told
    assert missing(io.BytesIO(page[:-1])) == "its last page is cut"
