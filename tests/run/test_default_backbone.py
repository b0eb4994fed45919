"""Where a run starts from when nobody says it, and how that is told."""

from dataclasses import replace

import pytest

import headstart
from headstart.errors import UsageError
from headstart.run import default_backbone
from headstart.run.candidate_ranking import rank
from headstart.run.named_backbones import backbones_in


@pytest.mark.slow
def test_a_ranking_that_chose_is_in_figures_and_page(
    photos, tiny_folder, tmp_path, monkeypatch
) -> None:
    pool = (str(tiny_folder), f"{tiny_folder}=random")
    monkeypatch.setattr(default_backbone, "candidates", lambda found: pool)
    names = ",".join(pool)
    monkeypatch.setattr(
        default_backbone, "rank", lambda f, asked, *o: rank(f, replace(asked, backbones=names), *o)
    )
    run = headstart.train(photos, strategy="probe", out=tmp_path / "run")
    ranking = run.metrics["ranking"]
    assert {one["backbone"] for one in ranking} == set(pool)
    page = (run.path / "report.html").read_text()
    assert "Where to start from" in page and ranking[1]["why"][:20] in page


@pytest.mark.journey
def test_of_several_backbones_the_first_of_their_ranking_is_taken(
    photos, tiny_folder, tmp_path
) -> None:
    pool = f"{tiny_folder}=random,{tiny_folder}"
    run = headstart.train(photos, backbone=pool, strategy="probe", out=tmp_path / "run")
    ranking = run.metrics["ranking"]
    assert {one["backbone"] for one in ranking} == set(pool.split(","))
    random = any(arm["name"] == "probe on random weights" for arm in run.metrics["arms"])
    assert random is ("random" not in ranking[0]["backbone"])


@pytest.mark.parametrize("task", ["transcribe", "text-to-text", "entities", "generation"])
def test_pictures_are_not_for_tasks_of_texts_and_recordings(photos, task) -> None:
    with pytest.raises(UsageError, match=f"U161.*{task} is for .*, and these are pictures"):
        headstart.train(photos, task=task)


def test_one_file_is_not_the_weights_of_several(photos, tiny_folder) -> None:
    with pytest.raises(UsageError, match="several backbones") as error:
        headstart.train(photos, backbone="resnet18,resnet34", weights="random")
    assert error.value.code == "U162"


def test_a_path_with_commas_and_equals_is_one_name(tmp_path) -> None:
    odd = tmp_path / "a,b=c"
    odd.mkdir()
    assert list(backbones_in(str(odd))) == [(str(odd), None)]
    assert list(backbones_in("a=random, b")) == [("a", "random"), ("b", None)]
