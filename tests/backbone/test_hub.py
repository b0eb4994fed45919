"""The cache of the hub: what is there is used, what is not is named; safe files alone."""

import shutil
from fnmatch import fnmatch
from pathlib import Path

import pytest
from safetensors.torch import save_file

from headstart.backbone import (
    Architecture,
    build,
    listed,
    load_backbone,
)
from headstart.backbone.vision import timm_name
from headstart.errors import BackboneError, SecurityError


def refused(*args, **options) -> BackboneError | SecurityError:
    with pytest.raises((BackboneError, SecurityError)) as caught:
        load_backbone(*args, **options)
    return caught.value


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of the hub, and no way to fill it."""
    from huggingface_hub import constants

    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr("headstart.backbone.hub.unreachable", lambda: "no connection to anybody")
    return tmp_path / "hub"


def test_without_a_network_the_missing_file_and_the_way_out_are_named(hub) -> None:
    for options, why in (({"offline": True}, "--offline"), ({}, "no connection")):
        error = refused("mobilenetv3_small_050", **options)
        assert error.code == "M443" and error.exit_code == 5
        assert error.where == "timm/mobilenetv3_small_050.lamb_in1k: model.safetensors"
        assert why in error.why and "--backbone shipped" in error.fix


def test_the_hubs_cache_is_used_and_listed_without_a_network(hub, tmp_path) -> None:
    name = "mobilenetv3_small_050"
    tensors = {timm_name(n): t for n, t in build(Architecture(name), 1).state_dict().items()}
    commit = "0" * 40
    place = hub / "models--timm--mobilenetv3_small_050.lamb_in1k"
    (place / "snapshots" / commit).mkdir(parents=True)
    (place / "refs").mkdir()
    (place / "refs" / "main").write_text(commit)
    save_file(tensors, place / "snapshots" / commit / "model.safetensors")
    assert load_backbone(name, offline=True).origin.source == "hub"
    (row,) = [row for row in listed() if row.origin == "hub"]
    assert row.name == name and row.megabytes > 1 and row.license == "apache-2.0"


def test_a_network_for_texts_is_found_in_the_hubs_cache_by_its_name(hub, tiny_bert) -> None:
    commit, place = "1" * 40, hub / "models--google-bert--bert-base-uncased"
    (place / "refs").mkdir(parents=True)
    (place / "refs" / "main").write_text(commit)
    shutil.copytree(tiny_bert, place / "snapshots" / commit)
    found = load_backbone("bert-base-uncased", offline=True)
    assert (found.name, found.modality.kind) == ("bert-base-uncased", "text")
    assert found.origin.place == "google-bert/bert-base-uncased"
    (row,) = [row for row in listed() if row.origin == "hub"]
    assert (row.name, row.kind) == ("google-bert/bert-base-uncased", "text")


def test_a_network_that_is_not_there_is_named_with_its_missing_files(hub) -> None:
    for options, why in (({"offline": True}, "--offline"), ({}, "no connection")):
        error = refused("somebody/some-network", **options)
        assert error.code == "M445" and why in error.why
        assert "config.json, model.safetensors, tokenizer.json" in error.where


def test_only_safe_files_are_fetched(hub, tiny_bert, monkeypatch) -> None:
    asked = {}

    def fetch(repository, allow_patterns):
        asked[repository] = allow_patterns
        return str(tiny_bert)

    monkeypatch.setattr("headstart.backbone.hub.unreachable", lambda: "")
    monkeypatch.setattr("huggingface_hub.snapshot_download", fetch)
    assert load_backbone("somebody/some-network").origin.source == "hub"
    patterns = asked["somebody/some-network"]
    assert not any(p.endswith((".bin", ".py", "*")) for p in patterns)
    notes = ("1_Pooling/config.json", "config_sentence_transformers.json", "modules.json")
    assert all(any(fnmatch(note, pattern) for pattern in patterns) for note in notes)


def test_a_folder_that_is_there_is_never_asked_for_elsewhere(tmp_path, monkeypatch) -> None:
    (tmp_path / "runs" / "one").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert refused("runs/one").code == refused("runs/two").code == "M441"
