"""A weight is moved at each step of a whole run: the figures, the page and a warning say so."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from headstart import train
from headstart.events import Event
from headstart.run import arms, ladder, outputs, pipeline, prepared
from headstart.share import artifact


def harm(network: nn.Module) -> None:
    """Add 1 to the first weight."""
    with torch.no_grad():
        next(network.parameters()).add_(1)


def _loaded(patch: Any, owner: Any, name: str, seen: dict[str, Any]) -> None:
    """Move what was loaded before this step."""
    usual = getattr(owner, name)

    def changed(*args: Any, **kwargs: Any) -> Any:
        harm(seen["backbone"].stages)
        return usual(*args, **kwargs)

    patch.setattr(owner, name, changed)


def _modeled(patch: Any, owner: Any, name: str, seen: dict[str, Any]) -> None:
    """Move what the model holds before this step."""
    usual = getattr(owner, name)

    def changed(*args: Any, **kwargs: Any) -> Any:
        harm(seen["model"].backbone.stages)
        return usual(*args, **kwargs)

    patch.setattr(owner, name, changed)


PLACES = {
    "reading": (_loaded, pipeline, "known_of"),
    "division": (_loaded, prepared, "divided"),
    "baselines": (_loaded, ladder, "baseline"),
    "probing": (_loaded, arms, "fit"),
    "examination": (_modeled, pipeline, "examine"),
    "predictions": (_modeled, outputs, "predictions"),
    "saving": (_modeled, artifact, "write_backbone"),
}
SLOWER = {"division", "baselines", "examination", "predictions"}
CASES = [pytest.param(p, marks=pytest.mark.slow) if p in SLOWER else p for p in PLACES]


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The backbone that a run starts from, and its model."""
    found = dict[str, Any]()
    start, model = pipeline.start_of, pipeline.model_of

    def started(*args: Any) -> Any:
        begun = start(*args)
        found["backbone"] = begun.backbone
        return begun

    def modeled(*args: Any) -> Any:
        found["model"] = model(*args)
        return found["model"]

    monkeypatch.setattr(pipeline, "start_of", started)
    monkeypatch.setattr(pipeline, "model_of", modeled)
    return found


@pytest.mark.parametrize("place", CASES)
def test_what_moved_in_a_run_is_told(
    photos: Path, tiny_folder: Path, tmp_path: Path, monkeypatch, seen, place: str
) -> None:
    hurt, owner, name = PLACES[place]
    hurt(monkeypatch, owner, name, seen)
    told = list[Event]()
    asked = {"backbone": str(tiny_folder), "strategy": "probe", "out": tmp_path / "run"}
    run = train(photos, tell=told.append, **asked)
    frozen = run.metrics["frozen"]
    assert frozen["changed"] == 1 < frozen["tensors"]
    assert [event for event in told if event.kind == "warning" and "not what was" in event.what]
    page = (tmp_path / "run" / "report.html").read_text()
    assert f"<strong>1 of {frozen['tensors']}</strong> frozen tensors changed" in page
    assert "0 of" not in page[page.index("frozen tensors changed") - 60 :][:60]
