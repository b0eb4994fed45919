"""Networks for pictures that are given spectrograms."""

from pathlib import Path

import pytest
import torch
from sounds import folder

import headstart
from headstart.backbone import Stages, load_backbone, read_backbone, save_backbone, seen_as
from headstart.backbone.spectrogram_images import Drawing
from headstart.errors import BackboneError

NAME = "picture:shipped"


def _rows(length: int = 40) -> torch.Tensor:
    rows = torch.zeros(1, 80, 65)
    rows[0, :length, :8], rows[0, :length, -1] = 5, 1  # a low tone
    return rows


def test_low_tones_are_below_and_padding_is_not_drawn() -> None:
    picture = Drawing(32)(_rows())[0, 0]
    assert picture.shape == (32, 32)
    assert (picture[-3:] > 1).all() and (picture[:16] < -0.9).all()
    assert torch.equal(Drawing(32)(_rows())[0], Drawing(32)(_rows()[:, :50])[0])


@torch.inference_mode()
def test_it_is_cut_like_any_other() -> None:
    backbone = load_backbone(NAME)
    batch = backbone.modality.batch([backbone.modality.blank()] * 2)
    whole = backbone.stages(batch)
    for at in range(backbone.depth + 1):
        prefix, suffix = (part.eval() for part in backbone.cut(at))
        assert torch.equal(suffix(prefix(batch)), whole)
    assert backbone.modality.kind == "audio" and "spectrograms" in backbone.origin.note


@torch.inference_mode()
def test_it_is_built_and_read_again(tmp_path: Path) -> None:
    backbone = load_backbone(NAME)
    batch = backbone.modality.batch([backbone.modality.blank()])
    for one in (backbone, seen_as(backbone, Stages)):
        save_backbone(tmp_path / str(one.depth), one, "# card")
        again = read_backbone(tmp_path / str(one.depth))
        assert torch.equal(again.stages(batch), one.stages(batch))


@pytest.mark.slow
def test_without_the_word_pictures_stay_pictures(tmp_path: Path) -> None:
    pytest.importorskip("soundfile")
    root = folder(tmp_path / "sounds", 8)
    with pytest.raises(BackboneError, match="takes pictures"):
        headstart.train(root, backbone="shipped", out=tmp_path / "a")
    run = headstart.train(root, backbone=NAME, strategy="probe", out=tmp_path / "b")
    assert any("learned from pictures" in line for line in run.metrics["verdict"]["cautions"])
    assert run.model.predict([root / "low" / "0.wav"])[0].label in ("low", "high", "noise")


def test_sound_is_no_picture() -> None:
    with pytest.raises(BackboneError, match="no network for pictures"):
        load_backbone("picture:headstart_dscnn")
