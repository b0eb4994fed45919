"""From a folder to a file that runs elsewhere, and a kill on the way."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from stand_ins import draw

import headstart
from headstart.share.onnx_file import Runtime


@pytest.fixture(scope="module")
def run(tiny_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("export")
    started = {"backbone": str(tiny_folder), "strategy": "full", "epochs": 1, "out": place / "run"}
    headstart.train(draw(place / "photos"), cache=place / "cache", **started)
    return place / "run"


def command(run: Path, out: Path) -> list[str]:
    return [sys.executable, "-m", "headstart", "export", str(run), "--out", str(out), "--json"]


@pytest.mark.slow
def test_a_trained_model_answers_alike_in_another_runtime(run, tmp_path) -> None:
    done = subprocess.run(command(run, tmp_path / "m.onnx"), capture_output=True, check=True)
    found = json.loads(done.stdout)
    assert found["parity"]["same"] == found["parity"]["rows"] > 5
    assert {p.name for p in tmp_path.iterdir()} == {"m.onnx", "m.md", "predict.py"}


@pytest.mark.journey
def test_a_run_of_thin_matrices_is_exported_with_its_changed_weights(tiny_folder, tmp_path) -> None:
    place = {"out": tmp_path / "run", "cache": tmp_path / "cache"}
    photos = draw(tmp_path / "photos")
    run = headstart.train(photos, backbone=str(tiny_folder), strategy="lora:2", epochs=1, **place)
    assert run.metrics["arms"][-1]["name"] == "lora:2"
    exported = run.export(out=tmp_path / "file" / "m.onnx")
    assert exported.parity.same == exported.parity.rows > 5 and exported.parity.largest < 1e-5
    (picture, *_) = sorted(photos.rglob("*.png"))
    told, asked = headstart.load(run.path).predict([picture])[0], Runtime(exported.path)
    (found,) = asked({"pixels": np.asarray(PIL.Image.open(picture).convert("RGB"))[None]})
    assert found == pytest.approx(list(told.probabilities.values()), abs=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.2, 0.5, 0.8, 0.95])
def test_a_killed_export_leaves_nothing(share, run, tmp_path) -> None:
    began = time.monotonic()
    if not (run / "took").exists():
        subprocess.run(command(run, tmp_path / "once" / "m.onnx"), check=True, capture_output=True)
        (run / "took").write_text(str(time.monotonic() - began))
    work = subprocess.Popen(command(run, tmp_path / "m.onnx"), stderr=subprocess.DEVNULL)
    time.sleep(share * float((run / "took").read_text()))
    os.kill(work.pid, signal.SIGKILL)
    work.wait()
    left = {p.name for p in tmp_path.iterdir() if p.is_file() and not p.name.startswith(".")}
    assert left in (set(), {"m.onnx", "m.md", "predict.py"})
