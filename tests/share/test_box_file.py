import json
import subprocess
import sys

import numpy as np
import pytest
from located import detecting, pictures, truths

from headstart.share import export_boxes
from headstart.share.onnx_file import Runtime

pytestmark = pytest.mark.journey


@pytest.mark.parametrize("inside", [pytest.param(False, marks=pytest.mark.slow), True])
def test_the_file_and_the_script_find_what_is_predicted(inside, tmp_path) -> None:
    model, files = detecting(), pictures(tmp_path / "shown")
    true = truths(model, files)
    done = export_boxes(model, files, true, tmp_path / "out" / "m.onnx", inside=inside)
    assert done.parity.same == 4 and done.parity.moved_px < 0.1 and done.parity.holds
    assert set(done.beside) == {"predict.py", "m.md"}
    asked = Runtime(done.path)
    shown = np.zeros((2, 30, 50, 3), np.uint8)
    found = asked.every({"pixels": shown})
    names = ["boxes", "probabilities", *(["labels", "pictures"] if inside else [])]
    assert list(found) == names
    assert found["boxes"].shape[-1] == 4 and found["probabilities"].ndim == (1 if inside else 3)
    script = done.path.parent / "predict.py"
    assert len(script.read_text().splitlines()) <= 40
    told = subprocess.run(
        [sys.executable, script, *files], capture_output=True, text=True, check=True
    )
    for line, one in zip(told.stdout.splitlines(), model.predict(files), strict=True):
        boxes = json.loads(line)["boxes"]
        assert [box["label"] for box in boxes] == [box.label for box in one.boxes]
        for box, expected in zip(boxes, one.boxes, strict=True):
            assert box["box"] == pytest.approx(expected.box, abs=0.5)
            assert box["probability"] == pytest.approx(expected.probability, abs=1e-3)
