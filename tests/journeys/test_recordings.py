"""Recordings take the same road: pre-train, check, train, load, predict, plan."""

from pathlib import Path

import numpy as np
import pytest
from sounds import folder, samples, write

import headstart
from headstart.backbone import HEARING
from headstart.cli import execute
from headstart.data import InMemory, Span
from headstart.errors import BackboneError

pytest.importorskip("soundfile")
pytest.importorskip("soxr")


@pytest.fixture(scope="module")
def sounds(tmp_path_factory) -> Path:
    return folder(tmp_path_factory.mktemp("sounds") / "sounds", 12)


@pytest.fixture(scope="module")
def own(sounds: Path, tmp_path_factory) -> Path:
    """A backbone pre-trained on the same made-up recordings, which is enough to start from."""
    home = tmp_path_factory.mktemp("own")
    headstart.pretrain(sounds, arch=HEARING, out=home / "own", epochs=1, cache=home / "cache")
    return home / "own"


@pytest.fixture(scope="module")
def trained(sounds: Path, own: Path, tmp_path_factory):
    out = tmp_path_factory.mktemp("heard") / "run"
    return headstart.train(sounds, backbone=str(own), strategy="unfreeze:1", out=out)


def test_a_run_on_recordings_leaves_figures_and_a_verdict(trained) -> None:
    figures = {arm["name"]: arm["accuracy"]["value"] for arm in trained.metrics["arms"]}
    assert trained.metrics["ranking"] == []
    assert list(figures) == ["majority class", "linear on raw log-mel statistics", "probe",
                             "probe on random weights", "unfreeze:1"]  # fmt: skip
    assert figures["linear on raw log-mel statistics"] > 0.8
    assert trained.metrics["frozen"]["changed"] == 0
    assert "audio-classification" in (trained.path / "model" / "README.md").read_text()
    page = (trained.path / "report.html").read_text()
    assert "data:image/png" in page and "media-src data:" in page


def test_the_model_hears_files_and_samples_and_the_same_elsewhere(trained, sounds, tmp_path):
    things = [sounds / "low" / "0.wav", str(sounds / "high" / "3.wav")]
    found = trained.model.predict(things)
    (tmp_path / "moved").mkdir()
    for file in (trained.path / "model").iterdir():
        (tmp_path / "moved" / file.name).write_bytes(file.read_bytes())
    assert headstart.load(tmp_path / "moved").predict(things) == found


def test_a_long_recording_is_heard_in_windows_whose_predictions_are_pooled(trained, tmp_path):
    model = trained.model
    most = model.backbone.modality.most_s
    parts = [samples(kind, 7, most) for kind in ("low", "noise", "noise")]
    clip = write(tmp_path / "long.wav", np.concatenate(parts))
    (found,) = model.predict([clip])
    step = most * 2 / 3
    spans = [InMemory("x", Span(clip, i * step, i * step + most)) for i in range(4)]
    each = [one.probabilities for one in model.predict(spans)]
    mean = {name: np.mean([one[name] for one in each]) for name in found.probabilities}
    assert found.probabilities == pytest.approx(mean, abs=1e-4)
    assert model.predict([]) == []


def test_the_command_line_checks_and_predicts(trained, sounds, tmp_path, capsys) -> None:
    clip = write(tmp_path / "clip.wav", samples("noise", 99))
    assert execute(["predict", str(trained.path), str(clip)]) == 0
    assert "clip.wav" in capsys.readouterr().out
    assert execute(["check", str(sounds)]) == 0
    told = capsys.readouterr()
    assert "8 kHz (36)" in told.out + told.err


def test_a_damaged_recording_is_named_and_left_out(own, tmp_path) -> None:
    root = folder(tmp_path / "s", 12)
    whole = (root / "low" / "3.wav").read_bytes()
    (root / "low" / "3.wav").write_bytes(whole[: len(whole) // 2])
    run = headstart.train(root, backbone=str(own), strategy="probe", out=tmp_path / "run")
    lines = (run.path / "problems.csv").read_text().splitlines()
    assert [line[:4] for line in lines if "low/3.wav" in line] == ["D204"]


@pytest.mark.slow
def test_mistakes_can_be_listened_to(sounds, own, tmp_path) -> None:
    root = folder(tmp_path / "s", 8)
    for kind, first in (("noise", 100), ("high", 200)):  # the same tones under all three names
        for i in range(8):
            write(root / kind / f"{i}.wav", samples("low", first + i))
    run = headstart.train(root, backbone=str(own), strategy="probe", out=tmp_path / "run")
    page = (run.path / "report.html").read_text()
    wrong = (1 - run.metrics["test"]["accuracy"]["value"]) * run.metrics["n"]["test"]
    assert page.count("<audio ") == round(wrong) > 0


def test_a_backbone_for_pictures_is_refused(sounds: Path) -> None:
    with pytest.raises(BackboneError, match="takes pictures, the examples are recordings"):
        headstart.train(sounds, backbone="shipped")
