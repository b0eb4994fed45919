"""Recordings, as log-mel spectrograms."""

import io
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import numpy as np
import PIL.Image
import scipy.fft
import torch
from jaxtyping import Float, Float16, Float32
from torch import Tensor

from headstart.data import Source
from headstart.modality.likeness import near_hashes
from headstart.modality.protocol import Look
from headstart.modality.recording import PIECES, Recording, clip_of, hear

FLOOR = 1e-3
"""Amounts of a band below which nothing is told apart from silence."""
STEP = 32
"""Moments in a batch are multiples of this."""
_SHOWN = (256, 192)  # pixels
_LIKE_S = 2.0
"""Shorter recordings have no hash: words are alike in that way without being copies."""


@dataclass(frozen=True)
class Sound:
    """Magnitudes of mel bands, 0 for silence: ln(1 + magnitude / 0.001).

    Frames, bands and floor are as those of YAMNet (Plakal and Ellis 2020). Recordings are heard
    as the mean of their channels.
    """

    kind: ClassVar[str] = "audio"
    things: ClassVar[str] = "recordings"
    plain_name: ClassVar[str] = "log-mel statistics"
    varies: ClassVar[bool] = True

    rate_hz: int = 16_000
    bands: int = 64
    low_hz: float = 125.0
    high_hz: float = 7_500.0
    window_s: float = 0.025
    hop_s: float = 0.010
    least_s: float = 1.0
    """Shorter recordings get silence on both sides."""
    most_s: float = 30.0
    """Of longer ones, six pieces are heard, evenly spread, so long in all."""

    def read(self, source: Source) -> Float16[Tensor, "t f"]:
        """Its spectrogram, shape (moments, bands). Raises `DataError`."""
        return self.of(hear(source, self.rate_hz, self.most_s).samples)

    def look(self, source: Source) -> tuple[Look, Float16[Tensor, "t f"]]:
        """`read`, with digests, a perceptual hash, and length, rate, channels and levels."""
        heard = hear(source, self.rate_hz, self.most_s)
        item = self.of(heard.samples)
        return look_of(source, heard, self.rate_hz, self.most_s), item

    def batch(self, items: Sequence[Tensor]) -> Float32[Tensor, "b t g"]:
        """Rows of one length, padded with silence; the last column is 1 where there is sound."""
        longest = max((len(item) for item in items), default=1)
        rows = torch.zeros(len(items), -(-longest // STEP) * STEP, self.bands + 1)
        for row, item in zip(rows, items, strict=True):
            row[: len(item), :-1] = item
            row[: len(item), -1] = 1
        return rows

    def show(self, item: Float16[Tensor, "t f"]) -> tuple[str, bytes]:
        """The spectrogram: time runs right, pitch up, louder is darker."""
        return show_spectrogram(item)

    def clip(self, source: Source) -> tuple[str, bytes]:
        """The first seconds, as MP3."""
        return clip_of(source)

    def plain(self, items: Sequence[Tensor]) -> Float[Tensor, "n d"]:
        """Of each band the mean of each third of the time, spread, extremes, and how it changes."""
        rows = [statistics(item.float().numpy()) for item in items]
        return torch.from_numpy(np.stack(rows)) if rows else torch.empty(0, 7 * self.bands)

    def blank(self) -> Float16[Tensor, "t f"]:
        """Two seconds of noise, the same every time."""
        drawn = np.random.default_rng(0).standard_normal(2 * self.rate_hz)
        return self.of((0.05 * drawn).astype(np.float32))

    def half(self) -> None:
        """Sound at half the rate is another sound."""

    def halved(self, item: Tensor) -> Tensor:
        """Nothing is halved."""
        return item

    def noted(self, looks: Sequence[Look]) -> tuple[str, ...]:
        """Lengths, rates and channels; how many are silent, clipped, or heard in pieces."""
        return noted_of(looks, self.most_s)

    def of(self, samples: Float32[np.ndarray, " n"]) -> Float16[Tensor, "t f"]:
        """The spectrogram of samples at the contract's rate."""
        window, hop = round(self.window_s * self.rate_hz), round(self.hop_s * self.rate_hz)
        lacking = max(0, round(self.least_s * self.rate_hz) + window - hop - len(samples))
        padded = np.pad(samples, (lacking // 2, lacking - lacking // 2))
        frames = np.lib.stride_tricks.sliding_window_view(padded, window)[::hop]  # (t, w)
        size = 2 ** math.ceil(math.log2(window))
        spectrum = np.abs(scipy.fft.rfft(frames * hann(window), size)).astype(np.float32)
        mel = spectrum @ filters(self.bands, self.low_hz, self.high_hz, size, self.rate_hz)
        return torch.from_numpy(np.log1p(mel / FLOOR).astype(np.float16))


def look_of(source: Source, heard: Recording, rate_hz: int, most_s: float) -> Look:
    """What tells whether another recording is the same, whatever rate and length a network hears.

    As `Sound()` hears the source; it is only heard again where that is something else.
    """
    usual, seconds = Sound(), float(dict(heard.facts)["seconds"])
    pieces = seconds > min(most_s, usual.most_s) and most_s != usual.most_s
    if rate_hz != usual.rate_hz or pieces:
        heard = hear(source, usual.rate_hz, usual.most_s)
    near = near_hashes(_picture(usual.of(heard.samples))) if seconds >= _LIKE_S else ()
    return Look(heard.digest, heard.content, near, heard.facts)


def noted_of(looks: Sequence[Look], most_s: float) -> tuple[str, ...]:
    """Lengths, rates and channels; how many are silent, clipped, or heard in pieces."""
    if not looks:
        return ()
    facts = [dict(look.facts) for look in looks]
    seconds = np.array([float(one["seconds"]) for one in facts])
    low, middle, high = np.quantile(seconds, (0, 0.5, 1)).tolist()
    rates = Counter(f"{float(one['rate']) / 1000:g} kHz" for one in facts)
    told = [f"{low:.2f} to {high:,.2f} s, median {middle:.2f} s, at {_counted(rates)}"]
    many = sum(float(one["channels"]) > 1 for one in facts)
    told += [f"{many:,} have several channels: their mean is heard"] if many else []
    turned = sum(float(one.get("canceled", 0)) > 0 for one in facts)
    heard = "channels that cancel each other: the loudest alone is heard"
    told += [f"{turned:,} have {heard}"] if turned else []
    silent = sum(float(one["silent"]) > 0.99 for one in facts)
    told += [f"{silent:,} are silent"] if silent else []
    clipped = sum(float(one["clipped"]) > 0.001 for one in facts)
    told += [f"{clipped:,} are clipped: loudest samples cut off"] if clipped else []
    long = int((seconds > most_s).sum())
    if long:
        pieces = f"{PIECES} pieces of {most_s / PIECES:g} s, evenly spread"
        told.append(f"{long:,} are longer than {most_s:g} s; of those {pieces}, are heard")
    return tuple(told)


def show_spectrogram(levels: Float[Tensor, "t f"]) -> tuple[str, bytes]:
    """As a picture: time runs right, pitch up, louder is darker."""
    kept = io.BytesIO()
    _picture(levels).resize(_SHOWN, PIL.Image.Resampling.BOX).save(kept, "PNG")
    return "image/png", kept.getvalue()


@cache
def hann(window: int) -> Float32[np.ndarray, " w"]:
    """Hann's window, periodic."""
    turns = np.arange(window) / window
    return (0.5 - 0.5 * np.cos(2 * math.pi * turns)).astype(np.float32)


@cache
def filters(
    bands: int, low_hz: float, high_hz: float, size: int, rate_hz: int
) -> Float32[np.ndarray, "s f"]:
    """Triangles of equal width on the mel scale (HTK's), 1 at their tips."""
    place = _mel(np.linspace(0, rate_hz / 2, size // 2 + 1))[:, None]
    edges = np.linspace(_mel(low_hz), _mel(high_hz), bands + 2)
    rising = (place - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - place) / (edges[2:] - edges[1:-1])
    found: np.ndarray = np.maximum(0, np.minimum(rising, falling)).astype(np.float32)
    return found


def _mel(hz: float | np.ndarray) -> np.ndarray:
    return np.asarray(1127 * np.log1p(np.asarray(hz) / 700))


def statistics(item: Float32[np.ndarray, "t f"]) -> Float32[np.ndarray, " d"]:
    """Of each band the mean of each third of the time, spread, extremes, and how it changes."""
    thirds = [part.mean(axis=0) for part in np.array_split(item, 3)]
    change = np.abs(np.diff(item, axis=0, prepend=item[:1])).mean(axis=0)
    return np.concatenate([*thirds, item.std(axis=0), item.min(axis=0), item.max(axis=0), change])


def _picture(item: Tensor) -> PIL.Image.Image:
    levels = item.float().numpy().T[::-1]  # (f, t), low pitch at the bottom
    dark = 255 - 255 * levels / max(1.0, float(levels.max()))
    return PIL.Image.fromarray(dark.astype(np.uint8))


def _counted(often: Counter[str]) -> str:
    return ", ".join(f"{name} ({count:,})" for name, count in often.most_common(4))
