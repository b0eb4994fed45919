"""Texts, as sentence-transformers lays them out; the library itself was tried by hand."""

import json
from pathlib import Path

import pytest
import torch
from language import FAMILIES, save_network

from headstart.backbone import Backbone, load_backbone
from headstart.data import InMemory
from headstart.head import linear
from headstart.share.layout import Unlike
from headstart.share.text_layout import text_layout


@pytest.fixture(scope="module")
def backbone(tiny_bert: Path) -> Backbone:
    return load_backbone(str(tiny_bert))


def written(folder: Path, backbone: Backbone) -> Path:
    head = linear(backbone.width, 3, torch.randn(3, backbone.width))
    for name, content in text_layout(backbone, head).files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


@torch.inference_mode()
def test_transformers_opens_the_body_and_gives_our_rows(backbone, tmp_path) -> None:
    from transformers import AutoModel, AutoTokenizer

    folder = written(tmp_path, backbone)
    network, tokenizer = (kind.from_pretrained(folder) for kind in (AutoModel, AutoTokenizer))
    texts = ["the cat sleeps", "the dog is not very good and it was big " * 5]
    given = tokenizer(texts, padding=True, truncation=True, return_tensors="pt")
    mask = given["attention_mask"][..., None]
    hidden = network.eval()(**given).last_hidden_state
    means = (hidden * mask).sum(dim=1) / mask.sum(dim=1)
    items = [backbone.modality.read(InMemory(text, text)) for text in texts]
    ours = backbone.stages(backbone.modality.batch(items))
    assert float((means - ours).abs().max()) <= 1e-6


def test_the_head_is_the_last_module_without_an_activation(backbone, tmp_path) -> None:
    folder = written(tmp_path, backbone)
    steps = json.loads((folder / "modules.json").read_text())
    assert [step["path"] for step in steps] == ["", "1_Pooling", "3_Dense"]
    told = json.loads((folder / "3_Dense" / "config.json").read_text())
    assert told["activation_function"].endswith(".Identity")
    assert (told["in_features"], told["out_features"]) == (backbone.width, 3)
    back = load_backbone(str(folder))
    assert back.modality.max_tokens == backbone.modality.max_tokens


@pytest.mark.parametrize("kind", ["roberta", "distilbert", "modernbert", "deberta-v2", "llama"])
def test_families_are_put_together_again(kind: str, tmp_path: Path) -> None:
    backbone = load_backbone(str(save_network(tmp_path / kind, kind, **FAMILIES[kind])))
    assert backbone.depth > 1
    assert text_layout(backbone, None).difference <= 1e-6


def test_layers_that_were_shared_are_told_to_be_another_form(tmp_path: Path) -> None:
    backbone = load_backbone(str(save_network(tmp_path / "albert", "albert", **FAMILIES["albert"])))
    with pytest.raises(Unlike):
        text_layout(backbone, None)
