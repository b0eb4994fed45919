"""Recurrent networks for texts, staged by layer, and the recurrent stage that sound has too.

A stage takes and gives (b, t, d + 1) numbers, as those of transformers do: what each token is, and
in the last column 1 for a token and 0 for padding. The last gives one row a text. What comes after
a token never changes what is said of it, so the same stages can tell the next token (Merity et al.
2018, "Regularizing and optimizing LSTM language models").
"""

from collections import OrderedDict
from collections.abc import Sequence
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from headstart.backbone.backbone import Architecture
from headstart.backbone.profile import as_profile

LSTM = "headstart_lstm"
"""Words, three layers of long short-term memory, and a row of three poolings."""
WORDS, CHANNELS = 6_000, (128, 128, 128, 128)
"""Tokens that are known, and numbers that stand for a word and come out of each layer."""
DROP = 0.15
"""Share of the channels that a layer does not get in training, the same for a whole text."""
_LOW = -1e4
"""Below all that a layer can give, so that padding is never the largest."""


OPENS, ENDS = 2, 3
"""Tokens that stand before and behind every text, as `learned_vocabulary` numbers them."""


def is_recurrent(architecture: Architecture) -> bool:
    """Whether it is one of these."""
    return architecture.name == LSTM


def build(architecture: Architecture, seed: int = 0) -> nn.Sequential:
    """Named stages with fresh weights drawn from `seed`, in inference mode.

    Settings: "words", how many tokens are known; "channels", the width of the words and of each
    layer's numbers, the last as wide as the first; "drop". The global random state stays.
    """
    settings = dict(architecture.settings)
    words, drop = settings.get("words", WORDS), settings.get("drop", DROP)
    given = settings.get("channels", CHANNELS)
    channels = given if isinstance(given, tuple) else CHANNELS
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        stages = OrderedDict[str, nn.Module](words=Words(int(str(words)), channels[0]))
        for index, (into, out) in enumerate(pairwise(channels)):
            stages[f"lstm_{index}"] = Recurrent(into, out, float(str(drop)))
        stages["pooled"] = Pooled()
    whole = as_profile(architecture, nn.Sequential(stages))
    return whole.requires_grad_(False).eval()


class Words(nn.Module):
    """Token numbers to what stands for them; the same numbers tell the next token."""

    masked = True

    def __init__(self, words: int, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(words, width) * 0.1)
        self.bias = nn.Parameter(torch.zeros(words))
        """How likely a token is whatever came before; only telling the next token needs it."""

    def forward(self, tokens: Int[Tensor, "b t"]) -> Float[Tensor, "b t e"]:
        """What stands for each, with the mask in the last column; tokens below 0 are padding."""
        there = (tokens >= 0)[..., None].to(self.weight)
        known = tokens.clamp(0, len(self.weight) - 1)
        return torch.cat([nn.functional.embedding(known, self.weight) * there, there], dim=-1)


class Recurrent(nn.Module):
    """One layer of long short-term memory (Hochreiter and Schmidhuber 1997), forward in time.

    Where it gives as many numbers as it takes, it adds to them (Wu et al. 2016, section 3.1): what
    words stand for reaches the last layer.
    """

    masked = True

    def __init__(self, into: int, out: int, drop: float = 0.0) -> None:
        super().__init__()
        self.lstm = nn.LSTM(into, out, batch_first=True)
        self.drop = drop

    def forward(self, rows: Float[Tensor, "b t d"]) -> Float[Tensor, "b t e"]:
        """The same moments, each with what came before it in mind."""
        given, mask = rows[..., :-1], rows[..., -1:]
        if self.training and self.drop:
            kept = torch.rand(len(given), 1, given.shape[2], device=given.device) >= self.drop
            given = given * kept / (1 - self.drop)
        made, _ = self.lstm(given)
        if made.shape == given.shape:
            made = made + rows[..., :-1]
        return torch.cat([made * mask, mask], dim=-1)

    def multiply_adds(self, rows: Float[Tensor, "b t d"]) -> int:
        """Of its matrix products, which counters of PyTorch's do not see."""
        each = sum(p.numel() for p in self.lstm.parameters() if p.ndim > 1)
        return len(rows) * rows.shape[1] * each


class Recurrence(nn.Module):
    """Stages before their pooling, which tell the next token and are asked as decoders are."""

    def __init__(self, stages: nn.Sequential) -> None:
        super().__init__()
        self.stages = stages[:-1]
        self.config = SimpleNamespace(
            bos_token_id=OPENS, eos_token_id=ENDS, pad_token_id=0, use_cache=False
        )

    def forward(
        self, input_ids: Int[Tensor, "b t"], attention_mask: Int[Tensor, "b t"], **_: object
    ) -> SimpleNamespace:
        """`logits` of the token behind each, shape (b, t, words)."""
        rows = self.stages(torch.where(attention_mask > 0, input_ids, -1))
        words: Any = self.stages[0]
        return SimpleNamespace(logits=rows[..., :-1] @ words.weight.T + words.bias)

    def drawn(self, text: Sequence[int], most: int, likely: float) -> list[int]:
        """Up to `most` tokens that could follow, of the likeliest that share so much."""
        said = list(text)
        while len(said) < len(text) + most and said[-1] != ENDS:
            given = torch.tensor([said])
            shares = self(given, torch.ones_like(given)).logits[0, -1].softmax(dim=0)
            ordered, codes = shares.sort(descending=True)
            kept = ordered * (ordered.cumsum(dim=0) - ordered < likely)
            said.append(int(codes[torch.multinomial(kept, 1)]))
        return said[len(text) :]


class Pooled(nn.Module):
    """Mean, largest and last of what is said (Howard and Ruder 2018, section 3.3)."""

    masked = True
    pooling = True

    def forward(self, rows: Float[Tensor, "b t d"]) -> Float[Tensor, "b ..."]:
        """One row each, three times as wide."""
        if not self.pooling:
            return rows
        said, mask = rows[..., :-1], rows[..., -1:]
        count = mask.sum(dim=1).clamp_min(1)  # (b, 1)
        largest = torch.where(mask > 0, said, _LOW).amax(dim=1).clamp_min(-1)
        after = torch.cat([mask[:, 1:], torch.zeros_like(mask[:, :1])], dim=1)
        last = (said * (mask - after)).sum(dim=1)  # OpenVINO can't compile a gather here
        return torch.cat([(said * mask).sum(dim=1) / count, largest, last], 1)
