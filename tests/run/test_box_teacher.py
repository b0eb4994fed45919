"""What a teacher of boxes says of pictures that nobody has drawn boxes on."""

from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import torch
from hub_stand_in import standing_in
from located import CLASSES, detecting, pictures

import headstart
from headstart import share
from headstart.backbone import Architecture, read_backbone
from headstart.backbone.vision import hub_id
from headstart.errors import BackboneError, DataError, UsageError
from headstart.events import Event, quiet
from headstart.model import Model
from headstart.run.box_teacher import ANYTHING, MAYBE, said_by, taught_boxes, teacher_of
from headstart.run.settings import PretrainSettings
from headstart.task.box_answers import SAID, answer_of


def asking(**asked: object) -> PretrainSettings:
    return PretrainSettings.of(backbone="headstart_detector", **asked)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run") / "model"
    share.save_model(folder, detecting(), {})
    return folder.parent


def test_boxes_of_a_run_are_labels_and_what_lies_beside_the_pictures_is_not(
    run: Path, tmp_path: Path
) -> None:
    pictures(tmp_path / "own")
    (tmp_path / "own" / "48.txt").write_text("7 0.5 0.5 1 1")
    (tmp_path / "own" / "broken.png").write_bytes(b"no picture")
    told: list[Event] = []
    found = taught_boxes([tmp_path / "own"], asking(teacher=str(run)), tmp_path, told.append)
    truth = found.examples.truth
    assert (len(found.examples), truth.names, found.examples.kind) == (4, CLASSES, "detection")
    assert [problem.name for problem in found.problems] == ["48.txt", "broken.png"]
    model = share.load(run)
    for source, held in zip(found.examples.sources, truth.boxes, strict=True):
        (one,) = model.predict([source])
        assert np.allclose(held.take(np.flatnonzero(~held.ignored)).corners, [
            box.box for box in one.boxes
        ])  # fmt: skip
    assert any("labels are not looked at" in event.what for event in told)


@pytest.mark.parametrize(
    ("chance", "said", "passed"),
    [(SAID, 1, 0), (SAID - 1e-6, 1, 1), (MAYBE, 1, 1), (MAYBE - 1e-6, 0, 0)],
)
def test_what_the_teacher_is_not_sure_of_is_to_be_ignored(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, chance: float, said: int, passed: int
) -> None:
    told = answer_of([torch.tensor([[2, chance, 0.25, 0.25, 0.75, 0.75]], dtype=torch.double)])
    monkeypatch.setattr(Model, "probabilities", lambda self, sources: told)
    held = said_by(detecting(), pictures(tmp_path)[-1])
    assert (len(held), int(held.ignored.sum())) == (said, passed)


def test_a_detector_without_classes_says_where_anything_is(tmp_path: Path) -> None:
    teacher = teacher_of("headstart_detector", asking(), quiet)
    assert teacher.classes == (ANYTHING,)
    rows = torch.zeros(1, 84, teacher.backbone.width)
    rows[0, 5, -1] = 2.0
    answer = teacher.task.answers(teacher.head(rows))[0]
    assert answer[2].item() > SAID and answer[1].item() == 0


def test_a_network_that_finds_no_boxes_is_no_teacher_of_them() -> None:
    with pytest.raises(UsageError, match="U285"):
        teacher_of("headstart_resnet10", asking(), quiet)


def test_pictures_on_which_nothing_is_found_teach_nothing(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    PIL.Image.new("RGB", (64, 64)).save(tmp_path / "own" / "a.png")
    with pytest.raises(DataError, match="D257"):
        taught_boxes([tmp_path / "own"], asking(teacher="headstart_detector"), tmp_path, quiet)


def test_texts_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one\ntwo\n")
    with pytest.raises(UsageError, match="U286"):
        taught_boxes([tmp_path / "a.txt"], asking(teacher="headstart_detector"), tmp_path, quiet)


@pytest.mark.journey
def test_a_detector_is_made_of_what_a_run_finds(run: Path, tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    rng = np.random.default_rng(0)
    for number in range(24):
        pixels = rng.integers(0, 255, (8, 8, 3), dtype=np.uint8)
        PIL.Image.fromarray(pixels).resize((64, 64)).save(tmp_path / "own" / f"{number}.png")
    headstart.pretrain(
        tmp_path / "own", out=tmp_path / "made", cache=tmp_path / "cache",
        backbone="headstart_resnet10", teacher=str(run), size=64, epochs=1,
    )  # fmt: skip
    made = read_backbone(tmp_path / "made")
    assert f"where {run.name} found them" in made.origin.note
    card = (tmp_path / "made" / "README.md").read_text()
    assert "true is what the teacher finds" in card and str(run) not in card


def test_no_more_of_a_teacher_is_downloaded_than_was_allowed(tmp_path, monkeypatch) -> None:
    name = "mobilenetv3_small_050"
    with standing_in(tmp_path / "hub", monkeypatch) as hub:
        hub.repositories[hub_id(Architecture(name))] = {"model.safetensors": b"0" * 5000}
        for fetch, code in (("4999", "M498"), ("5000", "M4[^9]")):  # then: those are no weights
            with pytest.raises(BackboneError, match=code):
                teacher_of(name, asking(fetch=fetch), quiet)
