"""Folders of transformers: drawn anew from a seed, and refused where they could do harm."""

import json
import shutil
from pathlib import Path

import pytest

from headstart.backbone import Architecture, load_backbone
from headstart.backbone.transformers_loading import CONFIG, made
from headstart.errors import BackboneError, SecurityError

pytest.importorskip("transformers")


def test_random_weights_follow_from_the_seed(tiny_bert: Path) -> None:
    one, same, other = (load_backbone(str(tiny_bert), "random", seed) for seed in (1, 1, 2))
    assert one.digest(4) == same.digest(4) != other.digest(4) and not one.origin.pretrained


def test_code_in_a_configuration_is_refused(tiny_bert: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny_bert, tmp_path / "evil")
    facts = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**facts, "auto_map": {"AutoModel": "x.Y"}}))
    with pytest.raises(SecurityError, match="S612"):
        load_backbone(str(folder))


def test_a_folder_that_lacks_a_file_says_which(tiny_bert: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny_bert, tmp_path / "torn")
    (folder / "tokenizer.json").unlink()
    with pytest.raises(BackboneError, match="lacks tokenizer"):
        load_backbone(str(folder))


def test_a_configuration_that_makes_no_network_is_refused() -> None:
    odd = json.dumps({"model_type": "no such"})
    with pytest.raises(BackboneError, match="no such") as caught:
        made(Architecture("odd", ((CONFIG, odd),)), 0)
    assert caught.value.code == "M472"
