"""The main job, whole: what a run leaves, and that it is the same every time."""

import csv
import json
from pathlib import Path

import numpy as np
import pandas as pd
import PIL.Image
import pytest
import torch
from pyarrow import parquet
from stand_ins import draw

import headstart
from headstart.data import from_memory
from headstart.errors import UsageError

PARTS = ("train", "val", "test")
FILES = ["run.json", "events.jsonl", "metrics.json", "predictions.parquet", "problems.csv"]


@pytest.fixture(scope="module")
def photos(tmp_path_factory) -> Path:
    return draw(tmp_path_factory.mktemp("photos") / "photos")


@pytest.fixture(scope="module")
def trained(photos: Path, tiny_folder: Path, tmp_path_factory):
    """One run that the tests look at and leave as it is."""
    place = tmp_path_factory.mktemp("run")
    return headstart.train(
        photos,
        backbone=str(tiny_folder),
        strategy="probe",
        out=place / "run",
        cache=place / "cache",
    )


def test_a_run_leaves_what_it_promises(trained) -> None:
    assert all((trained.path / name).stat().st_size > 0 for name in FILES)
    assert (trained.path / "report.html").read_text().lstrip().lower().startswith("<!doctype")
    assert not list(trained.path.glob(".*"))
    assert {p.name for p in (trained.path / "model").iterdir()} >= {"manifest.json", "README.md"}


def test_a_run_is_remembered_for_rankings_on_other_data(trained, tiny_folder) -> None:
    kept = json.loads((trained.path.parent / "cache" / "trained.jsonl").read_text())
    assert kept["model"] == str(tiny_folder) and kept["architecture"] == "headstart_resnet10"
    accuracy = trained.metrics["test"]["accuracy"]["value"]
    assert kept["points"] == pytest.approx(100 * accuracy, abs=0.01)


def test_the_figures_have_the_promised_shape(trained) -> None:
    figures = json.loads((trained.path / "metrics.json").read_text())
    assert figures == trained.metrics
    assert figures["classes"] == ["blue", "green", "red"]
    assert sum(figures["n"][part] for part in PARTS) == 48
    for name in ("accuracy", "macro_f1", "log_loss", "ece"):
        assert {"value", "low", "high"} <= set(figures["test"][name])
    assert figures["verdict"]["word"] in ("helps", "no evidence", "hurts")
    assert figures["frozen"]["tensors"] > 0 and figures["frozen"]["changed"] == 0
    names = [arm["name"] for arm in figures["arms"]]
    assert len(names) == 4 and "probe" in names and figures["verdict"]["against"] in names
    spent = {"wall_s", "cpu_s", "peak_rss_mb", "rows_read", "rows_computed"}
    assert set(figures["cost"]) == spent


def test_the_page_says_which_head_was_taken(trained) -> None:
    page = (trained.path / "report.html").read_text()
    assert "logistic, penalty" in page or "ridge, penalty" in page


def test_predictions_are_those_of_the_model(trained, photos: Path) -> None:
    table = parquet.read_table(trained.path / "predictions.parquet").to_pylist()
    found = trained.model.predict([photos / row["name"] for row in table])
    assert [p.label for p in found] == [row["predicted"] for row in table]
    assert all(
        abs(p.probability - row["probability"]) < 1e-4 for p, row in zip(found, table, strict=True)
    )
    right = sum(row["label"] == row["predicted"] for row in table) / len(table)
    assert right == trained.metrics["test"]["accuracy"]["value"]


def test_the_same_call_again_gives_the_run_that_ended(trained, photos, tiny_folder) -> None:
    before = (trained.path / "metrics.json").stat().st_mtime_ns
    again = headstart.train(photos, backbone=str(tiny_folder), strategy="probe", out=trained.path)
    assert again.metrics == trained.metrics
    assert (trained.path / "metrics.json").stat().st_mtime_ns == before


def test_a_second_run_ends_byte_equal_and_touches_nothing_else(
    trained, photos, tiny_folder, tmp_path
) -> None:
    before = {p: p.stat().st_mtime_ns for p in photos.rglob("*")}
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    other = headstart.train(
        photos,
        backbone=str(tiny_folder),
        strategy="probe",
        out=tmp_path / "two",
        cache=tmp_path / "fresh-cache",
    )
    assert torch.equal(torch.rand(2), expected)
    assert before == {p: p.stat().st_mtime_ns for p in photos.rglob("*")}
    for file in sorted((trained.path / "model").iterdir()):
        assert file.read_bytes() == (other.path / "model" / file.name).read_bytes(), file.name


