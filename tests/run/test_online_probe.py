"""How a network does on something else while it is pre-trained."""

from pathlib import Path

import pytest
import torch

from headstart.backbone import Backbone
from headstart.events import Event
from headstart.run import online_probe
from headstart.run.online_probe import watcher


def heard(photos: Path, tiny: Backbone, cache: Path, spoil: bool = False) -> list[str]:
    """What one look at the network tells."""
    told: list[Event] = []
    watch = watcher(str(photos), tiny.modality, cache, told.append)
    before, stages = len(told), tiny.cut(0)[1]
    if spoil:
        with torch.no_grad():
            next(stages[-1].parameters()).fill_(float("nan"))
    watch(stages)
    return [event.what for event in told[before:] if event.kind == "note"]


@pytest.mark.parametrize(("most", "looked"), [(48, 48), (47, 24)])
def test_no_more_examples_are_looked_at_than_may_be(
    photos, tiny, cache, monkeypatch, most: int, looked: int
) -> None:
    monkeypatch.setattr(online_probe, "MOST_EXAMPLES", most)
    (line,) = heard(photos, tiny, cache)
    assert line.startswith("photos: a probe gets accuracy ")
    assert line.endswith(f"on {looked} examples")


def test_a_network_that_went_astray_is_not_judged(photos, tiny, cache) -> None:
    assert heard(photos, tiny, cache, spoil=True) == []
