"""The process that learns, ranks and exports: its orders, what it says, and its end."""

import json
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from headstart.errors import Interrupted
from headstart.events import Event
from headstart.studio import training

RANKED = {
    "backbone": "net", "predicted": 0.9, "low": 0.8, "high": 0.95, "ms_per_item": 4.0,
    "params": 10,
}  # fmt: skip


WORKS = {
    "train": (
        {"asked": {"folds": 5}},
        {"run": str(Path("/r").absolute())},
        (Path("data"),),
        {"folds": 5},
    ),
    "rank": (
        {"backbones": "all"},
        {"rows": [{**RANKED, "license": "MIT"}]},
        (Path("data"),),
        {"backbones": "all"},
    ),
    "compare": ({"runs": ["a", "b"]}, {"comparison": {"pairs": []}}, (["a", "b"],), {}),
}


@pytest.mark.parametrize("do", WORKS)
def test_an_order_is_done_as_the_command_of_this_name_does_it(monkeypatch, do) -> None:
    order, told, positional, named = WORKS[do]
    heard: list[object] = []

    def command(*given, tell=None, **options):
        heard.extend((given, options))
        ranked = [SimpleNamespace(**RANKED, license="MIT", other=1)]
        made = SimpleNamespace(path=Path("/r"), record=lambda: {"pairs": []})
        return ranked if do == "rank" else made

    monkeypatch.setattr(f"headstart.run.api.{do}", command)
    assert training.WORKS[do](Path("data"), order, lambda event: None) == told
    assert heard == [positional, named]


def test_a_folder_that_was_exported_is_zipped_and_not_exported_again(monkeypatch, tmp_path) -> None:
    made: list[str] = []

    def export(run: Path, to: str, tell=None) -> None:
        made.append(to)
        place = run / "export" / ("web" if to == "web" else "model.onnx")
        (place / "inside" if to == "web" else place.parent).mkdir(parents=True, exist_ok=True)
        (place / "inside" / "page.js" if to == "web" else place).write_bytes(b"x")

    monkeypatch.setattr("headstart.run.exports.export", export)
    for to in ("onnx", "web", "web"):
        order = {"run": str(tmp_path / "r"), "to": to}
        told = training.WORKS["export"](tmp_path, order, lambda event: None)
        assert told == {"run": "r", "to": to}
    assert made == ["onnx", "web"]
    with zipfile.ZipFile(tmp_path / "r" / "export" / "web.zip") as held:
        assert held.namelist() == ["inside/page.js"]


def test_steps_are_told_now_and_then_and_the_last_one_always() -> None:
    told: list[dict] = []
    tell = training.telling(told.append, lambda: False)
    for done in range(1, 101):
        tell(Event("step", "reading", done, 100))
    assert [one["done"] for one in told] == [1, 100]


def test_whoever_is_asked_to_stop_stops_at_the_next_event() -> None:
    with pytest.raises(Interrupted, match="I131"):
        training.telling(lambda told: None, lambda: True)(Event("step", "reading", 1, 2))


def test_it_ends_when_nobody_reads_it_any_longer(tmp_path) -> None:
    code = "import sys, threading, time; from headstart.studio import training; "
    code += "threading.Thread(target=training._end_with, args=(0,), daemon=True).start(); "
    code += "print(1, flush=True); time.sleep(30)"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout.readline()
        began = time.monotonic()
        process.stdin.close()
        assert process.wait(5) == 1 and time.monotonic() - began < 2


@pytest.mark.journey
def test_an_error_of_the_data_is_told_in_the_one_shape(tmp_path) -> None:
    (tmp_path / "empty").mkdir()
    command = [sys.executable, "-m", "headstart.studio.training", str(tmp_path / "empty")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdin.write(b'{"do": "train", "asked": {}}\n')
        process.stdin.flush()
        said = process.stdout.read()
    lines = [json.loads(line) for line in said.splitlines()]
    assert lines[-1]["kind"] == "failed" and lines[-1]["error"]["code"].startswith("D1")
