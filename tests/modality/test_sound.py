"""Recordings become spectrograms: the same at any rate, whole or not at all."""

import io
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image as Pillow
from sounds import RATE, samples, write

from headstart.data import InMemory
from headstart.errors import DataError
from headstart.modality import NEAR_BITS, Sound

soundfile = pytest.importorskip("soundfile")
soxr = pytest.importorskip("soxr")
SOUND = Sound()


def held(found: np.ndarray, rate: int = RATE) -> InMemory:
    return InMemory("a sound", (found, rate))


def packed(found: np.ndarray, kind: str, rate: int = 16_000) -> bytes:
    kept = io.BytesIO()
    soundfile.write(kept, found, rate, format=kind)
    return kept.getvalue()


def test_a_band_says_how_loud_it_is_and_silence_is_zero() -> None:
    time = np.arange(32_000) / 16_000
    item = SOUND.read(held(np.sin(2 * np.pi * 1000 * time), 16_000)).float()
    assert item.shape == (198, 64)
    edges = np.linspace(1127 * np.log1p(125 / 700), 1127 * np.log1p(7500 / 700), 66)[1:-1]
    assert item.mean(0).argmax() == np.abs(edges - 1127 * np.log1p(1000 / 700)).argmin()
    assert SOUND.read(held(np.zeros(32_000), 16_000)).abs().max() == 0


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 48_000])
def test_the_rate_of_a_file_does_not_matter(rate: int) -> None:
    time = np.arange(2 * rate) / rate
    tones = sum(np.sin(2 * np.pi * hz * time) for hz in (300, 700, 1900)) / 4
    expected = SOUND.read(held(soxr.resample(tones, rate, 16_000), 16_000)).float()
    found = SOUND.read(held(tones, rate)).float()
    bands = slice(0, 40)  # 8 kHz say nothing beyond 4,000 Hz
    assert (found - expected)[5:-5, bands].abs().max() < 0.02


def test_what_is_said_about_one_recording_does_not_depend_on_its_container() -> None:
    found = np.rint(samples("low", 0, 2.5) * 32767).astype(np.int16)
    looks = [SOUND.look(InMemory("x", packed(found, kind)))[0] for kind in ("WAV", "FLAC", "AIFF")]
    assert len({look.content for look in looks}) == 1 and len({look.digest for look in looks}) == 3


def test_channels_are_heard_as_their_mean() -> None:
    one, other = samples("low", 0), samples("high", 1)
    both = SOUND.read(held(np.stack([one, other], axis=1))).float()
    assert torch.allclose(both, SOUND.read(held((one + other) / 2)).float(), atol=0.01)


def test_short_recordings_get_silence_on_both_sides() -> None:
    item = SOUND.read(held(samples("noise", 0, 0.2), RATE)).float()
    loud = torch.nonzero(item.sum(dim=1) > 20).flatten()
    assert len(item) == 100 and 35 < loud[0] < 45 and 55 < loud[-1] < 65


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


def test_batches_say_where_sound_ends() -> None:
    items = [SOUND.read(held(samples("low", 0, seconds))) for seconds in (1.5, 2.2)]
    batch = SOUND.batch(items)
    assert batch.shape == (2, 224, 65)
    assert batch[..., -1].sum(dim=1).tolist() == [len(item) for item in items]
    assert batch[0, len(items[0]) :].abs().max() == 0


def test_louder_and_saved_again_is_a_near_duplicate() -> None:
    def near(found: np.ndarray, kind: str = "WAV") -> tuple[int, ...]:
        return SOUND.look(InMemory("x", packed(found, kind)))[0].near

    rng = np.random.default_rng(0)
    steps = np.repeat(rng.uniform(0.01, 0.3, 30), 1600)
    found = steps * rng.standard_normal(48_000)
    far = [
        sum((a ^ b).bit_count() for a, b in zip(near(found), other, strict=True))
        for other in (near(0.6 * found), near(found, "OGG"), near(found[::-1]))
    ]
    assert max(far[:2]) <= NEAR_BITS < far[2]


def test_words_have_no_hash_because_they_are_alike() -> None:
    assert SOUND.look(held(samples("low", 0, 1.5)))[0].near == ()


def test_plain_features_are_a_row_each() -> None:
    rows = SOUND.plain([SOUND.read(held(samples(kind, 0))) for kind in ("low", "high")])
    assert rows.shape == (2, 7 * 64) and not torch.equal(rows[0], rows[1])


def test_a_spectrogram_can_be_shown() -> None:
    mime, shown = SOUND.show(SOUND.read(held(samples("high", 0))))
    assert mime == "image/png" and Pillow.open(io.BytesIO(shown)).size == (256, 192)


def test_a_clip_can_be_played_and_is_the_same_every_time() -> None:
    source = held(samples("high", 0, 9.0))
    mime, clip = SOUND.clip(source)
    assert mime == "audio/mpeg" and SOUND.clip(source)[1] == clip and len(clip) < 40_000
    heard, rate = soundfile.read(io.BytesIO(clip))
    assert abs(len(heard) / rate - 5) < 0.2 and np.abs(heard).max() > 0.2


def test_what_looks_say_is_counted() -> None:
    clipped = (samples("low", 0, 2) * 9).clip(-1, 1)
    things = [held(clipped), held(np.zeros(RATE)), held(np.stack([clipped] * 2, axis=1), 16_000)]
    told = " / ".join(SOUND.noted([SOUND.look(thing)[0] for thing in things]))
    assert "8 kHz (2), 16 kHz (1)" in told and "1 are silent" in told and "2 are clipped" in told
    assert "1 have several channels" in told


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


def test_nothing_is_told_of_recordings_where_none_could_be_read() -> None:
    assert SOUND.noted([]) == ()
