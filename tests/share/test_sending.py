"""To a hub, which is a stand-in on this machine, and to a store."""

from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest
from hub_stand_in import COMMIT, Hub, standing_in

from headstart.backbone import Backbone, load_backbone, save_backbone
from headstart.errors import BackboneError, UsageError
from headstart.share import publish


@pytest.fixture
def made(tiny: Backbone, tmp_path: Path) -> Path:
    save_backbone(tmp_path / "made", tiny, "# tiny")
    return tmp_path / "made"


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with standing_in(tmp_path / "hub", monkeypatch) as server:
        yield server


def test_nothing_is_sent_unless_that_was_agreed_to(made: Path, hub: Hub) -> None:
    done = publish(made, "hf://me/tiny")
    assert not done.sent and "would leave" in done.lines()[0] and "--yes" in done.lines()[-1]
    assert hub.asked == [] and hub.repositories == {}


def test_one_commit_brings_every_file_and_anybody_starts_from_it(made, hub, tiny) -> None:
    done = publish(made, "hf://me/tiny", yes=True)
    assert done.sent and done.place == f"hf://me/tiny@{COMMIT}"
    assert {*dict(done.files)} <= {*hub.repositories["me/tiny"]}
    assert sum("/commit/" in line for line in hub.asked) == 1
    found = load_backbone("hf://me/tiny")
    assert found.digest(found.depth) == tiny.digest(tiny.depth)


def test_a_store_has_the_list_of_files_last(made: Path, tiny: Backbone) -> None:
    done = publish(made, "memory://shop/tiny", yes=True)
    assert done.place == "memory://shop/tiny/index.json"
    store = fsspec.filesystem("memory")
    files = store.find("/shop/tiny", detail=True)
    assert max(files, key=lambda name: files[name]["created"]) == "/shop/tiny/index.json"
    found = load_backbone(done.place)
    assert found.digest(found.depth) == tiny.digest(tiny.depth)


@pytest.mark.parametrize("target", ["hf://tiny", "https://example.org/x", "file:///x"])
def test_what_nothing_can_be_sent_to_is_told_before_anything(target: str, made: Path) -> None:
    with pytest.raises(UsageError, match=r"U18[45]"):
        publish(made, target, yes=True)


def test_a_hub_that_refuses_is_told(made: Path, hub: Hub) -> None:
    hub.shutdown()
    hub.server_close()
    with pytest.raises(BackboneError, match="M48"):
        publish(made, "hf://me/tiny", yes=True)
