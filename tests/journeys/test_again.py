"""The same command again: what is old is not given for new, nor what is damaged for whole."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from stand_ins import draw

import headstart
from headstart.backbone import Backbone, build, read_backbone, save_backbone
from headstart.errors import UsageError
from headstart.events import Event
from headstart.run import facts


class Stop(Exception):
    pass


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return draw(tmp_path / "photos", 8)


@pytest.fixture
def mine(tiny: Backbone, tmp_path: Path) -> Path:
    save_backbone(tmp_path / "mine", tiny, "# tiny")
    return tmp_path / "mine"


@pytest.fixture
def train(photos: Path, mine: Path, tmp_path: Path, monkeypatch):
    """The same command each time, where no folder was named."""
    monkeypatch.chdir(tmp_path)

    def trained(strategy: str = "probe", **more):
        return headstart.train(photos, backbone=str(mine), strategy=strategy, offline=True, **more)

    return trained


def remade(mine: Path) -> None:
    """Another network in the same folder, of the same architecture."""
    was = read_backbone(mine)
    shutil.rmtree(mine)
    stages = build(was.architecture, 99)
    save_backbone(mine, Backbone(was.architecture, stages, was.width, was.modality, was.origin), "")


def stop(event: Event) -> None:
    if event.what == "training" and event.kind == "step" and event.done >= 2:
        raise Stop


def test_without_a_folder_the_run_that_ended_is_given_back_until_its_weights_change(
    train, mine
) -> None:
    first, again = train(), train()
    assert again.path == first.path and again.metrics == first.metrics
    remade(mine)
    assert train().path != first.path
    with pytest.raises(UsageError, match=r"U164.*not what they were"):
        train(out=first.path)


def test_a_finished_run_with_a_flipped_bit_is_made_again_and_predicts(train, photos) -> None:
    run, told = train(), list[Event]()
    head = run.path / "model" / "head.safetensors"
    sound = head.read_bytes()
    head.write_bytes(sound[:-5] + bytes([sound[-5] ^ 64]) + sound[-4:])
    assert train(tell=told.append).path == run.path
    assert any(e.kind == "warning" and "is damaged: it is made again" in e.what for e in told)
    assert head.read_bytes() == sound
    assert headstart.load(run.path).predict([next(photos.rglob("*.png"))])


@pytest.mark.slow
@pytest.mark.parametrize("change", ["weights", "versions", "nothing"])
def test_a_stopped_run_goes_on_only_with_the_same_weights_and_versions(
    train, mine, tmp_path, monkeypatch, change
) -> None:
    with pytest.raises(Stop):
        train("unfreeze:1", out=tmp_path / "run", tell=stop)
    if change == "weights":
        remade(mine)
    if change == "versions":
        monkeypatch.setattr(facts, "_version", lambda package: "of tomorrow")
    told = list[Event]()
    run = train("unfreeze:1", out=tmp_path / "run", tell=told.append)
    begun = next(e.done for e in told if e.what == "training" and e.kind == "start")
    assert begun == (2 if change == "nothing" else 0)
    fresh = train("unfreeze:1", out=tmp_path / "fresh")
    weights = [(r.path / "model" / "backbone.safetensors").read_bytes() for r in (run, fresh)]
    assert weights[0] == weights[1]


KILLED = """
import os, sys
def hook(event, args):
    if event == "os.rename" and str(args[1]).endswith("/made/backbone"):
        os.kill(os.getpid(), 9)
sys.addaudithook(hook)
import headstart
headstart.pretrain(sys.argv[1], arch="headstart_resnet10", out=sys.argv[2], epochs=1, size=32)
"""


@pytest.mark.slow
def test_a_pretraining_that_was_killed_at_its_end_leaves_no_litter_behind_the_next(
    photos, tmp_path
) -> None:
    out = tmp_path / "made" / "backbone"
    killed = subprocess.run([sys.executable, "-c", KILLED, str(photos), str(out)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert [n for n in os.listdir(out.parent) if ".tmp-" in n]  # noqa: PTH208
    options = {"arch": "headstart_resnet10", "out": out, "epochs": 1, "size": 32}
    made = headstart.pretrain(photos, **options)
    assert [p.name for p in out.parent.iterdir()] == ["backbone"]
    (out / "backbone.safetensors").write_bytes(b"torn")
    again = headstart.pretrain(photos, **options)
    assert again.contents == made.contents
    assert not torch.isnan(next(again.stages.parameters())).any()
