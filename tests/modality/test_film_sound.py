import io

import numpy as np
import pytest

from headstart.data import InMemory
from headstart.errors import DataError
from headstart.modality import film_sound, recording
from headstart.modality.recording import hear

M4A = b"\0\0\0\x18ftypM4A \0\0\0\0" + bytes(64)


def tone(seconds=1.0, rate=16_000, channels=2):
    wave = 0.5 * np.sin(2 * np.pi * 440 * np.arange(int(seconds * rate)) / rate)
    return np.stack([wave] * channels, axis=1).astype(np.float32)


@pytest.fixture
def film(monkeypatch):
    """A recording of two seconds, as PyAV decodes it."""
    monkeypatch.setattr(recording, "can_decode", lambda: True)
    monkeypatch.setattr(recording, "decoded", lambda file, form: (tone(2.0), 16_000))


def test_without_the_extra_the_error_names_it_and_ffmpeg(monkeypatch):
    monkeypatch.setattr(film_sound, "find_spec", lambda name: None)
    with pytest.raises(DataError, match="D296") as caught:
        hear(InMemory("a.m4a", M4A), 16_000, 5.0)
    assert "headstart[media]" in caught.value.why and "ffmpeg -i FILE" in caught.value.fix


def test_with_it_the_recording_is_heard(film):
    found = hear(InMemory("a.m4a", M4A), 16_000, 5.0)
    assert len(found.samples) == 32_000
    assert dict(found.facts)["format"] == "MPEG-4 (m4a, mp4)"
    assert dict(found.facts)["seconds"] == 2.0


def test_of_a_long_one_pieces_are_heard(film):
    assert len(hear(InMemory("a.m4a", M4A), 16_000, 1.5).samples) == 24_000


def test_what_cannot_be_decoded_is_refused(monkeypatch):
    def torn(file, form):
        raise RuntimeError("no moov")

    monkeypatch.setattr(recording, "can_decode", lambda: True)
    monkeypatch.setattr(recording, "decoded", torn)
    with pytest.raises(DataError, match="D205"):
        hear(InMemory("a.m4a", M4A), 16_000, 5.0)


@pytest.mark.parametrize(
    ("heard_s", "promised_s", "whole"),
    [
        (1.91, 2.0, True),
        (1.89, 2.0, False),
        (99.51, 100.0, True),
        (99.49, 100.0, False),
        (9.0, 0.0, True),
    ],
)
def test_a_recording_that_stops_before_its_end_is_refused(heard_s, promised_s, whole):
    if whole:
        film_sound.need_whole(heard_s, promised_s)
    else:
        with pytest.raises(RuntimeError, match="it stops after"):
            film_sound.need_whole(heard_s, promised_s)


def test_half_a_webm_is_not_taken_for_a_whole_one():
    av = pytest.importorskip("av")
    kept = io.BytesIO()
    with av.open(kept, "w", format="webm") as out:
        stream = out.add_stream("libopus", rate=48_000, layout="mono")
        wave = np.ascontiguousarray(tone(2.0, 48_000, 1).T)
        frame = av.AudioFrame.from_ndarray(wave, "fltp", "mono")
        frame.rate = 48_000
        fit = av.AudioResampler(format=stream.codec_context.format, layout="mono", rate=48_000)
        for packet in [p for part in fit.resample(frame) for p in stream.encode(part)]:
            out.mux(packet)
        for packet in stream.encode(None):
            out.mux(packet)
    whole = kept.getvalue()
    assert len(hear(InMemory("a.webm", whole), 16_000, 5.0).samples) == 32_000
    with pytest.raises(DataError, match="D205"):
        hear(InMemory("a.webm", whole[: len(whole) // 2]), 16_000, 5.0)


def test_pyav_gives_what_it_wrote():
    av = pytest.importorskip("av")
    kept, wave = io.BytesIO(), tone()
    with av.open(kept, "w", format="mp4") as out:
        stream = out.add_stream("aac", rate=16_000, layout="stereo")
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(wave.T), "fltp", "stereo")
        frame.rate = 16_000
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            out.mux(packet)
    found = hear(InMemory("a.m4a", kept.getvalue()), 16_000, 5.0)
    assert len(found.samples) == pytest.approx(16_000, abs=2048)
    assert np.abs(found.samples).max() == pytest.approx(0.5, abs=0.05)
    with pytest.raises(DataError, match="D205"):
        hear(InMemory("a.m4a", kept.getvalue()[:400]), 16_000, 5.0)
