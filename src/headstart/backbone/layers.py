"""Networks of transformers cut by layer: shells of one network, each with one layer alone.

A stage takes and gives (b, t, d + 1) numbers: what each token is, and in the last column 1 for a
token and 0 for padding. The first takes token numbers; the last gives one row a text.
"""

import copy
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn.functional import normalize

from headstart.backbone.transformers_loading import two_halves

if TYPE_CHECKING:
    from transformers import PreTrainedModel

_LAST_NORMS = ("ln_f", "norm", "final_norm", "final_layer_norm")
_FIRST = ("layernorm_embedding", "embeddings_project", "embedding_hidden_mapping_in")
"""Modules that some networks have between embeddings and layers."""
_APART = 400_000_000
"""Numbers that layers which share theirs may have once each has its own; else they stay one stage.
"""
_TOLERANCE = 1e-5


@dataclass(frozen=True)
class Row:
    """How what a network says of each token becomes one row, as it was trained."""

    how: str = "mean"
    """ "mean" of all tokens, or the "first" or the "last" of them."""
    scaled: bool = False
    """Whether rows are of unit length."""

    def __call__(self, rows: Float[Tensor, "b t e"]) -> Float[Tensor, "b d"]:
        """Rows of tokens, with the mask in the last column -> one row a text."""
        hidden, mask = rows[..., :-1], rows[..., -1:]
        counts = mask.sum(dim=1)
        if self.how == "mean":
            one = (hidden * mask).sum(dim=1) / counts.clamp_min(1)
        else:
            places = (counts - 1).clamp_min(0) * (self.how == "last")  # (b, 1)
            index = places.long()[..., None].expand(-1, 1, hidden.shape[-1])
            one = hidden.gather(1, index)[:, 0]
        return normalize(one, dim=-1) if self.scaled else one


def staged(network: "PreTrainedModel", row: Row = Row()) -> nn.Sequential:
    """One stage for the embeddings and one for each layer; a single one where that differs."""
    whole = nn.Sequential(OrderedDict(whole=Whole(network, row)))
    try:
        cut = nn.Sequential(_layers(network, row))
        with torch.inference_mode():
            sample = torch.arange(1, 33).view(2, 16) % network.config.vocab_size
            sample[:, 11:] = -1
            same = torch.allclose(cut(sample), whole(sample), rtol=0, atol=_TOLERANCE)
    except Exception:  # a shell that can't run says so in more ways than can be named
        same = False
    return cut if same else whole


class Whole(nn.Module):
    """Token numbers to one row a text."""

    masked = True

    def __init__(self, network: "PreTrainedModel", row: Row) -> None:
        super().__init__()
        self.network = _encoder(network)
        self.row, self.pooling = row, True

    def forward(self, tokens: Int[Tensor, "b t"]) -> Float[Tensor, "b ..."]:
        """Rows of pooled numbers."""
        made = _run(self.network, tokens)
        return self.row(made) if self.pooling else made


class Embedded(nn.Module):
    """Token numbers to what a network makes of them before its first layer."""

    masked = True

    def __init__(self, network: "PreTrainedModel") -> None:
        super().__init__()
        self.network = network

    def forward(self, tokens: Int[Tensor, "b t"]) -> Float[Tensor, "b t e"]:
        """Embeddings, with the mask in the last column."""
        return _run(self.network, tokens)


class Layer(nn.Module):
    """One layer of a network, in a shell of that network without any other."""

    masked = True

    def __init__(self, network: "PreTrainedModel", *, last: bool, row: Row) -> None:
        super().__init__()
        self.network = network
        self.row, self.pooling = row, last

    def forward(self, rows: Float[Tensor, "b t e"]) -> Float[Tensor, "b ..."]:
        """Rows as they came in, further on; the last layer gives one row a text."""
        mask = rows[..., -1]
        found = self.network(inputs_embeds=rows[..., :-1], attention_mask=mask.long())
        made = torch.cat([found.last_hidden_state, mask[..., None]], dim=-1)
        return self.row(made) if self.pooling else made


class _AsTheyAre(nn.Module):
    """In the place of embeddings, for rows that are embedded already."""

    def forward(self, *_: Any, inputs_embeds: Tensor | None = None, **__: Any) -> Tensor:
        if inputs_embeds is None:
            inputs_embeds = next(x for x in _ if isinstance(x, Tensor))
        return inputs_embeds


class _Nothing(nn.Module):
    """In the place of embeddings of positions that were added already."""

    def forward(self, *_: Any, **__: Any) -> Tensor:
        return torch.zeros(1)


class _Through(nn.Module):
    """In the place of all layers of DeBERTa's, which give attention beside what they say."""

    def forward(self, rows: Tensor, *_: Any, **__: Any) -> tuple[Tensor, None]:
        return rows, None


