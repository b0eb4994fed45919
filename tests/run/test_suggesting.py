"""What `auto` starts from where a hub is in reach: a stand-in on this machine."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hub_stand_in import Hub, standing_in
from safetensors.torch import save

from headstart.backbone import Architecture, build, load_backbone, suggestions
from headstart.backbone.suggestions import Suggested
from headstart.backbone.vision import hub_id, timm_name
from headstart.data import Columns, find
from headstart.run import suggesting
from headstart.run.default_backbone import start_of
from headstart.run.network_settings import Fleet, Network
from headstart.run.settings import Settings
from headstart.run.suggesting import offered

SMALL = "mobilenetv3_small_050"


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """It has one small network of timm's, which the catalog knows beside a large one."""
    tensors = {timm_name(n): t for n, t in build(Architecture(SMALL), 1).state_dict().items()}
    repository = hub_id(Architecture(SMALL))
    known = (
        Suggested(SMALL, "image", 4.1, "apache-2.0", repository),
        Suggested("resnet18", "image", 46.8, "apache-2.0", "timm/resnet18.a1_in1k"),
        Suggested("me/words", "text", 134.0, "mit", "me/words"),
    )
    monkeypatch.setattr(suggestions, "SUGGESTED", known)
    with standing_in(tmp_path / "hub", monkeypatch) as server:
        server.repositories[repository] = {"model.safetensors": save(tensors)}
        yield server


@pytest.mark.journey
def test_what_is_within_the_limit_is_fetched_and_ranked(hub, photos, cache) -> None:
    told = list[str]()
    settings = Settings(network=Fleet(fetch="10MB"))
    start = start_of(find(photos, Columns()), settings, cache, lambda e: told.append(e.what))
    assert {one.backbone for one in start.ranking} == {"headstart_resnet10", SMALL}
    lines = "\n".join(told)
    assert f"fetching {SMALL} (4.1 MB, apache-2.0): 4.1 MB from the hub" in lines
    assert "--fetch 51MB tries resnet18 (46.8 MB, apache-2.0), too" in lines
    assert load_backbone(SMALL, offline=True).origin.source == "hub"


def test_beyond_the_limit_nothing_is_fetched_and_one_flag_is_named(hub, photos, cache) -> None:
    told = list[str]()
    settings = Settings(network=Fleet(fetch="4MB"))
    start = start_of(find(photos, Columns()), settings, cache, lambda e: told.append(e.what))
    assert start.backbone.name == "headstart_resnet10" and not start.ranking
    assert any("one flag away: --fetch 51MB" in line for line in told) and hub.asked == []


def test_nobody_is_asked_who_was_not_to_be(hub, photos, tmp_path, monkeypatch) -> None:
    found = find(photos, Columns())
    assert offered(found, Network(offline=True), print) == ()
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert offered(found, Network(), print) == ()
    texts = tmp_path / "pairs.tsv"
    texts.write_text("source\ttarget\na cat\tein Kater\na dog\tein Hund\n")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    assert offered(find(texts, Columns(text="source", label="target", task="text-to-text")),
                   Network(), print) == ()  # fmt: skip
    assert hub.asked == []


def test_what_the_hub_does_not_bring_is_left_out_and_told(hub, photos, monkeypatch) -> None:
    told, found = list[str](), find(photos, Columns())
    asked = found, Network(fetch="1GB"), lambda event: told.append(event.what)
    answers = iter(["the hub answers 404", ""])
    monkeypatch.setattr(suggesting, "brought", lambda one: next(answers))
    assert offered(*asked) == ("resnet18",)
    assert f"{SMALL} is left out: the hub answers 404" in told

    def slow(one: Suggested) -> str:
        raise TimeoutError("the hub is too slow")

    monkeypatch.setattr(suggesting, "brought", slow)
    assert offered(*asked) == ()
    assert told[-1].startswith(f"left out, the hub is too slow: {SMALL}, resnet18")


def test_texts_are_told_of_what_is_beyond(hub, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(suggesting, "brought", lambda one: "")
    table = tmp_path / "reviews.csv"
    table.write_text("text,label\n" + "good film,yes\nbad film,no\n" * 10)
    told = list[str]()
    assert offered(find(table, Columns()), Network(), lambda e: told.append(e.what)) == ()
    assert told == ["a better start may be one flag away: --fetch 134MB tries me/words "
                    "(134.0 MB, mit), too"]  # fmt: skip
    assert offered(find(table, Columns()), Network(fetch="1GB"), print) == ("me/words",)
