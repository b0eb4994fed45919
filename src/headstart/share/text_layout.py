"""Text models as a folder for sentence-transformers, whose network `AutoModel` opens.

The head is a last module without an activation behind the pooling, so that `encode` gives our
scores.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save as packed
from torch import Tensor, nn

from headstart import durable
from headstart.backbone import Backbone
from headstart.backbone.language import is_language
from headstart.backbone.layers import Row
from headstart.backbone.profile import SETTING as PROFILE
from headstart.backbone.reassembly import whole_network
from headstart.backbone.transformers_loading import config_of, quietly
from headstart.data import InMemory
from headstart.modality import Text
from headstart.share.layout import WEIGHTS, Layout, Unlike, need_equal, plain
from headstart.share.text_classifier import Written, text_classifier

_CLASS = 'transformers.AutoModelForSequenceClassification.from_pretrained("FOLDER")'
_USE = 'sentence_transformers.SentenceTransformer("FOLDER").encode(["a text"])'
_ST = "sentence_transformers.models."
_IDENTITY = "torch.nn.modules.linear.Identity"
_TRIED = (
    "A short text.",
    "The quick brown fox jumps over the lazy dog, and then it sleeps for a long, long time.",
    "naïve café: 12,345 reasons — or more?",
    "word " * 600,
)


def text_layout(
    backbone: Backbone,
    head: nn.Linear | None,
    classes: Sequence[str] = (),
    problem: str = "",
) -> Layout:
    """The files, once transformers' network and tokenizer gave on a few texts what ours give.

    Where transformers' class for sequences can give the head's scores, it opens the folder, too;
    `problem` is what it calls the task, empty where it has none like it. Raises `Unlike` where the
    network is not transformers', or not in its plain form.
    """
    modality, settings = backbone.modality, dict(backbone.architecture.settings)
    if not isinstance(modality, Text) or not is_language(backbone.architecture):
        raise Unlike("the network is not one of transformers'")
    if settings.get(PROFILE) or modality.paired or modality.language or backbone.writer:
        raise Unlike("it reads or pools texts in a way that sentence-transformers does not know")
    if (found := whole_network(backbone)) is None:
        raise Unlike("transformers has the layers of this network in another form")
    network, weights = found
    row = Row(str(settings.get("row", "mean")), scaled=bool(settings.get("scaled")))
    files = {**_body(network, weights, backbone, modality), **_modules(row, backbone.width, head)}
    with tempfile.TemporaryDirectory() as place:
        for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):
            (Path(place) / name).write_bytes(files[name])
        difference = _compared(Path(place), network, backbone, modality, row)
    plainly = Layout("sentence-transformers", files, _USE, difference)
    if head is None or not problem:
        return plainly
    found = text_classifier(network, row, head, classes, problem)
    return plainly if found is None else _scoring(plainly, found, backbone, head)


def _scoring(layout: Layout, found: Written, backbone: Backbone, head: nn.Linear) -> Layout:
    """The same folder for transformers' class, too; as it was where that gives other scores."""
    facts, tensors = found
    added = {"config.json": _json(facts), WEIGHTS: packed(plain(tensors), {"format": "pt"})}
    with tempfile.TemporaryDirectory() as place:
        for name, content in added.items():
            (Path(place) / name).write_bytes(content)
        try:
            difference = max(layout.difference, _scored(place, backbone, head))
        except Unlike:
            return layout
    files, use = {**layout.files, **added}, f"{layout.use}\n{_CLASS}"
    return Layout(layout.reader, files, use, difference)


def _body(
    network: Any, weights: dict[str, Tensor], backbone: Backbone, modality: Text
) -> dict[str, bytes]:
    config = {**config_of(backbone.architecture), "architectures": [type(network).__name__]}
    begun = {"headstart": modality.prefix} if modality.prefix else {}
    prompts = {"prompts": begun, "default_prompt_name": "headstart" if begun else None}
    return {
        "config.json": _json(config),
        WEIGHTS: packed(plain(weights), {"format": "pt"}),
        "tokenizer.json": modality.place.read_bytes(),
        "tokenizer_config.json": _json(_tokenizer(network, modality)),
        "sentence_bert_config.json": _json({"max_seq_length": modality.max_tokens}),
        "config_sentence_transformers.json": _json(prompts),
    }


