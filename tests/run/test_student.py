"""What a student is shown."""

from dataclasses import replace
from pathlib import Path

import pytest
from compressing import job_of
from hub_stand_in import standing_in
from stand_ins import draw

from headstart.backbone import Architecture
from headstart.backbone.vision import hub_id
from headstart.data import Columns, find
from headstart.errors import BackboneError, UsageError
from headstart.modality import Image, Sound
from headstart.model import Model
from headstart.run import student
from headstart.run.student import (
    OWN_RATE,
    cut_alike,
    least_seconds,
    named,
    student_of,
    views_of,
    views_taught,
    with_unlabeled,
)
from headstart.train import LEAST_EPOCHS, Price


@pytest.mark.parametrize(
    ("rows", "views"),
    [(124, 16), (125, 16), (134, 15), (999, 3), (1000, 2), (10**6, 2)],
)
def test_few_pictures_are_shown_in_more_views(rows: int, views: int) -> None:
    assert views_of(rows) == views


def test_examples_without_labels_come_behind_those_of_the_run(photos: Path, tmp_path: Path) -> None:
    more, found = draw(tmp_path / "more", 2), find(photos, Columns(), cache=tmp_path)
    examples = with_unlabeled(found, str(more), tmp_path)
    assert len(examples) == 48 + 6 == len(examples.truth)
    assert str(examples.sources[48]).startswith(str(more))
    assert with_unlabeled(found, "", tmp_path) is found.examples


def test_examples_of_another_kind_are_refused(photos: Path, tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.txt").write_text("one\ntwo\n")
    with pytest.raises(UsageError, match="U317"):
        with_unlabeled(find(photos, Columns(), cache=tmp_path), str(tmp_path / "texts"), tmp_path)


def test_pictures_are_cut_as_the_teacher_has_them() -> None:
    own, teacher = Image(size_px=48, mean=(0.5,) * 3), Image(crop_pct=0.5, crop_mode="squash")
    assert cut_alike(own, teacher) == replace(own, crop_pct=0.5, crop_mode="squash")
    assert cut_alike(Sound(), teacher) == Sound()


def test_a_teacher_answers_views_of_all_that_is_learned_from(
    photos: Path, small_model: Model, tmp_path: Path
) -> None:
    job = job_of(small_model, photos, tmp_path)
    train = len(job.data.partition.train)
    assert views_taught(job) == 16 * train
    more = replace(job.settings, distill="shipped", unlabeled=str(draw(tmp_path / "more", 2)))
    assert views_taught(replace(job, settings=more)) == 16 * (train + 6)


def test_a_student_takes_at_least_the_fewest_epochs_through_all_views(
    photos: Path, small_model: Model, tmp_path: Path, tiny_folder: Path, monkeypatch
) -> None:
    job = job_of(small_model, photos, tmp_path)
    job = replace(job, settings=replace(job.settings, distill=str(tiny_folder)))

    def price(backbone, like, rows: int) -> Price:
        assert backbone.width == 16 and len(like) == len(job.data.partition.train)
        return Price(0.5 * rows, 0.0)

    monkeypatch.setattr(student, "training_price", price)
    assert least_seconds(job) == 0.5 * LEAST_EPOCHS * views_taught(job)


def test_no_more_of_a_student_is_downloaded_than_was_allowed(
    photos: Path, small_model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, job = "mobilenetv3_small_050", job_of(small_model, photos, tmp_path)
    with standing_in(tmp_path / "hub", monkeypatch) as hub:
        hub.repositories[hub_id(Architecture(name))] = {"model.safetensors": b"0" * 5000}
        for fetch, code in (("4999", "M498"), ("5000", "M4[^9]")):  # then: those are no weights
            asked = replace(job.settings, distill=name, fetch=fetch)
            with pytest.raises(BackboneError, match=code):
                least_seconds(replace(job, settings=asked))


@pytest.mark.parametrize(
    ("asked", "told", "side"),
    [
        ({"stages": 2}, "of the first 2 of 5 stages, 16 pixels a side", 16),
        ({"stages": 1, "size": 24, "distill": "own"}, "of the first of 5 stages, 24 pixels", 24),
        ({"stages": 2, "size": 32, "distill": "own"}, "of the first 2 of 5 stages", 32),
    ],
)
def test_the_usual_student_is_the_first_stages_on_fewer_pixels(
    asked, told: str, side: int, photos: Path, small_model: Model, tmp_path: Path
) -> None:
    job = job_of(small_model, photos, tmp_path)
    found = named(replace(job, settings=replace(job.settings, **asked)))
    assert found.told.startswith(told) and found.name == ""
    assert found.backbone.modality.size_px == side
    assert found.backbone.width < sum(p.numel() for p in small_model.backbone.stages.parameters())


@pytest.mark.parametrize(("size", "refused"), [(31, False), (32, False), (33, True)])
def test_more_pixels_than_the_model_takes_are_refused(
    size: int, refused: bool, photos: Path, small_model: Model, tmp_path: Path
) -> None:
    job = job_of(small_model, photos, tmp_path)
    asked = replace(job, settings=replace(job.settings, distill="own", stages=2, size=size))
    if refused:
        with pytest.raises(UsageError, match="U315"):
            named(asked)
    else:
        assert named(asked).backbone.modality.size_px == size


def test_first_stages_learn_at_a_rate_of_their_own(
    photos: Path, small_model: Model, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(student, "VIEWED", 60)
    job = job_of(small_model, photos, tmp_path)
    job = replace(job, settings=replace(job.settings, distill="own", stages=2))
    found, fitted, _ = student_of(job, 0.0)
    assert fitted.recipe is not None and fitted.recipe.rate == OWN_RATE
    assert len(fitted.progress.marks) == 1 + LEAST_EPOCHS
    assert found.backbone.width == fitted.joined().width
