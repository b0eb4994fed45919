"""Parts of a job array: whoever runs them, whenever they die, rows are those of one machine."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import headstart
from headstart.run import feature_parts, features
from headstart.run.feature_parts import cut

PART = """
import sys, headstart.run
place, part, shared, cache, backbone = sys.argv[1:]
told = lambda event: print(event.what, flush=True)
headstart.run.features(
    place, part=part, shared=shared, cache=cache, backbone=backbone, tell=told)
"""


def made(photos: Path, tiny_folder: Path, part: str, tmp_path: Path, name: str = "", **asked):
    cache = tmp_path / f"machine {name or part.replace('/', ' of ')}"
    shared = asked.pop("shared", tmp_path / "store")
    asked = {"backbone": tiny_folder, **asked}
    return features(photos, part=part, shared=shared, cache=cache, **asked)


def trained(photos: Path, tiny_folder: Path, tmp_path: Path, name: str, **asked):
    cache = tmp_path / f"trainer {name}"
    return headstart.train(
        photos, backbone=tiny_folder, cache=cache, out=tmp_path / f"run {name}", **asked
    )


def shards(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "store").rglob("*.safetensors"))


def test_units_do_not_depend_on_the_number_of_parts_and_cover_everything() -> None:
    for count in (1, 16, 17, 1025, 4096 * 64, 4096 * 64 + 1, 10**6):
        units = cut(count)
        assert [row for unit in units for row in (unit[0], unit[-1])][-1] == count - 1
        assert sum(map(len, units)) == count and max(map(len, units)) <= 4096


def test_every_unit_is_done_by_one_part(photos, tiny_folder, tmp_path) -> None:
    parts = [made(photos, tiny_folder, f"{part}/2", tmp_path) for part in (1, 2)]
    assert [(one.units, one.examples, one.computed) for one in parts] == [(1, 16, 16), (2, 32, 32)]
    assert len(shards(tmp_path)) == 3


@pytest.mark.journey
def test_what_is_finished_is_not_made_again_whatever_the_parts(
    photos, tiny_folder, tmp_path, monkeypatch
) -> None:
    made(photos, tiny_folder, "1/2", tmp_path)
    before = {path: path.stat().st_mtime_ns for path in shards(tmp_path)}
    again = made(photos, tiny_folder, "1/1", tmp_path, "other")
    assert (again.done_before, again.computed) == (1, 32)
    assert {path: path.stat().st_mtime_ns for path in before} == before
    monkeypatch.setattr(feature_parts, "extract", None)
    assert made(photos, tiny_folder, "1/1", tmp_path, "third").done_before == 3


@pytest.mark.journey
def test_another_version_or_another_backbone_never_mixes(
    photos, tiny_folder, tmp_path, monkeypatch
) -> None:
    made(photos, tiny_folder, "1/1", tmp_path)
    made(photos, tiny_folder, "1/1", tmp_path, size=64)
    monkeypatch.setattr("headstart.features.extraction.version", lambda name: "0.0.1")
    made(photos, tiny_folder, "1/1", tmp_path)
    assert len({path.parent for path in shards(tmp_path)}) == 3
    assert len(shards(tmp_path)) == 9


def test_files_that_cannot_be_read_are_counted_and_their_unit_is_done(
    photos, tiny_folder, tmp_path
) -> None:
    for path in (photos / "blue").iterdir():
        path.write_bytes(b"no picture" + path.name.encode())
    found = made(photos, tiny_folder, "1/3", tmp_path)
    assert (found.unreadable, found.computed, len(shards(tmp_path))) == (16, 0, 1)
    assert made(photos, tiny_folder, "1/3", tmp_path, "other").done_before == 1


def test_texts_are_cut_too(tiny_bert, tmp_path) -> None:
    lines = ["text,label\n", *(f"the cat number {i},{i % 2}\n" for i in range(20))]
    table = tmp_path / "texts.csv"
    table.write_text("".join(lines))
    found = [made(table, tiny_bert, f"{part}/2", tmp_path) for part in (1, 2)]
    assert sum(one.examples for one in found) == 20 and len(shards(tmp_path)) == 2
    assert made(table, tiny_bert, "1/1", tmp_path, "again").done_before == 2


@pytest.mark.journey
@pytest.mark.parametrize("strategy", ["auto", "probe"])
def test_train_computes_no_row_that_is_there_and_predicts_the_same_bytes(
    photos, tiny_folder, tmp_path, strategy
) -> None:
    for part in (2, 1):
        made(photos, tiny_folder, f"{part}/2", tmp_path, strategy=strategy)
    store = tmp_path / "store"
    asked = {"strategy": strategy, "budget": "0.01"}
    alone = trained(photos, tiny_folder, tmp_path, "alone", **asked)
    together = trained(photos, tiny_folder, tmp_path, "shared", shared=store, **asked)
    files = [run.path / "predictions.parquet" for run in (alone, together)]
    assert files[0].read_bytes() == files[1].read_bytes()
    costs = [run.metrics.cost for run in (alone, together)]
    assert costs[0].rows_computed - costs[1].rows_computed == 48
    assert costs[1].rows_read - costs[0].rows_read == 48
    lines = (together.path / "events.jsonl").read_text().splitlines()
    events = [json.loads(line) for line in lines]
    assert {"read": 48, "computed": 0}.items() <= next(e for e in events if "read" in e).items()
    assert str(store) not in (together.path / "run.json").read_text()


@pytest.mark.journey
def test_a_part_that_is_killed_at_any_moment_leaves_nothing_wrong(
    photos, tiny_folder, tmp_path
) -> None:
    store, moments = tmp_path / "store", ["unit 1", "running", "unit 3"]
    for moment in moments:
        words = [photos, "1/1", store, tmp_path / "killed", tiny_folder]
        process = subprocess.Popen(
            [sys.executable, "-c", PART, *map(str, words)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith(moment):
                time.sleep(0.01)
                break
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    before = {path: path.stat().st_mtime_ns for path in shards(tmp_path)}
    made(photos, tiny_folder, "1/1", tmp_path, "last")
    assert {path: path.stat().st_mtime_ns for path in before} == before
    undisturbed = tmp_path / "undisturbed"
    undisturbed.mkdir()
    made(photos, tiny_folder, "1/1", undisturbed, "alone")
    content = lambda place: {path.name: path.read_bytes() for path in shards(place)}  # noqa: E731
    assert content(tmp_path) == content(undisturbed)
    assert len(content(tmp_path)) == 3
