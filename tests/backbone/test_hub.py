"""The cache of the hub: what is there is used, what is not is named; safe files alone."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hub_stand_in import COMMIT, Hub, standing_in
from huggingface_hub import hf_hub_download
from safetensors.torch import save_file

from headstart.backbone import (
    Architecture,
    build,
    listed,
    load_backbone,
)
from headstart.backbone.fetching import Fetch
from headstart.backbone.hub import fetched_network, fetched_weights, need_allowed
from headstart.backbone.places import FILE
from headstart.backbone.vision import hub_id, timm_name
from headstart.errors import BackboneError, SecurityError

TIMM = Architecture("mobilenetv3_small_050")


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


@pytest.fixture
def server(tmp_path: Path, tiny_bert: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """It has a network for texts, with notes and files that could run code, and one of timm's."""
    own = {p.name: p.read_bytes() for p in tiny_bert.iterdir() if p.is_file()}
    names = ("1_Pooling/config.json", "config_sentence_transformers.json", "modules.json")
    notes = {name: b"{}" + b" " * at for at, name in enumerate(names)}
    unsafe = {"pytorch_model.bin": b"0" * 5000, "modeling.py": b"0", "onnx/model.onnx": b"0" * 50}
    with standing_in(tmp_path / "hub", monkeypatch) as hub:
        hub.repositories["me/words"] = own | notes | unsafe
        hub.repositories[hub_id(TIMM)] = {FILE: b"0" * 1000, "pytorch_model.bin": b"0" * 5000}
        yield hub


def test_only_safe_files_are_fetched(server: Hub) -> None:
    fetched_network("me/words", Fetch(), offline=False)
    words = "me/words/resolve/"
    got = {line.split("/", 4)[-1] for line in server.asked if line.startswith(f"GET {words}")}
    assert got >= {"1_Pooling/config.json", "config_sentence_transformers.json", "modules.json"}
    assert not any(name.endswith((".bin", ".py", ".onnx")) for name in got)


def test_a_network_of_more_than_was_allowed_is_refused_with_the_flag(server: Hub) -> None:
    files = server.repositories["me/words"]
    size = sum(len(raw) for name, raw in files.items() if not name.endswith((".bin", "py", "onnx")))
    told = list[str]()
    error = refused("me/words", fetch=Fetch(size - 1))
    assert error.code == "M498" and error.where == f"me/words@{COMMIT}"
    assert error.fix == f"--fetch {-(-size // 10**6)}MB, or first: hf download me/words"
    assert not any(line.endswith(FILE) for line in server.asked)
    fetched_network("me/words", Fetch(size, lambda e: told.append(e.what)), offline=False)
    assert told == [f"fetching {size / 1e6:,.1f} MB of me/words@{COMMIT} from the hub"]


def test_weights_of_more_than_was_allowed_are_refused_with_the_flag(server: Hub) -> None:
    error = refused(TIMM.name, fetch=Fetch(999))
    assert error.code == "M498" and f"hf download {hub_id(TIMM)}" in error.fix
    assert fetched_weights(TIMM, Fetch(1000), offline=False).stat().st_size == 1000


def test_what_is_in_the_hubs_cache_is_not_counted(server: Hub) -> None:
    size = len(server.repositories["me/words"]["config.json"])
    for name in set(server.repositories["me/words"]) - {"config.json"}:
        hf_hub_download("me/words", name)
    told = list[str]()
    assert refused("me/words", fetch=Fetch(size - 1)).code == "M498"
    fetched_network("me/words", Fetch(size, lambda e: told.append(e.what)), offline=False)
    assert len(told) == 1
    need_allowed("me/words", COMMIT, {"config.json": size}, Fetch(0, lambda e: told.append(e.what)))
    assert len(told) == 1


def test_a_folder_that_is_there_is_never_asked_for_elsewhere(tmp_path, monkeypatch) -> None:
    (tmp_path / "runs" / "one").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert refused("runs/one").code == refused("runs/two").code == "M441"
