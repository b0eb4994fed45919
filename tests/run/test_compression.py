"""With a file in the place of 8 bits that answers as the model does, or otherwise."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from pyarrow import parquet
from stand_ins import draw

import headstart
from headstart import durable
from headstart.cli import execute
from headstart.errors import UsageError
from headstart.run import compression, report
from headstart.share import FileModel
from headstart.summaries import SMALL, compressed

pytestmark = pytest.mark.journey

RECORD = {
    "bytes": {"before": 4e6, "after": 1e6},
    "ms": {"before": 8.0, "after": 4.0},
    "lost": {"value": 0.001, "low": -0.01, "high": SMALL},
    "same": 0.99,
    "rows": 100,
    "calibrated": 50,
}


@pytest.fixture(scope="module")
def run(tiny_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("compress")
    started = {"backbone": str(tiny_folder), "strategy": "probe", "out": place / "run"}
    headstart.train(draw(place / "photos"), cache=place / "cache", **started)
    return place / "run"


@pytest.fixture
def other(monkeypatch: pytest.MonkeyPatch, exported, run) -> None:
    """Stands for the file in 8 bits: of the small model, which nobody trained."""

    def made(model, sources, place):
        assert set(sources) <= set((run.parent / "photos").rglob("*.png"))
        small = place / "small.onnx"
        shutil.copyfile(exported.path, small)
        return exported.path, small

    monkeypatch.setattr(compression, "quantized", made)


def test_a_smaller_run_says_what_it_saves_and_what_it_loses(run, other, tmp_path, capsys) -> None:
    out = tmp_path / "small"
    assert execute(["compress", str(run), "--int8", "--out", str(out)]) == 0
    assert "points (95% interval" in capsys.readouterr().out
    metrics = report(out).metrics
    found, test = metrics.compression, report(run).metrics.test.accuracy
    assert found.bytes.before == found.bytes.after > 0 and found.ms.before > 0
    assert found.lost.value == pytest.approx(test.value - metrics.test.accuracy.value)
    assert found.lost.low < found.lost.value < found.lost.high
    assert durable.whole(out)


def test_it_predicts_what_its_table_says(run, other, tmp_path) -> None:
    report(run).compress(tmp_path / "small")
    model, table = headstart.load(tmp_path / "small"), tmp_path / "small" / "predictions.parquet"
    assert isinstance(model, FileModel)
    rows = parquet.read_table(table).to_pylist()
    told = model.predict([run.parent / "photos" / row["name"] for row in rows])
    assert [one.label for one in told] == [row["predicted"] for row in rows]
    assert np.allclose([one.probability for one in told], [row["probability"] for row in rows])


def test_a_smaller_run_can_leave_and_is_not_made_smaller_again(run, other, tmp_path) -> None:
    report(run).compress(tmp_path / "small")
    left = report(tmp_path / "small").export(out=tmp_path / "file" / "a.onnx")
    assert left.parity.largest == 0 and left.path.with_name("predict.py").exists()
    with pytest.raises(UsageError, match="U179"):
        report(tmp_path / "small").compress(tmp_path / "smaller")


def test_a_folder_with_something_in_it_is_left_alone(run, tmp_path) -> None:
    (tmp_path / "mine").write_text("x")
    with pytest.raises(UsageError, match="U176"):
        report(run).compress(tmp_path)


def test_other_data_are_refused(run, tmp_path) -> None:
    shutil.copytree(run.parent / "photos", tmp_path / "photos")
    (tmp_path / "photos" / "red" / "00.png").unlink()
    with pytest.raises(UsageError, match="U177"):
        report(run).compress(tmp_path / "out", data=tmp_path / "photos")


def test_a_way_has_to_be_named(run, tmp_path) -> None:
    assert execute(["compress", str(run), "--out", str(tmp_path / "out")]) == 2


@pytest.mark.parametrize(("high", "told"), [(SMALL - 1e-6, ", less than 2"), (SMALL, "not known")])
def test_little_is_only_called_little_where_the_interval_says_so(high, told) -> None:
    record = json.loads(json.dumps(RECORD))
    record["lost"]["high"] = high
    assert told in "\n".join(compressed(record, Path("a")))
