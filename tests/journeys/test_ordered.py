"""Classes with an order take the same road as others: train, load, predict, rank, plan."""

import csv
import json
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from pyarrow import parquet

import headstart
from headstart.cli import execute

SCALE = ("dark", "dim", "fair", "bright")
COUNT = 64


@pytest.fixture(scope="module")
def graded(tmp_path_factory) -> Path:
    """Pictures of noise with words for how bright they are."""
    root, rng = tmp_path_factory.mktemp("graded"), np.random.default_rng(0)
    rows = [("path", "label")]
    for index in range(COUNT):
        pixels = rng.normal(50 + 45 * (index % 4), 25, (40, 40, 3))
        rows.append((f"{index}.png", SCALE[index % 4]))
        PIL.Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(root / rows[-1][0])
    with (root / "grades.csv").open("w") as file:
        csv.writer(file).writerows(rows)
    return root


@pytest.fixture(scope="module")
def command(graded: Path, tiny_folder: Path) -> list[str]:
    return [str(graded / "grades.csv"), "--task", "ordinal", "--backbone", str(tiny_folder)]


@pytest.fixture(scope="module")
def run(command: list[str], tmp_path_factory) -> Path:
    """Fine-tuned, so that the head was fitted and then trained."""
    out = tmp_path_factory.mktemp("ordinal") / "run"
    order = ["--classes", ",".join(SCALE), "--strategy", "unfreeze:1", "--out", str(out)]
    assert execute(["train", *command, *order]) == 0
    return out


def test_without_an_order_of_words_nothing_is_trained(command: list[str], capsys) -> None:
    assert execute(["train", *command]) == 3
    told = capsys.readouterr().err
    assert "D170" in told and "--classes bright,dark,dim,fair" in told


def test_figures_are_of_an_order(run: Path) -> None:
    figures = headstart.report(run).metrics
    assert (figures["task"], figures["figure"]) == ("ordinal", "weighted_agreement")
    assert figures["classes"] == list(SCALE)
    for name in ("kappa", "mae"):
        assert set(figures["test"][name]) == {"value", "low", "high"}
    usual, *_ = figures["arms"]
    assert usual["name"] == "median class" and usual["kappa"] == 0
    assert figures.test.weighted_agreement.value == pytest.approx(1 - figures.test.mae.value / 3)


def test_predictions_on_disk_are_medians_of_what_the_model_says(run: Path, graded: Path) -> None:
    rows = parquet.read_table(run / "predictions.parquet").to_pylist()
    found = headstart.load(run).predict([graded / row["name"] for row in rows])
    for row, one in zip(rows, found, strict=True):
        given = [row[f"p:{name}"] for name in SCALE]
        assert row["predicted"] == one.label == SCALE[int((np.cumsum(given) >= 0.5).argmax())]
        assert sum(given) == pytest.approx(1, abs=1e-5)
        assert one.probability == pytest.approx(given[SCALE.index(one.label)], abs=1e-4)


def test_fine_tuning_keeps_thresholds_the_same_for_all(run: Path) -> None:
    weight = headstart.load(run).head.weight
    assert weight[1:].count_nonzero() == 0 and weight[0].count_nonzero() > 0


def test_predict_gives_every_class_its_probability(run: Path, graded: Path, capsys) -> None:
    files = [str(graded / f"{index}.png") for index in (0, 3)]
    assert execute(["predict", str(run), *files, "--json"]) == 0
    dark, bright = json.loads(capsys.readouterr().out)
    assert list(dark["probabilities"]) == list(SCALE)
    assert SCALE.index(dark["label"]) < SCALE.index(bright["label"])


def test_the_page_and_the_card_tell_the_order_and_the_error(run: Path) -> None:
    page, card = (run / "report.html").read_text(), (run / "model" / "README.md").read_text()
    assert "Weighted agreement" in page and "Quadratic kappa" in page
    assert "4 ordered classes" in card and "| mae |" in card


@pytest.mark.slow
def test_rank_plan_and_check_take_the_order(command: list[str], capsys) -> None:
    order = ["--classes", ",".join(SCALE)]
    assert execute(["rank", *command[:3], "--backbones", command[4], *order]) == 0
    assert execute(["plan", *command, *order]) == 0
    assert execute(["check", *command[:3], *order]) == 0
    assert "classes in rising order: dark < dim < fair < bright" in capsys.readouterr().out


@pytest.mark.slow
def test_folders_and_frames_take_an_order_in_python(
    graded: Path, tiny_folder: Path, tmp_path
) -> None:
    for index in range(COUNT):
        place = tmp_path / "stars" / str((9, 10, 11)[index % 3])
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{index}.png").write_bytes((graded / f"{index}.png").read_bytes())
    options = {"task": "ordinal", "backbone": str(tiny_folder), "strategy": "probe"}
    folder = headstart.train(tmp_path / "stars", out=tmp_path / "a", folds=3, **options)
    assert folder.metrics["classes"] == ["9", "10", "11"] and folder.metrics["folds"] == 3
    order = SCALE[::-1]
    table = headstart.train(
        graded / "grades.csv", out=tmp_path / "b", classes=order, head="logistic", **options
    )
    assert table.metrics["classes"] == list(order)
