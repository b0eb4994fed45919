"""Recordings become spectrograms: the same at any rate, whole or not at all."""

import io

import numpy as np
import pytest
import torch
from heard import SOUND, held, packed
from PIL import Image as Pillow
from sounds import RATE, samples

from headstart.data import InMemory
from headstart.modality import NEAR_BITS

soundfile = pytest.importorskip("soundfile")


soxr = pytest.importorskip("soxr")


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


def test_short_recordings_get_silence_on_both_sides() -> None:
    item = SOUND.read(held(samples("noise", 0, 0.2), RATE)).float()
    loud = torch.nonzero(item.sum(dim=1) > 20).flatten()
    assert len(item) == 100 and 35 < loud[0] < 45 and 55 < loud[-1] < 65


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


def test_what_looks_say_is_counted() -> None:
    clipped = (samples("low", 0, 2) * 9).clip(-1, 1)
    things = [held(clipped), held(np.zeros(RATE)), held(np.stack([clipped] * 2, axis=1), 16_000)]
    told = " / ".join(SOUND.noted([SOUND.look(thing)[0] for thing in things]))
    assert "8 kHz (2), 16 kHz (1)" in told and "1 are silent" in told and "2 are clipped" in told
    assert "1 have several channels" in told


def test_nothing_is_told_of_recordings_where_none_could_be_read() -> None:
    assert SOUND.noted([]) == ()
