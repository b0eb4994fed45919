"""The half of CLAP that hears (Wu et al. 2023), staged by what its pyramid merges.

A stage takes and gives (b, t, d + 1) numbers, t patches in rows, with 1 in the last column. The
first takes a log-mel spectrogram; the last gives the mean over patches. Patches stand in no order
of time: nothing can be written down from them.
"""

from collections import OrderedDict
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

CLAP, HEARS = "clap", "clap_audio_model"
"""What transformers calls both halves, and the one that hears."""


class Patches(nn.Module):
    """A spectrogram, cut in pieces that are laid one below the other, to patches."""

    masked = True

    def __init__(self, encoder: Any) -> None:
        super().__init__()
        encoder.layers, encoder.norm = nn.ModuleList(), nn.Identity()
        self.encoder = encoder

    def forward(self, rows: Float[Tensor, "b t f"]) -> Float[Tensor, "b p d"]:
        """Patches, each with a 1 behind it."""
        x = rows[:, None, :, :-1].transpose(1, 3)
        picture = self.encoder.reshape_mel2img(self.encoder.batch_norm(x).transpose(1, 3))
        longer = torch.zeros(0, dtype=torch.int64, device=rows.device)
        made: Tensor = self.encoder.patch_embed(picture, longer)
        return _marked(made)


class Merging(nn.Module):
    """Layers of one resolution and the merging of neighbors; the last gives the mean."""

    masked = True

    def __init__(self, layer: nn.Module, sides: tuple[int, int], norm: nn.Module | None) -> None:
        super().__init__()
        self.layer, self.sides, self.norm = layer, sides, norm

    def forward(self, rows: Float[Tensor, "b p d"]) -> Float[Tensor, "b ..."]:
        """A quarter as many patches; or one row."""
        made: Tensor = self.layer(rows[..., :-1], self.sides)[0]
        return _marked(made) if self.norm is None else self.norm(made).mean(dim=1)


class Whole(nn.Module):
    """The network as transformers runs it."""

    masked = True

    def __init__(self, network: Any) -> None:
        super().__init__()
        self.network = network

    def forward(self, rows: Float[Tensor, "b t f"]) -> Float[Tensor, "b d"]:
        """One row a recording."""
        longer = torch.zeros(len(rows), 1, dtype=torch.bool, device=rows.device)
        found = self.network(input_features=rows[:, None, :, :-1], is_longer=longer)
        made: Tensor = found.pooler_output
        return made


def layers_of(network: Any) -> "OrderedDict[str, nn.Module]":
    """Its stages by name; the network is used up."""
    encoder = network.audio_encoder
    layers, norm = list(encoder.layers), encoder.norm
    stages = OrderedDict[str, nn.Module](features=Patches(encoder))
    for index, layer in enumerate(layers):
        last = norm if index == len(layers) - 1 else None
        stages[f"layer_{index}"] = Merging(layer, tuple(encoder.input_resolutions[index]), last)
    return stages


def sample(config: Any) -> Tensor:
    """Two spectrograms, shorter than what the network takes."""
    generator = torch.Generator().manual_seed(0)
    frames = config.spec_size * (config.spec_size // config.num_mel_bins) * 15 // 16
    drawn = torch.randn(2, frames, config.num_mel_bins, generator=generator)
    return _marked(drawn)


def _marked(rows: Tensor) -> Tensor:
    return torch.cat([rows, rows.new_ones(*rows.shape[:2], 1)], dim=-1)
