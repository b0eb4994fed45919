"""New backbones: from labels, from a teacher, from the next token."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from stand_ins import InMemory as HeldItems

from headstart import durable
from headstart.backbone import Architecture, Backbone, Origin, Words, build
from headstart.data import InMemory
from headstart.modality import Text
from headstart.train import Material, Recipe, TaskData, Teacher, pretrain
from headstart.train.pretraining import LANGUAGE, PRETRAINING, _begin
from headstart.train.teacher import rows_of

ORIGIN = Origin("folder", "new")
SMALL = Architecture("headstart_lstm", (("words", 40), ("channels", (12, 20, 12))))
QUICK = replace(PRETRAINING, epochs=3, batch=16, averaging=0.5)
TEXTS = ["the cat sleeps", "a big red dog runs", "it was a very good film", "they was not bad"]


@pytest.fixture
def material(task_data: TaskData, tiny: Backbone) -> Material:
    return Material(
        task_data.items, task_data.partition, tiny.modality, task_data.cache, task_data.labels, (3,)
    )


@pytest.fixture
def spoken(words: Text, task_data: TaskData) -> Material:
    items = HeldItems(tuple(words.read(InMemory(f"{i}", TEXTS[i % 4])) for i in range(72)))
    return Material(items, task_data.partition, words, task_data.cache, torch.zeros(72).long())


def _losses(material: Material, architecture: Architecture, recipe: Recipe, work: Path, **more):
    made = pretrain(material, architecture, recipe, origin=ORIGIN, work=work, **more)
    return made, [mark.val_loss for mark in made.progress.marks]


def test_pretraining_makes_a_backbone_with_every_stage_trained(material, tiny, tmp_path) -> None:
    made, losses = _losses(material, tiny.architecture, QUICK, tmp_path)
    assert made.backbone.depth == tiny.depth and made.backbone.width == tiny.width
    assert min(losses[1:]) < losses[0]
    assert not any(p.requires_grad for p in made.backbone.stages.parameters())
    assert not torch.equal(*(next(iter(b.stages.parameters())) for b in (made.backbone, tiny)))


def test_a_teacher_needs_no_labels(material: Material, tiny: Backbone, tmp_path: Path) -> None:
    teacher = Teacher(tiny, material.items, torch.nn.Linear(16, 5).requires_grad_(False))
    blind = replace(material, labels=torch.zeros(72).long(), ends=(), teacher=teacher)
    made, losses = _losses(blind, tiny.architecture, QUICK, tmp_path)
    assert min(losses[1:]) < losses[0]
    assert made.progress.marks[made.progress.best].val_merit > made.progress.marks[0].val_merit


def test_student_and_teacher_see_the_same_view(material, tiny, tmp_path) -> None:
    """A student that is its teacher loses nothing: whatever else it saw would differ."""
    from headstart.features import noise
    from headstart.train.task_data import varied

    teacher, recipe = Teacher(tiny, material.items), QUICK
    views = recipe.views
    rows = rows_of(teacher, range(8), views, 0, tmp_path, lambda event: None)
    feed = varied(material.items, range(8), material.modality, views, 0)
    assert noise(tiny.modality).shape[1:] == feed([0], ()).shape[1:]
    with torch.inference_mode():
        said = tiny.stages(feed(range(len(rows)), ()))
    assert torch.allclose(said, rows[range(len(rows))], atol=2e-3)  # rows are kept in half


def test_the_next_token_is_learned_from_texts_alone(spoken: Material, tmp_path: Path) -> None:
    recipe = replace(LANGUAGE, epochs=8, batch=8, rate=1e-2, averaging=0.5)
    made, losses = _losses(spoken, SMALL, recipe, tmp_path)
    assert losses[-1] < losses[0] - 0.5
    names = [name for name, _ in made.backbone.stages.named_children()]
    assert names == ["words", "lstm_0", "lstm_1", "pooled"]


SLOW = pytest.param("teacher", marks=pytest.mark.slow)


@pytest.mark.journey
@pytest.mark.parametrize("kind", ["labels", SLOW, "tokens"])
def test_killed_and_gone_on_with_gives_the_same_bytes(
    kind, material, spoken, tiny, tmp_path
) -> None:
    given = {
        "labels": (material, tiny.architecture, QUICK),
        "teacher": (replace(material, teacher=Teacher(tiny, material.items)), tiny.architecture,
                    QUICK),
        "tokens": (spoken, SMALL, replace(LANGUAGE, epochs=3, batch=16, averaging=0.5)),
    }[kind]  # fmt: skip
    whole, _ = _losses(*given, _made(tmp_path / "whole"))
    with pytest.raises(KeyboardInterrupt):
        _losses(*given, _made(tmp_path / "killed"), tell=_killer())
    again, _ = _losses(*given, tmp_path / "killed")
    assert again.backbone.digest(again.backbone.depth) == whole.backbone.digest(
        whole.backbone.depth
    )


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _killer():
    def tell(event) -> None:
        if event.what == "training" and event.kind == "step" and event.done == 2:
            raise KeyboardInterrupt

    return tell


def test_whoever_watches_sees_stages_and_changes_nothing(
    material, tiny, tmp_path, monkeypatch
) -> None:
    from headstart.train import pretraining

    seen = list[int]()
    monkeypatch.setattr(pretraining, "WATCH_S", 0.0)
    monkeypatch.setattr(pretraining, "PAUSE_S", 0.0)

    def watch(stages: torch.nn.Sequential) -> None:
        seen.append(stages(torch.zeros(2, 3, 32, 32)).shape[1])

    made, _ = _losses(material, tiny.architecture, QUICK, _made(tmp_path / "a"), watch=watch)
    monkeypatch.setattr(pretraining, "PAUSE_S", 1e6)
    plain, _ = _losses(material, tiny.architecture, QUICK, _made(tmp_path / "b"))
    assert set(seen) == {16} and len(seen) > 3  # in the middle of epochs, too
    assert made.backbone.digest(tiny.depth) == plain.backbone.digest(tiny.depth)


def test_watching_takes_place_now_and_then(material, tiny, tmp_path) -> None:
    seen = list[int]()
    _losses(
        material, tiny.architecture, QUICK, _made(tmp_path / "a"), watch=lambda _: seen.append(1)
    )
    assert len(seen) == 1  # three epochs in less than two minutes


def test_pictures_grow_where_the_network_takes_small_ones(tmp_path: Path, monkeypatch) -> None:
    from headstart.modality import Image
    from headstart.train import pretraining
    from headstart.train.pretraining import fitting

    monkeypatch.setattr(pretraining, "_quicker", lambda *_: False)
    contract = Image(size_px=96)
    for name, growing in (("resnet18", 0.5), ("vit_tiny_patch16_224", 0.0)):
        stages = build(Architecture(name, (("img_size", 96),) if "vit" in name else ()))
        found, _ = fitting(stages, contract, PRETRAINING, _made(tmp_path / name))
        assert found.views.growing == growing
    small, _ = fitting(stages, Image(size_px=32), PRETRAINING, _made(tmp_path / "small"))
    assert small.views.growing == 0


def test_a_run_that_goes_on_keeps_what_was_decided(tiny: Backbone, tmp_path: Path) -> None:
    from headstart.train.pretraining import fitting

    durable.seal(tmp_path / "fitting.json", {"grows": False, "half": True})
    found, half = fitting(tiny.stages, tiny.modality, PRETRAINING, tmp_path)
    assert found.views.growing == 0 and half


def test_weights_stay_in_single_precision(material, tiny, tmp_path) -> None:
    durable.seal(tmp_path / "fitting.json", {"grows": False, "half": True})
    made, losses = _losses(material, tiny.architecture, QUICK, tmp_path)
    assert min(losses[1:]) < losses[0]
    assert {t.dtype for t in made.backbone.stages.parameters()} == {torch.float32}


def test_words_begin_as_what_a_teacher_of_texts_says_of_them(words: Text) -> None:
    stages = build(SMALL, 5)
    teacher = Backbone(SMALL, stages, 36, words, ORIGIN)
    began = Words(40, 36)
    _begin(began, words, teacher)
    alone = [torch.tensor(words.codes(words.spelled([code]) or " ")) for code in range(40)]
    with torch.inference_mode():
        said = stages(words.batch(alone))
    far, near = torch.cdist(said, said), torch.cdist(began.weight, began.weight)
    known = far > 0.1 * far.max()
    ratios = (near / far)[known]
    assert known.sum() > 100 and ratios.std() < 0.05 * ratios.mean()
