"""Recordings, as the feature extractor that a network was trained with prepares them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from jaxtyping import Float, Float32
from torch import Tensor

from headstart import durable
from headstart.data import Source
from headstart.errors import BackboneError, SecurityError, needs
from headstart.hostile import printable
from headstart.modality.protocol import Look
from headstart.modality.recording import clip_of, hear
from headstart.modality.sound import Sound, look_of, noted_of, show_spectrogram, statistics
from headstart.untrusted import Damaged, record_in, refuse_code

LEAST_S = 0.5
STEPS = {1: 1_600, 2: 8}
"""Lengths in a batch are multiples of this: samples, or frames of features."""


@dataclass(frozen=True)
class Prepared:
    """Samples at a network's rate, normalized as it wants; or features, and which are of sound.

    What is heard of a recording follows the rules of `Sound`.
    """

    kind: ClassVar[str] = "audio"
    things: ClassVar[str] = "recordings"
    plain_name: ClassVar[str] = "log-mel statistics"
    varies: ClassVar[bool] = True

    extractor: str
    """SHA-256 of `preprocessor_config.json`."""
    rate_hz: int = 16_000
    most_s: float = 30.0
    place: Path = field(default=Path(), repr=False, compare=False)
    """That file."""

    def read(self, source: Source) -> Float[Tensor, "t ..."]:
        """Samples, shape (n,); or features and their mask, shape (t, f + 1). Raises `DataError`."""
        return self._item(hear(source, self.rate_hz, self.most_s).samples)

    def look(self, source: Source) -> tuple[Look, Float[Tensor, "t ..."]]:
        """`read`, with digests, a perceptual hash, and length, rate, channels and levels."""
        heard = hear(source, self.rate_hz, self.most_s)
        return look_of(source, heard, self.rate_hz, self.most_s), self._item(heard.samples)

    def batch(self, items: Sequence[Tensor]) -> Float32[Tensor, "b t g"]:
        """Rows of one length; the last column is 1 where there is sound, and padding is 0."""
        if not items:
            return torch.empty(0, 0, 2)
        step = STEPS[items[0].ndim]
        width = -(-max(map(len, items)) // step) * step
        features = 2 if items[0].ndim == 1 else items[0].shape[1]
        rows = torch.zeros(len(items), width, features)
        for row, item in zip(rows, items, strict=True):
            row[: len(item), -1] = 1
            row[: len(item), : 1 if item.ndim == 1 else features] = item.reshape(len(item), -1)
        return rows

    def show(self, item: Float[Tensor, "t ..."]) -> tuple[str, bytes]:
        """The spectrogram: time runs right, pitch up, louder is darker."""
        return show_spectrogram(self._spectrogram(item))

    def clip(self, source: Source) -> tuple[str, bytes]:
        """The first seconds, as MP3."""
        return clip_of(source)

    def plain(self, items: Sequence[Tensor]) -> Float[Tensor, "n d"]:
        """As of `Sound`, of what the network is given."""
        rows = [statistics(self._spectrogram(item).float().numpy()) for item in items]
        return torch.from_numpy(np.stack(rows)) if rows else torch.empty(0, 0)

    def blank(self) -> Float[Tensor, "t ..."]:
        """A second of noise, the same every time."""
        drawn = np.random.default_rng(0).standard_normal(self.rate_hz)
        return self._item((0.05 * drawn).astype(np.float32))

    def half(self) -> None:
        """Sound at half the rate is another sound."""

    def halved(self, item: Tensor) -> Tensor:
        """Nothing is halved."""
        return item

    def noted(self, looks: Sequence[Look]) -> tuple[str, ...]:
        """Lengths, rates and channels; how many are silent, clipped, or heard in pieces."""
        return noted_of(looks, self.most_s)

    def _item(self, samples: Float32[np.ndarray, " n"]) -> Tensor:
        lacking = max(0, round(LEAST_S * self.rate_hz) - len(samples))
        padded = np.pad(samples, (lacking // 2, lacking - lacking // 2))
        extractor = _opened(self.place, self.extractor)
        options = {"sampling_rate": self.rate_hz, "return_tensors": "np"}
        made = extractor(padded, return_attention_mask=True, **options)
        found = torch.from_numpy(np.asarray(made[extractor.model_input_names[0]][0]))
        found = found[0] if found.ndim == 3 else found  # CLAP's has room for longer recordings
        if found.ndim == 1:
            return found.to(torch.float16)
        frames = made.get("attention_mask")
        rows = found.T if frames is not None and found.shape[1] == frames.shape[1] else found
        mask = torch.ones(len(rows)) if frames is None else torch.from_numpy(frames[0])
        return torch.cat([rows, mask[:, None].to(rows)], dim=1).to(torch.float16)

    def _spectrogram(self, item: Tensor) -> Tensor:
        if item.ndim == 1:
            return Sound(rate_hz=self.rate_hz, high_hz=0.47 * self.rate_hz).of(item.float().numpy())
        heard = item[item[:, -1] > 0, :-1]
        return heard - heard.min()


def prepared_by(place: Path) -> Prepared:
    """The contract of the feature extractor in a file."""
    digest = durable.sha256(place)
    extractor = _opened(place, digest)
    return Prepared(digest, int(extractor.sampling_rate), _longest(extractor), place)


def extractor_of(contract: Prepared) -> Any:
    """Transformers' own object that prepares recordings. Raises `BackboneError`."""
    return _opened(contract.place, contract.extractor)


