"""Long recordings in parts."""

import io
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from sounds import RATE, write

from headstart.data import InMemory, Span
from headstart.errors import DataError
from headstart.modality import Sound, windows

for name in ("soundfile", "soxr"):
    pytest.importorskip(name)


def spoken(seconds: float, pauses: tuple[float, ...]) -> np.ndarray:
    """Noise with a fifth of a second of silence around each pause."""
    rng = np.random.default_rng(0)
    samples = (0.3 * rng.standard_normal(int(seconds * RATE))).astype(np.float32)
    for at in pauses:
        samples[int((at - 0.1) * RATE) : int((at + 0.1) * RATE)] = 0
    return samples


def test_parts_are_cut_where_it_is_quiet_and_leave_nothing_out(tmp_path: Path) -> None:
    write(tmp_path / "a.wav", spoken(25.0, (8.0, 16.5)))
    parts = windows(tmp_path / "a.wav", 10.0)
    spans = [part.content for part in parts]
    assert [s.start_s for s in spans] == pytest.approx([0.0, 8.0, 16.5], abs=0.11)
    assert all(one.end_s == other.start_s for one, other in pairwise(spans))
    assert spans[-1].end_s == pytest.approx(25.0) and all(s.end_s - s.start_s <= 10 for s in spans)
    heard = sum(len(Sound().read(part)) for part in parts)
    assert heard == pytest.approx(2500, abs=10)


def test_what_is_short_stays_whole(tmp_path: Path) -> None:
    write(tmp_path / "a.wav", spoken(5.0, ()))
    part = InMemory("x", Span(tmp_path / "a.wav", 1.0, 4.0))
    assert windows(tmp_path / "a.wav", 10.0) == [tmp_path / "a.wav"]
    assert windows(part, 10.0) == [part] and len(windows(part, 2.0)) == 2


def test_samples_in_memory_are_cut_alike() -> None:
    samples = spoken(25.0, (8.0, 16.5))
    parts = windows(InMemory("x", {"array": samples, "sampling_rate": RATE}), 10.0)
    assert np.array_equal(np.concatenate([part.content[0] for part in parts]), samples)
    lengths = [len(part.content[0]) / RATE for part in parts]
    assert lengths == pytest.approx([8.0, 8.5, 8.5], abs=0.11)


def test_bytes_that_are_long_are_refused_and_what_is_no_sound_is_left(tmp_path: Path) -> None:
    write(tmp_path / "a.wav", spoken(12.0, ()))
    raw = (tmp_path / "a.wav").read_bytes()
    assert io.BytesIO(raw).read(4) == b"RIFF"
    with pytest.raises(DataError, match="longer than 10 seconds"):
        windows(InMemory("x", raw), 10.0)
    (tmp_path / "b.wav").write_bytes(b"no sound")
    assert windows(tmp_path / "b.wav", 10.0) == [tmp_path / "b.wav"]


def test_lapped_windows_are_of_one_length_and_share_a_quarter(tmp_path: Path) -> None:
    write(tmp_path / "a.wav", spoken(26.0, ()))
    spans = [part.content for part in windows(tmp_path / "a.wav", 10.0, lapped=True)]
    assert [s.end_s - s.start_s for s in spans] == pytest.approx([10.0] * 4)
    assert spans[0].start_s == 0 and spans[-1].end_s == pytest.approx(26.0)
    shared = [one.end_s - other.start_s for one, other in pairwise(spans)]
    assert min(shared) >= 2.5 and max(shared) == pytest.approx(min(shared))
    part = InMemory("x", Span(tmp_path / "a.wav", 3.0, 15.0))
    inside = [one.content for one in windows(part, 10.0, lapped=True)]
    assert [(s.start_s, s.end_s) for s in inside] == [(3.0, 13.0), (5.0, 15.0)]
    held = windows(InMemory("x", (spoken(26.0, ()), RATE)), 10.0, lapped=True)
    assert [len(one.content[0]) for one in held] == [10 * RATE] * 4
