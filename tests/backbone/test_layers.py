"""Stages of transformers' networks: what layers share, what padding changes, when none is cut."""

from pathlib import Path

import pytest
import torch
from language import FAMILIES, save_network
from text_rows import batch

from headstart.backbone import (
    layers,
    load_backbone,
)
from headstart.backbone.layers import Row, Whole

transformers = pytest.importorskip("transformers")


@pytest.mark.parametrize("groups", [1, 2])
def test_layers_that_share_their_weights_are_stages_of_their_own(groups, tmp_path) -> None:
    settings = {**FAMILIES["albert"], "num_hidden_layers": 4, "num_hidden_groups": groups}
    backbone = load_backbone(str(save_network(tmp_path, "albert", **settings)))
    first, second, _, last = (list(stage.parameters()) for stage in backbone.stages[1:])
    assert backbone.depth == 5
    assert all(map(torch.equal, first, second)) and not {*map(id, first)} & {*map(id, second)}
    assert all(map(torch.equal, first, last)) == (groups == 1)


def test_layers_that_would_be_too_large_apart_stay_one_stage(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(layers, "_APART", 1000)
    kinds = {
        kind: save_network(tmp_path / kind, kind, **FAMILIES[kind]) for kind in ("albert", "bert")
    }
    assert [load_backbone(str(place)).depth for place in kinds.values()] == [1, 4]


def test_stages_give_what_the_network_gives(tiny_bert: Path) -> None:
    backbone = load_backbone(str(tiny_bert))
    network = transformers.AutoModel.from_pretrained(tiny_bert).eval()
    rows = batch(backbone)
    with torch.inference_mode():
        expected = Whole(network, Row())(rows)
        torch.testing.assert_close(backbone.stages(rows), expected, rtol=0, atol=1e-6)


def test_padding_and_company_change_no_row(tiny_bert: Path) -> None:
    backbone = load_backbone(str(tiny_bert))
    rows = batch(backbone)
    with torch.inference_mode():
        alone = torch.cat([backbone.stages(row[None]) for row in rows])
        short = backbone.stages(rows[1:2, :16])
        torch.testing.assert_close(alone, backbone.stages(rows), rtol=0, atol=1e-6)
        torch.testing.assert_close(short, alone[1:2], rtol=0, atol=1e-6)
