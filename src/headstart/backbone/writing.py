"""The half of a network that writes: a decoder and its output layer, without the encoder."""

from collections.abc import Iterator
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from headstart.errors import BackboneError
from headstart.hostile import printable
from headstart.modality import Text

BEAMS = 4
"""Beginnings that writing keeps at a token."""
NOTHING = -1
"""Stands behind the last token of a text."""


class Writer(nn.Module):
    """What an encoder says of each token or moment -> a text, by transformers' own search.

    Rows are (b, t, d + 1) numbers, with 1 in the last column where there is something.
    """

    def __init__(self, network: Any, tokens: Text) -> None:
        """Take the network's decoder over; its encoder is taken away."""
        super().__init__()
        from transformers import GenerationConfig

        config, encoder = network.config, network.get_encoder()
        for owner, name in list(_owners(network, encoder)):
            setattr(owner, name, _Elsewhere(network.main_input_name))
        network.generation_config = GenerationConfig()
        self.network, self.tokens, self.beams = network.float().eval(), tokens, BEAMS
        self.end = first_of(config, "eos_token_id", "pad_token_id")
        self.padding = first_of(config, "pad_token_id", "eos_token_id")
        self.start = first_of(config, "decoder_start_token_id", "pad_token_id", "bos_token_id")

    @torch.no_grad()
    def forward(self, rows: Float[Tensor, "b t e"]) -> Float[Tensor, "b m"]:
        """How sure each text is (the geometric mean of its tokens' shares), then its tokens.

        Tokens are counted from 1; 0 stands behind the last.
        """
        from transformers import GenerationConfig, GenerationMixin

        plan = GenerationConfig(
            max_new_tokens=self.tokens.max_tokens,
            num_beams=self.beams,
            do_sample=False,
            decoder_start_token_id=self.started,
            forced_bos_token_id=self.first,
            eos_token_id=self.end,
            pad_token_id=self.padding,
        )
        given: dict[str, Any] = {**_read(rows), "generation_config": plan}
        return self.scored(rows, GenerationMixin.generate(self.network, **given)[:, 1:])

    @property
    def started(self) -> int:
        """The token that a text is begun with: its language's, where that ends what it reads."""
        return self._code if self._code is not None and not self._leads else self.start

    @property
    def first(self) -> int | None:
        """The token that every text has first: its language's, where that begins what it reads."""
        return self._code if self._leads else None

    @property
    def _code(self) -> int | None:
        return self.tokens.languages().get(self.tokens.language)

    @property
    def _leads(self) -> bool:
        return self._code is not None and self.tokens.codes("a")[:1] == [self._code]

    def until_end(self, found: Int[Tensor, "b l"]) -> Int[Tensor, "b l"]:
        """What was written, and nothing behind the token that ends it."""
        ended = (found == self.end).cumsum(dim=1) - (found == self.end).long()
        return torch.where(ended > 0, NOTHING, found)

    def scored(self, rows: Float[Tensor, "b t e"], found: Tensor) -> Float[Tensor, "b m"]:
        """What was written, behind how sure it is."""
        codes = self.until_end(found)
        said = self.forced(rows, codes).log_softmax(dim=-1)
        codes, there = codes[:, : said.shape[1]], codes[:, : said.shape[1]] != NOTHING
        each = said.gather(2, codes.clamp_min(0)[..., None])[..., 0] * there
        sure = (each.sum(dim=1) / there.sum(dim=1).clamp_min(1)).exp()
        return torch.cat([sure[:, None], (codes + 1).to(sure)], dim=1)

    def forced(
        self, rows: Float[Tensor, "b t e"], labels: Int[Tensor, "b l"]
    ) -> Float[Tensor, "b m v"]:
        """Scores of each token of these texts, told what comes before it; m is the longest."""
        longest = max(1, int((labels != NOTHING).sum(dim=1).max()))
        before = labels[:, : longest - 1]
        before = torch.where(before == NOTHING, self.padding, before)
        begun = torch.cat([before.new_full((len(labels), 1), self.started), before], dim=1)
        found = self.network(**_read(rows), decoder_input_ids=begun, use_cache=False)
        scores: Tensor = found.logits
        return scores

    def codes(self, text: str) -> list[int]:
        """A text as the tokens that are to be written, the one that ends it among them."""
        codes = self.tokens.codes(text)
        codes = codes[1:] if codes[:1] == [self.started] else codes
        codes = codes[:-1] if codes[-1:] == [self.started] else codes  # behind the end, as mBART's
        return codes if codes[-1:] == [self.end] else [*codes, self.end]


class _Elsewhere(nn.Module):
    """In the place of an encoder whose work is done elsewhere."""

    def __init__(self, takes: str) -> None:
        super().__init__()
        self.main_input_name = takes


def need_writer(name: str, writer: Writer | None) -> Writer:
    """The writing half. Raises `BackboneError` where a network only reads."""
    if writer is None:
        raise BackboneError(
            "M408",
            f"{printable(name)} reads and does not write",
            "--backbone google-t5/t5-small, or a folder with T5, BART, Marian, mBART or Whisper",
        )
    return writer


def distinct(module: nn.Module) -> dict[str, Tensor]:
    """Its tensors, each once: what shares its memory with another is left to the first name."""
    found: dict[str, Tensor] = {}
    seen = set[int]()
    for name, tensor in module.state_dict().items():
        if tensor.data_ptr() not in seen or not tensor.numel():
            found[name] = tensor
            seen.add(tensor.data_ptr())
    return found


def _read(rows: Tensor) -> dict[str, Any]:
    from transformers.modeling_outputs import BaseModelOutput

    memory, mask = rows[..., :-1], rows[..., -1].long()
    return {"encoder_outputs": BaseModelOutput(memory), "attention_mask": mask}


def _owners(network: nn.Module, part: nn.Module) -> Iterator[tuple[nn.Module, str]]:
    for owner in network.modules():
        for name, child in owner.named_children():
            if child is part:
                yield owner, name


def first_of(config: Any, *names: str) -> int:
    """The first of these numbers that a configuration has; of lists, the first."""
    for name in names:
        found = getattr(config, name, None)
        if found is not None:
            return int(found[0] if isinstance(found, list | tuple) else found)
    return 0
