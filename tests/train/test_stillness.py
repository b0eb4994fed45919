"""Something frozen is moved before, in and after each step of a fit, and found each time."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from headstart.backbone import (
    Backbone,
    digests_in,
    digests_of,
    load_backbone,
    moved,
    write_backbone,
)
from headstart.train import Fitted, Recipe, TaskData, fit, strategy_of
from headstart.train import fitting as fitting_room
from headstart.train import task_data as task_data_room
from headstart.train.stillness import MERGED, stayed

RECIPE = Recipe(epochs=2, batch=24)
STRATEGIES = ("probe", "probe:all", "unfreeze:1", "lora:2", "bitfit")


def harm(network: nn.Module, name: str) -> None:
    """Add 1 to the first tensor whose name ends so."""
    tensors = {**dict(network.named_parameters()), **dict(network.named_buffers())}
    found = next(tensor for path, tensor in tensors.items() if path.endswith(name))
    found.data += 1


def before(owner: Any, name: str, hurt: Callable[..., None], monkeypatch: Any) -> None:
    usual = getattr(owner, name)

    def changed(*args: Any, **kwargs: Any) -> Any:
        hurt(*args)
        return usual(*args, **kwargs)

    monkeypatch.setattr(owner, name, changed)


def after(owner: Any, name: str, hurt: Callable[..., None], monkeypatch: Any) -> None:
    usual = getattr(owner, name)

    def changed(*args: Any, **kwargs: Any) -> Any:
        found = usual(*args, **kwargs)
        hurt(found)
        return found

    monkeypatch.setattr(owner, name, changed)


class Road:
    """A fit from a backbone to the files of a model, at each step of which there are networks."""

    def __init__(self, task_data: TaskData, folder: Path, work: Path) -> None:
        self.task_data, self.work = task_data, work
        self.backbone: Backbone = load_backbone(str(folder))

    def fit(self, text: str) -> Fitted:
        return fit(self.task_data, self.backbone, strategy_of(text), RECIPE, work=self.work)

    def written(self, fitted: Fitted) -> int:
        backbone = fitted.joined()
        self.work.joinpath("model").mkdir()
        write_backbone(self.work / "model", backbone)
        return len(moved(fitted.expected, digests_in(self.work / "model")))


@pytest.fixture
def road(task_data: TaskData, tiny_folder: Path, tmp_path: Path) -> Iterator[Road]:
    return Road(task_data, tiny_folder, tmp_path)


LOADED = {  # where what was loaded is moved, before anything is cut out of it
    "before the fit": lambda road, hurt, patch: hurt(road.backbone.stages),
    "before features are made": lambda road, hurt, patch: before(
        task_data_room, "extract", lambda *_: hurt(road.backbone.stages), patch
    ),
    "after features are made": lambda road, hurt, patch: after(
        task_data_room, "extract", lambda *_: hurt(road.backbone.stages), patch
    ),
    "while a head is fitted": lambda road, hurt, patch: before(
        TaskData, "fit_head", lambda *_: hurt(road.backbone.stages), patch
    ),
    "before the cut": lambda road, hurt, patch: before(
        Backbone, "cut", lambda *_: hurt(road.backbone.stages), patch
    ),
}
CUT = {  # where what was cut out of it is moved
    "after the cut": lambda road, hurt, patch: after(
        Backbone, "cut", lambda parts: hurt(nn.Sequential(*parts)), patch
    ),
    "in joining": lambda road, hurt, patch: after(
        Fitted, "joined", lambda backbone: hurt(backbone.stages), patch
    ),
}
TRAINED = {  # where suffix and head are moved while they are trained
    "before training": lambda road, hurt, patch: before(
        fitting_room, "tune", lambda _, suffix, *__: hurt(suffix), patch
    ),
    "after training": lambda road, hurt, patch: after(
        fitting_room, "tune", lambda tuned: hurt(tuned.suffix), patch
    ),
    "while changes are worked in": lambda road, hurt, patch: before(
        fitting_room, "closed", hurt, patch
    ),
    "in the mean with the start": lambda road, hurt, patch: after(
        fitting_room, "blended", lambda found: hurt(found[0]), patch
    ),
    "while it is judged": lambda road, hurt, patch: before(
        fitting_room, "scores_of", lambda network, *_: hurt(network), patch
    ),
}
CASES = [
    *(("probe", place, "weight") for place in (*LOADED, *CUT)),
    *(("probe", place, "running_var") for place in ("before the fit", "after the cut")),
    ("probe:all", "while a head is fitted", "weight"),
    *(("unfreeze:1", place, name) for place in CUT for name in ("weight", "running_mean")),
    *(("unfreeze:1", place, "running_mean") for place in TRAINED),
    *(("lora:2", place, "running_mean") for place in TRAINED),
    *(("lora:2", place, "weight") for place in ("before the fit", "after the cut", "in joining")),
    *(("lora:2", place, ".weight_under") for place in ("before training", "after training")),
    ("bitfit", "after training", "weight"),
]


QUICK = {
    ("unfreeze:1", "after training", "running_mean"),
    ("lora:2", "before training", ".weight_under"),
}
MARKED = [
    case
    if case[0].startswith("probe") or case in QUICK
    else pytest.param(*case, marks=pytest.mark.slow)
    for case in CASES
]


@pytest.mark.parametrize(("text", "place", "name"), MARKED)
def test_what_moved_is_found_wherever_it_did(road, monkeypatch, text, place, name) -> None:
    {**LOADED, **CUT, **TRAINED}[place](road, lambda network, *_: harm(network, name), monkeypatch)
    assert road.written(road.fit(text)) > 0


@pytest.mark.parametrize(
    "text", [pytest.param(s, marks=pytest.mark.slow) if s == "bitfit" else s for s in STRATEGIES]
)
def test_nothing_is_found_where_nothing_moved(road: Road, text: str) -> None:
    fitted = road.fit(text)
    assert road.written(fitted) == 0 and len(fitted.expected) > 0
    assert fitted.frozen == (len(fitted.expected), 0)


def test_a_bit_that_changed_on_disk_is_found(road: Road) -> None:
    fitted = road.fit("probe")
    assert road.written(fitted) == 0
    harm(road.backbone.stages, "weight")
    write_backbone(road.work / "model", road.backbone)
    assert len(moved(fitted.expected, digests_in(road.work / "model"))) == 1


def test_packed_weights_are_held_against_what_was_loaded() -> None:
    plain = nn.Sequential(nn.Sequential(nn.Linear(2, 2)), nn.Linear(2, 1))
    loaded = {"0.weight": "another", "0.bias": "another"}
    packed = nn.Sequential(nn.Sequential(nn.Module()), nn.Linear(2, 1))
    packed[0][0].codes = nn.Parameter(torch.ones(1), requires_grad=False)
    told = stayed(loaded, plain, packed, packed, still=False)
    assert told == {"0.weight": ""}
    loaded = dict(digests_of(plain[0].state_dict()))
    assert stayed(loaded, plain, packed, packed, still=False) == {"0.weight": MERGED}
