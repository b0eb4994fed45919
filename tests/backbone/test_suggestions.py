"""The short catalog: what it says is what timm says, and what fits is taken in order."""

import time

import pytest
import timm
import torch

from headstart.backbone import suggestions
from headstart.backbone.suggestions import SUGGESTED, in_reach, suggested

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
