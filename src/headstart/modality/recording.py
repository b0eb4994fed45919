"""From untrusted bytes, or samples in memory, to one channel of samples at a backbone's rate.

Whatever is wrong becomes a `DataError` with one code a cause; part of a recording is never taken
for the whole without a word.
"""

import hashlib
import io
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from io import BufferedIOBase
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, cast

import numpy as np
from jaxtyping import Float32

from headstart.counting import counted
from headstart.data import Source, Span, name_of
from headstart.errors import DataError, needs
from headstart.hostile import printable
from headstart.modality.file_types import LEAST_MISSING, missing
from headstart.modality.film_sound import can_decode, decoded

if TYPE_CHECKING:
    from soundfile import SoundFile

PIECES = 6
"""Of a recording that is longer than a backbone hears, so many pieces are heard, evenly spread."""
CLIP_S, CLIP_HZ = 5.0, 16_000
"""Of a clip that is played."""
_RATES = (2_000, 768_000)
_MOST_CHANNELS = 64
_LOUDEST = 2.0**31
"""Floats are meant to reach 1; some programs write whole numbers of up to 32 bits as floats."""
_CANCELED = 0.3
"""Of what the mean keeps of the loudest channel beside silence: below, channels cancel."""
_UNREAD = {
    b"\x1aE\xdf\xa3": "Matroska (webm, mka)",
    b"0&\xb2u\x8ef\xcf\x11": "Windows Media (wma)",
    b"#!AMR": "AMR",
    b"\xff\xf1": "AAC",
    b"\xff\xf9": "AAC",
    b"MAC ": "Monkey's Audio",
    b"wvpk": "WavPack",
}
_FIX = "take it out, or export it anew: ffmpeg -i FILE FILE.wav"


@dataclass(frozen=True, eq=False)
class Recording:
    """Samples as a backbone hears them, and what was found out on the way."""

    samples: Float32[np.ndarray, " n"]
    """From -1 to 1, the mean of all channels, at the rate that was wanted."""
    digest: str
    """SHA-256 of the file's bytes; of the samples where it was in memory."""
    content: str
    """Equal for equal samples at an equal rate."""
    facts: tuple[tuple[str, str | float], ...]
    """seconds, rate, channels, format; the shares that are silent and clipped."""


def hear(source: Source, rate_hz: int, most_s: float) -> Recording:
    """Read a source; of one that is longer than `most_s` seconds, `PIECES` pieces of it.

    Raises `DataError`.
    """
    name = name_of(source)
    thing: object = source if isinstance(source, Path) else source.content
    span = (thing.start_s, thing.end_s) if isinstance(thing, Span) else None
    thing = thing.path if isinstance(thing, Span) else thing
    if isinstance(thing, bytes | bytearray | memoryview):
        raw = bytes(thing)
        return _from_file(io.BytesIO(raw), hashlib.sha256(raw).hexdigest(), rate_hz, most_s, name)
    if not isinstance(thing, Path):
        return _from_memory(thing, rate_hz, most_s, name)
    try:
        if not stat.S_ISREG(thing.stat().st_mode):
            _refuse("D201", "this is no file", name, "a folder, a pipe or a device")
        with thing.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            digest = hashlib.sha256(f"{digest} {span}".encode()).hexdigest() if span else digest
            return _from_file(file, digest, rate_hz, most_s, name, span)
    except OSError as error:
        _refuse("D202", "a recording cannot be opened", name, printable(error.strerror or error))


def clip_of(source: Source) -> tuple[str, bytes]:
    """The first seconds of a source, small: a MIME type and bytes. Raises `DataError`."""
    with needs("audio"):
        import soundfile

    heard, kept = hear(source, CLIP_HZ, 10 * CLIP_S).samples, io.BytesIO()
    soundfile.write(kept, heard[: int(CLIP_S * CLIP_HZ)], CLIP_HZ, format="MP3")
    return "audio/mpeg", kept.getvalue()


