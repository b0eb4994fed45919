"""Decoders that write without a half that reads: GPT-2, Llama and their like.

What they are given and what they write is one row of tokens to them. So nothing of them stands left
of a cut: the one stage spells the tokens out in numbers that stay exact in any precision, and the
whole network is the half that writes.
"""

import copy
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from headstart.backbone.backbone import Backbone
from headstart.backbone.recurrent import Recurrence, is_recurrent
from headstart.backbone.writing import BEAMS, NOTHING, Writer, first_of
from headstart.errors import BackboneError
from headstart.hostile import printable
from headstart.modality import Text

SETTING = "alone"
"""In the settings of an architecture that is such a decoder: the task that it is for."""
ANSWERS, CONTINUES = "text-to-text", "generation"
"""What it can be for: texts for other texts, or more of the same."""
NEW, LIKELY = 60, 0.95
"""Tokens that a text is continued by; the likeliest that share so much of the probability are drawn
from (Holtzman et al. 2020)."""
_DIGITS = 3


class Tokens(nn.Module):
    """Token numbers, spelled to the base of 256."""

    masked = True
    pooling = True

    def forward(self, tokens: Int[Tensor, "b t"]) -> Float[Tensor, "b ..."]:
        """Three digits a token, the lowest first, and 1 for a token; pooled, their mean."""
        there = (tokens >= 0)[..., None]
        known = tokens.clamp_min(0)[..., None]
        digits = torch.cat([known // 256**place % 256 for place in range(_DIGITS)], dim=-1)
        rows = torch.cat([digits * there, there], dim=-1).float()
        return rows[..., :-1].mean(dim=1) if self.pooling else rows


def spelled_out(rows: Float[Tensor, "b t e"]) -> list[list[int]]:
    """The tokens of each row again."""
    places = torch.tensor([256**place for place in range(_DIGITS)], device=rows.device)
    codes = (rows[..., :-1].round().long() * places).sum(dim=-1)
    return [row[there > 0].tolist() for row, there in zip(codes, rows[..., -1], strict=True)]


class Alone(Writer):
    """A decoder that is given tokens: it answers them, or tells how likely each was."""

    def __init__(self, network: Any, tokens: Text, *, task: str) -> None:
        """Take the network over; `task` is what it is for."""
        nn.Module.__init__(self)
        config = network.config
        if not isinstance(network, Recurrence):
            from transformers import GenerationConfig

            network.generation_config, network.config.use_cache = GenerationConfig(), True
        self.network, self.tokens, self.beams = network.float().eval(), tokens, BEAMS
        self.end = first_of(config, "eos_token_id", "pad_token_id")
        self.padding = first_of(config, "pad_token_id", "eos_token_id")
        self.start = first_of(config, "bos_token_id", "eos_token_id")
        self.task = task

    @torch.no_grad()
    def forward(self, rows: Float[Tensor, "b t e"]) -> Float[Tensor, "b m"]:
        """An answer to each text, as `Writer` gives it.

        Of a decoder that continues: how sure it is of the text (the geometric mean of its tokens'
        shares), nats, tokens that were the likeliest, and how many there are.
        """
        texts = spelled_out(rows)
        if self.task == CONTINUES:
            return self._judged([self._ended(text) for text in texts])
        given = [[*text, *self._between()] for text in texts]
        found = self._written(given, self.tokens.max_tokens, beams=self.beams)
        return self.scored(rows, found)

    def forced(
        self, rows: Float[Tensor, "b t e"], labels: Int[Tensor, "b l"]
    ) -> Float[Tensor, "b m v"]:
        """Scores of each token of these texts, told what comes before it; m is the longest."""
        wanted = [row[row != NOTHING].tolist() for row in labels]
        before = [[self.start]] * len(wanted)
        if self.task != CONTINUES:
            before = [[*text, *self._between()] for text in spelled_out(rows)]
        whole = [[*a, *b[:-1]] for a, b in zip(before, wanted, strict=True)]
        longest, most = max(map(len, whole)), max(1, max(map(len, wanted)))
        given = torch.full((len(whole), longest), self.padding, device=rows.device)
        mask = torch.zeros_like(given)
        for row, text in enumerate(whole):
            given[row, : len(text)] = torch.tensor(text)
            mask[row, : len(text)] = 1
        scores = self.network(input_ids=given, attention_mask=mask, use_cache=False).logits
        first = torch.tensor([len(text) - 1 for text in before], device=rows.device)
        at = (first[:, None] + torch.arange(most, device=rows.device)).clamp_max(longest - 1)
        found: Tensor = scores.gather(1, at[..., None].expand(-1, -1, scores.shape[-1]))
        return found

    @torch.no_grad()
    def continued(self, texts: Sequence[Sequence[int]], seed: int = 0) -> list[list[int]]:
        """What could come next, drawn from the likeliest tokens; `NEW` of them at most."""
        given = [[self.start, *self._ended(text)[:-1]] for text in texts]
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            if isinstance(self.network, Recurrence):
                drawn = [self.network.drawn(text, NEW, LIKELY) for text in given]
            else:
                how = {"do_sample": True, "top_p": LIKELY, "top_k": 0}
                drawn = self.until_end(self._written(given, NEW, beams=1, **how)).tolist()
        return [[code for code in text if code not in (self.end, NOTHING)] for text in drawn]

    def codes(self, text: str) -> list[int]:
        """A text as the tokens that are to be written, the one that ends it among them."""
        return self._ended(self.tokens.codes(text))

    def _ended(self, codes: Sequence[int]) -> list[int]:
        """Without what opens every text, and with what ends it."""
        own = list(codes[1:] if list(codes[:1]) == [self.start] else codes)
        return own if own[-1:] == [self.end] else [*own, self.end]

    def _between(self) -> list[int]:
        """What stands between a text and its answer: a new line, where that is a token."""
        return self.tokens.plain_codes("\n") or [self.end]

    def _written(
        self, given: Sequence[Sequence[int]], most: int, *, beams: int, **how: Any
    ) -> Int[Tensor, "b l"]:
        """What transformers' own search or draw puts behind these tokens."""
        from transformers import GenerationConfig, GenerationMixin

        longest = max(map(len, given))
        places = getattr(self.network.config, "max_position_embeddings", None) or longest + most
        most = max(1, min(most, places - longest))
        rows = torch.full((len(given), longest), self.padding)
        mask = torch.zeros_like(rows)
        for row, text in enumerate(given):  # all end at the same place
            rows[row, longest - len(text) :] = torch.tensor(text)
            mask[row, longest - len(text) :] = 1
        plan = GenerationConfig(
            max_new_tokens=most, num_beams=beams, eos_token_id=self.end,
            pad_token_id=self.padding, **{"do_sample": False, **how},
        )  # fmt: skip
        options: dict[str, Any] = {"attention_mask": mask, "generation_config": plan}
        found: Any = GenerationMixin.generate(self.network, rows, **options)
        new: Tensor = found[:, longest:]
        return new

    def _judged(self, texts: Sequence[Sequence[int]]) -> Float[Tensor, "b 4"]:
        labels = nn.utils.rnn.pad_sequence(
            [torch.tensor(text) for text in texts], batch_first=True, padding_value=NOTHING
        )
        said = self.forced(torch.zeros(len(texts), 1, 1), labels).log_softmax(dim=-1)
        there = labels != NOTHING
        nats = -(said.gather(2, labels.clamp_min(0)[..., None])[..., 0] * there).sum(dim=1)
        right = ((said.argmax(dim=-1) == labels) & there).sum(dim=1)
        count = there.sum(dim=1)
        return torch.stack([(-nats / count).exp(), nats, right.float(), count.float()], dim=1)


def meant_for(backbone: Backbone, task: str) -> Backbone:
    """The same network for this task, where it is a decoder alone.

    Raises `BackboneError` where it is one and the task is neither of its own.
    """
    settings = dict(backbone.architecture.settings)
    if task == CONTINUES and SETTING not in settings and is_recurrent(backbone.architecture):
        return _telling(backbone)
    if SETTING not in settings or settings[SETTING] == task:
        return backbone
    if task not in (ANSWERS, CONTINUES):
        raise BackboneError(
            "M409",
            f"{printable(backbone.name)} was trained to write, its stages are one",
            "--backbone NAME, the network that it started from",
        )
    writer: Any = copy.copy(backbone.writer)
    writer.task = task
    architecture = replace(
        backbone.architecture, settings=tuple({**settings, SETTING: task}.items())
    )
    return replace(backbone, architecture=architecture, writer=writer)


def _telling(backbone: Backbone) -> Backbone:
    """A recurrent network that goes on with texts, as it was pre-trained to."""
    network, tokens = Recurrence(copy.deepcopy(backbone.stages)), backbone.modality
    if not isinstance(tokens, Text):
        raise TypeError("a recurrent network reads texts")
    plain = backbone.architecture
    return replace(
        backbone,
        architecture=replace(plain, settings=(*plain.settings, (SETTING, CONTINUES))),
        stages=spelling(),
        width=_DIGITS,
        writer=Alone(network, tokens, task=CONTINUES),
        loaded={},
    )


def spelling() -> nn.Sequential:
    """The one stage of a decoder alone."""
    return nn.Sequential(OrderedDict(tokens=Tokens())).eval()
