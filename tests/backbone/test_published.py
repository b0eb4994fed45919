"""Published folders that somebody changed: an M- or an S-code, and nothing believed."""

import json
import shutil
from pathlib import Path

import pytest
from faulty import flipped

from headstart.backbone import Backbone, load_backbone, save_backbone
from headstart.backbone.index import write_index
from headstart.backbone.published import published_in
from headstart.errors import BackboneError, SecurityError


@pytest.fixture
def folder(tiny: Backbone, tmp_path: Path) -> Path:
    place = tmp_path / "out"
    save_backbone(place / "headstart", tiny, "# tiny")
    (place / "config.json").write_text('{"architecture": "resnet10t"}')
    (place / "model.safetensors").write_bytes(b"12345678" * 100)
    write_index(place, "headstart")
    return place


def refused(folder: Path, code: str) -> None:
    with pytest.raises((BackboneError, SecurityError), match=code):
        load_backbone(str(folder))


def test_a_published_folder_is_started_from(folder: Path, tiny: Backbone) -> None:
    found = load_backbone(str(folder))
    assert found.digest(found.depth) == tiny.digest(tiny.depth)
    assert published_in(folder.parent) is None


@pytest.mark.parametrize("name", ["model.safetensors", "headstart/backbone.safetensors"])
def test_a_flipped_bit_in_any_file_is_damage(name: str, folder: Path) -> None:
    raw = (folder / name).read_bytes()
    (folder / name).write_bytes(flipped(raw, len(raw) // 2))
    refused(folder, "M482")


def test_a_bit_flipped_where_there_is_no_list_is_damage_too(folder: Path) -> None:
    (folder / "index.json").unlink()
    raw = (folder / "headstart" / "backbone.safetensors").read_bytes()
    (folder / "headstart" / "backbone.safetensors").write_bytes(flipped(raw, len(raw) // 2))
    refused(folder, "M431")


@pytest.mark.parametrize("name", ["x.pkl", "pytorch_model.bin", "headstart/x.pt", "modeling.py"])
def test_files_that_could_run_code_are_refused_listed_or_not(name: str, folder: Path) -> None:
    (folder / name).write_bytes(b"x")
    refused(folder, "S622")


def test_links_are_refused(folder: Path) -> None:
    shutil.move(folder / "model.safetensors", folder.parent / "elsewhere.safetensors")
    (folder / "model.safetensors").symlink_to(folder.parent / "elsewhere.safetensors")
    refused(folder, "S614")


@pytest.mark.parametrize("name", ["config.json", "headstart/backbone.json"])
@pytest.mark.parametrize("told", [{"auto_map": {"AutoModel": "x.X"}}, {"trust_remote_code": True}])
def test_configurations_that_name_code_are_refused(name, told, folder: Path) -> None:
    facts = json.loads((folder / name).read_text())
    (folder / name).write_text(json.dumps({**facts, **told}))
    resealed(folder)
    refused(folder, "S612")


def test_a_header_of_ten_gigabytes_is_damage(folder: Path) -> None:
    weights = folder / "headstart" / "backbone.safetensors"
    weights.write_bytes((10 * 2**30).to_bytes(8, "little") + weights.read_bytes()[8:])
    resealed(folder)
    refused(folder, "M431")


def test_what_another_major_version_wrote_says_so(folder: Path) -> None:
    told = folder / "headstart" / "backbone.json"
    told.write_text(json.dumps({**json.loads(told.read_text()), "format": 2, "more": [1]}))
    resealed(folder)
    with pytest.raises(BackboneError, match="M491") as error:
        load_backbone(str(folder))
    assert "upgrade" in error.value.fix


def resealed(folder: Path) -> None:
    """Both lists of digests written anew, as whoever changes a folder would."""
    from headstart import durable

    inside = folder / "headstart"
    files = [path for path in sorted(inside.iterdir()) if path.name != durable.MANIFEST]
    told = durable.to_json({"files": durable.listed(inside, files)})
    (inside / durable.MANIFEST).write_text(told)
    (folder / "index.json").unlink()
    write_index(folder, "headstart")
