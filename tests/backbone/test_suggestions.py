"""The short catalog: what it says is what timm says, and what fits is taken in order."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import timm
import torch
from hub_stand_in import Hub, standing_in

from headstart.backbone import suggestions
from headstart.backbone.suggestions import SUGGESTED, brought, in_reach, suggested

PICTURES = [one for one in SUGGESTED if one.kind == "image"]


@pytest.mark.parametrize("one", PICTURES, ids=lambda one: one.name)
def test_license_repository_and_size_are_those_that_timm_tells(one: suggestions.Suggested) -> None:
    told = timm.get_pretrained_cfg(one.name)
    assert (told.license, told.hf_hub_id) == (one.license, one.repository)
    with torch.device("meta"):
        network = timm.create_model(one.name, num_classes=told.num_classes or 0)
    weights = sum(t.numel() * t.element_size() for t in network.state_dict().values()) / 1e6
    assert weights - 0.1 <= one.megabytes <= weights + 0.3


def test_licenses_are_permissive() -> None:
    assert {one.license for one in SUGGESTED} <= {"apache-2.0", "mit", "bsd-3-clause"}
    assert {one.kind for one in SUGGESTED} == {"image", "text", "audio"}


def test_what_fits_is_taken_in_order_and_the_rest_is_named() -> None:
    first, second = PICTURES[:2]
    both = round((first.megabytes + second.megabytes) * 1e6)
    assert suggested("image", (), both).within == (first, second)
    assert suggested("image", (), both - 1).within == (first,)
    assert second in suggested("image", (), both - 1).beyond
    choice = suggested("image", (), 10**8)
    assert choice.megabytes <= 100 and choice.beyond
    everything = suggested("image", (), choice.all_megabytes * 10**6)
    assert not everything.beyond and everything.megabytes > choice.all_megabytes - 1


def test_what_is_here_is_not_fetched() -> None:
    first, second = PICTURES[:2]
    choice = suggested("image", {first.name, second.repository}, 10**12)
    assert not {first, second} & {*choice.within}


def test_a_hub_that_does_not_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suggestions, "unreachable", lambda: time.sleep(0.4) or "")
    began = time.monotonic()
    assert not in_reach(0.05) and time.monotonic() - began < 0.3
    assert in_reach(5.0)
    monkeypatch.setattr(suggestions, "unreachable", lambda: "HF_HUB_OFFLINE is set")
    assert not in_reach()


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """It has one file of 1,000 bytes, which nobody opens."""
    with standing_in(tmp_path / "hub", monkeypatch) as server:
        server.repositories["me/net"] = {"model.safetensors": bytes(1000)}
        monkeypatch.setattr(suggestions, "fetched_network", lambda *_, **__: tmp_path)
        yield server


def net(megabytes: float, repository: str = "me/net") -> suggestions.Suggested:
    return suggestions.Suggested(repository, "text", megabytes, "mit", repository)


def test_a_file_of_more_than_a_tenth_above_its_size_is_not_fetched(hub: Hub) -> None:
    assert brought(net(0.001)) == brought(net(0.00091)) == ""
    assert "the hub says 1000 bytes" in brought(net(0.0009))


def test_what_the_hub_does_not_have_is_told_with_its_answer(hub: Hub) -> None:
    assert brought(net(1.0, "me/other")) == "the hub answers 404"


def test_a_hub_that_is_silent_or_slow_is_given_up(hub: Hub, monkeypatch) -> None:
    monkeypatch.setattr(suggestions, "fetched_network", lambda *_, **__: time.sleep(0.6))
    with pytest.raises(TimeoutError, match="too slow"):
        brought(net(0.001), begin_s=0.2)
    assert brought(net(0.001), begin_s=20.0) == ""
    with socket.create_server(("127.0.0.1", 0)) as mute:  # takes connections and says nothing
        url = f"http://127.0.0.1:{mute.getsockname()[1]}"
        monkeypatch.setattr(suggestions, "ANSWER_S", 0.1)
        monkeypatch.setattr("huggingface_hub.hf_hub_url", lambda *_: url)
        with pytest.raises(TimeoutError, match="does not answer"):
            brought(net(0.001))
