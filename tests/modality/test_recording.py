"""Twenty and more ways to damage a recording: refused by name, or heard as finite numbers."""

import io
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from heard import SOUND, held
from sounds import RATE, samples, write

from headstart.data import InMemory
from headstart.errors import DataError
from headstart.modality import Sound

soundfile = pytest.importorskip("soundfile")


pytest.importorskip("soxr")


FORMATS = {"WAV": "PCM_16", "FLAC": "PCM_16", "OGG": "VORBIS", "MP3": "MPEG_LAYER_III"}


CUT = {"cut by 2%", "cut by 10%", "cut in the middle", "only the beginning"}


Damage = Callable[[bytes, np.random.Generator], bytes]


def flipped(raw: bytes, places: np.ndarray) -> bytes:
    found = np.frombuffer(raw, np.uint8).copy()
    found[places] ^= 0xFF
    return found.tobytes()


def anywhere(raw: bytes, rng: np.random.Generator, count: int, first: int = 0) -> bytes:
    return flipped(raw, rng.integers(first, len(raw), count))


DAMAGES: dict[str, Damage] = {
    "empty": lambda raw, rng: b"",
    "one byte": lambda raw, rng: raw[:1],
    "only the beginning": lambda raw, rng: raw[:64],
    "cut by 2%": lambda raw, rng: raw[: int(len(raw) * 0.98)],
    "cut by 10%": lambda raw, rng: raw[: int(len(raw) * 0.9)],
    "cut in the middle": lambda raw, rng: raw[: len(raw) // 2],
    "without its beginning": lambda raw, rng: raw[len(raw) // 10 :],
    "a hole": lambda raw, rng: raw[: len(raw) // 3] + raw[len(raw) // 2 :],
    "zeros in the middle": lambda raw, rng: (
        raw[: len(raw) // 3] + bytes(2000) + raw[len(raw) // 3 + 2000 :]
    ),
    "zeros instead": lambda raw, rng: bytes(len(raw)),
    "noise instead": lambda raw, rng: rng.bytes(len(raw)),
    "noise behind": lambda raw, rng: raw + rng.bytes(5000),
    "noise in front": lambda raw, rng: rng.bytes(100) + raw,
    "one byte flipped": lambda raw, rng: anywhere(raw, rng, 1, 64),
    "ten bytes flipped": lambda raw, rng: anywhere(raw, rng, 10, 64),
    "a hundred bytes flipped": lambda raw, rng: anywhere(raw, rng, 100, 64),
    "the head flipped": lambda raw, rng: flipped(raw, np.arange(4)),
    "the head scrambled": lambda raw, rng: anywhere(raw[:64], rng, 12) + raw[64:],
    "twice": lambda raw, rng: raw + raw,
    "backwards": lambda raw, rng: raw[::-1],
    "line ends changed": lambda raw, rng: raw.replace(b"\n", b"\r\n"),
    "as text": lambda raw, rng: raw.decode("latin-1").encode(),
    "a web page": lambda raw, rng: b"<!DOCTYPE html><html><body>404 Not Found</body></html>" * 30,
    "a picture": lambda raw, rng: b"\x89PNG\r\n\x1a\n" + rng.bytes(3000),
}


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    found = {}
    for kind, subtype in FORMATS.items():
        kept = io.BytesIO()
        soundfile.write(kept, samples("noise", 0, 3.0), RATE, format=kind, subtype=subtype)
        found[kind] = kept.getvalue()
    return found


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("name", DAMAGES)
def test_damage_is_refused_or_heard_as_finite_numbers(name: str, kind: str, files) -> None:
    refused = 0
    for draw in range(5):
        raw = DAMAGES[name](files[kind], np.random.default_rng(draw))
        try:
            item = Sound().read(InMemory("x", raw))
        except DataError as error:
            assert error.code.startswith("D20") and "x" in str(error)
            refused += 1
        else:
            assert bool(torch.isfinite(item.float()).all()) and len(item) > 0
    if name in CUT or name in ("empty", "one byte", "zeros instead", "a web page", "a picture"):
        assert refused == 5


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_not_finite_are_refused(bad: float) -> None:
    heard, kept = samples("noise", 0, 1.0).astype(np.float32), io.BytesIO()
    heard[500] = bad
    soundfile.write(kept, heard, RATE, format="WAV", subtype="FLOAT")
    with pytest.raises(DataError, match="D207"):
        Sound().read(InMemory("x", kept.getvalue()))


@pytest.mark.parametrize(
    ("rate", "channels"), [(0, 1), (1, 1), (2**31, 1), (16_000, 0), (16_000, 999)]
)
def test_heads_that_promise_what_nobody_records_are_refused(rate: int, channels: int) -> None:
    body = bytes(32_000)
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(body), b"WAVE", b"fmt ", 16, 1,
                       channels, min(rate, 2**32 - 1), min(2 * rate, 2**32 - 1),
                       2 * channels % 65536, 16, b"data", len(body))  # fmt: skip
    with pytest.raises(DataError, match="D20"):
        Sound().read(InMemory("x", head + body))


@pytest.mark.parametrize(("level", "refused"), [(2.0**31, False), (2.0**31 + 256, True)])
def test_samples_louder_than_any_scale_are_no_sound(level: float, refused: bool) -> None:
    heard, kept = np.zeros(RATE, np.float32), io.BytesIO()
    heard[500] = level
    soundfile.write(kept, heard, RATE, format="WAV", subtype="FLOAT")
    if refused:
        with pytest.raises(DataError, match="D208"):
            Sound().read(InMemory("x", kept.getvalue()))
    else:
        assert bool(torch.isfinite(Sound().read(InMemory("x", kept.getvalue())).float()).all())


def test_the_largest_float_does_not_become_infinite() -> None:
    heard, kept = np.full(RATE, 3e38, np.float32), io.BytesIO()
    soundfile.write(kept, heard, RATE, format="WAV", subtype="FLOAT")
    with pytest.raises(DataError, match="D208"):
        Sound().read(InMemory("x", kept.getvalue()))


def test_channels_are_heard_as_their_mean() -> None:
    one, other = samples("low", 0), samples("high", 1)
    both = SOUND.read(held(np.stack([one, other], axis=1))).float()
    assert torch.allclose(both, SOUND.read(held((one + other) / 2)).float(), atol=0.01)


def test_of_long_recordings_pieces_from_everywhere_are_heard() -> None:
    parts = [samples("noise", 0, 20), samples("low", 0, 20), samples("high", 0, 20)]
    look, item = SOUND.look(held(np.concatenate(parts)))
    assert len(item) == 2998 and "6 pieces of 5 s" in " ".join(SOUND.noted([look]))
    means = [part.float().mean(0)[:30] for part in item.split(1000)]
    assert (means[0] - means[2]).abs().max() > 1  # noise at the beginning, a tone at the end


def test_a_long_file_is_read_in_pieces_as_its_samples_are(tmp_path: Path) -> None:
    found = np.concatenate([samples(kind, 0, 15) for kind in ("noise", "low", "high")])
    file = write(tmp_path / "long.wav", found)
    expected = SOUND.read(held((found * 32767).astype(np.int16), RATE)).float()
    assert (SOUND.read(file).float() - expected).abs().max() < 0.05


def test_a_clip_can_be_played_and_is_the_same_every_time() -> None:
    source = held(samples("high", 0, 9.0))
    mime, clip = SOUND.clip(source)
    assert mime == "audio/mpeg" and SOUND.clip(source)[1] == clip and len(clip) < 40_000
    heard, rate = soundfile.read(io.BytesIO(clip))
    assert abs(len(heard) / rate - 5) < 0.2 and np.abs(heard).max() > 0.2


@pytest.mark.parametrize(
    ("thing", "code"),
    [
        ((np.full(900, np.nan), 8000), "D207"), ((np.zeros(0), 8000), "D203"),
        (np.zeros(900), "D206"), ((np.zeros((2, 2, 2)), 8000), "D206"), ("text", "D206"),
        ((np.zeros(900), 5), "D208"), (b"", "D203"), (b"RIFF" + bytes(40), "D20"),
        (b"fLaC" + bytes(400), "D205"), (bytes(2000), "D205"),
    ],
)  # fmt: skip
def test_what_is_no_sound_is_refused_with_a_code(thing: object, code: str) -> None:
    with pytest.raises(DataError) as refused:
        SOUND.read(InMemory("x", thing))
    assert refused.value.code.startswith(code) and refused.value.fix
    assert " object at 0x" not in str(refused.value)  # the same words every time


def test_a_folder_or_a_missing_file_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.wav"):
        with pytest.raises(DataError, match=r"D20[12]"):
            SOUND.read(path)


@pytest.mark.parametrize(("left", "canceled"), [(0.0, 1.0), (0.28, 1.0), (0.32, 0.0)])
def test_channels_that_cancel_are_heard_by_the_loudest(left: float, canceled: float) -> None:
    mono = samples("low", 0)
    other = (left - 1) * mono  # their mean is left / 2 of it, beside silence a half
    look, item = SOUND.look(held(np.stack([mono, other], 1)))
    assert dict(look.facts)["canceled"] == canceled
    assert torch.equal(item, SOUND.read(held(mono))) == bool(canceled)
    assert ("cancel" in " ".join(SOUND.noted([look]))) == bool(canceled)


@pytest.mark.parametrize("head", [b"\0\0\0\x20ftypM4A \0\0\0\0", b"\x1aE\xdf\xa3webm", b"#!AMR\n"])
def test_formats_that_are_not_read_are_refused_by_name(head: bytes) -> None:
    with pytest.raises(DataError, match="D296") as refused:
        SOUND.read(InMemory("a.m4a", head + bytes(2000)))
    assert "ffmpeg" in refused.value.fix
