"""From a labelled set to a new backbone, and from that to a model."""

from pathlib import Path

import pytest

import headstart
from headstart.errors import UsageError
from headstart.run import pretrain

ARCH = "headstart_resnet10"


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A recipe that takes a second."""
    from dataclasses import replace

    from headstart.run import pretraining

    recipe = replace(pretraining.PRETRAINING, batch=16, averaging=0.5)
    monkeypatch.setattr(pretraining, "PRETRAINING", recipe)


def test_others_can_start_from_a_pretrained_backbone(small, photos, tmp_path) -> None:
    made = pretrain(photos, arch=ARCH, out=tmp_path / "new", epochs=1, size=32)
    assert made.modality.size_px == 32 and made.origin.pretrained
    run = headstart.train(photos, backbone=str(tmp_path / "new"), out=tmp_path / "run")
    assert run.metrics["frozen"]["changed"] == 0
    assert "pre-trained on" in (tmp_path / "new" / "README.md").read_text()


def test_the_same_call_again_changes_nothing(small, photos: Path, tmp_path: Path) -> None:
    first = pretrain(photos, arch=ARCH, out=tmp_path / "new", epochs=1, size=32)
    before = (tmp_path / "new" / "backbone.safetensors").stat().st_mtime_ns
    again = pretrain(photos, arch=ARCH, out=tmp_path / "new", epochs=1, size=32)
    assert again.digest(again.depth) == first.digest(first.depth)
    assert (tmp_path / "new" / "backbone.safetensors").stat().st_mtime_ns == before


def test_a_folder_with_something_else_is_left_alone(small, photos, tmp_path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "thesis.tex").write_text("years of work")
    with pytest.raises(UsageError, match="something else"):
        pretrain(photos, arch=ARCH, out=tmp_path / "new", epochs=1, size=32)
    assert not list(tmp_path.glob(".new*"))
