"""Pre-training detectors."""

from pathlib import Path

import numpy as np
import PIL.Image
import pytest

import headstart
from headstart import TransferDetector
from headstart.backbone import detects, fresh_stages, load_backbone
from headstart.errors import UsageError
from headstart.events import Event
from headstart.run.settings import PretrainSettings


class Killed(Exception):
    """As if the process had ended."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root, rng = tmp_path_factory.mktemp("boxes"), np.random.default_rng(0)
    for folder in ("images", "labels"):
        (root / folder).mkdir()
    for i in range(24):
        pixels = rng.integers(100, 150, (64, 64, 3)).astype(np.uint8)
        x, y = (int(n) for n in rng.integers(0, 36, 2))
        pixels[y : y + 24, x : x + 24] = [(210, 30, 60), (40, 160, 60)][i % 2]
        PIL.Image.fromarray(pixels).save(root / "images" / f"{i:03}.png")
        told = f"{i % 2} {(x + 12) / 64} {(y + 12) / 64} 0.375 0.375\n"
        (root / "labels" / f"{i:03}.txt").write_text(told)
    (root / "data.yaml").write_text("names: [berry, leaf]\ntrain: images\n")
    return root


def pretrained(place: Path, out: Path, cache: Path, **more: object) -> headstart.backbone.Backbone:
    return headstart.pretrain(
        place, out=out, cache=cache, backbone="headstart_resnet10", size=64, epochs=2, **more
    )  # type: ignore[arg-type]


@pytest.mark.journey
def test_a_detector_is_made_that_others_start_from(place: Path, tmp_path: Path) -> None:
    made = pretrained(place, tmp_path / "own", tmp_path / "cache")
    assert detects(made.architecture) and fresh_stages(made) == 0
    assert made.origin.pretrained and "boxes of 2 classes" in made.origin.note
    card = (tmp_path / "own" / "README.md").read_text()
    assert "held-out pictures: ap50" in card
    start = load_backbone(str(tmp_path / "own"))
    assert start.modality.size_px == 64
    found = TransferDetector(str(tmp_path / "own"), cache=tmp_path / "cache").fit(
        [PIL.Image.open(p) for p in sorted((place / "images").iterdir())[:12]],
        [[{"label": "thing", "box": [10, 10, 40, 40]}]] * 12,
    )
    assert found.classes_ == ("thing",)


@pytest.mark.journey
def test_one_that_was_killed_goes_on_and_gives_the_same_bytes(place: Path, tmp_path: Path) -> None:
    def kill(event: Event) -> None:
        if event.kind == "step" and event.what == "training" and event.done == 1:
            raise Killed

    pretrained(place, tmp_path / "a" / "own", tmp_path / "cache")
    with pytest.raises(Killed):
        pretrained(place, tmp_path / "b" / "own", tmp_path / "cache", tell=kill)
    assert not (tmp_path / "b" / "own").exists()
    seen: list[Event] = []
    pretrained(place, tmp_path / "b" / "own", tmp_path / "cache", tell=seen.append)
    done = [e.done for e in seen if e.kind == "step" and e.what == "training"]
    assert 1 not in done and 2 in done
    one, other = (tmp_path / x / "own" / "backbone.safetensors" for x in "ab")
    assert one.read_bytes() == other.read_bytes()
    pretrained(place, tmp_path / "b" / "own", tmp_path / "cache")
    assert [p.name for p in (tmp_path / "b").iterdir() if "work" in p.name] == []


@pytest.mark.parametrize(
    ("asked", "word"),
    [
        ({"backbone": "a", "arch": "b"}, "--arch"),
        ({"backbone": "a", "watch": "b"}, "--watch"),
    ],
)
def test_what_is_not_for_detectors_is_refused(asked: dict[str, str], word: str) -> None:
    with pytest.raises(UsageError, match=word):
        PretrainSettings.of(**asked)


def test_weights_may_be_those_of_the_backbone() -> None:
    assert PretrainSettings.of(backbone="a", weights="b").weights == "b"


def test_pictures_without_boxes_are_refused(photos: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="U283"):
        headstart.pretrain(photos, out=tmp_path / "own", backbone="headstart_detector")