def _from_file(
    file: BufferedIOBase,
    digest: str,
    rate_hz: int,
    most_s: float,
    name: str,
    span: tuple[float, float] | None = None,
) -> Recording:
    with needs("audio"):
        import soundfile
    file.seek(0)
    head = file.read(16)
    if not head:
        _refuse("D203", "a recording is empty", name, "0 bytes")
    if form := unread_format(head):
        return _from_film(file, form, digest, rate_hz, most_s, name, span)
    if lost := missing(file):
        _refuse("D204", "a recording is cut short", name, lost)
    file.seek(0)
    try:
        with soundfile.SoundFile(file) as opened:
            _check(opened.samplerate, opened.channels, opened.frames, name)
            first, last = _bounds(opened, span, name)
            samples = _pieces(opened, first, last, most_s, name)
            told = (last - first, opened.samplerate, opened.channels, opened.format)
    except (RuntimeError, ValueError, TypeError) as error:  # libsndfile's own is a RuntimeError
        why = getattr(error, "error_string", error)  # without the file object's address
        _refuse("D205", "a recording cannot be decoded", name, printable(why, limit=200))
    return _heard(samples, told, digest, rate_hz, name)


def _from_film(
    file: BufferedIOBase,
    form: str,
    digest: str,
    rate_hz: int,
    most_s: float,
    name: str,
    span: tuple[float, float] | None,
) -> Recording:
    """Of a format that libsndfile does not read, by PyAV. Raises `DataError`."""
    if not can_decode():
        why = "by its first bytes; pip install 'headstart[media]' reads it"
        _refuse("D296", f"recordings in the format {form} are not read", name, why)
    file.seek(0)
    try:
        table, rate = decoded(file, form)
    except RuntimeError as error:
        _refuse("D205", "a recording cannot be decoded", name, printable(error, limit=200))
    if span:
        first, last = (min(len(table), round(at * rate)) for at in span)
        if first >= last:
            why = f"it has {len(table) / rate:,.2f} s"
            _refuse("D209", "a part lies behind the recording's end", name, why)
        table = table[first:last]
    _check(rate, table.shape[1], len(table), name)
    told = (len(table), rate, table.shape[1], form)
    return _heard(_evenly(table, rate, most_s), told, digest, rate_hz, name)


def _evenly(table: Float32[np.ndarray, "n c"], rate: int, most_s: float) -> np.ndarray:
    """All samples; of more than are heard, pieces."""
    if len(table) <= most_s * rate:
        return table
    length = int(most_s * rate / PIECES)
    starts = np.linspace(0, len(table) - length, PIECES).astype(int)
    return np.concatenate([table[start : start + length] for start in starts])


def unread_format(head: bytes) -> str:
    """The format of sound, or of film, that some bytes begin, where it is not read; else empty.

    >>> unread_format(b"1234ftypM4A "), unread_format(b"RIFF")
    ('MPEG-4 (m4a, mp4)', '')
    """
    if head[4:8] == b"ftyp":
        return "MPEG-4 (m4a, mp4)"
    return next((name for start, name in _UNREAD.items() if head.startswith(start)), "")


def _mixed(samples: Float32[np.ndarray, "n c"]) -> tuple[Float32[np.ndarray, " n"], bool]:
    """The mean of all channels; the loudest alone, and True, where they cancel each other."""
    mono = samples.mean(axis=1, dtype=np.float32)
    if samples.shape[1] < 2:
        return mono, False
    loud = np.sqrt(np.square(samples, dtype=np.float64).mean(axis=0))
    left = float(np.sqrt(np.square(mono, dtype=np.float64).mean()))
    # the mean keeps 1 / sqrt(c) of channels that have nothing in common, 1 / c of one alone
    if left >= _CANCELED / samples.shape[1] * float(loud.max(initial=0)):
        return mono, False
    return np.ascontiguousarray(samples[:, int(loud.argmax())]), True


def _bounds(opened: "SoundFile", span: tuple[float, float] | None, name: str) -> tuple[int, int]:
    """The first sample of a part, and the one behind its last; of all where there is no part."""
    if span is None:
        return 0, opened.frames
    first, last = (min(opened.frames, round(at * opened.samplerate)) for at in span)
    if first >= last:
        length = opened.frames / opened.samplerate
        _refuse("D209", "a part lies behind the recording's end", name, f"it has {length:,.2f} s")
    return first, last


