"""What the demo learns from, and its answers."""

import io
import zipfile
from collections import Counter

import pytest
import torch
from safetensors.torch import load_file

from headstart.backbone.places import PICTURES, SHIPPED, WEIGHTS
from headstart.demo import ENOUGH, FEW, PHOTOGRAPHS, demo, destroy, digits


@pytest.mark.parametrize(("labeled", "others"), [(FEW, 1597), (ENOUGH, 797)])
def test_so_many_of_each_digit_are_to_learn_from_and_all_others_for_the_test(
    labeled: int, others: int
) -> None:
    with zipfile.ZipFile(io.BytesIO(digits(labeled))) as archive:
        entries = archive.infolist()
    counts = Counter(entry.filename.split("/")[1] for entry in entries)
    learned = Counter(e.filename.split("/")[2] for e in entries if "/train/" in e.filename)
    assert counts == {"train": 10 * labeled, "test": others}
    assert learned == {str(digit): labeled for digit in range(10)}
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}  # no clock in it


def test_destroyed_weights_are_the_same_numbers_at_other_places(tmp_path):
    destroy(tmp_path / "a.safetensors")
    whole, found = load_file(SHIPPED / PICTURES / WEIGHTS), load_file(tmp_path / "a.safetensors")
    largest = max(whole, key=lambda name: whole[name].numel())
    assert {name: t.shape for name, t in found.items()} == {n: t.shape for n, t in whole.items()}
    assert not torch.equal(found[largest], whole[largest])
    assert torch.equal(found[largest].flatten().sort()[0], whole[largest].flatten().sort()[0])


def test_photographs_come_with_their_license_and_take_little():
    with zipfile.ZipFile(PHOTOGRAPHS) as archive:
        names = archive.namelist()
    assert len([name for name in names if "/train/" in name]) == 180
    assert len([name for name in names if "/test/" in name]) == 360
    assert PHOTOGRAPHS.stat().st_size < 1_500_000
    assert "MIT License" in (PHOTOGRAPHS.parent / "LICENSE-trashnet.txt").read_text()


@pytest.mark.journey
def test_the_demo_shows_help_and_no_need_and_harm(tmp_path, monkeypatch):
    monkeypatch.setenv("HEADSTART_CACHE", str(tmp_path / "cache"))
    words = [run.metrics["verdict"]["word"] for run in demo(tmp_path / "runs")]
    assert words == ["helps", "no evidence", "hurts"]
