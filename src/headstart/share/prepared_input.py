"""What feature extractors of transformers do with samples, in a graph of tensors.

Sums are in double precision, as theirs are in numpy; what is read is rounded to half precision,
as `Prepared` keeps it.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Float64
from torch import Tensor, nn

from headstart.modality import Prepared
from headstart.modality.prepared import LEAST_S, STEPS, extractor_of
from headstart.share.spectrogram import in_half

_FRAME, _HOP, _BINS, _PREEMPHASIS = 400, 160, 512, 0.97
"""Of Kaldi's filter banks, as AST takes them."""
_FLOOR = 1.192092955078125e-07


def prepared_input(contract: Prepared) -> nn.Module:
    """Samples to what `contract` reads of them. Raises `ValueError` where a graph can't."""
    extractor = extractor_of(contract)
    if (make := _INPUTS.get(type(extractor).__name__)) is None:
        raise ValueError(f"{type(extractor).__name__} is not among {', '.join(_INPUTS)}")
    return make(contract, extractor)


class Lengthened(nn.Module):
    """Samples, with silence on both sides where there are too few."""

    def __init__(self, contract: Prepared) -> None:
        super().__init__()
        self.least = round(LEAST_S * contract.rate_hz)

    def forward(self, samples: Float[Tensor, "n t"]) -> Float[Tensor, "n s"]:
        """Half a second, at least."""
        lacking = torch.sym_max(0, self.least - samples.shape[1])
        before = samples.new_zeros(samples.shape[0], lacking // 2)
        after = samples.new_zeros(samples.shape[0], lacking - lacking // 2)
        return torch.cat([before, samples, after], dim=1)


class Samples(nn.Module):
    """Samples of mean 0 and variance 1 where the network wants that, in whole steps."""

    def __init__(self, contract: Prepared, extractor: Any) -> None:
        super().__init__()
        self.long, self.scaled = Lengthened(contract), bool(extractor.do_normalize)

    def forward(self, samples: Float[Tensor, "n t"]) -> Float[Tensor, "n s 2"]:
        """Rows with 1 in the last column where there is sound."""
        x = self.long(samples)
        if self.scaled:
            apart = x - x.mean(dim=1, keepdim=True)
            x = apart / (apart.square().mean(dim=1, keepdim=True) + 1e-7).sqrt()
        x = in_half(x)
        rows = torch.stack([x, torch.ones_like(x)], dim=2)
        return torch.cat([rows, rows.new_zeros(rows.shape[0], -rows.shape[1] % STEPS[1], 2)], dim=1)


class Waves(nn.Module):
    """Frames to the power in each band, by products with cosines and sines."""

    def __init__(
        self, shape: Float64[np.ndarray, "w v"], size: int, bands: Float64[np.ndarray, "f b"]
    ) -> None:
        """`shape` is what is done to a frame before, as a matrix; `size` that of the transform."""
        super().__init__()
        turns = np.outer(np.arange(len(shape)), np.arange(size // 2 + 1)) * 2 * np.pi / size
        self.waves: Tensor
        self.bands: Tensor
        both = np.concatenate([shape @ np.cos(turns), shape @ np.sin(turns)], axis=1)
        self.register_buffer("waves", torch.from_numpy(both))
        self.register_buffer("bands", torch.from_numpy(np.asarray(bands, np.float64)))

    def forward(self, frames: Float[Tensor, "n m w"]) -> Float64[Tensor, "n m b"]:
        """One row a frame."""
        real, imaginary = (frames.double() @ self.waves).chunk(2, dim=-1)
        powers: Tensor = (real.square() + imaginary.square()) @ self.bands
        return powers


class Whisper(nn.Module):
    """Logarithms of bands of as many seconds as the network takes, silence behind what there is."""

    def __init__(self, contract: Prepared, extractor: Any) -> None:
        super().__init__()
        if extractor.dither or getattr(extractor, "do_normalize", False):
            raise ValueError("it adds noise, or normalizes samples")
        size = extractor.n_fft
        self.long, self.count = Lengthened(contract), int(extractor.n_samples)
        self.size, self.hop = size, int(extractor.hop_length)
        window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)
        self.waves = Waves(np.diag(window), size, extractor.mel_filters)

    def forward(self, samples: Float[Tensor, "n t"]) -> Float[Tensor, "n m f"]:
        """Rows of frames with 1 in the last column where there is sound."""
        x = self.long(samples)
        full = torch.cat([x, x.new_zeros(x.shape[0], self.count)], dim=1)[:, : self.count]
        heard = torch.cat([torch.ones_like(x), x.new_zeros(x.shape[0], self.count)], dim=1)
        half = self.size // 2
        before = full[:, 1 : half + 1].flip(1)
        after = full[:, self.count - half - 1 : self.count - 1].flip(1)
        frames = torch.cat([before, full, after], dim=1).unfold(1, self.size, self.hop)[:, :-1]
        levels = self.waves(frames).clamp_min(1e-10).log10()
        levels = torch.maximum(levels, levels.amax(dim=(1, 2), keepdim=True) - 8.0)
        rows = in_half(((levels + 4.0) / 4.0).float())
        mask = heard[:, : self.count : self.hop, None][:, : rows.shape[1]]
        return torch.cat([rows, mask], dim=2)


class Bands(nn.Module):
    """Kaldi's filter banks of as many frames as AST takes, zeros behind what there is."""

    def __init__(self, contract: Prepared, extractor: Any) -> None:
        super().__init__()
        if not hasattr(extractor, "mel_filters"):
            raise ValueError("torchaudio is installed, whose filter banks are others")
        keep = np.eye(_FRAME)
        level = keep - 1 / _FRAME
        steep = keep - _PREEMPHASIS * np.eye(_FRAME, k=1)
        steep[0, 0] = 1 - _PREEMPHASIS
        shape = level @ steep @ np.diag(extractor.window)
        self.long, self.waves = Lengthened(contract), Waves(shape, _BINS, extractor.mel_filters)
        self.frames, self.width = int(extractor.max_length), int(extractor.num_mel_bins)
        scaled = bool(extractor.do_normalize)
        self.mean = float(extractor.mean) if scaled else 0.0
        self.spread = 2 * float(extractor.std) if scaled else 1.0

    def forward(self, samples: Float[Tensor, "n t"]) -> Float[Tensor, "n m f"]:
        """Rows of frames; every one counts."""
        frames = self.long(samples).unfold(1, _FRAME, _HOP)
        levels = self.waves(frames).clamp_min(_FLOOR).log().float()
        more = levels.new_zeros(levels.shape[0], self.frames, self.width)
        full = torch.cat([levels, more], dim=1)[:, : self.frames]
        rows = in_half((full - self.mean) / self.spread)
        return torch.cat([rows, torch.ones_like(rows[..., :1])], dim=2)


_INPUTS: dict[str, Callable[[Prepared, Any], nn.Module]] = {
    "Wav2Vec2FeatureExtractor": Samples,
    "WhisperFeatureExtractor": Whisper,
    "ASTFeatureExtractor": Bands,
}
"""By what transformers calls the extractor."""