def _longest(extractor: Any) -> float:
    """Seconds that it takes: of AST 10 ms a frame, of Whisper and CLAP as they say."""
    frames = getattr(extractor, "max_length", None) or 3_000
    told = getattr(extractor, "max_length_s", None) or getattr(extractor, "chunk_length", None)
    return min(30.0, float(told or frames / 100))


_BOUNDS = {
    "sampling_rate": (1000, 192_000), "feature_size": (1, 1024), "num_mel_bins": (1, 1024),
    "n_fft": (16, 16_384), "fft_window_size": (16, 16_384), "hop_length": (16, 16_384),
    "chunk_length": (1, 60), "chunk_length_s": (1, 60), "max_length_s": (1, 60),
    "max_length": (1, 8_000), "n_samples": (1, 60 * 192_000), "nb_max_samples": (1, 60 * 192_000),
    "nb_max_frames": (1, 60_000), "nb_frequency_bins": (1, 16_384),
}  # fmt: skip
"""Numbers that decide how much time and memory an extractor takes."""


def _record(place: Path) -> dict[str, Any]:
    """What the file says. Raises `Damaged` out of bounds, `SecurityError` where it names code."""
    record = record_in(place)
    refuse_code(record, place)
    for name, (least, most) in _BOUNDS.items():
        value = record.get(name)
        if value is not None and not (isinstance(value, int | float) and least <= value <= most):
            raise Damaged(f"{name} is {value!r}, not from {least} to {most}")
    return record


@cache
def _opened(place: Path, digest: str) -> Any:
    with needs("text"):
        from transformers import AutoFeatureExtractor
        from transformers.models.auto import feature_extraction_auto as kinds

    try:
        if durable.sha256(place) != digest:
            raise OSError("it is not the file that it was")
        record = _record(place)
        kind = str(record.get("feature_extractor_type"))
        known: Any = kinds.feature_extractor_class_from_name(kind)
        if known is not None:  # nothing else in the folder is looked at
            return known.from_dict(record)
        return AutoFeatureExtractor.from_pretrained(place.parent, local_files_only=True)
    except SecurityError:
        raise
    except Exception as error:  # the library raises whatever comes to it
        raise BackboneError(
            "M475",
            "the feature extractor cannot be read",
            "copy the backbone's folder again from where it came",
            where=printable(place),
            why=printable(error, limit=200),
        ) from error
