"""hf://owner/name: told, limited, compared, and kept; from a stand-in on this machine."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hub_stand_in import COMMIT, Hub, standing_in

from headstart.backbone import Backbone, load_backbone, save_backbone
from headstart.backbone.fetching import Fetch
from headstart.errors import BackboneError


@pytest.fixture
def hub(tiny: Backbone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """It has what was published, beside a large file that nobody needs."""
    save_backbone(tmp_path / "headstart", tiny, "# tiny")
    files = {f"headstart/{p.name}": p.read_bytes() for p in (tmp_path / "headstart").iterdir()}
    with standing_in(tmp_path / "hub", monkeypatch) as server:
        server.repositories["me/tiny"] = {**files, "model.safetensors": b"0" * 5_000_000}
        yield server


def test_what_was_published_is_fetched_and_later_taken_from_the_cache(hub, tiny) -> None:
    found = load_backbone("hf://me/tiny")
    assert found.digest(found.depth) == tiny.digest(tiny.depth)
    assert found.origin.place == f"hf://me/tiny@{COMMIT}" and found.origin.license == "Apache-2.0"
    assert not any(line.endswith("main/model.safetensors") for line in hub.asked)
    hub.shutdown()
    hub.server_close()
    assert load_backbone("hf://me/tiny", offline=True).contents == found.contents
    assert load_backbone(found.origin.place, offline=True).contents == found.contents


def test_more_than_was_allowed_is_not_fetched(hub: Hub) -> None:
    size = sum(len(raw) for name, raw in hub.repositories["me/tiny"].items() if "/" in name)
    with pytest.raises(BackboneError, match="M498"):
        load_backbone("hf://me/tiny", fetch=Fetch(size - 1))
    assert load_backbone("hf://me/tiny", fetch=Fetch(size)).width == 16


def test_other_bytes_than_the_hub_tells_are_refused(hub: Hub) -> None:
    hub.lies["headstart/backbone.safetensors"] = "0" * 64
    with pytest.raises(BackboneError, match=r"M486[\s\S]*not what the hub says"):
        load_backbone("hf://me/tiny")


@pytest.mark.parametrize(
    ("name", "code"),
    [("hf://me", "M484"), ("hf://me/tiny/x", "M484"), ("hf://me/none", "M486")],
)
def test_what_is_no_repository_is_told(name: str, code: str, hub: Hub) -> None:
    with pytest.raises(BackboneError, match=code):
        load_backbone(name)


def test_a_repository_without_safetensors_is_refused(hub: Hub) -> None:
    hub.repositories["me/old"] = {"config.json": b"{}", "pytorch_model.bin": b"x"}
    with pytest.raises(BackboneError, match="M485"):
        load_backbone("hf://me/old")


def test_without_the_hub_and_the_cache_the_reason_is_told(hub: Hub) -> None:
    with pytest.raises(BackboneError, match=r"M486[\s\S]*--offline"):
        load_backbone("hf://me/tiny", offline=True)