def _tokenizer(network: Any, modality: Text) -> dict[str, object]:
    """What transformers' tokenizer is told besides its file: how it pads and where it cuts."""
    from tokenizers import Tokenizer

    known = Tokenizer.from_file(str(modality.place))
    padding = known.id_to_token(network.config.pad_token_id or 0)
    facts = {"pad_token": padding, "model_max_length": modality.max_tokens}
    return {"tokenizer_class": "PreTrainedTokenizerFast", "padding_side": "right", **facts}


def _modules(row: Row, width: int, head: nn.Linear | None) -> dict[str, bytes]:
    """The list of modules, and what each is told."""
    steps = [("", "Transformer"), ("1_Pooling", "Pooling")]
    steps += [("2_Normalize", "Normalize")] if row.scaled else []
    steps += [("3_Dense", "Dense")] if head is not None else []
    told = [
        {"idx": at, "name": str(at), "path": path, "type": _ST + kind}
        for at, (path, kind) in enumerate(steps)
    ]
    ways = {"mean": "mean_tokens", "first": "cls_token", "last": "lasttoken"}
    pooling = {f"pooling_mode_{head_config}": how == row.how for how, head_config in ways.items()}
    files = {
        "modules.json": _json(told),
        "1_Pooling/config.json": _json({"word_embedding_dimension": width, **pooling}),
    }
    if head is None:
        return files
    sizes = {"in_features": width, "out_features": head.out_features, "bias": True}
    bias = torch.zeros(head.out_features) if head.bias is None else head.bias
    tensors = plain({"linear.weight": head.weight, "linear.bias": bias})
    return files | {
        "3_Dense/config.json": _json({**sizes, "activation_function": _IDENTITY}),
        f"3_Dense/{WEIGHTS}": packed(tensors, {"format": "pt"}),
    }


@torch.inference_mode()
def _compared(place: Path, network: Any, backbone: Backbone, modality: Text, row: Row) -> float:
    """The largest difference of rows, tokens cut by transformers' tokenizer. Raises `Unlike`."""
    from transformers import AutoTokenizer

    items = [modality.read(InMemory(f"text {at}", text)) for at, text in enumerate(_TRIED)]
    with quietly():
        tokenizer = AutoTokenizer.from_pretrained(place, local_files_only=True)
    texts = [modality.prefix + text for text in _TRIED]
    given = tokenizer(texts, padding=True, truncation=True, max_length=modality.max_tokens)
    ids, mask = torch.tensor(given["input_ids"]), torch.tensor(given["attention_mask"])
    theirs = [row_ids[there > 0].tolist() for row_ids, there in zip(ids, mask, strict=True)]
    if theirs != [item.tolist() for item in items]:
        raise Unlike("transformers' tokenizer cuts texts in another way")
    hidden = network(input_ids=ids, attention_mask=mask).last_hidden_state
    made = row(torch.cat([hidden, mask[..., None].to(hidden)], dim=-1))
    return need_equal(backbone.stages(modality.batch(items)), made)


@torch.inference_mode()
def _scored(place: str, backbone: Backbone, head: nn.Linear) -> float:
    """The largest difference of scores by transformers' class. Raises `Unlike`."""
    from transformers import AutoModelForSequenceClassification

    modality = backbone.modality
    with quietly():
        network = AutoModelForSequenceClassification.from_pretrained(place, local_files_only=True)
    items = modality.batch([modality.read(InMemory("text", text)) for text in _TRIED])
    given = {"input_ids": items.clamp_min(0), "attention_mask": (items >= 0).long()}
    return need_equal(head(backbone.stages(items)), network.eval()(**given).logits)


def _json(value: object) -> bytes:
    return durable.to_json(value, indent=2).encode()
