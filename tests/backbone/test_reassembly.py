"""Stages put together again as transformers' network."""

from pathlib import Path

import pytest
import torch
from language import FAMILIES, save_network

from headstart.backbone import load_backbone
from headstart.backbone.reassembly import whole_network

transformers = pytest.importorskip("transformers")


def test_a_change_of_one_layer_is_in_what_is_put_together(tiny_bert: Path) -> None:
    backbone = load_backbone(str(tiny_bert))
    first = whole_network(backbone)
    before = {name: tensor.clone() for name, tensor in first[1].items()} if first else {}
    with torch.no_grad():
        next(backbone.stages[2].parameters()).add_(1)
    after = whole_network(backbone)
    assert before and after
    moved = [name for name, t in before.items() if not torch.equal(t, after[1][name])]
    assert len(moved) == 1 and ".layer.1." in moved[0]


def test_what_is_put_together_are_the_weights_of_the_folder(tiny_bert: Path) -> None:
    made = whole_network(load_backbone(str(tiny_bert)))
    plain = transformers.AutoModel.from_pretrained(tiny_bert).state_dict()
    assert made and made[1].keys() == {name for name in plain if "pooler" not in name}
    assert all(torch.equal(tensor, plain[name]) for name, tensor in made[1].items())


def test_layers_that_were_shared_are_not_put_together(tmp_path: Path) -> None:
    folder = save_network(tmp_path / "albert", "albert", **FAMILIES["albert"])
    assert whole_network(load_backbone(str(folder))) is None
