"""The main job in folds: each example tested once, by a model made without it."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from pyarrow import parquet
from stand_ins import draw

import headstart
from headstart.run import pipeline


@pytest.fixture(scope="module")
def photos(tmp_path_factory) -> Path:
    return draw(tmp_path_factory.mktemp("photos") / "photos", count=8)


@pytest.fixture(scope="module")
def trained(photos: Path, tiny_folder: Path, tmp_path_factory):
    place = tmp_path_factory.mktemp("run")
    return run(photos, tiny_folder, place)


def run(photos: Path, backbone: Path, place: Path, **options):
    asked = {"strategy": "probe", "folds": 3, "cache": place / "cache"} | options
    return headstart.train(photos, backbone=str(backbone), out=place / "run", **asked)


def test_each_example_is_tested_once(trained) -> None:
    table = parquet.read_table(trained.path / "predictions.parquet").to_pylist()
    assert len({row["name"] for row in table}) == len(table) == 24
    assert {row["fold"] for row in table} == {1, 2, 3}
    assert trained.metrics["folds"] == 3 and trained.metrics["n"]["tested"] == 24
    right = sum(row["label"] == row["predicted"] for row in table) / 24
    assert right == trained.metrics["test"]["accuracy"]["value"]


def test_the_model_that_ships_learned_from_all(trained) -> None:
    n = trained.metrics["n"]
    assert n["train"] + n["val"] == 24 and n["test"] == 0
    assert all(arm["learned_from"] == 16 for arm in trained.metrics["arms"])


def test_sentence_page_and_card_say_whose_figure_it_is(trained) -> None:
    assert "each of 24 examples tested once, in 3 folds" in trained.metrics["verdict"]["sentence"]
    assert "belong to that procedure" in (trained.path / "report.html").read_text()
    assert "procedure that made it" in (trained.path / "model" / "README.md").read_text()
    assert trained.metrics["spread"]["what"] == "each of the 3 folds alone"


@pytest.mark.slow
def test_a_run_killed_in_a_fold_goes_on_and_ends_the_same(
    trained, photos, tiny_folder, tmp_path, monkeypatch
) -> None:
    def killed(*args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "pooled", killed)
        with pytest.raises(KeyboardInterrupt):
            run(photos, tiny_folder, tmp_path)
    again = run(photos, tiny_folder, tmp_path)
    assert not list(again.path.glob(".*"))
    for name in ("predictions.parquet", "model/head.safetensors"):
        assert (again.path / name).read_bytes() == (trained.path / name).read_bytes()


def test_no_fold_sees_labels_of_its_test_rows(
    trained, photos, tiny_folder, tmp_path, monkeypatch
) -> None:
    """Labels of test rows are another fold's business: changed, they change no answer."""
    plain = pipeline.task_data_of

    def spoiled(*args):
        task_data = plain(*args)
        labels = task_data.labels.clone()
        rows = list(task_data.partition.test)
        labels[rows] = (labels[rows] + 1) % 3
        return replace(task_data, labels=labels)

    monkeypatch.setattr(pipeline, "task_data_of", spoiled)
    other = run(photos, tiny_folder, tmp_path)
    tables = [parquet.read_table(one.path / "predictions.parquet") for one in (trained, other)]
    assert tables[0].equals(tables[1])


@pytest.mark.slow
def test_few_examples_have_folds_by_default(
    photos, tiny_folder, tmp_path, folds_by_default
) -> None:
    told = list[str]()
    found = run(photos, tiny_folder, tmp_path, folds=0, tell=lambda event: told.append(event.what))
    assert found.metrics["folds"] == 5
    assert any("24 examples are few" in line and "--folds 1" in line for line in told)
    assert json.loads((found.path / "run.json").read_text())["settings"]["folds"] == 0