def _pieces(
    opened: "SoundFile", first: int, last: int, most_s: float, name: str
) -> Float32[np.ndarray, "n c"]:
    """All samples, or those of pieces. Raises `DataError` where there are fewer than promised."""
    wanted = last - first
    if wanted <= most_s * opened.samplerate:
        opened.seek(first)
        found = opened.read(wanted, dtype="float32", always_2d=True)
        if len(found) < (1 - LEAST_MISSING) * wanted:
            lost = f"{len(found):,} of {wanted:,} samples are there"
            _refuse("D204", "a recording is cut short", name, lost)
        return cast("np.ndarray", found)
    length = int(most_s * opened.samplerate / PIECES)
    parts = []
    for start in np.linspace(first, last - length, PIECES).astype(int).tolist():
        opened.seek(start)
        parts.append(opened.read(length, dtype="float32", always_2d=True))
        if len(parts[-1]) < (1 - LEAST_MISSING) * length:
            lost = f"it ends before second {(start + length) / opened.samplerate:,.0f}"
            _refuse("D204", "a recording is cut short", name, lost)
    return np.concatenate(parts)


def _from_memory(thing: object, rate_hz: int, most_s: float, name: str) -> Recording:
    """(samples, rate), or what datasets call audio: {"array": …, "sampling_rate": …}."""
    if isinstance(thing, Mapping) and {"array", "sampling_rate"} <= thing.keys():
        thing = (thing["array"], thing["sampling_rate"])
    pair = isinstance(thing, tuple) and len(thing) == 2
    if not pair or not isinstance(cast("tuple[object, object]", thing)[1], int | np.integer):
        why = "samples need their rate: (samples, 16000)"
        _refuse("D206", "this is no recording", name, why)
    array, rate = cast("tuple[np.ndarray, int]", thing)
    samples = np.asarray(array)
    if np.issubdtype(samples.dtype, np.signedinteger):
        samples = samples / float(np.iinfo(samples.dtype).max)
    if samples.ndim not in (1, 2) or not np.issubdtype(samples.dtype, np.floating):
        why = f"an array of shape {samples.shape} of {samples.dtype}"
        _refuse("D206", "this is no recording", name, why)
    table = samples.astype(np.float32)
    table = table[:, None] if table.ndim == 1 else table  # (n, c)
    _check(int(rate), table.shape[1], len(table), name)
    digest = hashlib.sha256(f"{rate} {table.shape} ".encode() + table.tobytes()).hexdigest()
    told = (len(table), int(rate), table.shape[1], "memory")
    return _heard(_evenly(table, int(rate), most_s), told, digest, rate_hz, name)


def _heard(
    samples: Float32[np.ndarray, "n c"],
    told: tuple[int, int, int, str],
    digest: str,
    rate_hz: int,
    name: str,
) -> Recording:
    with needs("audio"):
        import soxr
    frames, rate, channels, form = told
    if not np.isfinite(samples).all():
        bad = int((~np.isfinite(samples)).sum())
        _refuse("D207", "samples are not finite", name, f"{bad:,} of {samples.size:,}")
    loud = np.abs(samples)
    if loud.max(initial=0) > _LOUDEST:
        why = f"a sample of {loud.max():.3g}, where 1 is as loud as it gets"
        _refuse("D208", "this is no sound that people record", name, why)
    mono, canceled = _mixed(samples)
    facts = (
        ("seconds", frames / rate),
        ("rate", float(rate)),
        ("channels", float(channels)),
        ("format", form),
        ("silent", float((np.abs(mono) < 1e-4).mean())),
        ("clipped", float((loud >= 0.999).mean())),
        ("canceled", float(canceled)),
    )
    content = hashlib.blake2b(f"{rate} {frames} {channels} ".encode(), digest_size=32)
    content.update(np.rint(samples * 32767).clip(-32768, 32767).astype(np.int16).tobytes())
    mono = mono if rate == rate_hz else soxr.resample(mono, rate, rate_hz)
    return Recording(mono.astype(np.float32), digest, content.hexdigest(), facts)


def _check(rate: int, channels: int, frames: int, name: str) -> None:
    if frames < 1:
        _refuse("D203", "a recording is empty", name, "no samples")
    if not (_RATES[0] <= rate <= _RATES[1] and channels <= _MOST_CHANNELS):
        why = f"{counted(channels, 'channel')} of {rate:,} samples a second"
        _refuse("D208", "this is no sound that people record", name, why)


def _refuse(code: str, what: str, name: str, why: str) -> NoReturn:
    raise DataError(code, what, _FIX, name, why)