@pytest.mark.slow
def test_one_bad_file_is_listed_and_stops_nothing(tiny_folder, tmp_path) -> None:
    photos = draw(tmp_path / "photos")
    (photos / "red" / "broken.jpg").write_bytes(b"<html>not found</html>")
    run = headstart.train(photos, backbone=str(tiny_folder), strategy="probe", out=tmp_path / "run")
    with (run.path / "problems.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["name"] for row in rows if row["kind"] == "unreadable"] == ["red/broken.jpg"]
    assert sum(run.metrics["n"][part] for part in PARTS) == 48


@pytest.mark.slow
def test_things_in_memory_go_the_same_road(photos, tiny_folder, tmp_path, trained) -> None:
    files = sorted(photos.rglob("*.png"))
    labels = [file.parent.name for file in files]
    frame = pd.DataFrame({"file": [str(file) for file in files], "label": labels})
    held = from_memory([np.asarray(PIL.Image.open(file)) for file in files], labels)
    for number, place in enumerate((frame, held)):
        out = tmp_path / str(number)
        run = headstart.train(place, backbone=str(tiny_folder), strategy="probe", out=out)
        assert run.metrics["n"] == trained.metrics["n"]
        assert run.metrics["classes"] == ["blue", "green", "red"]
        assert len(headstart.check(place).usable) == 48


SLOWER = [pytest.param(name, marks=pytest.mark.slow) for name in ("unfreeze:1", "full", "scratch")]


@pytest.mark.parametrize("strategy", SLOWER)
def test_every_strategy_goes_the_same_road(
    strategy: str, photos, tiny_folder, tmp_path, monkeypatch
) -> None:
    _short(monkeypatch)
    run = headstart.train(
        photos, backbone=str(tiny_folder), strategy=strategy, out=tmp_path / "run"
    )
    arms = {arm["name"]: arm for arm in run.metrics["arms"]}
    assert len(arms) == 5 and strategy in arms
    assert run.metrics["frozen"]["changed"] == 0
    assert run.model.cut == arms[strategy]["cut"]


@pytest.mark.slow
def test_scratch_is_compared_when_asked(photos, tiny_folder, tmp_path, monkeypatch) -> None:
    _short(monkeypatch)
    run = headstart.train(
        photos,
        backbone=str(tiny_folder),
        strategy="probe",
        compare="scratch",
        out=tmp_path / "run",
    )
    assert [arm["name"] for arm in run.metrics["arms"]][-1] == "scratch"


@pytest.mark.slow
def test_random_weights_never_help(photos, tiny_folder, tmp_path) -> None:
    run = headstart.train(photos, backbone=str(tiny_folder), weights="random", out=tmp_path / "run")
    assert run.metrics["verdict"]["word"] != "helps"


@pytest.mark.parametrize(
    "options",
    [pytest.param({"strategy": "scratch"}, marks=pytest.mark.slow), {"weights": "random"}],
)
def test_what_learned_nothing_elsewhere_is_not_remembered(
    options, photos, tiny_folder, tmp_path, cache, monkeypatch
) -> None:
    _short(monkeypatch)
    headstart.train(photos, backbone=str(tiny_folder), out=tmp_path / "run", **options)
    assert not (cache / "trained.jsonl").exists()


def test_a_model_that_nobody_named_is_remembered_by_its_name(photos, tmp_path, cache) -> None:
    headstart.train(photos, backbone="shipped", strategy="probe", out=tmp_path / "run")
    kept = json.loads((cache / "trained.jsonl").read_text())
    assert kept["model"] == kept["architecture"] != "shipped"


def test_a_wrong_option_is_named(photos) -> None:
    with pytest.raises(UsageError, match="there is no option 'sed'"):
        headstart.train(photos, sed=1)


def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    from headstart.run import arms
    from headstart.train import Recipe

    monkeypatch.setattr(arms, "recipe_of", lambda *given: Recipe(epochs=2, seed=given[3]))


def test_where_nobody_says_how_much_to_retrain_the_data_do(photos, tiny_folder, tmp_path) -> None:
    found = []
    for name in ("one", "two"):
        out, cache = tmp_path / name, tmp_path / f"cache-{name}"
        found.append(headstart.train(photos, backbone=str(tiny_folder), out=out, cache=cache))
    arms = [arm["name"] for arm in found[0].metrics["arms"]]
    assert arms[:5] == [
        "majority class", "linear on raw pixels", "probe", "probe on random weights", "probe:all"
    ]  # fmt: skip
    page = (found[0].path / "report.html").read_text()
    assert "What each stage knows" in page and "on unseen rows" in page
    for file in sorted((found[0].path / "model").iterdir()):
        assert file.read_bytes() == (found[1].path / "model" / file.name).read_bytes(), file.name
    assert found[0].model.predict(sorted(photos.rglob("*.png"))[:2])
