"""Published backbones from a server on this machine: told, limited, compared, kept."""

import json
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest
from faulty import Server, flipped, serving

from headstart import durable
from headstart.backbone import Backbone, load_backbone, save_backbone
from headstart.backbone.fetching import Fetch, fetched
from headstart.backbone.index import write_index
from headstart.backbone.streaming import Patience
from headstart.errors import BackboneError, SecurityError

SHORT = Patience(timeout_s=0.15, tries=2, wait_s=0.0, most_wait_s=0.0)
FETCH = Fetch(patience=SHORT)
WEIGHTS = "/headstart/backbone.safetensors"


@pytest.fixture(scope="module")
def folder(tiny: Backbone, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backbone as it is published; the tests only look at it."""
    place = tmp_path_factory.mktemp("out")
    save_backbone(place / "headstart", tiny, "# tiny")
    write_index(place, "headstart")
    return place


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    with serving({f"/{p.relative_to(folder)}": p.read_bytes() for p in files}) as made:
        yield made


def index(server: Server, **changed: object) -> None:
    """Another list of files."""
    told = json.loads(server.files["/index.json"])
    server.files["/index.json"] = json.dumps({**told, **changed}).encode()


def test_a_run_starts_from_an_address_and_later_without_it(server, tiny) -> None:
    name = f"{server.url}/index.json"
    backbone = load_backbone(name, fetch=FETCH)
    assert backbone.digest(backbone.depth) == tiny.digest(tiny.depth)
    assert backbone.origin.place.startswith(f"{name}#sha256=") and backbone.origin.source == "url"
    asked = len(server.asked)
    load_backbone(backbone.origin.place, fetch=FETCH)
    assert len(server.asked) == asked  # pinned and here: nobody is asked
    server.shutdown()
    server.server_close()
    assert load_backbone(name, fetch=FETCH).contents == backbone.contents
    assert load_backbone(name, offline=True).contents == backbone.contents


def test_nothing_is_fetched_where_nobody_may_be_asked(server: Server) -> None:
    with pytest.raises(BackboneError, match="M499"):
        fetched(server.url, FETCH, offline=True)
    assert server.asked == []


def test_only_our_part_is_fetched(server: Server, cache: Path) -> None:
    index(server, files=[*json.loads(server.files["/index.json"])["files"], BIG])
    place, _ = fetched(server.url, FETCH, offline=False)
    assert {path for path, _ in server.asked} == {"/index.json", *server.files}
    assert durable.whole(place) and place.parent.parent == cache / "fetched"
    assert not any((cache / "fetched" / "parts").iterdir())


BIG = {"name": "model.safetensors", "size": 10**12, "sha256": "0" * 64}


def test_more_than_was_allowed_is_not_fetched(server: Server, folder: Path) -> None:
    size = sum(p.stat().st_size for p in (folder / "headstart").iterdir())
    with pytest.raises(BackboneError, match="M498") as told:
        fetched(server.url, Fetch(size - 1, patience=SHORT), offline=False)
    assert "--fetch 1MB" in told.value.fix and len(server.asked) == 1
    assert fetched(server.url, Fetch(size, patience=SHORT), offline=False)[0].is_dir()


def test_a_list_that_is_not_the_pinned_one_is_refused(server: Server, folder: Path) -> None:
    pin = durable.sha256(folder / "index.json")
    assert fetched(f"{server.url}#sha256={pin}", FETCH, offline=False)
    with pytest.raises(BackboneError, match="M495"):
        fetched(f"{server.url}#sha256={'0' * 64}", FETCH, offline=False)


def test_other_bytes_leave_nothing(server: Server, cache: Path) -> None:
    server.files[WEIGHTS] = flipped(server.files[WEIGHTS], 5000)
    with pytest.raises(BackboneError, match="M494"):
        fetched(server.url, FETCH, offline=False)
    left = [p for p in (cache / "fetched").iterdir() if p.is_dir() and p.name != "parts"]
    assert left == []


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"files": [{**BIG, "name": "headstart/x.pkl"}]}, "S622"),
        ({"files": [{**BIG, "name": "../x.json"}]}, "M481"),
        ({"files": [{**BIG, "name": "/etc/x.json"}]}, "M481"),
        ({"files": [BIG]}, "M481"),
        ({"files": [{**BIG, "size": -1}]}, "M481"),
        ({"format": 2}, "M491"),
        ({"auto_map": {"AutoModel": "x.py"}}, "S612"),
        ({"more": 1}, "M481"),
    ],
)
def test_a_list_that_is_none_is_refused(changed, code, server, cache) -> None:
    index(server, **changed)
    with pytest.raises((BackboneError, SecurityError), match=code):
        fetched(server.url, FETCH, offline=False)
    assert list((cache / "fetched").iterdir()) == []


def test_a_store_that_fsspec_reads_brings_it_too(folder: Path, tiny: Backbone) -> None:
    store = fsspec.filesystem("memory")
    store.put(f"{folder}/", "/hues/", recursive=True)
    assert load_backbone("memory://hues", fetch=FETCH).contents
    with pytest.raises(BackboneError, match="M497"):
        load_backbone("nosuch://hues", fetch=FETCH)