def _run(network: Any, tokens: Tensor) -> Tensor:
    mask = (tokens >= 0).long()
    padding = network.config.pad_token_id or 0
    given = {"input_ids": torch.where(tokens >= 0, tokens, padding), "attention_mask": mask}
    if (getattr(network.config, "type_vocab_size", 0) or 0) > 1:
        given["token_type_ids"] = _second(tokens)
    found = network(**given)
    made: Tensor = found.last_hidden_state
    return torch.cat([made, mask[..., None].to(made)], dim=-1)


def _second(tokens: Tensor) -> Tensor:
    """1 for tokens of a second text: those behind the first token that is like the last."""
    there = (tokens >= 0).sum(dim=1, keepdim=True)
    ends = tokens == tokens.gather(1, (there - 1).clamp_min(0))
    return ((ends.cumsum(dim=1) - ends.long()) > 0).long() * (tokens >= 0)


def _layers(network: "PreTrainedModel", row: Row) -> "OrderedDict[str, nn.Module]":
    """Shells of one network: embeddings alone, then each layer alone."""
    network = _encoder(network)
    path, layers = row_of_layers(network)
    parent: Any = network.get_submodule(path.rpartition(".")[0]) if "." in path else network
    relative = hasattr(parent, "get_rel_embedding")  # DeBERTa's loop wants a layer at least
    setattr(parent, path.rpartition(".")[2], nn.ModuleList([_Through()] if relative else []))
    convolved = getattr(parent, "conv", None) if relative else None
    if relative:
        parent.conv = None
    norms = [(owner, name) for owner in (network, parent) for name, _ in owner.named_children()
             if name in _LAST_NORMS]  # fmt: skip
    _share_places(layers)
    closing = [(owner, name, getattr(owner, name)) for owner, name in dict.fromkeys(norms)]
    for owner, name, _ in closing:
        setattr(owner, name, nn.Identity())
    bare = copy.deepcopy(network)
    bare.config.num_hidden_layers = 0  # ALBERT's loop counts by it
    stages = OrderedDict[str, nn.Module](embeddings=Embedded(bare))
    _bypass(network, parent)
    for index, layer in enumerate(layers):
        last = index == len(layers) - 1
        for owner, name, norm in closing if last else ():
            setattr(owner, name, norm)
        setattr(parent, path.rpartition(".")[2], nn.ModuleList([layer]))
        if relative:
            parent.conv = convolved if index == 0 else None
        shell = copy.deepcopy(network)
        shell.config.num_hidden_layers = 1
        shell.config.num_hidden_groups = 1
        stages[f"layer_{index}"] = Layer(shell, last=last, row=row)
    return stages


def _encoder(network: Any) -> Any:
    """A copy of the part that reads, without a pooler that nothing uses."""
    kept = copy.deepcopy(network.get_encoder() if two_halves(network) else network)
    kept.config.use_cache = False
    if getattr(kept, "pooler", None) is not None:
        kept.pooler = None
    return kept


def row_of_layers(network: Any) -> tuple[str, list[nn.Module]]:
    """The list with as many modules as the network has layers; of ALBERT, which goes through the
    same ones again and again, as many as it goes through.
    """  # noqa: D205 - one sentence
    count = network.config.num_hidden_layers
    groups = getattr(network.config, "num_hidden_groups", None) or count
    for path, module in network.named_modules():
        if isinstance(module, nn.ModuleList) and len(module) == groups:
            layers = [module[at * groups // count] for at in range(count)]
            if groups < count and sum(map(_size, layers)) > _APART:
                raise ValueError("apart they would be too large")
            return path, layers
    raise ValueError("no list of layers")


def _size(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


def _share_places(layers: list[nn.Module]) -> None:
    """Give every layer what the first of T5's knows of distances, in place."""
    first = [m for m in layers[0].modules() if hasattr(m, "relative_attention_bias")]
    for layer in layers[1:] if first else ():
        for module in layer.modules():
            if getattr(module, "has_relative_attention_bias", None) is False:
                module.relative_attention_bias = copy.deepcopy(first[0].relative_attention_bias)
                setattr(module, "has_relative_attention_bias", True)  # noqa: B010 - any attribute


def _bypass(network: Any, parent: Any) -> None:
    """Take away what only embeddings need, in place."""
    for name in _FIRST:
        if hasattr(parent, name):
            setattr(parent, name, nn.Identity())
    words = network.get_input_embeddings()
    for name, child in list(network.named_children()):
        if any(part is words for part in child.modules()):
            if child is not words:
                setattr(network, name, _AsTheyAre())
            else:
                setattr(network, name, nn.Embedding(1, 1))
        elif isinstance(child, nn.Embedding):
            setattr(network, name, _Nothing())
        elif name in _FIRST:
            setattr(network, name, nn.Identity())
