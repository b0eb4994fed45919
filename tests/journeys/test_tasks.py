"""Tags and values take the same road as classes: train, load, predict, rank."""

import csv
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from pyarrow import parquet

import headstart
from headstart.summaries import ended, predicted

TAGS = {"dark": (20, 20, 20), "red": (220, 40, 30)}
COUNT = 80


@pytest.fixture(scope="module")
def tables(tmp_path_factory) -> Path:
    """Pictures of noise, halves of which have a tag's color; and how bright they are."""
    root, rng = tmp_path_factory.mktemp("tables"), np.random.default_rng(0)
    tags, values = [], []
    for index in range(COUNT):
        own = [tag for bit, tag in enumerate(TAGS) if index >> bit & 1]
        light = float(rng.uniform(40, 200))
        pixels = rng.normal(light, 20, (40, 40, 3))
        values.append((f"v{index}.png", round(light, 1)))
        PIL.Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(root / values[-1][0])
        for half, tag in enumerate(TAGS):
            if tag in own:
                pixels[:, 20 * half : 20 * half + 20] = TAGS[tag] + rng.normal(0, 10, (40, 20, 3))
        tags.append((f"t{index}.png", ";".join(own)))
        PIL.Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(root / tags[-1][0])
    for name, rows in (("tags", tags), ("values", values)):
        with (root / f"{name}.csv").open("w") as file:
            csv.writer(file).writerows([("path", "label"), *rows])
    return root


@pytest.fixture(scope="module")
def tagged(tables: Path, tiny_folder: Path, tmp_path_factory):
    out = tmp_path_factory.mktemp("tagged") / "run"
    options = {"task": "multilabel", "backbone": str(tiny_folder), "strategy": "probe:all"}
    return headstart.train(tables / "tags.csv", out=out, **options)


@pytest.fixture(scope="module")
def valued(tables: Path, tiny_folder: Path, tmp_path_factory):
    out = tmp_path_factory.mktemp("valued") / "run"
    return headstart.train(
        tables / "values.csv", backbone=str(tiny_folder), strategy="unfreeze:1", out=out
    )


def test_tags_are_told_each_by_itself(tagged, tables: Path) -> None:
    figures = tagged.metrics
    assert (figures["task"], figures["figure"]) == ("multilabel", "f1")
    assert (
        figures["classes"] == ["dark", "red"]
        and sum(figures["n"][part] for part in ("train", "val", "test")) == COUNT
    )
    usual = figures["arms"][0]["f1"]["value"]
    assert figures["test"]["f1"]["value"] > max(0.7, usual)
    none, dark, both = tagged.model.predict([tables / f"t{i}.png" for i in (0, 1, 3)])
    assert (none.label, dark.label, both.label) == ("", "dark", "dark;red")
    assert both.probabilities["red"] > 0.5 > none.probabilities["red"]


def test_values_come_with_an_interval(valued, tables: Path) -> None:
    figures = valued.metrics
    assert (figures["task"], figures["figure"]) == ("regression", "r2")
    assert set(figures["test"]) == {"r2", "mae", "rmse"} and figures["test"]["r2"]["value"] > 0.8
    (one,) = valued.model.predict([tables / "v0.png"])
    assert one.low < one.value < one.high and one.probabilities == {}


def test_predictions_on_disk_are_those_of_the_model(valued, tagged, tables: Path) -> None:
    for run, columns in ((valued, {"value", "low", "high"}), (tagged, {"probability", "p:red"})):
        rows = parquet.read_table(run.path / "predictions.parquet").to_pylist()
        found = run.model.predict([tables / row["name"] for row in rows])
        told, kept = ([one.label for one in found], [row["predicted"] for row in rows])
        if run is valued:  # written with six digits, of which the last may be rounded either way
            assert [*map(float, told)] == pytest.approx([*map(float, kept)], rel=1e-5)
        else:
            assert told == kept
        assert columns <= set(rows[0])


def test_page_card_and_terminal_speak_of_the_task(valued, tagged) -> None:
    page, card = ((valued.path / name).read_text() for name in ("report.html", "model/README.md"))
    assert "Explained variance" in page and "Confusion" not in page and "95% of values" in card
    page = (tagged.path / "report.html").read_text()
    assert "F1 of an example" in page and "Tags" in page and "Confusion" not in page
    assert any(line.split()[:2] == ["tried", "r2"] for line in ended(valued.path, valued.metrics))


def test_a_value_is_printed_with_its_interval(valued, tables: Path) -> None:
    (one,) = valued.model.predict([tables / "v0.png"])
    (line,) = predicted([{"file": "v0.png", **vars(one)}])
    assert line.split()[:2] == ["v0.png", one.label] and " to " in line


@pytest.mark.parametrize("table", ["tags", "values"])
def test_candidates_are_ranked_for_any_task(table: str, tables: Path, tiny_folder: Path) -> None:
    task = {"tags": "multilabel", "values": "regression"}[table]
    found = headstart.rank(
        tables / f"{table}.csv", backbones=f"{tiny_folder},{tiny_folder}=random", task=task
    )
    assert len(found) == 2 and found[0].predicted > 0.5


def test_a_head_of_another_task_is_refused(tables: Path, tiny_folder: Path) -> None:
    with pytest.raises(headstart.HeadstartError, match="U114"):
        headstart.train(tables / "values.csv", backbone=str(tiny_folder), head="lda")


def test_rare_classes_count_the_same_where_that_is_asked(tables, tiny_folder, tmp_path) -> None:
    rows = [("path", "label"), *((f"v{i}.png", "odd" if i % 5 == 0 else "even") for i in range(80))]
    with (tables / "uneven.csv").open("w") as file:
        csv.writer(file).writerows(rows)
    options = {"task": "balanced", "backbone": str(tiny_folder), "strategy": "unfreeze:1"}
    run = headstart.train(tables / "uneven.csv", out=tmp_path / "run", **options)
    figures = run.metrics
    assert figures["figure"] == "balanced_accuracy" and figures["task"] == "classification"
    assert figures["arms"][0]["balanced_accuracy"]["value"] == pytest.approx(0.5)
    assert {"balanced_accuracy", "accuracy", "macro_f1"} <= set(figures["test"])
    assert "balanced accuracy" in figures["verdict"]["sentence"]
    assert "Balanced accuracy" in (run.path / "report.html").read_text()
    assert headstart.load(run.path).predict([tables / "v0.png"])[0].label in ("odd", "even")
